"""The admin of bodies and their members, opinions and meetings."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultation import consents
from consultation.models import (
    AgendaItem,
    Answer,
    Body,
    Mandate,
    Meeting,
    MeetingDocument,
    Opinion,
    OpinionDocument,
    OpinionSubject,
    Position,
    references,
)
from consultation.models.mandates import LONGEST_HOW
from consultation.models.meetings import public_of_closed, telling_of_closed
from priorities.admin import AboutInline
from priorities.attachments import AttachmentInline
from publishing.admin import ChildInline, PublishableAdmin, site_mode
from publishing.admin.forms import PublishableForm
from publishing.admin.publishable.children import ChildFormSet
from publishing.admin.publishable.copying import SOURCE
from publishing.admin.scheduling import MomentField
from publishing.i18n.urls import desk_address
from publishing.web.sent_forms.form_data import asks_to_publish

MOST_BODIES = 6  # of which the last meeting is offered to begin from


class OpinionSubjectInline(AboutInline):
    model = OpinionSubject


class PositionInline(ChildInline):
    model = Position


class AnswerInline(ChildInline):
    model = Answer


class OpinionDocumentInline(AttachmentInline):
    model = OpinionDocument


class AgendaFormSet(ChildFormSet):
    """The points of an agenda; an opinion comes once."""

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            opinion = getattr(form, "cleaned_data", {}).get("opinion")
            if not opinion or form in self.deleted_forms:
                continue
            if opinion.pk in seen:
                form.add_error("opinion", _("Another item is about this opinion already."))
            seen.add(opinion.pk)


class AgendaItemInline(ChildInline):
    model = AgendaItem
    formset = AgendaFormSet


class MeetingDocumentInline(AttachmentInline):
    model = MeetingDocument


@admin.register(Body)
class BodyAdmin(PublishableAdmin):
    shared_fields = ("kind", "until", "position")
    list_extra = ("kind",)
    can_preview = False


class MandateForm(PublishableForm):
    """A member; a name that visitors see is saved together with how and when the person agreed to it."""

    agreed_on = forms.DateField(label=gettext_lazy("Agreed in writing on"), required=False, widget=AdminDateWidget)
    agreed_how = forms.CharField(
        label=gettext_lazy("How this person agreed"),
        max_length=LONGEST_HOW,
        required=False,
        help_text=gettext_lazy("For example: form on paper, in the folder of the board. Keep that paper."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.consent: tuple[date, str] | None = None
        if "name" not in cleaned or "shows_name" not in cleaned:
            return cleaned
        day, how = cleaned.get("agreed_on"), cleaned.get("agreed_how") or ""
        if not cleaned["name"]:
            cleaned["shows_name"] = False  # consent is to a name, not to any that may come
        is_new = cleaned["name"] != self.instance.agreed_name or "shows_name" in self.changed_data
        if not cleaned["shows_name"]:
            if day or how:
                self.add_error("shows_name", _("Tick this too, or leave out when and how the person agreed."))
            return cleaned
        if day and day > timezone.localdate():
            self.add_error("agreed_on", _("This day is still to come. Fill it in once it has happened."))
        elif day and day.year < 1990:
            self.add_error("agreed_on", _("This is a day in %d. Is the year right?") % day.year)
        elif (is_new or how) and not day and "agreed_on" not in self.errors:
            self.add_error("agreed_on", _("Say when the person agreed, or untick that visitors see the name."))
        if (is_new or day) and not how and "agreed_how" not in self.errors:
            self.add_error("agreed_how", _("Say how the person agreed, or untick that visitors see the name."))
        if day and how:
            self.consent = day, how
        return cleaned


@admin.register(Mandate)
class MandateAdmin(PublishableAdmin):
    form = MandateForm
    change_form_template = "admin/consultation/mandate_form.html"
    shared_fields = (
        "body",
        "organisation",
        "group",
        "role",
        "name",
        "shows_name",
        ("agreed_on", "agreed_how"),
        ("starts_on", "ends_on"),
    )
    list_extra = ("name", "shows_name", "ends_on")
    can_preview = False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """As for all; a consent is written down before anything is published."""
        super().save_model(request, obj, form, change)
        if form.consent:
            day, how = form.consent
            replaces = site_mode.is_copy(obj)
            if not replaces and consents.has_other_name(obj):
                said = _("The earlier name is gone from the site, also from what is planned: consent to it has ended.")
                messages.warning(request, said)
            consents.record(obj, day, how, request.user, replaces_public=replaces)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """As for all; a name that visitors may not see any more is gone at once, whatever button was pressed."""
        super().save_related(request, form, formsets, change)
        if not form.cleaned_data.get("shows_name") and consents.take_back(form.instance, request.user):
            messages.success(request, _("The name is gone from the site, also from what is planned."))

    def panel_context(self, request: Any, obj: Any) -> dict[str, Any]:
        held = obj.consents.select_related("recorded_by", "withdrawn_by")
        return super().panel_context(request, obj) | {"consents": held}


@admin.register(Opinion)
class OpinionAdmin(PublishableAdmin):
    shared_fields = (
        "reference",
        "basis",
        "requested_by",
        ("requested_on", "due_on"),
        "outcome",
        "adopted_on",
        "adopted_by",
        "meeting",
        "decision",
        ("votes_for", "votes_against", "abstentions"),
        "sent_on",
        "contact",
    )
    list_extra = ("reference", "shown_state")
    inlines = (OpinionSubjectInline, PositionInline, AnswerInline, OpinionDocumentInline)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("answers")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "reference":
            free = str(references.next_free(timezone.localdate().year))
            field.help_text = (
                _("Empty: the next free one, now %s, when you publish or plan this. It never changes after that.")
                % free
            )
        return field

    @admin.display(description=gettext_lazy("how far"))
    def shown_state(self, obj: Opinion) -> str:
        return str(obj.state.label)


def last_meetings() -> list[Meeting]:
    """The last meeting of each body, to begin a new one from; the newest first."""
    of_body = Meeting.objects.filter(body=models.OuterRef("body"), starts_at__isnull=False)
    last = of_body.order_by("-starts_at", "-pk").values("pk")[:1]
    return list(Meeting.objects.filter(pk=models.Subquery(last)).order_by("-starts_at", "-pk")[:MOST_BODIES])


@admin.register(Meeting)
class MeetingAdmin(PublishableAdmin):
    change_form_template = "admin/consultation/meeting_form.html"
    shared_first = True
    shared_fields = (
        ("body", "is_open"),
        ("starts_at", "ends_at"),
        ("minutes", "minutes_approved_on"),
        "url",
    )
    list_extra = ("starts_at", "shown_state")
    inlines = (AgendaItemInline, MeetingDocumentInline)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("items")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateTimeField):
            return db_field.formfield(form_class=MomentField, widget=MomentField.widget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        is_empty = kwargs.get("add") and request.method == "GET" and SOURCE not in request.GET
        context["previous"] = last_meetings() if is_empty else []
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """As for all; once an item is closed, it asks about what still says what it is about, and where."""
        response = super().response_change(request, obj)
        saved = Meeting.objects.get(pk=obj.pk)
        if asks_to_publish(request.POST) and (telling := telling_of_closed(saved)):
            said = _("Earlier versions still say what the closed item is about. Should visitors go on reading those?")
            link = _("Take them out of the public list, in the history")
            messages.warning(request, format_html('{} <a href="{}">{}</a>', said, desk_address(obj, "history"), link))
            if still := public_of_closed(saved, telling):
                said = _("What the closed item names stays public at an address of its own:")
                asks = _("Should visitors not read it any more, then withdraw it there.")
                links = format_html_join(", ", '<a href="{}">{}</a>', ((desk_address(each), each) for each in still))
                messages.warning(request, format_html("{} {}. {}", said, links, asks))
        return response

    @admin.display(description=gettext_lazy("how far"))
    def shown_state(self, obj: Meeting) -> str:
        return str(obj.state.label)
