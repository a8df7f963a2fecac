import os
import re
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from pages.models import TextPage
from publishing.cache import freshness, stamp
from publishing.cache.freshness import BACK_OFF, Freshness
from publishing.cache.responses import Page, Validity
from publishing.cache.wsgi import PageCache
from publishing.models import Stamp
from publishing.workflow import cancel, publish, withdraw
from resoc.wsgi import django_application
from staff.models import StaffMember
from tests.publishing.cache.reader import Reader, retitle

# Real transactions: what was committed is what other workers see.
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_publication_is_visible_at_the_next_request(reader, theme):
    reader.get("/themas/")
    retitle(theme, "Nieuwe titel")
    assert "Nieuwe titel" in reader.get("/themas/").body.decode()


def test_a_withdrawal_is_visible_at_the_next_request(reader, theme):
    assert reader.get("/themas/regiomarketing/").status == 200
    withdraw(theme, None, "Voorbij")
    assert reader.get("/themas/regiomarketing/").status == 410


def test_a_card_that_changes_is_visible_at_the_next_request(reader):
    johan = StaffMember.objects.get(name__startswith="Johan")
    reader.get("/contact/")
    johan.phone = "+3251123456"
    johan.save()
    publish(johan, None)
    assert "051 12 34 56" in reader.get("/contact/").body.decode()


def test_another_worker_on_this_machine_sees_it_at_its_next_request(reader, theme):
    other = Reader(PageCache(django_application))
    other.get("/themas/"), reader.get("/themas/")
    retitle(theme, "Voor allemaal")
    assert "Voor allemaal" in other.get("/themas/").body.decode()


def test_what_is_planned_is_visible_on_its_second_and_its_end_too(reader, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    publish(theme, None, live_from=now + timedelta(hours=1), live_until=now + timedelta(hours=2))
    for minutes, expected in ((30, False), (60.1, True), (119, True), (120.1, False)):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            reader.get("/themas/")
            assert ("Gepland" in reader.get("/themas/").body.decode()) == expected, minutes


def test_a_date_that_lies_ahead_in_a_page_never_passes(reader):
    for months in range(14):
        at = timezone.now() + timedelta(days=30 * months)
        with time_machine.travel(at, tick=False):
            said = reader.get("/.well-known/security.txt").body.decode()
            assert datetime.fromisoformat(re.search("Expires: (.*)Z", said)[1] + "+00:00") > at, months


def test_a_plan_that_is_cancelled_never_comes(reader, theme):
    now = timezone.now()
    theme.title_nl = "Gepland"
    theme.save()
    revision = publish(theme, None, live_from=now + timedelta(hours=1))
    reader.get("/themas/")
    cancel(revision, None)
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        assert "Gepland" not in reader.get("/themas/").body.decode()


def test_what_another_machine_published_is_visible_within_a_second(reader, theme, monkeypatch):
    monkeypatch.setattr(stamp, "touch", lambda: None)  # its file is on its own disk
    reader.get("/themas/"), reader.get("/themas/")
    retitle(theme, "Van elders")
    assert freshness.POLL_EVERY < 1
    monkeypatch.setattr(freshness, "POLL_EVERY", 0)
    assert "Van elders" in reader.get("/themas/").body.decode()


def test_a_worker_that_finds_a_page_on_disk_asks_too_what_another_machine_did(cache, reader, theme, monkeypatch):
    monkeypatch.setattr(stamp, "touch", lambda: None)
    reader.get("/themas/"), reader.get("/themas/")
    retitle(theme, "Van elders")
    other = PageCache(django_application)
    other.freshness.run = cache.freshness.run
    assert "Van elders" in Reader(other).get("/themas/").body.decode()


def test_what_a_killed_worker_published_is_visible_too(reader, theme, monkeypatch):
    """It was committed, and nobody told the file."""
    reader.get("/themas/")
    with monkeypatch.context() as patch:
        patch.setattr(stamp, "touch", lambda: None)
        retitle(theme, "Net voor de stroom uitviel")
    assert "Net voor de stroom uitviel" in Reader(PageCache(django_application)).get("/themas/").body.decode()


def test_publishing_while_a_page_is_being_made_does_not_keep_the_old_one(reader, site, theme):
    def publish_once() -> None:
        site.before = lambda: None
        retitle(theme, "Net op tijd")

    site.before = publish_once
    assert "Net op tijd" not in reader.get("/themas/").body.decode()
    assert "Net op tijd" in reader.get("/themas/").body.decode()


def test_what_is_rolled_back_raises_no_stamp(theme):
    before, changes = Stamp.objects.first().number, stamp.watched()[0]
    with transaction.atomic():
        publish(theme, None)
        transaction.set_rollback(True)
    assert (Stamp.objects.first().number, stamp.watched()[0]) == (before, changes)


def test_whoever_watches_sees_each_change_on_this_machine_also_of_another_program():
    watched = stamp.watched()
    before = watched[0]
    stamp.touch()
    assert watched[0] == before + 1
    program = "import django; django.setup(); from pathlib import Path; from publishing.cache import stamp; "
    program += f"stamp.path = lambda: Path({str(stamp.path())!r}); stamp.touch()"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)  # noqa: S603
    assert watched[0] == before + 2


def test_where_no_count_can_be_kept_the_database_tells(settings, tmp_path, theme):
    settings.STATE_DIR = tmp_path / "away"
    assert stamp.watched()[0] == 0
    reader = Reader(PageCache(django_application))
    reader.get("/themas/")
    retitle(theme, "Toch gezien")
    reader.application.freshness.machine[stamp.ASKED] = 0
    assert "Toch gezien" in reader.get("/themas/").body.decode()


def test_after_a_change_the_second_page_that_still_holds_costs_no_question(changed, site, django_assert_num_queries):
    with django_assert_num_queries(0):
        changed.get("/privacy/")
    assert site.made == []
    assert "Elders" in changed.get("/themas/").body.decode()
    assert site.made == ["/themas/"]


def test_what_is_known_of_a_change_says_nothing_of_the_next(changed, site, theme):
    page = TextPage.objects.get(slug_nl="privacy")
    page.title_nl = "Veranderd"
    page.save()
    publish(page, None)
    assert "Veranderd" in changed.get("/privacy/").body.decode()
    assert site.made == ["/privacy/"]


def test_a_page_that_another_program_made_does_not_hold_because_nothing_it_read_changed(changed, cache, site):
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.validity = page.validity._replace(run="another")
    changed.get("/privacy/")
    assert site.made == ["/privacy/"]


def test_a_page_for_which_a_change_was_planned_does_not_hold_beyond_it(changed, cache, site):
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.validity = page.validity._replace(until=time.time() - 1)
    changed.get("/privacy/")
    assert site.made == ["/privacy/"]


def test_nobody_is_asked_in_the_thread_that_answers_for_all(cache, changed, django_assert_num_queries):
    """A page of an older number than the others, of which this worker does not know what changed since."""
    page = cache.pages["http", "localhost", "/privacy/", ""]
    page.validity = page.validity._replace(number=page.validity.number - 1)
    with django_assert_num_queries(0):
        assert not cache.freshness.revalidate(page, may_poll=False)


def test_what_one_process_asks_the_database_it_asks_for_the_whole_machine(cache, reader, site, theme, monkeypatch):
    other = Reader(PageCache(site))
    reader.get("/themas/")
    other.get("/themas/")
    monkeypatch.setattr(stamp, "touch", lambda: None)  # as on another machine
    retitle(theme, "Elders veranderd")
    cache.freshness.machine[stamp.ASKED] = 0
    cache.freshness.poll()
    asked = []
    number = stamp.number
    monkeypatch.setattr(stamp, "number", lambda: asked.append(1) or number())
    assert "Elders veranderd" in other.get("/themas/").body.decode()
    assert not asked


def test_a_process_that_the_database_does_not_answer_says_nothing_for_the_others(cache, site, monkeypatch):
    reader = Reader(PageCache(site))
    reader.get()
    cache.freshness.machine[stamp.ASKED] = 0
    with monkeypatch.context() as patch:
        patch.setattr(stamp, "number", lambda: (_ for _ in ()).throw(DatabaseError("away")))
        cache.freshness.poll()
    assert cache.freshness.is_backing_off()
    assert reader.application.freshness.is_poll_due()


def test_a_time_from_before_the_machine_was_started_is_not_believed(cache, site):
    cache.freshness.machine[stamp.ASKED] = time.monotonic_ns() + 10**15
    assert PageCache(site).freshness.is_poll_due()


@pytest.mark.parametrize(
    ("other", "is_fresh"),
    [
        ({}, True),
        ({"number": 8}, True),  # the page knows more than the last poll
        ({"number": 6}, False),
        ({"changes": 2}, False),
        ({"until": 1.0}, False),
        ({"run": "another"}, False),
    ],
)
def test_a_page_is_fresh_while_nothing_that_its_validity_names_has_changed(other, is_fresh):
    freshness = Freshness()
    freshness.machine = [3, 7, 0]
    validity = Validity(freshness.run, 3, 7, time.time() + 60, 0.0)
    assert freshness.is_fresh(validity._replace(**other)) is is_fresh


def test_what_is_not_known_of_a_change_is_queried_only_where_that_is_allowed(monkeypatch):
    freshness = Freshness()
    freshness.machine[stamp.ASKED] = time.monotonic_ns()
    old = Validity(freshness.run, 0, 1, time.time() + 60, 0.0)
    freshness.machine[stamp.CHANGES], freshness.machine[stamp.NUMBER] = 1, 2
    page, current = Page({}, old, frozenset(), 0), old._replace(changes=1, number=2)
    freshness.current = current
    asked = []
    monkeypatch.setattr(stamp, "changes", lambda *numbers: asked.append(numbers) or [])
    assert not freshness.revalidate(page)
    assert asked == []
    assert freshness.is_unaffected(page, current)
    assert freshness.revalidate(page)
    assert page.validity == current
    assert asked == [(1, 2)]


def test_after_a_query_that_failed_there_is_none_for_a_while(monkeypatch):
    freshness = Freshness()
    freshness.back_off(DatabaseError("gone"))
    assert freshness.is_backing_off()
    assert not freshness.is_poll_due()
    monkeypatch.setattr(stamp, "state", lambda *_known: 1 / 0)
    monkeypatch.setattr(stamp, "number", lambda: 1 / 0)
    freshness.poll()
    assert freshness.query() is None
    freshness.failed_at -= BACK_OFF
    assert not freshness.is_backing_off()
