"""The admin of bodies, opinions and meetings."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultation.models import (
    AgendaItem,
    Answer,
    Body,
    Meeting,
    MeetingDocument,
    Opinion,
    OpinionDocument,
    OpinionSubject,
    Position,
    references,
)
from priorities.admin import AboutInline
from priorities.attachments import AttachmentInline
from publishing.admin import ChildInline, PublishableAdmin
from publishing.admin.publishable.children import ChildFormSet
from publishing.admin.scheduling import MomentField


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


@admin.register(Meeting)
class MeetingAdmin(PublishableAdmin):
    shared_first = True
    shared_fields = (
        "body",
        ("starts_at", "ends_at"),
        "url",
        "is_open",
        "minutes",
        "minutes_approved_on",
    )
    list_extra = ("starts_at", "shown_state")
    inlines = (AgendaItemInline, MeetingDocumentInline)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("items")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateTimeField):
            return db_field.formfield(form_class=MomentField, widget=MomentField.widget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("how far"))
    def shown_state(self, obj: Meeting) -> str:
        return str(obj.state.label)
