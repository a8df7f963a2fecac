"""Opinions, meetings and members for tests."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from consultation import consents
from consultation.models import Body, Mandate, Meeting, Opinion
from publishing.workflow import publish


def body(name: str = "Dagelijks bestuur") -> Body:
    """A public body."""
    made = Body.objects.create(name_nl=name, kind=Body.Kind.BOARD)
    publish(made, None)
    return made


def requested(title: str = "Ontsluiting", **values: Any) -> Opinion:
    """A saved opinion that was requested, with a draft text and votes that nobody may read yet."""
    return Opinion.objects.create(
        **{"title_nl": title, "requested_on": date(2026, 1, 8), "body_nl": "<p>Geheime tekst</p>"} | values
    )


def adopted(title: str = "Ontsluiting", **values: Any) -> Opinion:
    """A saved opinion that was adopted by consensus."""
    own = {"adopted_on": date(2026, 3, 12), "decision": "consensus", "summary_nl": "RESOC vraagt een betere weg."}
    return requested(title, **own | values)


def meeting(when: datetime, **values: Any) -> Meeting:
    """A saved meeting of a public body."""
    values = {"body": values.get("body") or body()} | values
    return Meeting.objects.create(starts_at=when, **values)


def at(*when: int) -> datetime:
    """A moment of the clock here."""
    return timezone.make_aware(datetime(*when))  # type: ignore[arg-type, misc]  # noqa: DTZ001  (made aware)


NAME = "Marieke Vandromme"


def member(name: str = NAME, **values: Any) -> Mandate:
    """A saved member of a public body for the employers, with a name that nobody agreed to yet."""
    own = {"body": values.get("body") or body(), "group": "employers", "role": "chair", "name": name}
    return Mandate.objects.create(**own | values)


def agreed(row: Mandate, author: Any = None, name: str = "") -> Mandate:
    """`row` once the person agreed to the name, which its form then shows."""
    row.name, row.shows_name = name or row.name, True
    row.save()
    consents.record(row, date(2026, 11, 2), "formulier op papier", author)
    return Mandate.objects.get(pk=row.pk)
