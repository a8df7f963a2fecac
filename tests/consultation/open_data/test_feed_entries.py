"""Opinions and meetings in the feed of the site."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultation.models import Meeting
from publishing.workflow import publish, withdraw
from tests.consultation.making import adopted, at, meeting, requested

pytestmark = pytest.mark.django_db


def feed(client, path: str = "/feed/") -> str:
    return client.get(path).content.decode()


def test_an_opinion_is_in_it_with_how_far_it_is_its_summary_and_its_text(client, editor):
    publish(adopted(), editor)
    said = feed(client)
    assert "<title>Ontsluiting</title>" in said
    assert "2026-01: Goedgekeurd" in said
    assert "RESOC vraagt een betere weg." in said
    assert "Geheime tekst" in said
    assert "Ontsluiting" not in feed(client, "/fr/feed/")


def test_before_adoption_it_says_nothing_that_is_withheld(client, editor):
    opinion = requested(summary_nl="Over een weg.")
    opinion.positions.create(group="workers", text_nl="Geheim")
    publish(opinion, editor)
    assert "Over een weg." in feed(client)
    assert "eheim" not in feed(client)


def test_a_meeting_says_when_where_and_about_what_and_of_a_closed_item_its_place(client, editor):
    opinion = adopted("Over water")
    publish(opinion, editor)
    held = meeting(at(2027, 3, 27, 19), place_nl="Zaal 1")
    held.items.create(opinion=opinion, position=1)
    held.items.create(title_nl="Geheim", position=2, is_closed=True)
    publish(held, editor)
    said = feed(client)
    for words in ("zaterdag 27\xa0maart 2027, 19.00\xa0uur", "Zaal 1", "1. Over water", "2. Besloten punt"):
        assert words in said
    assert ">Geheim" not in said
    assert " Geheim" not in said


def test_a_cancelled_one_says_so_and_a_draft_or_a_withdrawn_one_is_not_in_it(client, editor):
    held = meeting(timezone.now() + timedelta(days=1), cancelled_reason_nl="De zaal is bezet.")
    publish(held, editor)
    said = feed(client)
    assert "Gaat niet door" in said
    assert "De zaal is bezet." in said
    adopted("Een concept")
    withdraw(held, editor, "Vergissing.")
    said = feed(client)
    assert "Een concept" not in said
    assert "De zaal is bezet." not in said
    assert Meeting.objects.exists()


def test_it_asks_as_often_for_many_as_for_few(client, editor, django_assert_max_num_queries):
    for number in range(12):
        opinion = adopted(f"Advies {number}")
        publish(opinion, editor)
        held = meeting(at(2027, 3, 1 + number, 19), title_nl=f"Vergadering {number}")
        held.items.create(opinion=opinion)
        publish(held, editor)
    client.get("/feed/")
    with django_assert_max_num_queries(9):
        client.get("/feed/")
