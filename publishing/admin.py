"""The admin of publishable content: saving is never publishing.

Mirrors `models.py`: `PublishableAdmin` is for `Publishable`, `ChildInline` for `Child`.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from js_asset import Media

from publishing import lists
from publishing.languages import CODES, NAMES, localized, translated_fields
from publishing.models import LAST_POSITION, Ordered, Publishable
from publishing.schedule import ScheduleForm, drop, panel, planned
from publishing.snapshots import Change, child_models
from publishing.workflow import (
    State,
    check_publishable,
    check_reason,
    is_live,
    live_users,
    moment,
    publish,
    reorder,
    state,
    unpublished_changes,
    withdraw,
)


class PublishableForm(forms.ModelForm):
    """When the button says publish or plan, what blocks it is an error beside its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schedule = ScheduleForm(self.data if self.is_bound else None, self.instance)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        times = self.schedule.cleaned_data
        if "_publish" in self.data or ("_schedule" in self.data and times["live_from"]):
            try:
                check_publishable(self.instance, times["live_from"] or timezone.now(), times["live_until"])
            except ValidationError as error:
                for field, errors in error.error_dict.items():
                    self.add_error(field if field in self.fields else None, errors)

    def clean(self) -> dict[str, Any] | None:
        """A reason is asked for beside the button that needs it, so it is judged here."""
        if "_withdraw" in self.data:
            try:
                check_reason(self.data.get("_reason", ""))
            except ValidationError as error:
                raise ValidationError(error.messages) from error
        if not self.schedule.is_valid() and not self.data.keys().isdisjoint({"_publish", "_schedule"}):
            raise ValidationError(_("Look at the dates beside the button Plan."))
        return super().clean()


class FieldsMixin(BaseModelAdmin):
    """How fields are asked for, on pages and on their child rows."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # Nobody deletes what something points at from the form of what points at it.
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
        return field


class PublishableAdmin(FieldsMixin, admin.ModelAdmin):
    """One form a working copy, its texts grouped by language, with a button to publish it."""

    form = PublishableForm
    change_form_template = "admin/publishable_change_form.html"
    change_list_template = "admin/publishable_change_list.html"
    actions = None  # nothing dangerous from a list
    view_on_site = False  # the panel above the form links to the page while there is one
    shared_fields: tuple[Any, ...] = ()  # the fields that have no language, in form order
    can_withdraw = True
    list_extra: tuple[str, ...] = ()  # columns of the list, after the title

    class Media:
        js = (forms.Script("js/ordering.js", type="module"),)

    def get_fieldsets(self, request: HttpRequest, obj: Publishable | None = None) -> Any:
        """The Dutch texts, the French, the English; then what all languages share."""
        names = translated_fields(self.model)
        fieldsets: list[Any] = [
            (capfirst(NAMES[code]), {"fields": [*localized_each(names, code), *self._check_field(code)]})
            for code in CODES
            if names
        ]
        if self.shared_fields:
            fieldsets.append((gettext_lazy("For all languages"), {"fields": self.shared_fields}))
        return fieldsets

    def _check_field(self, code: str) -> list[str]:
        name = f"needs_check_{code}"
        return [name] if any(field.name == name for field in self.model._meta.fields) else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Publishable | None = None) -> dict[str, Any]:
        """While an object is new, its address follows its title as one types."""
        if obj is None and "slug" in translated_fields(self.model):
            return dict(zip(localized("slug"), zip(localized(self.model.title_field)), strict=True))
        return {}

    def get_search_fields(self, request: HttpRequest) -> Any:
        """All texts: that there are any shows the field in which to search."""
        return lists.text_columns(self.model)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return lists.search(queryset, search_term), False

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (lists.TaskFilter, lists.StateFilter)

    def get_list_display(self, request: HttpRequest) -> Any:
        place = ("place",) if issubclass(self.model, Ordered) else ()
        return (*place, "__str__", *self.list_extra, "languages_present", "where", "last_change")

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ("__str__",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return lists.PublishableChangeList

    @admin.display(description=gettext_lazy("order"), ordering="position")
    def place(self, obj: Any) -> str:
        """Its place, which one can type or, with script, drag."""
        name = _("Order of “%s”") % obj
        return format_html(
            '<input type="number" class="place" min="1" max="{}" name="place-{}" value="{}" aria-label="{}">',
            LAST_POSITION,
            obj.pk,
            obj.position,
            name,
        )

    @admin.display(description=gettext_lazy("Languages"))
    def languages_present(self, obj: Publishable) -> str:
        """How far it exists in each language, in a sign and in words."""
        if not translated_fields(self.model):
            return "–"
        return format_html_join(
            "",
            '<span class="language {}"><span aria-hidden="true">{}</span> {}'
            '<span class="visually-hidden">: {} </span></span>',
            (
                (how, lists.SIGNS[how], code.upper(), lists.WORDS[how])
                for code in CODES
                for how in [lists.completeness(obj, code)]
            ),
        )

    @admin.display(description=gettext_lazy("state"))
    def where(self, obj: Any) -> str:
        """Where it stands towards the public, and what waits."""
        if obj.list_planned and obj.list_state != State.NEW:
            return format_html("{} ({})", obj.list_state.label, _("planned: %s") % moment(obj.list_planned))
        return obj.list_state.label

    @admin.display(description=gettext_lazy("last change"))
    def last_change(self, obj: Any) -> str:
        """When somebody last saved or published it, and who."""
        if not obj.list_change:
            return "–"
        at, who = obj.list_change
        return ", ".join(filter(None, [date_format(timezone.localtime(at), "j F Y"), who]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; one of its buttons publishes the order that it shows."""
        if request.method == "POST" and "_reorder" in request.POST and issubclass(self.model, Ordered):
            if not self.has_change_permission(request):
                raise PermissionDenied
            self._reorder(request)
            return HttpResponseRedirect(request.get_full_path())
        can_order = issubclass(self.model, Ordered) and self.has_change_permission(request)
        return super().changelist_view(request, {"can_order": can_order, **(extra_context or {})})

    def _reorder(self, request: Any) -> None:
        """Order the rows by the numbers that were typed: what moved up comes before its equals, down after."""
        typed = {
            int(name.removeprefix("place-")): int(value)
            for name, value in request.POST.items()
            if name.startswith("place-") and name.removeprefix("place-").isdecimal() and value.isdecimal()
        }
        old = dict(self.model._base_manager.order_by("position", "pk").values_list("pk", "position"))
        places = {key: index for index, key in enumerate(old)}
        keys = sorted(
            typed,
            key=lambda key: (typed[key], _sign(typed[key] - old.get(key, 0)), places.get(key, 0)),
        )
        try:
            moved = reorder(self.model, keys, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
        if moved:
            messages.success(request, _("The order is changed: visitors see it now. Drafts stay drafts."))
        else:
            messages.info(request, _("The order was this already."))

    # Publishing

    def response_add(
        self, request: HttpRequest, obj: Publishable, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._respond(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Publishable) -> HttpResponse:
        return self._respond(request, obj) or super().response_change(request, obj)

    def _respond(self, request: Any, obj: Publishable) -> HttpResponse | None:
        """Do what the button said, tell what visitors see of it now, and stay on the page."""
        schedule = ScheduleForm(request.POST, obj)
        try:
            if not schedule.is_valid() and not request.POST.keys().isdisjoint({"_publish", "_schedule"}):
                raise ValidationError([message for errors in schedule.errors.values() for message in errors])
            if "_schedule" in request.POST:
                messages.success(request, schedule.plan(obj, request.user))
            elif "_cancel" in request.POST:
                key = request.POST["_cancel"]
                revision = planned().of(obj).filter(pk=key).first() if key.isdecimal() else None
                if revision is None:
                    raise ValidationError(
                        _("This version does not wait any more: it has begun, or somebody cancelled it.")
                    )
                drop(revision, request.user)
                messages.success(request, _("Cancelled: nothing changes for visitors."))
            elif "_publish" in request.POST:
                publish(obj, request.user, live_until=schedule.cleaned_data["live_until"])
                LogEntry.objects.log_actions(request.user.pk, [obj], CHANGE, _("Published."))
                url = obj.get_absolute_url()
                link = format_html(' <a href="{}">{}</a>', url, _("View the page")) if url else ""
                messages.success(request, format_html("{}{}", _("Published: visitors see it now."), link))
            elif "_withdraw" in request.POST and self.can_withdraw:
                withdraw(obj, request.user, request.POST.get("_reason", ""))
                LogEntry.objects.log_actions(request.user.pk, [obj], CHANGE, _("Withdrawn."))
                messages.success(request, _("Withdrawn: visitors read your reason at its address."))
            else:
                messages.success(request, _("Saved as a working copy: visitors see it when you publish."))
        except ValidationError as error:
            # The working copy is saved; only a change by somebody else in the same second leads here.
            for message in error.messages:
                messages.error(request, message)
        if IS_POPUP_VAR in request.POST:
            return None  # Django closes the window and puts the choice in the form beneath
        opts = self.model._meta
        return HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk]))

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context["schedule"] = panel(context["adminform"].form.schedule)
        # The import map of the rich text editor is an inline script: it needs the nonce.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        if obj:
            where = state(obj)
            context |= {
                "state": where,
                "changes": changed_labels(type(obj), unpublished_changes(obj)) if where == State.CHANGED else [],
                "can_withdraw": self.can_withdraw and is_live(obj),
                "public_url": obj.get_absolute_url() if obj.revisions.public().exists() else "",
                "used_by": live_users(obj),
                "reason": request.POST.get("_reason", ""),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        """Nobody deletes what visitors see, or what something that they see points at."""
        if obj and (is_live(obj) or live_users(obj)):
            return False
        return super().has_delete_permission(request, obj)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


class ChildInline(FieldsMixin, admin.StackedInline):
    """The child rows of a page, in their order; the unsuffixed columns stay out of it."""

    extra = 0

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return translated_fields(self.model)


class TabularChildInline(ChildInline):
    """The same for short rows."""

    template = "admin/edit_inline/tabular.html"


def localized_each(names: Iterable[str], code: str) -> list[str]:
    """The columns of these translated fields in one language."""
    return [column for name in names for column in localized(name, [code])]


def changed_labels(model: type[Publishable], changes: Iterable[Change]) -> list[str]:
    """The labels of the fields, and of the kinds of child rows, that `changes` are about."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    labels: list[str] = []
    for change in changes:
        name = str(change.path[0])
        label: Any
        if name in fields:
            label = fields[name].verbose_name
        elif name in model.children:
            label = dict(child_models(model))[name]._meta.verbose_name_plural
        else:
            continue
        labels.append(capfirst(str(label)))
    return list(dict.fromkeys(labels))
