"""How far an opinion or a meeting is: computed from its dates and what came of it, never typed."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class OpinionState(models.TextChoices):
    """How far an opinion is."""

    REQUESTED = "requested", _("Requested")
    PREPARATION = "preparation", _("In preparation")
    ADOPTED = "adopted", _("Adopted")
    NONE = "none", _("No substantive opinion")
    SENT = "sent", _("Sent")
    ANSWERED = "answered", _("Answered")


class MeetingState(models.TextChoices):
    """How far a meeting is."""

    PLANNED = "planned", _("Meeting planned")
    AGENDA = "agenda", _("Agenda known")
    PAST = "past", _("Past")
    MINUTES = "minutes", _("Minutes approved")
    CANCELLED = "cancelled", _("Meeting cancelled")


def opinion_state(
    *,
    is_requested: bool,
    has_text: bool,
    is_adopted: bool,
    is_sent: bool,
    is_answered: bool,
    is_substantive: bool = True,
) -> OpinionState:
    """The furthest that an opinion came."""
    if is_answered:
        return OpinionState.ANSWERED
    if is_sent:
        return OpinionState.SENT
    if is_adopted:
        return OpinionState.ADOPTED if is_substantive else OpinionState.NONE
    return OpinionState.REQUESTED if is_requested and not has_text else OpinionState.PREPARATION


def meeting_state(
    *, is_cancelled: bool, has_minutes: bool, over_at: datetime | None, has_agenda: bool, now: datetime
) -> MeetingState:
    """What a meeting is at the moment `now`; it is over from `over_at`."""
    if is_cancelled:
        return MeetingState.CANCELLED
    if has_minutes:
        return MeetingState.MINUTES
    if over_at and over_at <= now:
        return MeetingState.PAST
    return MeetingState.AGENDA if has_agenda else MeetingState.PLANNED
