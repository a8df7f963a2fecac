from datetime import timedelta

import pytest
from django.utils import timezone, translation

from pages import barriers
from priorities.models import Theme
from publishing.cache import stamp
from publishing.models import Lack, Revision
from publishing.queries.dependencies import EVERYTHING, Change, Dependency, is_invalidated, track
from publishing.review import lacks
from publishing.review.translation_lacks import MISSING
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(title_nl="Thema", slug_nl="thema")


def test_pages_that_are_not_in_the_language_of_the_reader_are_counted(theme):
    Lack.objects.all().delete()
    theme.title_fr, theme.title_en = "Thème", None
    theme.save()
    publish(theme, None)
    assert barriers.counted() == []
    with translation.override("fr"):
        assert barriers.counted() == []
    with translation.override("en"):
        (said,) = barriers.counted()
        assert said.startswith("1 page is not, or not wholly, in English yet.")
        withdraw(theme, None, "weg")
        assert barriers.counted() == []


def test_what_is_registered_is_counted_once_for_a_version(theme, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(barriers, "_barriers", dict(barriers._barriers))
    barriers.register("odd", lambda number: "%d oddities")
    publish(theme, None)
    publish(theme, None, note="nog eens")
    for revision in theme.revisions:
        Lack.objects.create(revision=revision, kind="odd", since=revision.live_from)
    with django_assert_num_queries(1):
        assert "1 oddities" in barriers.counted()
    assert lacks.PICTURE in barriers._barriers


ADDRESS = "/toegankelijkheid/"


@pytest.fixture
def reads(client) -> set[Dependency]:
    """What the page of the accessibility statement depends on."""
    with track() as found:
        assert client.get(ADDRESS).status_code == 200
    return found


def changed_by(act) -> list[Change]:
    """What the stamp says that `act` changed."""
    before = stamp.number()
    act()
    return stamp.changes(before, stamp.number())


def test_the_page_depends_on_what_it_prints_and_not_on_everything(reads):
    assert EVERYTHING not in reads
    assert {each.model for each in reads} <= {
        "pages.textpage",
        "pages.accessibilitystatement",
        "pages.contactdetails",
        "pages.notice",
        "staff.staffmember",
        "priorities.document",
        "priorities.update",
        "consultation.opinion",
        "consultation.meeting",
        "consultation.mandate",
        "publishing.lack",
    }
    assert barriers.COUNTS in reads


def test_a_publication_that_leaves_the_counts_as_they_are_leaves_the_page_as_it_is(reads, theme):
    theme.title_fr, theme.title_en = "Thème", "Topic"
    theme.save()
    assert not is_invalidated(reads, changed_by(lambda: publish(theme, None)))
    theme.title_nl = "Ander thema"
    theme.save()
    assert not is_invalidated(reads, changed_by(lambda: publish(theme, None)))
    assert not is_invalidated(reads, changed_by(lambda: withdraw(theme, None, "weg")))


def test_what_changes_a_count_makes_the_page_anew(reads, theme):
    assert is_invalidated(reads, changed_by(lambda: publish(theme, None)))  # without French and English
    theme.title_nl = "Ander thema"
    theme.save()
    assert not is_invalidated(reads, changed_by(lambda: publish(theme, None)))  # lacks them still
    theme.title_fr, theme.title_en = "Thème", "Topic"
    theme.save()
    assert is_invalidated(reads, changed_by(lambda: publish(theme, None)))
    theme.title_fr = None
    theme.save()
    assert is_invalidated(reads, changed_by(lambda: publish(theme, None)))
    assert is_invalidated(reads, changed_by(lambda: withdraw(theme, None, "weg")))
    assert is_invalidated(reads, changed_by(lambda: publish(theme, None)))


def test_what_lacked_a_translation_and_ended_is_counted_again_when_it_comes_back():
    now = timezone.now()
    ended, made = (Revision(pk=number, object_id=1, live_from=now, created_at=now) for number in (1, 2))
    rows = [[Lack(revision=each, kind=kind) for kind in ("", MISSING)] for each in (ended, made)]
    ended.live_from, ended.superseded_at = now - timedelta(days=2), now
    assert not lacks._is_counted_otherwise(made, *rows)
    ended.live_until = now - timedelta(days=1)
    assert lacks._is_counted_otherwise(made, *rows)


def test_a_planned_version_does_not_hide_that_one_of_now_lacks_something(reads, theme):
    theme.title_fr, theme.title_en = "Thème", "Topic"
    theme.save()
    publish(theme, None)
    theme.title_fr = None
    theme.save()
    publish(theme, None, live_from=timezone.now() + timedelta(days=3))
    assert is_invalidated(reads, changed_by(lambda: publish(theme, None)))


def test_after_a_withdrawal_the_page_may_be_served_while_it_cannot_be_made(reads, theme):
    publish(theme, None)
    taken = [change for change in changed_by(lambda: withdraw(theme, None, "weg")) if change.takes_away]
    assert taken
    assert not is_invalidated(reads, taken)


def test_judging_again_makes_the_page_anew_only_when_it_counts_otherwise(reads, theme):
    revision = publish(theme, None)
    assert changed_by(lambda: lacks.judge_anew([revision])) == []
    Lack.objects.filter(revision=revision, kind=MISSING).delete()
    assert is_invalidated(reads, changed_by(lambda: lacks.judge_anew([revision])))
