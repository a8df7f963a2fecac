from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages.models import TextPage
from priorities.models import Priority, Theme
from publishing.content.link_resolution import public_revisions
from publishing.models import PUBLIC, Revision, best_at, seen
from publishing.models.revisions import AT
from publishing.queries.dependencies import Dependency, track
from publishing.queries.prepared import PreparedQuery, param
from publishing.workflow import publish, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def put():
    """A question that remembers how often it was put together, and for what."""
    shapes = []

    def themes(*limits):
        shapes.append(limits)
        return Revision.objects.of(Theme).public(AT).numbered(param("id"))[slice(*limits)]

    return PreparedQuery(themes), shapes


def test_a_question_gives_what_its_queryset_gives():
    now = timezone.now()
    question = PreparedQuery(lambda: Revision.objects.of(Theme).public(AT).order_by("sort_key"))
    asked = question(at=now)
    expected = list(Revision.objects.of(Theme).public(now).order_by("sort_key"))
    assert asked == expected
    assert [each.__dict__ | {"_state": 0} for each in asked] == [each.__dict__ | {"_state": 0} for each in expected]
    assert not any(each._state.adding for each in asked)


def test_it_is_put_together_once_for_each_shape(put):
    question, shapes = put
    first, second = Theme.objects.all()[:2]
    now = timezone.now()
    found = [question(0, 1, id=theme.pk, at=now)[0].object_id for theme in (first, second, first)]
    assert found == [first.pk, second.pk, first.pk]
    assert shapes == [(0, 1)]
    assert question(0, 2, id=first.pk, at=now)
    assert shapes == [(0, 1), (0, 2)]


def test_each_time_it_is_about_the_moment_that_is_given(put):
    question, _shapes = put
    theme = Theme.objects.all()[0]
    before = timezone.now()
    withdraw(theme, None, "Voorbij")
    assert question(0, 1, id=theme.pk, at=before)
    assert not question(0, 1, id=theme.pk, at=timezone.now())


def test_what_is_not_given_is_an_error(put):
    question, _shapes = put
    with pytest.raises(KeyError, match="id"):
        question(0, 1, at=timezone.now())


def test_it_is_noted_what_it_was_about(put):
    question, _shapes = put
    with track() as reads:
        question(0, 1, id=3, at=timezone.now())
        question(0, 1, id=4, at=timezone.now())
    assert reads == {Dependency("priorities.theme", 3), Dependency("priorities.theme", 4)}


@pytest.mark.parametrize("part", [slice(None), slice(1), slice(1, 3), slice(2, None), slice(0, 0), slice(50, 60)])
def test_a_list_is_the_same_however_it_is_asked(part):
    now = timezone.now()
    asked = [theme.title_nl for theme in Theme.published(now)[part]]
    # Any other condition is asked by Django's own way.
    assert asked == [theme.title_nl for theme in Theme.published(now).filter(object_id__gt=0)[part]]


def test_what_narrows_a_list_is_not_lost():
    pks = [theme.pk for theme in Theme.published()]
    assert len(pks) > 1
    assert [theme.pk for theme in Theme.published().exclude(object_id=pks[0])] == pks[1:]
    assert [theme.pk for theme in Theme.published()[1:][:1]] == pks[1:2]
    assert [theme.pk for theme in Theme.published().reverse()] == pks[::-1]
    assert [theme.pk for theme in Theme.published().following("contact").filter(object_id=pks[1])] == pks[1:2]
    assert list(Theme.published().values_list("object_id", flat=True)) == pks
    assert Theme.published()[1].pk == pks[1]
    assert Theme.published().first().pk == pks[0]
    assert Theme.published().last().pk == pks[-1]


def test_a_list_and_what_it_follows_take_one_question_each():
    priority = Priority.objects.all()[0]
    priority.contact = StaffMember.objects.all()[0]
    priority.save()
    publish(priority, None)
    with CaptureQueriesContext(connection) as asked:
        contacts = [each.contact for each in Priority.published().following("contact")]
    assert priority.contact.name in {contact.name for contact in contacts if contact}
    assert len(asked) == 2


def test_targets_of_several_kinds_are_seen_in_one_question():
    wanted = {("priorities.theme", pk) for pk in Theme.objects.values_list("pk", flat=True)}
    wanted |= {("pages.textpage", pk) for pk in TextPage.objects.values_list("pk", flat=True)}
    with CaptureQueriesContext(connection) as asked:
        found = seen(wanted)
    assert len(asked) == 1
    assert {(each.model, each.object_id) for each in found} == wanted
    assert {each.pk for each in found} == {each.pk for each in public_revisions(wanted)}
    withdraw(Theme.objects.all()[0], None, "Voorbij")
    assert len(seen(wanted)) == len(wanted) - 1
    assert seen(()) == []


def test_an_address_is_best_explained_by_what_is_public_at_that_moment():
    theme = Theme.objects.all()[0]
    old, now = theme.slug_nl, timezone.now()
    assert best_at(Theme, old, "nl").rank == PUBLIC
    theme.slug_nl = "nieuw-adres"
    theme.save()
    publish(theme, None, live_from=timezone.now() + timedelta(hours=1))
    assert best_at(Theme, "nieuw-adres", "nl", now) is None
    later = now + timedelta(hours=2)
    assert best_at(Theme, "nieuw-adres", "nl", later).rank == PUBLIC
    assert best_at(Theme, old, "nl", later).rank != PUBLIC
    assert best_at(Theme, "geen", "nl") is None
