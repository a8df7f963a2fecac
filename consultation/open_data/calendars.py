"""Meetings for calendar programs (RFC 5545): all of them as one calendar to follow, and one meeting as a file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from threading import Lock
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consultation.models import Meeting
from consultation.models.meetings import moment_key
from publishing.cache import stamp
from publishing.i18n.languages import current, localized, resolve
from publishing.i18n.urls import absolute
from publishing.models import Publishable, Revision, follow
from publishing.web.views import PublishedDetailView

KEPT = timedelta(days=365)  # how long a meeting that is over stays in the calendar
KEPT_CANCELLED = timedelta(days=30)  # the same of one that was cancelled or withdrawn
# What makes calendars take over an entry anew when it changes.
MOVING = ("starts_at", "ends_at", *localized("place"), *localized("cancelled_reason"))


# How the clock changes in Brussels since 1990, before which no meeting is. A change is told by the clock before it (RFC
# 5545 3.6.5), which `icalendar` does not in spring; and by a rule, so that it ends in no year.
ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19790930T030000
RRULE:FREQ=YEARLY;UNTIL=19950924T010000Z;BYDAY=-1SU;BYMONTH=9
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True)
class Made:
    """The calendar as it was made once; the page cache has none, because it also changes without a publication."""

    content: bytes
    state: stamp.StampState
    until: datetime | None  # when the first meeting leaves it
    gone: frozenset[int]
    there: frozenset[int]  # those of `gone` that still have a working copy, see `_withdrawn`

    def holds(self, state: stamp.StampState, now: datetime) -> bool:
        """Whether it would be made the same again."""
        is_same = (state.number, state.changed_at, state.until) == (
            self.state.number, self.state.changed_at, self.state.until
        )  # fmt: skip
        return is_same and (self.until is None or now < self.until) and self.there == _there(self.gone)


MOST_MADE = 20  # languages, and names of the site where `SITE_URL` does not say one
_made: dict[tuple[str, str], Made] = {}
_making = Lock()


def calendar(request: HttpRequest) -> HttpResponse:
    """The meetings to come and those of the last year, in the language of the address; 404 while there are none.

    Calendar programs ask for it every hour, and of a thousand meetings it takes most of a second to make.
    """
    key = current(), absolute(request, "/")
    with _making:  # once, for all who ask meanwhile
        now, state = timezone.now(), stamp.state()
        made = _made.get(key)
        if made is None or not made.holds(state, now):
            made = _make(request, state, now)
            if len(_made) >= MOST_MADE:
                _made.clear()
            _made[key] = made
    return _sent(request, made.content)


def _make(request: HttpRequest, state: stamp.StampState, now: datetime) -> Made:
    shown: Any = Meeting.published(now).following("items__opinion")
    meetings: list[Any] = list(shown.filter(sort_key__gt=moment_key(now - KEPT)))
    gone = _withdrawn(now)
    if not meetings and not gone and not Meeting.published(now).exists():
        raise Http404
    kept = [each for each in meetings if not each.is_cancelled or _is_kept(each, now)]
    ends = [each.over_at + (KEPT_CANCELLED if each.is_cancelled else KEPT) for each in kept if each.over_at]
    ends += [each.over_at + KEPT_CANCELLED for each in gone if each.over_at]
    numbers = frozenset(each.pk for each in gone)
    content = written(request, [*kept, *gone], numbers)
    return Made(content, state, min(ends, default=None), numbers, _there(numbers))


def _there(numbers: Iterable[int]) -> frozenset[int]:
    """Those of these meetings that were not deleted."""
    return frozenset(Meeting._base_manager.filter(pk__in=numbers).values_list("pk", flat=True) if numbers else ())


def _withdrawn(now: datetime) -> list[Any]:
    """The meetings that visitors once saw and that were withdrawn since, as they were."""
    due: Any = (
        Revision.objects.of(Meeting).due(now).filter(withdrawn=True, sort_key__gt=moment_key(now - KEPT_CANCELLED))
    )
    found = {revision.object_id: revision for revision in due}
    if not found:
        return []
    seen = Revision.objects.of(Meeting).once_public(now).filter(object_id__in=found).order_by("pk")
    # A withdrawal holds what its page said last: that is told no more once it is taken back too.
    last = {number: taken_back_at is None for number, taken_back_at in seen.values_list("object_id", "taken_back_at")}
    gone = [revision.thaw(now) for number, revision in found.items() if last.get(number)]
    there = _there(found)
    for each in gone:
        if each.pk not in there:  # deleted: a calendar need know which entry to strike out, and no more
            for column in localized("title"):
                setattr(each, column, None)
    return gone


def _is_kept(meeting: Meeting, now: datetime) -> bool:
    return bool(meeting.over_at and meeting.over_at > now - KEPT_CANCELLED)


class MeetingFileView(PublishedDetailView):
    """One meeting as a file that a calendar takes over."""

    model = Meeting
    context_name = "meeting"
    following = ("items__opinion",)

    def get_address(self, obj: Publishable, version: int | None = None) -> str:
        return reverse("meeting_file", args=[obj.slug_in(current())])

    def show(self, obj: Any, **context: Any) -> HttpResponse:
        if not obj.starts_at:  # as nothing that is published now
            raise Http404
        follow([obj], self.following, cast(datetime, obj.as_of))
        return _sent(self.request, written(self.request, [obj]), f"{obj.slug_in(current())}.ics")


def _sent(request: HttpRequest, content: bytes, name: str = "") -> HttpResponse:
    headers = {"Cache-Control": "no-cache", "ETag": quote_etag(blake2s(content, digest_size=16).hexdigest())}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
    return cast(HttpResponse, get_conditional_response(request, headers["ETag"], None, response))


def written(request: HttpRequest, meetings: Sequence[Any], gone: Collection[int] = ()) -> bytes:
    """These meetings as a calendar; those that are `gone` as cancelled, without what they were about."""
    from icalendar import Calendar, Timezone  # only now: it costs a worker 9 MB and a fifth of a second

    made = Calendar()
    made.add("prodid", f"-//RESOC Westhoek//{_('Meetings')}//{current().upper()}")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"RESOC Westhoek: {_('Meetings')}")
    made.add_component(Timezone.from_ical(ZONE))
    numbers = sequences([each.pk for each in meetings])
    for meeting in sorted(meetings, key=lambda each: (each.starts_at, each.pk)):
        made.add_component(_event(request, meeting, numbers[meeting.pk], is_gone=meeting.pk in gone))
    return cast(bytes, made.to_ical())


def sequences(numbers: Iterable[int]) -> dict[int, int]:
    """By the number of each meeting how often its time, place or cancellation changed since it was first public."""
    told: dict[int, int] = defaultdict(int)
    last: dict[int, object] = {}
    revisions = Revision.objects.of(Meeting).filter(object_id__in=list(numbers), live_from__lte=timezone.now())
    came = revisions.filter(cancelled=False, erased_at=None).order_by("object_id", "pk")
    for number, data, withdrawn in came.values_list("object_id", "data", "withdrawn"):
        says = (withdrawn, *(data.get(name) for name in MOVING))
        told[number] += number in last and last[number] != says
        last[number] = says
    return told


def _event(request: HttpRequest, meeting: Any, sequence: int, *, is_gone: bool) -> Any:
    from icalendar import Event

    zone = ZoneInfo(settings.TIME_ZONE)
    event = Event()
    event.add("uid", str(meeting.uid))
    event.add("sequence", sequence)
    event.add("dtstamp", meeting.revision.changed_at)
    event.add("last-modified", meeting.revision.changed_at)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    if meeting.ends_at:
        event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", capfirst(resolve(meeting, "title").value or _("meeting")))
    event.add("status", "CANCELLED" if is_gone or meeting.is_cancelled else "CONFIRMED")
    if not is_gone:
        event.add("url", absolute(request, meeting.get_absolute_url()))
        if place := resolve(meeting, "place").value:
            event.add("location", place)
        if said := "\n".join(described(meeting)):
            event.add("description", said)
    return event


def described(meeting: Any) -> list[str]:
    """Why it is cancelled, and its agenda: of a closed item its place alone."""
    lines = [resolve(meeting, "cancelled_reason").value] if meeting.is_cancelled else []
    for place, item in enumerate(meeting.items.all(), start=1):
        words = resolve(item, "title").value or (resolve(item.opinion, "title").value if item.opinion else "")
        lines.append(f"{place}. {_('Closed item') if item.is_closed else capfirst(words)}")
    return lines
