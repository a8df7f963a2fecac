"""Opinions and meetings as open data: what visitors read now, and which of them were withdrawn, as JSON.

One address for all languages, a page of it at a time; each text is a map from language to text. No text of an
opinion itself, which stands at its address, and no person. Any site may read it: nothing in it depends on who asks.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from consultation.models import Meeting, Opinion
from pages.models import ContactDetails
from publishing.cache.parameters import PAGE, page_of, takes
from publishing.i18n.languages import CODES, is_blank
from publishing.i18n.urls import absolute
from publishing.models import Publishable, Revision, follow

PER_PAGE = 100  # so that the page cache keeps each page, however much there is
NO_LICENCE = gettext_noop("No licence for reuse was chosen yet.")
Entry = dict[str, Any]


@takes(page=PAGE)
def opinions(request: HttpRequest) -> JsonResponse:
    """What visitors read of all opinions; 404 until the first one is published."""
    return _answer(request, Opinion, OPINION, lambda obj: _opinion(request, obj), lambda data: data.get("reference"))


@takes(page=PAGE)
def meetings(request: HttpRequest) -> JsonResponse:
    """What visitors read of all meetings; 404 until the first one is published."""
    return _answer(request, Meeting, MEETING, lambda obj: _meeting(request, obj), lambda data: data.get("uid"))


# The relations that an entry reads.
OPINION = (
    "requested_by",
    "adopted_by",
    "meeting",
    "about__priority",
    "about__theme",
    "positions__organisation",
    "answers__by",
    "answers__document",
    "documents__document",
)
MEETING = ("body", "minutes", "items__opinion", "items__document", "documents__document")


def _answer(
    request: HttpRequest,
    model: type[Publishable],
    following: Iterable[str],
    entry: Callable[[Any], Entry],
    id_of: Callable[[dict[str, Any]], object],
) -> JsonResponse:
    now = timezone.now()
    # A list, and no question for each: SQLite would answer that by reading all of this kind each time.
    seen = Revision.objects.of(model).once_public(now).order_by().values("object_id")
    due = Revision.objects.of(model).due(now).filter(object_id__in=seen, erased_at=None)
    due = due.order_by("sort_key", "object_id")
    page = page_of(request, Paginator(due, PER_PAGE))
    if not page.paginator.count:
        raise Http404
    public = {revision.object_id: revision.thaw(now) for revision in page if revision.is_public(now)}
    follow(public.values(), following, now)
    data = {
        **_licence(),
        "next": absolute(request, f"{request.path}?page={page.next_page_number()}") if page.has_next() else None,
        "items": [
            entry(public[revision.object_id]) if revision.object_id in public else _withdrawn(revision, id_of)
            for revision in page
        ],
    }
    headers = {"Access-Control-Allow-Origin": "*"}
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False}, headers=headers)


def _withdrawn(revision: Revision, id_of: Callable[[dict[str, Any]], object]) -> Entry:
    """That something is no longer public, and since when; nothing of what it said."""
    ended = None if revision.withdrawn else revision.taken_back_at or revision.live_until
    return {"id": id_of(revision.data), "withdrawn": True, "withdrawn_at": _moment(ended or revision.live_from)}


def _licence() -> Entry:
    details = ContactDetails.published().first()
    if details and details.licence_url:
        return {"licence": {"name": details.get_licence_display(), "url": details.licence_url}, "licence_note": None}
    note = {}
    for code in CODES:
        with override(code):
            note[code] = _(NO_LICENCE)
    return {"licence": None, "licence_note": note}


def _opinion(request: HttpRequest, opinion: Any) -> Entry:
    is_adopted = opinion.is_adopted
    return {
        **_common(request, opinion, opinion.reference),
        "summary": texts(opinion, "summary"),
        "state": opinion.state.value,
        "basis": opinion.basis,
        "requested_by": _name(opinion.requested_by),
        "requested_on": _day(opinion.requested_on),
        "due_on": _day(opinion.due_on),
        "outcome": opinion.outcome if is_adopted else None,
        "none_reason": texts(opinion, "none_reason"),
        "adopted_on": _day(opinion.adopted_on),
        "adopted_by": texts(opinion.adopted_by, "name") if opinion.adopted_by else None,
        "meeting": str(opinion.meeting.uid) if opinion.meeting else None,
        "decision": opinion.decision or None,
        "votes": _votes(opinion),
        "sent_on": _day(opinion.sent_on),
        "sent_to": texts(opinion, "addressees"),
        "about": [{"title": texts(each, "title"), "url": _addresses(request, each)} for each in opinion.shown_subjects],
        "positions": [
            {
                "kind": row.kind,
                "organisation": _name(row.organisation),
                "group": row.group or None,
                "text": texts(row, "text"),
            }
            for row in opinion.positions.all()
        ],
        "answers": [
            {
                "by": _name(row.by),
                "date": _day(row.date),
                "result": row.result or None,
                "text": texts(row, "text"),
                "document": _document(request, row.document),
            }
            for row in opinion.answers.all()
        ],
        "documents": [_document(request, each) for each in opinion.shown_documents],
    }


def _votes(opinion: Any) -> Entry | None:
    if opinion.decision != Opinion.Decision.VOTE:
        return None
    return {"for": opinion.votes_for, "against": opinion.votes_against, "abstentions": opinion.abstentions}


def _meeting(request: HttpRequest, meeting: Any) -> Entry:
    return {
        **_common(request, meeting, str(meeting.uid)),
        "state": meeting.state.value,
        "body": texts(meeting.body, "name") if meeting.body else None,
        "starts_at": _moment(meeting.starts_at),
        "ends_at": _moment(meeting.ends_at),
        "place": texts(meeting, "place"),
        "online": meeting.url or None,
        "open_to_public": meeting.is_open,
        "cancelled_reason": texts(meeting, "cancelled_reason"),
        "items": [_item(request, place, row) for place, row in enumerate(meeting.items.all(), start=1)],
        "documents": [_document(request, each) for each in meeting.shown_documents],
        "minutes": _document(request, meeting.minutes),
        "minutes_approved_on": _day(meeting.minutes_approved_on),
    }


def _item(request: HttpRequest, place: int, item: Any) -> Entry:
    """A point of an agenda; of a closed one its place alone."""
    if item.is_closed:
        return {"place": place, "closed": True}
    return {
        "place": place,
        "closed": False,
        "title": texts(item, "title"),
        "text": texts(item, "text"),
        "opinion": item.opinion.reference if item.opinion else None,
        "document": _document(request, item.document),
    }


def _common(request: HttpRequest, obj: Any, number: str) -> Entry:
    return {
        "id": number,
        "withdrawn": False,
        "url": _addresses(request, obj),
        "title": texts(obj, "title"),
        "modified": _moment(obj.revision.changed_at),
    }


def texts(obj: Any, field: str) -> dict[str, str]:
    """What a field says, by language; only the languages in which it says something."""
    found = {code: getattr(obj, f"{field}_{code}") for code in CODES}
    return {code: text for code, text in found.items() if not is_blank(text)}


def _addresses(request: HttpRequest, obj: Publishable) -> dict[str, str]:
    return {code: absolute(request, obj.get_absolute_url(code)) for code in obj.languages}


def _document(request: HttpRequest, document: Any) -> Entry | None:
    if document is None:
        return None
    return {
        "title": texts(document, "title"),
        "url": _addresses(request, document),
        "language": document.language or None,
        "bytes": document.size,
    }


def _name(organisation: Any) -> str | None:
    return organisation.name if organisation else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).isoformat(timespec="seconds") if moment else None
