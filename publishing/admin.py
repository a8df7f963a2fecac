"""The admin of publishable content: saving is never publishing.

Mirrors `models.py`: `PublishableAdmin` is for `Publishable`, `ChildInline` for `Child`.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, BaseModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DatabaseError, models, transaction
from django.forms import BaseForm, BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from js_asset import Media
from phonenumber_field.modelfields import PhoneNumberField

from publishing import audit, editing, history, lists, resending, site_mode, undoing
from publishing.addresses import absolute
from publishing.checklist import checklist
from publishing.comparison import changed_labels, differences, label, missing
from publishing.dates import written
from publishing.fields import MAX_UPLOAD, NOT_KEPT, CleanedForm, PictureField, ask_again, reset_focus
from publishing.languages import CODES, NATIVE_NAMES, elided, is_blank, localized, translated_fields
from publishing.mail import deliver
from publishing.models import (
    LAST_POSITION,
    Act,
    Discarded,
    Event,
    Mail,
    PolicyReport,
    Publishable,
    SentForm,
    ShareLink,
)
from publishing.numbers import whole
from publishing.outages import is_outage, not_saved, tell_no_success, tell_only_errors
from publishing.preview import preview, typed
from publishing.schedule import ScheduleForm, drop, panel, planned
from publishing.snapshots import freeze_all, normalise
from publishing.storage import StorageAway
from publishing.widgets import LongLine, PhoneInput, PictureInput
from publishing.workflow import (
    State,
    check_publishable,
    check_reason,
    confirm,
    is_live,
    keep,
    keep_typed,
    keep_what_stood,
    live_users,
    lock,
    look,
    look_at,
    publish,
    record,
    reorder,
    state,
    unpublished_changes,
    waits_as,
    withdraw,
)

logger = logging.getLogger(__name__)

LONG_LINE = 200  # letters, from which a text gets a box that grows
NOT_KEPT_FIELDS = "_not_kept"  # names the fields whose files could not be kept
NOT_SAVED = "_not_saved"  # marks a form that comes back because it could not be written
KEEP, INSTEAD = "keep", "instead"  # of the button Publish while something waits: what becomes of that
UNSAVED = "_unsaved"  # marks what a browser kept of an earlier visit: shown, not saved


class PublishableForm(CleanedForm):
    """When the button says publish or plan, what blocks it is an error beside its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schedule = ScheduleForm(self.data if self.is_bound else None, self.instance)
        self.asks = False  # whether it comes back with the question what becomes of what waits

    def _post_clean(self) -> None:
        reset_focus(self)
        super()._post_clean()  # type: ignore[misc]
        if site_mode.is_copy(self.instance):
            self._add_errors(self.instance.refused)
            return
        if self.errors:
            return
        times = self.schedule.cleaned_data
        if "_publish" in self.data or ("_schedule" in self.data and times["live_from"]):
            try:
                check_publishable(self.instance, times["live_from"] or timezone.now(), times["live_until"])
            except ValidationError as error:
                self._add_errors(error)

    def _add_errors(self, error: ValidationError | None) -> None:
        """Put what `error` says beside the fields that it is about."""
        for field, errors in error.update_error_dict({}).items() if error else ():
            self.add_error(field if field in self.fields else None, errors)

    def clean(self) -> dict[str, Any] | None:
        """What stands in the way of doing what the button says, besides the fields themselves."""
        if NOT_SAVED in self.data:
            raise ValidationError(not_saved())
        if editing.CONFLICT in self.data:
            raise ValidationError(_("Nothing of yours was saved yet, and nothing is lost."))
        if NOT_KEPT_FIELDS in self.data:
            for name in self.data.getlist(NOT_KEPT_FIELDS):  # type: ignore[attr-defined]  # of a request
                self.add_error(name if name in self.fields else None, NOT_KEPT)
        if UNSAVED in self.data:
            raise ValidationError(_("This is what you typed earlier. It is not saved yet."))
        if site_mode.is_copy(self.instance):
            if "_publish" not in self.data:
                raise ValidationError(
                    _("Nothing is saved yet: this is what visitors see. Click Publish, and they see your correction.")
                )
            return super().clean()
        if "_withdraw" in self.data:
            try:
                check_reason(self.data.get("_reason", ""))
            except ValidationError as error:
                raise ValidationError(error.messages) from error
        if not self.schedule.is_valid() and not self.data.keys().isdisjoint({"_publish", "_schedule"}):
            raise ValidationError(_("Look at the dates beside the button Plan."))
        if self.schedule.waiting and self.data.get("_publish", KEEP) not in (KEEP, INSTEAD):
            self.asks = True
            raise ValidationError(_("Nothing is saved yet: something is planned. Choose what happens with that."))
        return super().clean()


class FieldsMixin(BaseModelAdmin):
    """How fields are asked for, on pages and on their child rows."""

    formfield_overrides = {
        PictureField: {"widget": PictureInput},
        PhoneNumberField: {"widget": PhoneInput(attrs={"class": "vTextField"})},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        elif is_long_line(db_field):
            kwargs.setdefault("widget", LongLine)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # Nobody deletes what something points at from the form of what points at it.
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
            field.widget.template_name = "widgets/related.html"
        return field


def is_long_line(db_field: Any) -> bool:
    """Whether the text of this field is one line of words, such as a title, that may be long."""
    words = isinstance(db_field, models.CharField) and not isinstance(db_field, models.EmailField)
    return words and (db_field.max_length or 0) >= LONG_LINE


class PublishableAdmin(FieldsMixin, admin.ModelAdmin):
    """One form a working copy, its texts grouped by language, with a button to publish it."""

    class Media:
        css = {"all": ["css/editor.css"]}
        js = (forms.Script("js/ordering.js", type="module"),)

    form = PublishableForm
    change_form_template = "admin/publishable_change_form.html"
    change_list_template = "admin/publishable_change_list.html"
    delete_confirmation_template = "admin/publishable_delete.html"
    actions = None  # nothing dangerous from a list
    view_on_site = False  # the panel above the form links to the page while there is one
    shared_fields: tuple[Any, ...] = ()  # the fields that have no language, in form order
    can_withdraw = True
    can_preview = True  # whether visitors see it on a page, its own or another's
    list_extra: tuple[str, ...] = ()  # columns of the list, after the title

    def get_urls(self) -> list[Any]:
        """The addresses under one object that the panel beside its form needs."""
        opts = self.model._meta
        name = f"{opts.app_label}_{opts.model_name}"
        site = self.admin_site
        return [
            path("add/preview/<str:language>/", site.admin_view(self.preview_view), name=f"{name}_add_preview"),
            path(
                "<number:object_id>/preview/<str:language>/", site.admin_view(self.preview_view), name=f"{name}_preview"
            ),
            path("<number:object_id>/present/", site.admin_view(self.present_view), name=f"{name}_present"),
            path("<number:object_id>/compare/", site.admin_view(self.compare_view), name=f"{name}_compare"),
            path("<number:object_id>/restore/", site.admin_view(self.restore_view), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, language: str, object_id: int | None = None) -> HttpResponse:
        return preview(self, request, str(object_id) if object_id else None, language)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return history.timeline(self, request, object_id)

    def compare_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return history.compare(self, request, str(object_id))

    def restore_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return history.restore_version(self, request, str(object_id))

    def delete_model(self, request: Any, obj: Publishable) -> None:
        """What is deleted lies in the bin, with who put it there."""
        mine = Discarded.objects.of(obj).in_bin()
        with transaction.atomic():
            lock(self.model)
            before = look(self.model, obj.pk)
            super().delete_model(request, obj)
            mine.filter(author=None).update(author=request.user)
            request.act = record(Act.Kind.DELETED, request.user, [before])

    def response_delete(self, request: Any, obj_display: str, obj_id: int) -> HttpResponse:
        response = super().response_delete(request, obj_display, obj_id)
        undoing.offer(request, request.act)
        return response

    def present_view(self, request: Any, object_id: int) -> HttpResponse:
        """A sign of life of the form that is open; answers who else is there."""
        obj = self.get_object(request, str(object_id))
        if request.method != "POST" or obj is None or not self.has_change_permission(request, obj):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        editing.arrive(obj, request.user)
        return render(request, "admin/panel/presence.html", {"others": editing.others(obj, request.user)})

    present_view.is_ping = True  # type: ignore[attr-defined]  # the open form sends it by itself

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """The working row; where one corrects what is public, a copy of it with what that says."""
        obj = super().get_object(request, object_id, from_field)
        if obj is None or not site_mode.is_asked(request):
            return obj
        base = site_mode.base_of(obj, also_past=request.method == "POST")
        if base is None:
            return obj
        obj = site_mode.as_public(obj, base)
        obj.refused = getattr(request, "refused", None)
        return obj

    def changeform_view(self, request: Any, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The form; one that can't be written, as on a full disk, comes back with what was typed."""
        try:
            return self._changeform(request, object_id, *args, **kwargs)
        except (DatabaseError, OSError) as error:
            if request.method != "POST" or not is_outage(error):
                raise
            logger.exception("The form of %s could not be saved", self.opts.label_lower)
            request.POST = request.POST.copy()
            if isinstance(error, StorageAway):
                request.POST.setlist(NOT_KEPT_FIELDS, list(request.FILES))
                request._files = MultiValueDict()
            else:
                request.POST[NOT_SAVED] = "1"
            tell_no_success(request)
            return super().changeform_view(request, object_id, *args, **kwargs)

    def _changeform(self, request: Any, object_id: str | None, *args: Any, **kwargs: Any) -> Any:
        """The form; one that somebody else overtook comes back with both texts."""
        is_correction = object_id is not None and site_mode.is_asked(request)
        if is_correction and (answer := self._nothing_to_correct(request, str(object_id))):
            return answer
        if request.method != "POST":
            opened = None if object_id else self._opened_before(request)
            return opened or super().changeform_view(request, object_id, *args, **kwargs)
        request.sent = resending.digest(request)
        with transaction.atomic():
            lock(self.model)  # what publishing takes too, and takes first: never a row before it
            before = resending.saved_before(request, self.model)
            if before and not object_id:
                return self._added_before(request, before) or super().changeform_view(request, None, *args, **kwargs)
            obj = self.get_object(request, unquote(object_id)) if object_id else None
            if obj and before and obj.pk == before.object_id:
                if resending.says_nothing_new(request.sent, obj, before):
                    return self._done_before(request, obj)
                request.POST = resending.caught_up(request.POST, obj, before)
            if obj and editing.BASE in request.POST:
                self._compare_with_saved(request, obj)
            try:
                return super().changeform_view(request, object_id, *args, **kwargs)
            except ValidationError as error:  # of a correction: nothing of it was kept
                if not is_correction:
                    raise
                request.refused = error
                tell_no_success(request)
                return super().changeform_view(request, object_id, *args, **kwargs)

    def _nothing_to_correct(self, request: Any, object_id: str) -> HttpResponse | None:
        """Lead to the form of the working copy when nothing is public, or never was."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or site_mode.is_copy(obj):
            return None
        messages.info(request, _("This is not on the public site. This is its working copy."))
        return HttpResponseRedirect(self._address(obj))

    def _opened_before(self, request: Any) -> HttpResponse | None:
        """Back to an empty form that made a page already: that page, so that it is not made twice."""
        before = resending.saved_before(request, self.model)
        obj = self.get_object(request, str(before.object_id)) if before else None
        if obj is None or IS_POPUP_VAR in request.GET or not self.has_view_or_change_permission(request, obj):
            return None
        messages.info(request, _("You saved this already: here it is. For another new one, choose “Add” in the list."))
        return HttpResponseRedirect(self._address(obj))

    def _added_before(self, request: Any, before: SentForm) -> HttpResponse | None:
        """A new page that comes again: from now on it is a change of the page that it made."""
        obj = self.get_object(request, str(before.object_id))
        if obj is None:
            return None
        if IS_POPUP_VAR in request.POST and resending.says_nothing_new(request.sent, obj, before):
            return super().response_add(request, obj)
        return HttpResponseRedirect(self._address(obj), preserve_request=True)

    def _done_before(self, request: Any, obj: Publishable) -> HttpResponse:
        """Say that the first try had arrived, and do nothing twice."""
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        messages.success(request, resending.had_arrived())
        return self._stay(request, obj)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        if not site_mode.is_copy(obj):
            super().save_model(request, obj, form, change)

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> Any:
        """What the log says; of a correction the version itself does."""
        return (
            [] if site_mode.is_copy(form.instance) else super().construct_change_message(request, form, formsets, add)
        )

    def save_form(self, request: Any, form: Any, change: bool) -> Any:
        """As Django's, and look how everything stands before it is saved."""
        if change:
            request.before = look(self.model, form.instance.pk)
            keep_what_stood(form.instance)
        return super().save_form(request, form, change)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """As Django's, and note the child rows that are new; a correction is published."""
        if site_mode.is_copy(form.instance):
            request.amendment = site_mode.publish_changes(form, formsets, request.user)
            request.rows_added = site_mode.rows_added(request.amendment, form.instance, formsets)
            return
        new = [each for formset in formsets for each in formset.forms if each.instance.pk is None]
        super().save_related(request, form, formsets, change)
        request.rows_added = {each.prefix: each.instance.pk for each in new if each.instance.pk}

    def _compare_with_saved(self, request: Any, obj: Publishable) -> None:
        saved = freeze_all(obj)
        if request.POST[editing.BASE] == editing.fingerprints(saved):
            return
        form = self.get_form(request, obj, change=True)(request.POST, request.FILES, instance=obj)
        formsets, _inlines = self._create_formsets(request, obj, change=True)  # type: ignore[attr-defined]
        mine = typed(form, formsets)
        found = editing.differences(request.POST[editing.BASE], saved, mine)
        if found:
            row = self.get_object(request, str(obj.pk))
            theirs = self.get_form(request, row, change=True)(instance=row)
            inlines = [
                formset_class(instance=row, prefix=formset_class.get_default_prefix())
                for formset_class, _inline in self.get_formsets_with_inlines(request, row)
            ]
            if any(each.clash for each in found):
                keep_typed(obj, request.user, mine)
            request.POST = editing.take_over(request.POST, found, theirs, inlines)
            request.differences = found

    def get_fieldsets(self, request: HttpRequest, obj: Publishable | None = None) -> Any:
        """The Dutch texts, the French, the English; then what all languages share."""
        names = translated_fields(self.model)
        fieldsets: list[Any] = [
            (
                NATIVE_NAMES[code],
                {"fields": [*localized_each(names, code), *self._check_field(code)], "classes": [f"language-{code}"]},
            )
            for code in CODES
            if names
        ]
        if self.shared_fields:
            label = gettext_lazy("For all languages") if names else None
            fieldsets.append((label, {"fields": self.shared_fields}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Publishable | None = None) -> Any:
        """Also its place, where one corrects what is public: an order is changed in the list."""
        fields = tuple(super().get_readonly_fields(request, obj))
        place = self.model.order_field if site_mode.is_copy(obj) else ""
        return (*fields, place) if place and place not in fields else fields

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

    def get_empty_value_display(self) -> Any:
        """What stands in a list for what is not there; on a phone, where a row has no headings, nothing does."""
        return format_html('<span class="none">–<span class="visually-hidden"> {}</span></span>', _("not filled in"))

    def get_list_display(self, request: HttpRequest) -> Any:
        place = ("place",) if self.model.order_field else ()
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
            getattr(obj, self.model.order_field),
            name,
        )

    @admin.display(description=gettext_lazy("Languages"))
    def languages_present(self, obj: Publishable) -> str:
        """How far it exists in each language, in a sign and in words."""
        if not translated_fields(self.model):
            return self.get_empty_value_display()
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
        return obj.list_where

    @admin.display(description=gettext_lazy("last change"))
    def last_change(self, obj: Any) -> str:
        """When somebody last saved or published it, and who."""
        if not obj.list_change:
            return self.get_empty_value_display()
        at, who = obj.list_change
        return ", ".join(filter(None, [written(timezone.localtime(at)), who]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; one of its buttons publishes the order that it shows."""
        if request.method == "POST" and "_reorder" in request.POST and self.model.order_field:
            if not self.has_change_permission(request):
                raise PermissionDenied
            self._reorder(request)
            return HttpResponseRedirect(request.get_full_path())
        can_order = bool(self.model.order_field) and self.has_change_permission(request)
        title = capfirst(str(self.opts.verbose_name_plural))
        extra = {"can_order": can_order, "counted": True, "title": title}
        return super().changelist_view(request, extra | (extra_context or {}))

    def _reorder(self, request: Any) -> None:
        """Order the rows by the numbers that were typed: what moved up comes before its equals, down after."""
        typed = {
            key: whole(value)
            for name, value in request.POST.items()
            if name.startswith("place-") and (key := whole(name.removeprefix("place-")))
        }
        field = self.model.order_field
        old = dict(self.model._base_manager.order_by(field, "pk").values_list("pk", field))
        places = {key: index for index, key in enumerate(old)}
        keys = sorted(
            typed,
            key=lambda key: (typed[key], _sign(typed[key] - old.get(key, 0)), places.get(key, 0)),
        )
        try:
            with transaction.atomic():
                lock(self.model)
                before = look_at(self.model, list(old))
                moved = reorder(self.model, keys, request.user)
                act = record(Act.Kind.ORDERED, request.user, before) if moved else None
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
        if moved:
            messages.success(request, _("The order is changed: visitors see it now. Drafts stay drafts."))
            undoing.offer(request, act)
        else:
            messages.info(request, _("The order was this already."))

    # Publishing

    def response_add(
        self, request: HttpRequest, obj: Publishable, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._answer(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Publishable) -> HttpResponse:
        return self._answer(request, obj) or super().response_change(request, obj)

    def _answer(self, request: Any, obj: Publishable) -> HttpResponse | None:
        """Do what the button said, keep what was saved, and offer to undo what visitors see of it."""
        before, kind = getattr(request, "before", None) or look(self.model, obj.pk), undoing.kind_of(request)
        response = self._respond(request, obj)
        keep(obj, request.user)
        undoing.offer(request, record(kind, request.user, [before]) if kind else None)
        return response

    def _respond(self, request: Any, obj: Publishable) -> HttpResponse | None:
        """Do what the button said, tell what visitors see of it now, and stay on the page."""
        if site_mode.is_copy(obj):
            return self._corrected(request, obj)
        schedule = ScheduleForm(request.POST, obj)
        try:
            if not schedule.is_valid() and not request.POST.keys().isdisjoint({"_publish", "_schedule"}):
                raise ValidationError([message for errors in schedule.errors.values() for message in errors])
            if "_schedule" in request.POST:
                messages.success(request, schedule.plan(obj, request.user))
            elif "_cancel" in request.POST:
                chosen = obj.revisions.filter(pk=whole(request.POST["_cancel"])).first()
                revision = planned().of(obj).filter(pk=waits_as(chosen).pk).first() if chosen else None
                if revision is None:
                    raise ValidationError(
                        _("This version does not wait any more: it has begun, or somebody cancelled it.")
                    )
                drop(revision, request.user)
                messages.success(request, _("Cancelled: nothing changes for visitors."))
            elif "_publish" in request.POST:
                keeps, until = request.POST["_publish"] == KEEP, schedule.cleaned_data["live_until"]
                publish(obj, request.user, live_until=until, keep_waiting=keeps)
                plans = site_mode.plans_told(schedule.waiting) if keeps else site_mode.dropped_told(schedule.waiting)
                messages.success(request, format_html("{} {}", published_told(obj), plans))
            elif "_confirm" in request.POST:
                confirm(obj, request.user)
                messages.success(request, _("Noted: what visitors read is still right."))
            elif "_share" in request.POST:
                ShareLink.objects.renew(obj, request.user)
                messages.success(request, _("Saved. The link below shows this working copy; an earlier link ended."))
            elif "_unshare" in request.POST:
                ShareLink.objects.revoke(obj)
                messages.success(request, _("The link no longer works."))
            elif "_withdraw" in request.POST and self.can_withdraw:
                withdraw(obj, request.user, request.POST.get("_reason", ""))
                plans = site_mode.dropped_told(schedule.waiting)
                told = _("Withdrawn: visitors read your reason at its address.")
                messages.success(request, f"{told} {plans}".rstrip())
            else:
                messages.success(request, _("Saved as a working copy: visitors see it when you publish."))
        except ValidationError as error:
            # The working copy is saved; only a change by somebody else in the same second leads here.
            for message in error.messages:
                messages.error(request, message)
        resending.remember(request, type(obj)._base_manager.get(pk=obj.pk), request.sent, request.rows_added)
        if IS_POPUP_VAR in request.POST:
            tell_only_errors(request)
            return None  # Django closes the window and puts the choice in the form beneath
        return self._stay(request, obj)

    def _corrected(self, request: Any, obj: Publishable) -> HttpResponse:
        """Tell what a correction did, to visitors and to what waits or is saved, and stay on the page."""
        amendment, row = request.amendment, self.model._base_manager.get(pk=obj.pk)
        if amendment.revision:
            plans = site_mode.plans_told(ScheduleForm(None, row).waiting)
            messages.success(request, format_html("{} {}", published_told(row), plans))
        else:
            messages.info(request, _("Visitors see this already: there was nothing to publish."))
        for told in (site_mode.kept_told(row, amendment, self._address(row)), site_mode.untouched_told(amendment)):
            if told:
                messages.warning(request, told)
        resending.remember(request, self.get_object(request, str(obj.pk)), request.sent, request.rows_added)
        return self._stay(request, obj)

    def _address(self, obj: Publishable) -> str:
        opts = self.model._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])

    def _stay(self, request: Any, obj: Publishable) -> HttpResponse:
        """Go to the form of `obj`, from which one came."""
        url = self._address(obj) + (f"?{site_mode.QUERY}" if site_mode.is_asked(request) else "")
        if "X-Upload" in request.headers:  # a script that goes there itself, so that the message is read once
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Location": url})
        return HttpResponseRedirect(url)

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context["schedule"] = panel(context["adminform"].form.schedule)
        # The import map of the rich text editor is an inline script: it needs the nonce.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        forms = [
            context["adminform"].form,
            *(form for each in context["inline_admin_formsets"] for form in each.formset),
        ]
        form = context["adminform"].form
        context["asks"] = form.asks and not problems(forms)
        for each in forms:
            ask_again(each)
        context |= {
            "title": elided(context["title"]),
            "language_tabs": language_tabs(forms) if translated_fields(self.model) else [],
            "can_preview": self.can_preview,
            "max_upload": MAX_UPLOAD,
            "max_upload_mb": MAX_UPLOAD // 1_000_000,
            "languages": NATIVE_NAMES.items(),
            "unsaved": UNSAVED in request.POST,
            "form_token": resending.token_of(request) or resending.new_token(),
        }
        context["corrects"] = site_mode.is_copy(form.instance)
        if obj:
            context |= self._panel(request, obj)
        if context["asks"]:
            formsets = [each.formset for each in context["inline_admin_formsets"]]
            context["would_change"] = site_mode.would_change(form, formsets)
        # Above the form stands what is the matter, told once; two texts side by side are no error.
        told = context["unsaved"] or context["asks"] or context.get("differences")
        context["general"] = [] if told else context["adminform"].form.non_field_errors()
        context["problems"] = [] if told and not context["asks"] else problems(forms)
        context["errors"] = []
        if context["general"] or context["problems"] or told:
            context["messages"] = ()  # what else was done is told on the next page, never above what is wrong here
        return super().render_change_form(request, context, *args, **kwargs)

    def _panel(self, request: Any, obj: Publishable) -> dict[str, Any]:
        """Where `obj` stands, who else is here, and what can be done about it."""
        where = state(obj)
        public = obj.revisions.public().defer("data").first()
        differences = getattr(request, "differences", [])
        row = self.get_object(request, str(obj.pk)) or obj
        # A form that came back with errors was still made from what was saved then.
        base = request.POST.get(editing.BASE) if not differences else None
        if request.method == "GET":
            editing.arrive(obj, request.user)
        changes = changed_labels(type(obj), unpublished_changes(obj))
        waiting = ScheduleForm(None, obj).waiting
        comes_at = waiting[0].live_from if waiting else None
        return {
            "state": where,
            "badge": State.CHANGED if waiting and where == State.PUBLISHED else where,
            "where": lists.where_words(where, comes_at, bool(changes)),
            "changes": changes,
            "standing": site_mode.standing(obj, waiting, changes),
            "can_withdraw": self.can_withdraw and is_live(obj),
            "public_url": obj.get_absolute_url() if public else "",
            "used_by": live_users(obj),
            "reason": request.POST.get("_reason", ""),
            "base": base or editing.fingerprints(freeze_all(row)),
            "differences": [(label(type(obj), each.path), each) for each in differences],
            "overtaken_by": last_editor(obj, request.user) if differences and not site_mode.is_copy(obj) else None,
            "others": editing.others(obj, request.user),
            "checked_at": public.checked_at if public else None,
            "checklist": checklist(row),
            "history": history.recent(obj),
            "share_link": (link := ShareLink.objects.of(obj).valid().first()),
            "share_address": absolute(request, link.get_absolute_url()) if link and link.token else "",
        }

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        """Nobody deletes what visitors see, or what something that they see points at."""
        if obj and (is_live(obj) or live_users(obj)):
            return False
        return super().has_delete_permission(request, obj)


def published_told(obj: Publishable) -> str:
    """That visitors see it now, with a link to its page if it has one."""
    url = obj.get_absolute_url()
    link = format_html(' <a href="{}">{}</a>', url, _("View the page")) if url else ""
    return format_html("{}{}", _("Published: visitors see it now."), link)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


class ChildForm(CleanedForm):
    """A child row; a new one of which only the place was filled in is an empty one."""

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - (set() if self.instance.pk else {"position"}))


class ChildFormSet(BaseInlineFormSet):
    """The child rows of a form; too many are refused in the words of the desk."""

    default_error_messages = {
        "too_many_forms": gettext_lazy(
            "There are too many of these: at most %(num)d fit. Remove some, then save again."
        )
    }

    @property
    def _public_rows(self) -> Any:
        """The rows that are public, where one corrects those; None of a working copy."""
        rows = getattr(self.instance, "site_rows", None)
        return rows if rows is None else rows[self.fk.remote_field.related_name]

    def get_queryset(self) -> Any:
        """The rows of the form; those that are public need not be in the working copy any more."""
        rows = self._public_rows
        return super().get_queryset() if rows is None else rows

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if self._public_rows is not None:  # Django's field knows the rows of the working copy alone
            key = form.instance.pk
            form.fields["id"] = forms.IntegerField(initial=key, required=False, widget=forms.HiddenInput)


class ChildInline(FieldsMixin, admin.StackedInline):
    """The child rows of a page, in their order; the unsuffixed columns stay out of it."""

    form = ChildForm
    formset = ChildFormSet
    template = "admin/publishable_inline.html"
    extra = 0
    max_num = 200

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """With a bound on what one request may ask of us: rows are checked and drawn one by one."""
        return super().get_formset(request, obj, **({"absolute_max": 2 * self.max_num, "validate_max": True} | kwargs))

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return translated_fields(self.model)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The place of a row comes after what it says."""
        return sorted(super().get_fields(request, obj), key=lambda name: name == "position")


def localized_each(names: Iterable[str], code: str) -> list[str]:
    """The columns of these translated fields in one language."""
    return [column for name in names for column in localized(name, [code])]


def problems(forms: Iterable[BaseForm]) -> list[tuple[str, str, str]]:
    """What is wrong in which field: its id in the page, its label, and a sentence."""
    return [
        (bound.auto_id, capfirst(str(bound.label)), str(error))
        for form in forms
        for bound in form
        for error in bound.errors
    ]


@dataclass(frozen=True)
class LanguageTab:
    """How far one language is, counted in texts that exist in any language."""

    code: str
    name: str
    done: int
    of: int
    errors: int

    @property
    def sign(self) -> str:
        """The icon that says the same: empty, partly, complete."""
        return "empty" if not self.done else "full" if self.done == self.of else "half"


def language_tabs(forms: Iterable[BaseForm]) -> list[LanguageTab]:
    """One tab a language over the texts of `forms`: those of the page and of its child rows."""
    done, errors, texts = Counter[str](), Counter[str](), 0
    for form in forms:
        for name in translated_fields(form._meta.model):  # type: ignore[attr-defined]  # of a model form
            pairs = zip(CODES, localized(name), strict=True)
            columns = {code: column for code, column in pairs if column in form.fields}
            errors.update(code for code, column in columns.items() if form.errors.get(column))
            filled = [code for code, column in columns.items() if not is_blank(form[column].value())]
            if filled and name != "slug":
                texts += 1
                done.update(filled)
    return [LanguageTab(code, name, done[code], texts, errors[code]) for code, name in NATIVE_NAMES.items()]


def last_editor(obj: Publishable, user: User) -> LogEntry | None:
    """The newest entry in the log about `obj` of somebody other than `user`."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
    return about.exclude(user=user).select_related("user").first()


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """Mails that no mail server took yet; nothing to do here but look, try again, or give one up.

    Those about who gets in are for superusers: nobody else may learn of them, or keep them from arriving.
    """

    list_display = ("subject", "to", "created_at", "tries", "next_try_at", "error")
    list_display_links = None
    actions = ("try_again",)

    def get_queryset(self, request: Any) -> models.QuerySet[Mail]:
        mails = super().get_queryset(request)
        return mails if request.user.is_superuser else mails.filter(is_security=False)

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, and how many more mails there are for those who do not see all."""
        hidden = 0 if request.user.is_superuser else Mail.objects.filter(is_security=True).count()
        if hidden and request.method == "GET":
            words = ngettext(
                "%d more mail waits, about signing in. Only who manages this website sees it.",
                "%d more mails wait, about signing in. Only who manages this website sees them.",
                hidden,
            )
            messages.info(request, words % hidden)
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("to"))
    def to(self, obj: Mail) -> str:
        return ", ".join(obj.recipients)

    @admin.action(description=gettext_lazy("Try again now"))
    def try_again(self, request: HttpRequest, queryset: models.QuerySet[Mail]) -> None:
        queryset.update(next_try_at=timezone.now())
        sent = deliver()
        messages.info(request, ngettext("%d mail sent.", "%d mails sent.", sent) % sent)

    def has_add_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False


@admin.register(PolicyReport)
class PolicyReportAdmin(admin.ModelAdmin):
    """What browsers held back; nothing to do here but look, and delete what is dealt with."""

    list_display = ("held_back", "blocked", "page", "count", "first_at", "last_at")
    list_display_links = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("what"), ordering="directive")
    def held_back(self, obj: PolicyReport) -> str:
        kind = obj.directive.partition("-")[0]
        known = {"script": _("script"), "style": _("design"), "img": _("picture"), "font": _("typeface")}
        return f"{known[kind]} ({obj.directive})" if kind in known else obj.directive

    def has_add_permission(self, request: HttpRequest, obj: PolicyReport | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PolicyReport | None = None) -> bool:
        return False


@admin.register(Event)
class LogAdmin(admin.ModelAdmin):
    """Who did what, in one list: events and publications, to read only."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        page_obj = Paginator(audit.everything(), history.ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context = self.admin_site.each_context(request) | {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "opts": self.opts,
            "page_obj": page_obj,
            "lines": audit.lines(page_obj),
            "days": audit.KEPT_FOR.days,
        }
        return render(request, "admin/log.html", context)

    def has_add_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Discarded)
class BinAdmin(admin.ModelAdmin):
    """The bin: what was deleted, to look at and to put back."""

    list_display = ("title", "kind", "who", "created_at")
    actions = None
    change_list_template = "admin/publishable_change_list.html"
    change_form_template = "admin/history/discarded.html"

    def _editable(self, request: HttpRequest) -> list[type[Publishable]]:
        """The kinds of content that this user may edit."""
        registered = self.admin_site._registry.items()
        return [
            model
            for model, model_admin in registered
            if issubclass(model, Publishable) and model_admin.has_change_permission(request)
        ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Discarded]:
        """What is in the bin of the kinds that this user may edit."""
        editable = [model._meta.label_lower for model in self._editable(request)]
        return super().get_queryset(request).in_bin().filter(model__in=editable).select_related("author")  # type: ignore[attr-defined]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """The titles in every language, of whatever kind."""
        columns: set[str] = set()
        for model in self._editable(request):
            title = model.title_field
            columns.update(localized(title) if title in translated_fields(model) else (title,))
        return tuple(f"data__{column}" for column in sorted(columns))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("Kind"))
    def kind(self, obj: Discarded) -> str:
        return capfirst(str(obj.model_class._meta.verbose_name))

    @admin.display(description=gettext_lazy("by"), ordering="author")
    def who(self, obj: Discarded) -> str:
        return lists.user_name(obj.author)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self._editable(request))

    def has_view_permission(self, request: HttpRequest, obj: Discarded | None = None) -> bool:
        return self.has_module_permission(request)

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Discarded | None = None) -> bool:
        return False

    def changeform_view(self, request: Any, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """What was deleted, with a button to put it back."""
        discarded = self.get_object(request, unquote(object_id or ""))
        if discarded is None:
            return super().changeform_view(request, object_id, *args, **kwargs)  # which says that it is not there
        model = discarded.model_class
        if request.method == "POST":
            row = history.restore_and_tell(request, discarded)
            return redirect(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", row.pk)
        content = normalise(model, discarded.data)
        context = self.admin_site.each_context(request) | {
            "title": discarded.title,
            "opts": self.opts,
            "discarded": discarded,
            "kind": self.kind(discarded),
            "when": history.when(discarded.created_at),
            "missing": missing(model, content),
            "differences": differences(model, {}, content),
            "plain": True,
        }
        return render(request, "admin/history/discarded.html", context)
