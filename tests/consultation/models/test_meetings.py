"""Meetings: their names, their clock, and what is refused."""

from datetime import UTC, date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from consultation.models import Meeting
from publishing.models.snapshots import freeze, freeze_all
from publishing.workflow import publish, restore
from tests.consultation.making import at, body, meeting

pytestmark = pytest.mark.django_db


def errors(held: Meeting) -> list[str]:
    try:
        held.full_clean()
        held.check_complete()
    except ValidationError as error:
        return list(error.message_dict)
    return []


def test_title_and_address_are_made_of_the_body_and_the_day():
    held = meeting(at(2026, 12, 3, 19))
    assert (held.title_nl, held.slug_nl) == ("Dagelijks bestuur, 3 december 2026", "2026-12-03-dagelijks-bestuur")
    assert (held.title_fr or "", held.slug_fr) == ("", None)
    assert meeting(at(2026, 12, 3, 21), body=held.body).slug_nl == "2026-12-03-dagelijks-bestuur-2"


def test_they_follow_the_day_until_it_is_published_and_an_own_title_stays(editor):
    held = meeting(at(2026, 12, 3, 19))
    held.starts_at = at(2026, 12, 10, 19)
    held.save()
    assert (held.title_nl, held.slug_nl) == ("Dagelijks bestuur, 10 december 2026", "2026-12-10-dagelijks-bestuur")
    publish(held, editor)
    held.starts_at = at(2026, 12, 11, 19)
    held.save()
    assert (held.title_nl, held.slug_nl) == ("Dagelijks bestuur, 11 december 2026", "2026-12-10-dagelijks-bestuur")
    held.title_nl, held.starts_at = "Buitengewone vergadering", at(2026, 12, 12, 19)
    held.save()
    assert held.title_nl == "Buitengewone vergadering"


def test_a_body_with_a_french_name_gives_a_french_title():
    board = body()
    board.name_fr = "Bureau"
    board.save()
    held = meeting(at(2026, 12, 1, 19), body=board)
    assert (held.title_fr, held.slug_fr) == ("Bureau, 1er décembre 2026", "2026-12-01-bureau")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_at": at(2026, 3, 5, 18)}, "ends_at"),
        ({"ends_at": at(2026, 3, 25, 18)}, "ends_at"),
        ({"starts_at": at(1026, 3, 5, 19)}, "starts_at"),
        ({"starts_at": at(2226, 3, 5, 19)}, "starts_at"),
        ({"starts_at": None, "ends_at": at(2026, 3, 5, 18), "title_nl": "Zonder"}, "starts_at"),
        ({"starts_at": None, "title_nl": "Zonder"}, "starts_at"),
        ({"minutes_approved_on": date(2026, 3, 4)}, "minutes_approved_on"),
        ({"cancelled_reason_nl": "Te laat."}, "cancelled_reason_nl"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(values, field):
    start = at(2026, 3, 5, 19)
    assert errors(meeting(**{"when": start} | ({} if "starts_at" in values else values))) == (
        [] if "starts_at" in values else [field]
    )
    if "starts_at" in values:
        held = meeting(start)
        for name, value in values.items():
            setattr(held, name, value)
        assert errors(held) == [field]


def test_one_that_was_cancelled_in_time_can_be_corrected_afterwards(editor):
    held = meeting(timezone.now() + timedelta(days=1), cancelled_reason_nl="De zaal is bezet.")
    publish(held, editor)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert errors(held) == []


def test_without_an_end_it_is_over_at_the_end_of_its_day_here():
    held = meeting(at(2026, 3, 28, 19))
    assert held.over_at == at(2026, 3, 29)
    assert held.over_at.astimezone(UTC).hour == 23  # the clock changes the next night
    assert held.turns == (held.starts_at, held.over_at)


def test_a_closed_item_freezes_its_place_alone_and_the_working_copy_keeps_it(editor):
    held = meeting(at(2026, 12, 3, 19))
    held.items.create(title_nl="Geheim", text_nl="Geheim", is_closed=True)
    assert "Geheim" not in str(freeze(held))
    assert "Geheim" in str(freeze_all(held))
    restore(publish(held, editor), editor)
    assert held.items.get().title_nl == "Geheim"


def test_it_has_one_number_in_calendars_for_ever(editor):
    held = meeting(at(2026, 12, 3, 19))
    publish(held, editor)
    assert Meeting.published().get().uid == held.uid
    assert restore(held.revisions.first(), editor).uid == held.uid
