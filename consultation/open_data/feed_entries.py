"""What the feed of the site says of an opinion and of a meeting: what visitors read on their pages."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.html import format_html_join

from consultation.open_data.calendars import described
from priorities.feeds import body_of
from publishing.i18n.formats import written_with_day
from publishing.i18n.languages import resolve


def opinion_text(opinion: Any) -> str:
    """How far it is, what it says in short, and once it is adopted its text."""
    state = f"{opinion.reference}: {opinion.state.label}".removeprefix(": ")
    return _paragraphs([state, resolve(opinion, "summary").shown]) + body_of(opinion)


def meeting_text(meeting: Any) -> str:
    """When and where it is, and its agenda; of a closed item its place alone."""
    state = str(meeting.state.label) if meeting.is_cancelled else ""
    when = written_with_day(timezone.localtime(meeting.starts_at)) if meeting.starts_at else ""
    return _paragraphs([state, when, resolve(meeting, "place").shown, *described(meeting)])


def _paragraphs(texts: Iterable[str]) -> str:
    return format_html_join("", "<p>{}</p>", ((text,) for text in texts if text))
