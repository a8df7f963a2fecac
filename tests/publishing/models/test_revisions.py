from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from priorities.models import Theme
from publishing.workflow import State, publish, state
from tests.publishing.saved import retitle, title

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    """A draft that could be published."""
    return Theme.objects.create(title_nl="Eerste", slug_nl="eerste", title_fr="Premier", slug_fr="premier")


def test_a_schedule_goes_live_and_ends_by_itself_to_the_second(theme, editor):
    now = timezone.now()
    begin, end = now + timedelta(hours=1), now + timedelta(hours=2)
    publish(theme, editor, live_from=begin, live_until=end)
    assert state(theme) == State.SCHEDULED
    second = timedelta(seconds=1)
    for moment, expected in [(begin - second, None), (begin, "Eerste"), (end - second, "Eerste"), (end, None)]:
        with time_machine.travel(moment, tick=False):
            assert title(theme) == expected
    with time_machine.travel(end, tick=False):
        assert state(theme) == State.ENDED


def test_a_later_publication_overtakes_a_schedule_because_it_contains_it(theme, editor):
    now = timezone.now()
    publish(theme, editor)
    retitle(theme, "Gepland")
    publish(theme, editor, live_from=now + timedelta(days=1))
    retitle(theme, "Gepland en verbeterd")
    publish(theme, editor)
    assert title(theme) == "Gepland en verbeterd"
    with time_machine.travel(now + timedelta(days=2)):
        assert title(theme) == "Gepland en verbeterd"


def test_two_schedules_follow_each_other(theme, editor):
    now = timezone.now()
    for days, text in [(1, "Maandag"), (2, "Dinsdag")]:
        retitle(theme, text)
        publish(theme, editor, live_from=now + timedelta(days=days))
    assert theme.revisions.pending().count() == 2
    for days, text in [(1.5, "Maandag"), (2.5, "Dinsdag")]:
        with time_machine.travel(now + timedelta(days=days)):
            assert title(theme) == text


def test_what_was_public_at_an_earlier_moment_can_be_read_as_it_was(theme, editor):
    publish(theme, editor)
    moment = timezone.now()
    retitle(theme, "Later")
    publish(theme, editor)
    assert Theme.published(moment).get(object_id=theme.pk).title_nl == "Eerste"
