"""The calendar of meetings, read back by a parser that has nothing in common with the one that wrote it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import vobject
from django.utils import timezone

from consultation.models import Meeting
from consultation.open_data import calendars
from publishing.workflow import publish, take_back, withdraw
from publishing.workflow.restore import discard
from tests.consultation.making import adopted, at, meeting

pytestmark = pytest.mark.django_db


def events(client, path: str = "/agenda.ics") -> list[dict[str, str]]:
    """The properties of each event, with their parameters, as RFC 5545 unfolds and unescapes them."""
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    found: list[dict[str, str]] = []
    is_in = False
    for line in lines:
        if line in ("BEGIN:VEVENT", "END:VEVENT"):
            is_in = line == "BEGIN:VEVENT"
            found += [{}] if is_in else []
        elif is_in:
            name, _colon, value = line.partition(":")
            found[-1][name] = re.sub(r"\\([,;\\nN])", lambda match: {"n": "\n"}.get(match[1].lower(), match[1]), value)
    return found


@pytest.fixture
def held(editor) -> Meeting:
    start = at(2027, 3, 27, 19)
    held = meeting(start, ends_at=start + timedelta(hours=2), place_nl="Zaal 1; boven, links")
    held.items.create(title_nl="Mobiliteit, en meer")
    held.items.create(title_nl="Geheim", is_closed=True)
    publish(held, editor)
    return held


def test_there_is_none_until_a_meeting_is_published(client):
    meeting(at(2027, 3, 27, 19))
    assert [client.get(path).status_code for path in ("/agenda.ics", "/fr/agenda.ics", "/en/agenda.ics")] == [404] * 3


def test_a_meeting_says_when_where_and_about_what_and_nothing_of_a_closed_item(client, held):
    (event,) = events(client)
    assert event["UID"] == str(held.uid)
    assert event["DTSTART;TZID=Europe/Brussels"] == "20270327T190000"
    assert event["DTEND;TZID=Europe/Brussels"] == "20270327T210000"
    assert event["SUMMARY"] == "Dagelijks bestuur, 27 maart 2027"
    assert event["LOCATION"] == "Zaal 1; boven, links"
    assert event["DESCRIPTION"] == "1. Mobiliteit, en meer\n2. Besloten punt"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", "0")
    assert event["URL"].endswith(held.get_absolute_url("nl"))
    assert "Point à huis clos" in events(client, "/fr/agenda.ics")[0]["DESCRIPTION"]


def test_the_zone_says_how_its_clock_changes(client, held):
    text = client.get("/agenda.ics").content.decode()
    assert "BEGIN:VTIMEZONE" in text
    assert "TZID:Europe/Brussels" in text
    assert {"TZOFFSETTO:+0100", "TZOFFSETTO:+0200"} <= set(text.split("\r\n"))


def test_times_are_those_of_the_clock_here_on_both_sides_of_a_change(client, editor, held):
    publish(meeting(at(2027, 3, 29, 19), body=held.body), editor)
    assert [event["DTSTART;TZID=Europe/Brussels"][9:] for event in events(client)] == ["190000", "190000"]
    assert held.starts_at.astimezone(UTC) == datetime(2027, 3, 27, 18, tzinfo=UTC)
    assert at(2027, 3, 29, 19).astimezone(UTC) == datetime(2027, 3, 29, 17, tzinfo=UTC)


@pytest.mark.parametrize("day", [(1991, 9, 29), (2027, 3, 28), (2027, 10, 31), (2031, 3, 30), (2031, 10, 26)])
def test_another_parser_reads_the_same_moments_by_the_zone_in_the_file(client, editor, day):
    """On the days on which the clock changes, and over midnight too; the database of zones says what is so."""
    midnight = at(*day)
    evening = (midnight - timedelta(hours=1), at(*day, 3, 30))
    for begin, end in (evening, (at(*day, 1), at(*day, 4)), (at(*day, 10), at(*day, 23))):
        held = meeting(begin, ends_at=end, title_nl=f"{begin}")
        publish(held, editor)
        event = vobject.readOne(client.get(f"/agenda/{held.slug_nl}.ics").content.decode()).vevent
        assert [each.value.astimezone(UTC) for each in (event.dtstart, event.dtend)] == [begin, end]


def test_the_number_rises_when_time_place_or_cancellation_changes_and_else_not(client, editor, held):
    numbers = []
    for name, value in (
        ("title_nl", "Bestuur"),
        ("place_nl", "Zaal 2"),
        ("starts_at", at(2027, 3, 27, 18)),
        ("is_open", True),
        ("cancelled_reason_nl", "De zaal is bezet."),
    ):
        setattr(held, name, value)
        held.save()
        publish(held, editor)
        (event,) = events(client)
        numbers.append(event["SEQUENCE"])
    assert numbers == ["0", "1", "2", "2", "3"]
    assert event["STATUS"] == "CANCELLED"
    assert event["UID"] == str(held.uid)


def test_a_withdrawn_one_is_cancelled_until_30_days_after_its_end(client, editor, held):
    withdraw(held, editor, "Vergissing.")
    (event,) = events(client)
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", "1", str(held.uid))
    assert not {"DESCRIPTION", "LOCATION", "URL"} & set(event)
    with time_machine.travel(held.ends_at + timedelta(days=31)):
        assert client.get("/agenda.ics").status_code == 404


def test_one_that_was_deleted_since_is_cancelled_without_its_title(client, editor, held):
    held.title_nl = "Naam van iemand"
    held.save()
    publish(held, editor)
    withdraw(held, editor, "Vergissing.")
    assert events(client)[0]["SUMMARY"] == "Naam van iemand"
    uid = str(held.uid)
    discard(held, editor, deleted=True)
    held.delete()
    (event,) = events(client)
    assert (event["STATUS"], event["UID"], event["SUMMARY"]) == ("CANCELLED", uid, "Vergadering")
    assert events(client, "/fr/agenda.ics")[0]["SUMMARY"] == "Réunion"
    assert "Naam van iemand" not in client.get("/agenda.ics").content.decode()


def test_a_withdrawn_one_says_nothing_that_was_taken_back(client, editor, held):
    held.title_nl = "Naam van iemand"
    held.save()
    last = publish(held, editor)
    withdraw(held, editor, "Vergissing.")
    take_back(last, editor, "Een naam.")
    assert "Naam van iemand" not in client.get("/agenda.ics").content.decode()


def test_one_meeting_is_a_file_and_a_withdrawn_one_is_gone(client, editor, held):
    path = f"/agenda/{held.slug_nl}.ics"
    assert f'href="{path}"' in client.get(held.get_absolute_url("nl")).content.decode()
    assert events(client, path)[0]["UID"] == str(held.uid)
    assert client.get(path)["Content-Disposition"] == f'attachment; filename="{held.slug_nl}.ics"'
    withdraw(held, editor, "Vergissing.")
    assert client.get(path).status_code == 410
    assert client.get("/agenda/geheim.ics").status_code == 404


def test_it_is_made_once_until_something_changes(client, editor, held, monkeypatch):
    made = []
    write = calendars.written
    monkeypatch.setattr(calendars, "written", lambda *given: made.append(1) or write(*given))
    first = client.get("/agenda.ics").content
    assert (client.get("/agenda.ics").content == first, len(made)) == (True, 1)
    assert client.get("/agenda.ics", headers={"host": "localhost"}).content != first
    assert len(made) == 2
    with time_machine.travel(held.ends_at + timedelta(days=364)):
        events(client)
    with time_machine.travel(held.ends_at + timedelta(days=366)):
        assert client.get("/agenda.ics").content.count(b"BEGIN:VEVENT") == 0


def test_nothing_new_is_told_by_its_etag(client, editor, held):
    first = client.get("/agenda.ics")
    same = client.get("/agenda.ics", headers={"if-none-match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    held.place_nl = "Zaal 2"
    held.save()
    publish(held, editor)
    assert client.get("/agenda.ics", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_draft_a_closed_opinion_and_a_plan_are_in_none(client, editor, held):
    draft = meeting(at(2027, 5, 1, 19), body=held.body)
    publish(meeting(at(2027, 6, 1, 19), body=held.body), editor, live_from=timezone.now() + timedelta(days=9))
    opinion = adopted("Nog niet op de site")
    held.items.create(opinion=opinion)
    publish(held, editor)
    found = events(client)
    assert [event["UID"] for event in found] == [str(held.uid)]
    assert "Nog niet op de site" not in str(found)
    assert str(draft.uid) not in client.get("/agenda.ics").content.decode()
