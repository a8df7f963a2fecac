"""Opinions and meetings as open data: what visitors read, and which were withdrawn."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from consultation.models import Meeting, Opinion
from consultation.open_data import items as data
from pages.models import ContactDetails, Licence, Organisation
from priorities.models import Document, Priority
from publishing.cache.wsgi import PageCache
from publishing.models import Act
from publishing.workflow import look, publish, record, undo, withdraw
from publishing.workflow.erasure.objects import erase
from staff.models import StaffMember
from tests.consultation.making import adopted, at, meeting, requested
from tests.priorities.pdf_files import pdf, upload
from tests.publishing.cache.reader import Counting, Reader

pytestmark = pytest.mark.django_db
OPINIONS, MEETINGS = "/data/opinions.json", "/data/meetings.json"


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return response.json()


def items(client, path):
    return read(client, path)["items"]


def test_there_is_none_until_something_is_published(client):
    requested()
    meeting(at(2027, 3, 27, 19))
    assert [client.get(path).status_code for path in (OPINIONS, MEETINGS)] == [404, 404]


def test_an_opinion_says_what_visitors_read_in_each_language_that_there_is(client, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    asker = Organisation.objects.first()
    document = Document.objects.create(title_nl="Tekst", slug_nl="tekst", file=upload(pdf()))
    publish(document, editor)
    opinion = adopted(title_fr="Accès", requested_by=asker, decision="vote", votes_for=3, votes_against=1)
    opinion.about.create(priority=Priority.objects.get(number=2))
    opinion.positions.create(group="workers", text_nl="Het kan anders.")
    opinion.documents.create(document=document)
    publish(opinion, editor)
    (item,) = items(client, OPINIONS)
    assert item["id"] == "2026-01"
    assert item["withdrawn"] is False
    assert item["title"] == {"nl": "Ontsluiting", "fr": "Accès"}
    assert set(item["url"]) == {"nl", "fr"}
    assert item["url"]["nl"] == "http://testserver/adviezen/ontsluiting/"
    assert item["requested_by"] == asker.name
    assert (item["state"], item["adopted_on"], item["outcome"]) == ("adopted", "2026-03-12", "opinion")
    assert item["votes"] == {"for": 3, "against": 1, "abstentions": None}
    assert item["positions"] == [
        {"kind": "dissent", "organisation": None, "group": "workers", "text": {"nl": "Het kan anders."}}
    ]
    assert [each["title"]["nl"] for each in item["about"]] == [Priority.objects.get(number=2).title_nl]
    assert item["documents"][0]["url"]["nl"] == "http://testserver/documenten/tekst.pdf"


def test_what_is_withheld_before_adoption_is_not_in_it(client, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document.objects.create(title_nl="Geheim", slug_nl="geheim", file=upload(pdf()))
    publish(document, editor)
    opinion = requested(decision="vote", votes_for=3, addressees_nl="Geheim", none_reason_nl="Geheim")
    opinion.positions.create(group="workers", text_nl="Geheim")
    opinion.documents.create(document=document)
    publish(opinion, editor)
    assert "eheim" not in client.get(OPINIONS).content.decode()
    (item,) = items(client, OPINIONS)
    assert (item["state"], item["decision"], item["votes"], item["outcome"]) == ("requested", None, None, None)


def test_a_draft_changes_nothing_of_it(client, editor):
    opinion = adopted()
    publish(opinion, editor)
    before = client.get(OPINIONS).content
    opinion.title_nl = opinion.summary_nl = "Concept"
    opinion.save()
    adopted("Nog een concept")
    assert client.get(OPINIONS).content == before


def test_a_meeting_says_when_in_the_clock_of_here_and_of_a_closed_item_its_place_alone(client, editor):
    opinion = adopted()
    publish(opinion, editor)
    held = meeting(at(2027, 3, 27, 19), ends_at=at(2027, 3, 27, 21), place_nl="Zaal 1")
    held.items.create(opinion=opinion, position=1)
    held.items.create(title_nl="Geheim", text_nl="Geheim", position=2, is_closed=True)
    publish(held, editor)
    (item,) = items(client, MEETINGS)
    assert item["id"] == str(held.uid)
    assert (item["starts_at"], item["ends_at"]) == ("2027-03-27T19:00:00+01:00", "2027-03-27T21:00:00+01:00")
    assert (item["place"], item["body"]) == ({"nl": "Zaal 1"}, {"nl": "Dagelijks bestuur"})
    assert item["items"] == [
        {"place": 1, "closed": False, "title": {}, "text": {}, "opinion": "2026-01", "document": None},
        {"place": 2, "closed": True},
    ]
    assert "eheim" not in client.get(MEETINGS).content.decode()


def test_minutes_are_in_it_once_they_are_approved(client, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    publish(document, editor)
    held = meeting(timezone.now() - timedelta(days=9))
    publish(held, editor)
    assert items(client, MEETINGS)[0]["minutes"] is None
    held.minutes, held.minutes_approved_on = document, timezone.localdate()
    held.save()
    publish(held, editor)
    (item,) = items(client, MEETINGS)
    assert item["minutes"]["title"] == {"nl": "Verslag"}
    assert item["state"] == "minutes"


def test_a_meeting_is_over_by_the_clock(client, editor):
    held = meeting(timezone.now() + timedelta(days=1))
    publish(held, editor)
    assert items(client, MEETINGS)[0]["state"] == "planned"
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert items(client, MEETINGS)[0]["state"] == "past"


def test_of_what_was_withdrawn_it_says_that_and_when_and_nothing_else(client, editor):
    opinion, held = adopted(), meeting(timezone.now() + timedelta(days=1))
    publish(opinion, editor)
    publish(held, editor)
    for row, path in ((opinion, OPINIONS), (held, MEETINGS)):
        at_once = withdraw(row, editor, "Vergissing.").live_from
        (item,) = items(client, path)
        assert set(item) == {"id", "withdrawn", "withdrawn_at"}
        assert item["withdrawn"] is True
        assert item["withdrawn_at"][:19] == timezone.localtime(at_once).isoformat()[:19]
    assert items(client, OPINIONS)[0]["id"] == "2026-01"
    assert items(client, MEETINGS)[0]["id"] == str(held.uid)


def test_what_has_ended_is_told_as_withdrawn(client, editor):
    end = timezone.now() + timedelta(days=2)
    publish(adopted(), editor, live_until=end)
    with time_machine.travel(end + timedelta(days=1)):
        (item,) = items(client, OPINIONS)
    assert item == {
        "id": "2026-01",
        "withdrawn": True,
        "withdrawn_at": timezone.localtime(end).isoformat(timespec="seconds"),
    }


def test_of_what_was_only_planned_it_says_nothing_also_when_that_was_withdrawn(client, editor):
    opinion = adopted()
    publish(opinion, editor, live_from=timezone.now() + timedelta(days=2))
    assert client.get(OPINIONS).status_code == 404
    withdraw(opinion, editor, "Toch niet.")
    assert client.get(OPINIONS).status_code == 404


def test_of_what_was_published_by_mistake_nothing_is_read_but_that_it_was(client, editor):
    opinion = adopted("Geheim")
    before = look(Opinion, opinion.pk)
    publish(opinion, editor)
    undo(record(Act.Kind.PUBLISHED, editor, [before]), editor)
    (item,) = items(client, OPINIONS)
    assert set(item) == {"id", "withdrawn", "withdrawn_at"}


def test_of_what_was_erased_nothing_is_left(client, editor):
    opinion = adopted()
    publish(opinion, editor)
    publish(adopted("Ander"), editor)
    withdraw(opinion, editor, "Vergissing.")
    erase(opinion)
    assert [each["id"] for each in items(client, OPINIONS)] == ["2026-02"]


def test_it_names_no_person(client, editor):
    person = StaffMember.objects.first()
    publish(adopted(contact=person), editor)
    assert person.name not in client.get(OPINIONS).content.decode()


def test_the_licence_is_the_one_that_was_chosen_or_none_in_words(client, editor):
    publish(adopted(), editor)
    found = read(client, OPINIONS)
    assert found["licence"] is None
    assert found["licence_note"]["nl"] == "Er is nog geen licentie voor hergebruik gekozen."
    details = ContactDetails.objects.get()
    details.licence = Licence.CC_BY
    details.save()
    publish(details, editor)
    found = read(client, OPINIONS)
    assert found["licence"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["licence_note"] is None


@pytest.mark.django_db(transaction=True)  # other processes are told once it is committed
def test_any_site_may_read_it_and_the_page_cache_keeps_it(editor, settings, tmp_path):
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path, tmp_path / "public"
    opinion = adopted()
    publish(opinion, editor)
    site = Counting()
    reader = Reader(PageCache(site)).get(OPINIONS)
    assert reader.headers["access-control-allow-origin"] == "*"
    assert reader.headers["last-modified"]
    first, etag = reader.body, reader.headers["etag"]
    reader.get(OPINIONS, HTTP_IF_NONE_MATCH=etag)
    assert (reader.status, reader.body, len(site.made)) == (304, b"", 1)
    opinion.title_nl = "Anders"
    opinion.save()
    publish(opinion, editor)
    reader.get(OPINIONS, HTTP_IF_NONE_MATCH=etag)
    assert reader.status == 200
    assert reader.body != first


def test_more_than_fit_are_on_a_next_page(client, editor, monkeypatch):
    monkeypatch.setattr(data, "PER_PAGE", 2)
    for number in range(3):
        publish(adopted(f"Advies {number}"), editor)
    first = read(client, OPINIONS)
    assert first["next"] == f"http://testserver{OPINIONS}?page=2"
    second = read(client, f"{OPINIONS}?page=2")
    assert second["next"] is None
    assert sorted(each["id"] for each in first["items"] + second["items"]) == ["2026-01", "2026-02", "2026-03"]
    assert client.get(f"{OPINIONS}?page=9").url == f"{OPINIONS}?page=2"


@pytest.mark.parametrize("path", [OPINIONS, MEETINGS])
def test_it_asks_as_often_for_many_as_for_one(client, editor, django_assert_max_num_queries, path):
    for number in range(12):
        opinion = adopted(f"Advies {number}")
        opinion.about.create(priority=Priority.objects.get(number=1 + number % 3))
        publish(opinion, editor)
        held = meeting(at(2027, 3, 1 + number, 19), title_nl=f"Vergadering {number}")
        held.items.create(opinion=opinion)
        publish(held, editor)
    client.get(path)
    with django_assert_max_num_queries(5) as asked:
        client.get(path)
    # None that SQLite would answer by looking through all of them for each of them.
    assert not [each for each in asked.captured_queries if "EXISTS(" in each["sql"]]
    assert Meeting.published().count() == 12


@pytest.mark.parametrize(("name", "path"), [("/adviezen/", OPINIONS), ("/agenda/", MEETINGS)])
def test_the_list_leads_to_it(client, editor, name, path):
    publish(adopted(), editor)
    publish(meeting(timezone.now() + timedelta(days=1)), editor)
    assert f'href="{path}"' in client.get(name).content.decode()
