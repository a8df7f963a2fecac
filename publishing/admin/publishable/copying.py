"""“Start from this one”: an empty form that is filled in from another object, and saves nothing by itself."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.admin.submission import submission
from publishing.admin.types import AnyModelAdmin
from publishing.files.fields import PictureField
from publishing.i18n.languages import localized
from publishing.models import Publishable, slug_columns
from publishing.models.snapshots import child_models, published_fields
from publishing.text.numbers import parse_int
from publishing.types import AnyField

SOURCE = "from"  # in the address of the form: the number of the object to start from


class CopyMixin(AnyModelAdmin):
    """A new object that begins with what another one says, its child rows and its languages."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        source = source_of(self, request)
        return initial | values_of(source) if source else initial

    def get_formset_kwargs(self, request: HttpRequest, obj: object, inline: Any, prefix: str) -> dict[str, object]:
        kwargs: dict[str, object] = super().get_formset_kwargs(request, obj, inline, prefix)
        rows = rows_of(submission(request).source, inline.model)
        return kwargs | ({"initial": rows} if rows and request.method == "GET" else {})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Publishable | None = None,
    ) -> HttpResponse:
        source = submission(request).source
        if source and request.method == "GET":
            messages.info(request, _told(source))
        return super().render_change_form(request, context, add, change, form_url, obj)


def source_of(model_admin: AnyModelAdmin, request: HttpRequest) -> Publishable | None:
    """The object that the new form in `request` starts from, if this user may see it."""
    number = parse_int(request.GET.get(SOURCE, ""))
    if (
        not number
        or request.method != "GET"
        or (request.resolver_match and request.resolver_match.kwargs.get("object_id"))
    ):
        return None
    source: Publishable | None = model_admin.get_object(request, str(number))
    if source is None or not model_admin.has_view_or_change_permission(request, source):
        return None
    submission(request).source = source
    return source


def values_of(row: models.Model) -> dict[str, object]:
    """What a new row takes over from `row`, by the names of form fields."""
    left_out = {field.name for field in _left_out(type(row))}
    fields = [
        *published_fields(type(row)),
        *(field for field in row._meta.fields if field.name.startswith("needs_check")),
    ]
    return {
        field.name: field.value_from_object(row) for field in fields if field.editable and field.name not in left_out
    }


def rows_of(source: Publishable | None, model: type[models.Model]) -> list[dict[str, object]]:
    """The same of the child rows of `source` that are of `model`, in their order."""
    children = child_models(type(source)) if source else ()
    names = [name for name, child in children if source and child is model and name not in source.not_copied]
    return [values_of(row) for name in names for row in getattr(source, name).all()]


def _left_out(model: type[models.Model]) -> Iterator[AnyField]:
    """The fields that belong to one object alone: address, place, dates, files, what visitors may see of a person."""
    own = getattr(model, "not_copied", ())
    names = {*slug_columns(model), *own, *(column for name in own for column in localized(name))}
    names |= {getattr(model, "order_field", "")} if issubclass(model, Publishable) else set()
    for hidden, flag in getattr(model, "withheld_unless", {}).items():
        names |= {hidden, flag}
    if getattr(model, "has_proper_name", False):
        names.add(model.title_field)  # type: ignore[attr-defined]
    pictures = [field.name for field in model._meta.fields if isinstance(field, PictureField)]
    for field in published_fields(model):
        is_of_picture = any(field.name.startswith(f"{name}_") for name in pictures)
        is_own = isinstance(field, models.FileField | models.DateField) or field.unique
        if is_own or is_of_picture or field.name in names:
            yield field


def _told(source: Publishable) -> str:
    """What the new form says of itself."""
    names = [
        capfirst(str(field.verbose_name))
        for field in _left_out(type(source))
        if field.editable
        and field.name != source.order_field
        and field.value_from_object(source) not in (None, "", False, field.get_default())
    ]
    names += [
        capfirst(str(child._meta.verbose_name_plural))
        for name, child in child_models(type(source))
        if name in source.not_copied and getattr(source, name).exists()
    ]
    words = {"title": source, "fields": ", ".join(dict.fromkeys(names))}
    if not names:
        return _("Started from “%(title)s”. Nothing is saved yet.") % words
    return _("Started from “%(title)s”. Nothing is saved yet. Not taken over: %(fields)s.") % words
