"""Bodies, and what opinions and meetings have in common."""

from datetime import date

import pytest

from consultation.models import Body
from consultation.models.bodies import newest_first, year_of
from publishing.workflow import publish
from tests.consultation.making import body


def test_a_later_day_sorts_first_and_its_year_can_be_read():
    days = [date(2026, 3, 12), date(2025, 12, 31), date(2026, 3, 1), date(1999, 1, 1)]
    assert sorted(days, key=newest_first) == sorted(days, reverse=True)
    assert [year_of(newest_first(day)) for day in days] == [2026, 2025, 2026, 1999]


@pytest.mark.django_db
def test_a_body_has_no_page_and_is_published(client, editor):
    publish(body("Algemene vergadering"), editor)
    assert [str(each) for each in Body.published()] == ["Algemene vergadering"]
    assert Body.published().get().get_absolute_url() == ""
