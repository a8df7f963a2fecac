from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from priorities.models import Theme
from publishing.cache import stamp
from publishing.models import Stamp
from publishing.workflow import cancel, publish

pytestmark = pytest.mark.django_db


def in_days(number: float):
    return timezone.now() + timedelta(days=number)


def test_where_nothing_is_planned_nothing_comes(theme):
    publish(theme, None)
    assert stamp.next_change(timezone.now()) is None


def test_the_soonest_of_all_beginnings_and_ends_comes_next(theme):
    other = Theme.objects.exclude(pk=theme.pk)[0]
    begins, ends, other_ends = in_days(1), in_days(3), in_days(2)
    publish(theme, None, live_from=begins, live_until=ends)
    publish(other, None, live_until=other_ends)
    for at, expected in ((in_days(0), begins), (in_days(1.5), other_ends), (in_days(2.5), ends), (in_days(4), None)):
        assert stamp.next_change(at) == expected


def test_a_plan_that_was_cancelled_or_overtaken_does_not_come(theme):
    cancel(publish(theme, None, live_from=in_days(1)), None)
    publish(theme, None, live_from=in_days(2))
    publish(theme, None)
    assert stamp.next_change(timezone.now()) is None


def test_what_is_still_to_come_is_found_without_looking_at_all_there_ever_was():
    question = stamp.NEXT.compile()
    plan = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # which it prefers while there is little
        cursor.execute(f"{plan} {question.sql}", question.parameters({"now": timezone.now()}))
        assert "revision_turning" in str(cursor.fetchall())


def test_the_state_is_that_of_the_database_and_known_until_it_changes(django_assert_num_queries, theme):
    known = stamp.state()
    row = Stamp.objects.get()
    assert (known.number, known.changed_at, known.until) == (row.number, row.changed_at, None)
    with django_assert_num_queries(1):
        assert stamp.state(known) is known
    publish(theme, None, live_from=in_days(1))
    assert stamp.state(known).number == stamp.number() > known.number
    assert stamp.state(known).until is not None


def test_before_anything_was_published_the_state_says_so():
    Stamp.objects.all().delete()
    assert (stamp.state().number, stamp.number()) == (0, 0)


def test_what_is_remembered_on_this_machine_is_what_was_taken_away(settings, tmp_path, theme):
    settings.STATE_DIR = tmp_path
    assert stamp.remembered(0) == []
    number = stamp.number()
    for taken in (True, False, True):
        stamp.bump(theme, takes_away=taken)
    for number_taken in (number + 1, number + 3):
        stamp.remember(number_taken)
    assert [change.object_id for change in stamp.remembered(number)] == [theme.pk] * 2
    assert [change.slugs >= {"regiomarketing"} for change in stamp.remembered(number + 1)] == [True]
    assert stamp.remembered(number + 3) == []
    stamp.taken_path().write_text("no json\n[1, 2]\n")
    assert stamp.remembered(0) == []


def test_what_is_remembered_is_bounded_and_forgotten_when_an_older_database_is_put_back(
    settings, tmp_path, theme, monkeypatch
):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(stamp, "CHANGES_KEPT", 3)
    monkeypatch.setattr(stamp, "changes", lambda *_numbers: None)
    for number in range(100, 110):
        stamp.remember(number)
    assert len(stamp.remembered(0)) == 4
    stamp.remember(50)
    assert len(stamp.remembered(0)) == 1
