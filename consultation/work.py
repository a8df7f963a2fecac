"""The work that comes from opinions and meetings: a date that passes, and something that visitors still miss.

Only what visitors can read is judged, by what they read: a draft is work of its own, see `work_list.drafts`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultation.models import Meeting, Opinion
from consultation.models.bodies import newest_first
from consultation.models.meetings import moment_key
from publishing.admin.work_list import Asked, Rest, Tier, WorkItem, WorkKind, WorkSubject, register
from publishing.i18n.formats import written
from publishing.i18n.languages import localized
from publishing.i18n.urls import desk_address
from publishing.models import Publishable
from publishing.models.rights import may_change

AGENDA = WorkKind("meeting-without-agenda", Tier.DATE, 7, gettext_lazy("meeting without an agenda"))
DUE = WorkKind("opinion-due", Tier.DATE, 9, gettext_lazy("opinion that is due"))
MINUTES = WorkKind("meeting-without-minutes", Tier.DATE, 10, gettext_lazy("meeting without minutes"))
ANSWER = WorkKind("opinion-without-answer", Tier.DATE, 11, gettext_lazy("opinion without an answer"))

BEFORE_MEETING, BEFORE_DUE = timedelta(days=7), timedelta(days=14)
FOR_MINUTES, FOR_ANSWER = timedelta(days=30), timedelta(days=60)
LOOKS_BACK = timedelta(days=365)  # after that nobody writes minutes any more, nor answers


@register(AGENDA, MINUTES)
def meetings(asked: Asked) -> Iterator[WorkItem | Rest]:
    """The meetings of the coming week that have no agenda, and those of a month ago that have no minutes."""
    if not may_change(asked.user, Meeting):
        return
    now = asked.now
    # The last key is that of the end, which comes at most a week after the beginning.
    coming = _public(Meeting, asked).filter(
        _is_empty("items"),
        *_not_cancelled(),
        sort_key__gt=moment_key(now),
        sort_key__lte=moment_key(now + 2 * BEFORE_MEETING),
    )
    near = [each for each in coming.order_by("sort_key") if now < each.starts_at <= now + BEFORE_MEETING]
    yield from _lines(asked, AGENDA, 15, near, len(near))
    over = _public(Meeting, asked).filter(
        _is_empty("minutes_id"),
        *_not_cancelled(),
        sort_key__gt=moment_key(now - LOOKS_BACK),
        sort_key__lte=moment_key(now - FOR_MINUTES),
    )
    yield from _lines(asked, MINUTES, 10, over.order_by("sort_key"))


@register(DUE, ANSWER)
def opinions(asked: Asked) -> Iterator[WorkItem | Rest]:
    """The opinions that are due and not adopted, and those that were sent long ago and have no answer."""
    if not may_change(asked.user, Opinion):
        return
    today = timezone.localdate(asked.now)
    running = _public(Opinion, asked).filter(sort_key__gt="0", sort_key__lte=f"0{(today + BEFORE_DUE).isoformat()}")
    yield from _lines(asked, DUE, 5, running.order_by("sort_key"))
    # One is sent after it was adopted, which its key says.
    sent = _public(Opinion, asked).filter(
        _is_empty("answers"),
        ~_is_empty("sent_on"),
        data__sent_on__lte=(today - FOR_ANSWER).isoformat(),
        sort_key__gte=f"1{newest_first(today - FOR_ANSWER)}",
        sort_key__lte=f"1{newest_first(today - LOOKS_BACK)}",
    )
    yield from _lines(asked, ANSWER, 5, sent.order_by("-sort_key"))


def _public(model: type[Publishable], asked: Asked) -> Any:
    found: Any = model.published(asked.now)  # a query over revisions
    if asked.about is None:
        return found
    return found.filter(object_id=asked.about.pk if asked.about.model == model._meta.label_lower else 0)


def _is_empty(column: str) -> Q:
    """That the data of a revision have nothing in this column; an old one may not know it."""
    empty = Q(**{f"data__{column}__isnull": True}) | Q(**{f"data__{column}": None})
    return empty | Q(**{f"data__{column}": []}) | Q(**{f"data__{column}": ""})


def _not_cancelled() -> list[Q]:
    return [_is_empty(column) for column in localized("cancelled_reason")]


def _lines(
    asked: Asked, kind: WorkKind, minutes: int, found: Any, count: int | None = None
) -> Iterator[WorkItem | Rest]:
    """A line for each of `found`, and of very many what the others come to."""
    shown: Iterable[Any] = found[: asked.most]
    lines = [_line(asked, kind, minutes, each) for each in shown]
    yield from lines
    if asked.most is not None and len(lines) == asked.most:
        left = (found.count() if count is None else count) - len(lines)
        if left:
            yield Rest(kind, left, left * minutes, lines[0].subject.model)


def _line(asked: Asked, kind: WorkKind, minutes: int, row: Any) -> WorkItem:
    moment: datetime | date
    if kind is AGENDA:
        moment, anchor, since = row.starts_at, "#items-group", row.starts_at - BEFORE_MEETING
        said = _("begins on %s and has no agenda yet")
    elif kind is MINUTES:
        moment, anchor, since = row.over_at, "#id_minutes", row.over_at
        said = _("was on %s and has no minutes yet")
    elif kind is DUE:
        moment, anchor, since = row.due_on, "#id_adopted_on", _morning(row.due_on - BEFORE_DUE)
        said = _("is due on %s and not adopted yet")
    else:
        moment, anchor, since = row.sent_on, "#answers-group", _morning(row.sent_on)
        said = _("was sent on %s and has no answer yet")
    day = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return WorkItem(
        kind,
        str(row),
        said % written(day, "j F" if day.year == timezone.localdate(asked.now).year else "j F Y"),
        f"{desk_address(row)}{anchor}",
        minutes,
        since,
        WorkSubject(row._meta.label_lower, row.pk),
        cause=day.isoformat(),
        reach=row.reach,
    )


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
