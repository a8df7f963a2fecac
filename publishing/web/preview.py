"""Preview: a page as visitors would see it, rendered from the form or the working copy of an editor.

Nothing is written. The real view of the page renders an object that was thawed from a
snapshot of the form, exactly as it renders one that was thawed from a revision.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve, reverse
from django.utils import timezone, translation

from publishing.i18n.languages import CODES, current
from publishing.models import Publishable, ShareLink
from publishing.models.snapshots import Snapshot, freeze, freeze_all, released, thaw
from publishing.text.numbers import parse_int
from publishing.types import AnyBaseModelForm, AnyFormSet
from publishing.workflow import field_files

NO_SLUG = "-"  # stands in the address of a page that has none yet


def typed(form: AnyBaseModelForm, formsets: list[AnyFormSet]) -> Snapshot:
    """The working copy that saving these forms would make; a field with an unusable value keeps its old one."""
    form.is_valid()
    obj = form.instance
    return freeze_all(obj, dict(typed_rows(formsets)))


def typed_rows(formsets: list[AnyFormSet]) -> Iterator[tuple[str, list[Any]]]:
    """The child rows that saving these would make, in their order, by the name of their relation."""
    for formset in formsets:
        formset.is_valid()
        for each in formset.forms:
            posted = parse_int(each.data.get(each.add_prefix("id"), ""))
            if each.instance.pk is None and posted:  # a row that somebody else removed meanwhile
                each.instance.pk = posted
        kept = [each.instance for each in formset.forms if each.has_changed() or each.instance.pk]
        gone = [each.instance for each in formset.deleted_forms]
        name = formset.fk.remote_field.related_name  # type: ignore[attr-defined]  # of an inline formset
        yield name, sorted((row for row in kept if row not in gone), key=lambda row: row.position)


def page_of(obj: Publishable, snapshot: Snapshot) -> Publishable:
    """`obj` as `snapshot` has it, as visitors would see it; raises Http404 when it is no page."""
    if not obj.is_page:
        raise Http404
    return thaw(type(obj), obj.pk or 0, snapshot, as_of=timezone.now())


def render_preview(request: HttpRequest, obj: Publishable, snapshot: Snapshot, **context: object) -> HttpResponse:
    """The page of `obj` in the current language, marked as a preview; raises Http404 when it has none."""
    subject = page_of(obj, snapshot)
    arguments = [subject.slug_in(current()) or NO_SLUG] if hasattr(subject, "slug") else []
    match: Any = resolve(reverse(subject.view_name, args=arguments))
    view = match.func.view_class(**match.func.view_initkwargs)
    view.setup(request, **match.kwargs)
    response: HttpResponse = view.show(subject, preview=True, **context)
    response = response.render() if hasattr(response, "render") else response
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store, private"
    return response


def preview(model_admin: Any, request: HttpRequest, object_id: str | None, language: str) -> HttpResponse:
    """What is in the form that was sent, or else the saved working copy, as a page; for editors."""
    if language not in CODES:
        raise Http404
    obj = model_admin.get_object(request, object_id) if object_id else None
    if object_id and obj is None:
        raise Http404
    if not (model_admin.has_change_permission(request, obj) if obj else model_admin.has_add_permission(request)):
        raise PermissionDenied
    if request.method == "POST":
        request.FILES.clear()  # a picture that is not saved has no address yet: the page keeps the old one
        form = model_admin.get_form(request, obj, change=bool(obj))(request.POST, instance=obj)
        formsets, _inlines = model_admin._create_formsets(request, form.instance, change=bool(obj))
        obj = form.instance
        snapshot = released(type(obj), typed(form, formsets))
    elif obj:
        snapshot = freeze(obj)
    else:
        raise Http404
    with translation.override(language):
        return render_preview(request, obj, snapshot)


def behind(token: str) -> tuple[ShareLink | None, Publishable | None]:
    """The valid share link with `token`, and the working copy that it shows; None for what is not there."""
    link = ShareLink.objects.find(token)
    return link, link.working_copy() if link else None


def shared_files(token: str) -> list[FieldFile]:
    """The stored files on the page behind a share link; none when `token` is of no valid link."""
    _link, obj = behind(token)
    with suppress(Http404):
        return list(field_files(page_of(obj, freeze(obj)))) if obj else []
    return []
