import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Theme
from publishing.workflow import State, confirm, reorder, rising, set_end, state, unpublished_changes, withdraw
from tests.publishing.saved import DAY, plan, public_theme, title

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme(editor) -> Theme:
    return public_theme(editor)


def public_order(days: float = 0) -> list[str]:
    return [theme.slug_nl for theme in Theme.published(timezone.now() + days * DAY)]


def test_an_order_goes_public_and_drafts_do_not(editor):
    themes = list(Theme.objects.order_by("position"))
    draft = themes[-1]
    old = draft.title_nl
    draft.title_nl = "Concept"
    draft.save()
    before = {theme.pk: theme.revisions.count() for theme in themes}
    wanted = [draft, *themes[:-1]]
    reorder(Theme, [theme.pk for theme in wanted], editor)
    assert public_order() == [theme.slug_nl for theme in wanted]
    assert list(Theme.objects.order_by("position")) == wanted
    assert Theme.published().get(object_id=draft.pk).title_nl == old
    assert [change.path for change in unpublished_changes(draft)] == [("title_nl",)]
    assert all(theme.revisions.count() == before[theme.pk] + 1 for theme in themes)
    assert draft.revisions.first().note == "Volgorde gewijzigd."


def test_only_what_moves_gets_a_new_version(editor):
    first, second, *others = Theme.objects.order_by("position")
    assert reorder(Theme, [second.pk, first.pk], editor) == 2
    assert all(theme.revisions.count() == 1 for theme in others)
    assert reorder(Theme, [second.pk, first.pk], editor) == 0
    assert second.revisions.count() == 2


def test_a_new_place_or_end_neither_changes_nor_checks_what_is_said(theme, editor):
    said = theme.revisions.get()
    with time_machine.travel(said.live_from + 9 * DAY):
        set_end(theme, editor, timezone.now() + DAY)
        reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
        newest = theme.revisions.first()
        assert newest.live_from > said.live_from + 8 * DAY
        assert (newest.changed_at, newest.checked_at) == (said.live_from, said.live_from)
        assert Theme.published().get(object_id=theme.pk).title == "Eerste"
        checked = confirm(theme, editor)
        assert (checked.changed_at, checked.checked_at) == (said.live_from, checked.live_from)


def test_what_was_never_published_stays_unpublished_when_it_moves(editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    first = Theme.objects.order_by("position").first()
    reorder(Theme, [new.pk, *Theme.objects.exclude(pk=new.pk).values_list("pk", flat=True)], editor)
    assert "nieuw" not in public_order()
    assert not new.revisions.exists()
    assert Theme.objects.order_by("position").first() == new != first


def test_what_waits_keeps_waiting_and_has_its_new_place(theme, editor):
    waiting = plan(theme, 1, editor, title_nl="Gepland")
    theme.title_nl = "Concept"
    theme.save()
    others = list(Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True))
    reorder(Theme, [theme.pk, *others], None)
    assert (title(theme), title(theme, 2)) == ("Eerste", "Gepland")
    assert (public_order()[0], public_order(2)[0]) == ("eerste", "eerste")
    again = theme.revisions.pending().get()
    assert (again.live_from, again.author) == (waiting.live_from, editor)


def test_what_is_off_the_site_does_not_come_back_by_being_moved(theme, editor):
    withdraw(theme, editor, "Weg")
    reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
    assert title(theme) is None
    assert state(theme) == State.WITHDRAWN


def test_a_row_that_is_gone_stops_the_whole_order(editor):
    first, second, *_others = Theme.objects.order_by("position")
    with pytest.raises(ValidationError):
        reorder(Theme, [second.pk, first.pk, 99_999], editor)
    with pytest.raises(ValidationError):
        reorder(Theme, [second.pk, second.pk], editor)
    first.refresh_from_db()
    assert first.position == 1


def test_places_become_unique_and_change_as_little_as_can_be():
    assert rising([1, 2, 5, 5, 6, 9]) == [1, 2, 5, 6, 7, 9]
    assert rising([0, 0, 0]) == [1, 2, 3]
    assert rising([999_998, 999_999, 999_999]) == [1, 2, 3]
    assert rising([]) == []
