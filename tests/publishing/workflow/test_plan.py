"""Cancelling, moving and ending what is planned."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Theme
from publishing.models import Revision, RevisionText
from publishing.workflow import (
    State,
    advance,
    cancel,
    confirm,
    publish,
    reschedule,
    set_end,
    state,
    unpublished_changes,
    waits_as,
)
from tests.publishing.saved import title

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def theme(editor) -> Theme:
    """Public as “Eerste”."""
    theme = Theme.objects.create(title_nl="Eerste", slug_nl="eerste")
    publish(theme, editor)
    return theme


def plan(theme: Theme, editor, text: str, days: float, until: float | None = None) -> Revision:
    theme.title_nl = text
    theme.save()
    now = timezone.now()
    return publish(theme, editor, live_from=now + days * DAY, live_until=now + until * DAY if until else None)


def test_a_cancelled_version_never_comes_and_what_is_public_stays(theme, editor):
    waiting = plan(theme, editor, "Gepland", 1)
    assert title(theme, 2) == "Gepland"
    cancel(waiting, editor)
    assert (title(theme), title(theme, 2)) == ("Eerste", "Eerste")
    waiting.refresh_from_db()
    assert waiting.cancelled
    assert waiting.data["title_nl"] == "Gepland"
    assert not RevisionText.objects.filter(revision=waiting).exists()
    assert state(theme) == State.CHANGED
    assert theme.revisions.once_public(timezone.now() + 2 * DAY).count() == 1
    assert LogEntry.objects.filter(user=editor, object_id=theme.pk).exists()


def test_cancelling_one_of_two_lets_the_other_come(theme, editor):
    first, _second = plan(theme, editor, "Maandag", 1), plan(theme, editor, "Dinsdag", 2)
    cancel(first, editor)
    assert [title(theme, days) for days in (1.5, 2.5)] == ["Eerste", "Dinsdag"]


def test_cancelling_the_last_of_two_leaves_the_first(theme, editor):
    _first, second = plan(theme, editor, "Maandag", 1), plan(theme, editor, "Dinsdag", 2)
    cancel(second, editor)
    assert [title(theme, days) for days in (1.5, 2.5)] == ["Maandag", "Maandag"]


def test_what_was_overtaken_before_its_time_does_not_come_back(theme, editor):
    plan(theme, editor, "Dinsdag", 2)
    earlier = plan(theme, editor, "Maandag", 1)
    cancel(earlier, editor)
    assert title(theme, 3) == "Eerste"
    assert not theme.revisions.pending().exists()


def test_only_what_still_waits_can_be_cancelled_or_moved(theme, editor):
    begun = theme.revisions.get()
    waiting = plan(theme, editor, "Gepland", 1)
    cancel(waiting, editor)
    for revision in (begun, waiting):
        with pytest.raises(ValidationError):
            cancel(revision, editor)
        with pytest.raises(ValidationError):
            reschedule(revision, editor, timezone.now() + DAY)
    assert title(theme, 2) == "Eerste"


def test_a_new_draft_that_was_cancelled_was_never_published(editor):
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    cancel(publish(theme, editor, live_from=timezone.now() + DAY), editor)
    assert state(theme) == State.NEW
    assert title(theme, 2) is None
    theme.delete()


def test_the_address_of_a_cancelled_version_is_free(theme, editor):
    other = Theme.objects.create(title_nl="Ander", slug_nl="ander")
    cancel(publish(other, editor, live_from=timezone.now() + DAY), editor)
    theme.slug_nl = "ander"
    theme.save()
    publish(theme, editor)
    assert theme.revisions.public().get().data["slug_nl"] == "ander"


def test_another_time_is_the_same_version_and_not_the_working_copy(theme, editor):
    waiting = plan(theme, editor, "Gepland", 1)
    theme.title_nl = "Nog niet klaar"
    theme.save()
    reschedule(waiting, editor, timezone.now() + 3 * DAY, timezone.now() + 4 * DAY)
    assert [title(theme, days) for days in (2, 3.5, 4.5)] == ["Eerste", "Gepland", None]
    assert theme.revisions.pending().count() == 1


def test_a_time_that_cannot_be_is_refused_and_changes_nothing(theme, editor):
    waiting, now = plan(theme, editor, "Gepland", 1), timezone.now()
    for times, field in [((now - DAY, None), "live_from"), ((now + DAY, now + DAY), "live_until")]:
        with pytest.raises(ValidationError) as error:
            reschedule(waiting, editor, *times)
        assert list(error.value.message_dict) == [field]
    assert title(theme, 2) == "Gepland"


def test_moving_is_refused_when_somebody_else_has_the_address_by_then(editor):
    now = timezone.now()
    first, second = (Theme.objects.create(title_nl=text, slug_nl="zelfde") for text in ("A", "B"))
    waiting = publish(first, editor, live_from=now + DAY, live_until=now + 2 * DAY)
    publish(second, editor, live_from=now + 3 * DAY)
    with pytest.raises(ValidationError) as error:
        reschedule(waiting, editor, now + 4 * DAY)
    assert list(error.value.message_dict) == ["slug_nl"]
    assert (title(first, 1.5), title(second, 4)) == ("A", "B")


def test_an_end_is_set_and_removed_without_publishing_the_draft_or_losing_what_waits(theme, editor):
    plan(theme, editor, "Gepland", 5)
    theme.title_nl = "Concept"
    theme.save()
    end = timezone.now() + 2 * DAY
    set_end(theme, editor, end)
    assert [title(theme, days) for days in (0, 1.9, 2.1, 5.1)] == ["Eerste", "Eerste", None, "Gepland"]
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert title(theme) == "Eerste"
    with time_machine.travel(end, tick=False):
        assert title(theme) is None
    set_end(theme, editor, None)
    assert [title(theme, days) for days in (0, 2.1, 5.1)] == ["Eerste", "Eerste", "Gepland"]
    assert [change.path for change in unpublished_changes(theme)] == [("title_nl",)]


def test_what_is_not_public_has_no_end(editor):
    with pytest.raises(ValidationError):
        set_end(Theme.objects.create(title_nl="X", slug_nl="x"), editor, timezone.now() + DAY)


# Carried along since the page was opened


def test_a_page_that_was_open_goes_on_knowing_a_version_that_was_carried_along(theme, editor, editor_client):
    waiting = plan(theme, editor, "Gepland", 1)
    set_end(theme, editor, timezone.now() + 9 * DAY)
    confirm(theme, editor)
    now = theme.revisions.pending().get()
    assert waits_as(Revision.objects.get(pk=waiting.pk)) == now != waiting
    assert editor_client.get(f"/admin/planning/{waiting.pk}/").context["revision"] == now
    moved = reschedule(waiting, editor, timezone.now() + 2 * DAY)
    assert theme.revisions.pending().get() == moved
    assert waits_as(Revision.objects.get(pk=waiting.pk)) == now, "it was moved: it does not wait any more"
    with pytest.raises(ValidationError):
        cancel(waiting, editor)
    confirm(theme, editor)
    editor_client.post(f"/admin/planning/{moved.pk}/cancel/")
    assert not theme.revisions.pending().exists()


def test_another_version_that_waits_for_the_same_moment_is_not_taken_for_it(theme, editor):
    waiting = plan(theme, editor, "Gepland", 1)
    publish(theme, editor)
    theme.title_nl = "Anders"
    theme.save()
    publish(theme, editor, live_from=waiting.live_from)
    confirm(theme, editor)
    with pytest.raises(ValidationError):
        cancel(waiting, editor)
    assert title(theme, 2) == "Anders"


# Brought forward


def test_a_version_brought_forward_has_its_own_content_and_not_the_working_copy(theme, editor):
    waiting = plan(theme, None, "Gepland", 1)
    theme.title_nl = "Concept"
    theme.save()
    act = advance(waiting, editor)
    assert (title(theme), title(theme, 2)) == ("Gepland", "Gepland")
    assert (act.author, act.data, act.live_until) == (editor, waiting.data, None)
    assert not theme.revisions.pending().exists()
    assert Theme.objects.get(pk=theme.pk).title_nl == "Concept"
    waiting.refresh_from_db()
    assert waiting.cancelled
    assert "vervroegd" in LogEntry.objects.latest("pk").change_message


@pytest.mark.parametrize("first", [0, 1])
def test_what_else_waits_goes_on_waiting_as_it_is_and_in_its_order(theme, editor, first):
    both = [plan(theme, editor, "Morgen", 1), plan(theme, None, "Overmorgen", 2)]
    other = both[1 - first]
    act = advance(both[first], editor, note="Kon niet wachten")
    assert (title(theme), act.note) == (both[first].data["title_nl"], "Kon niet wachten")
    assert title(theme, 3) == other.data["title_nl"]
    again = theme.revisions.pending().get()
    assert (again.live_from, again.author, again.data, again.carried_by) == (
        other.live_from, other.author, other.data, act,
    )  # fmt: skip


def test_a_version_brought_forward_keeps_its_end_and_only_one_that_waits_can_be(theme, editor):
    end = timezone.now() + 5 * DAY
    theme.title_nl = "Kort"
    theme.save()
    waiting = publish(theme, editor, live_from=timezone.now() + DAY, live_until=end)
    assert advance(waiting, editor).live_until == end
    with pytest.raises(ValidationError):
        advance(waiting, editor)
    with pytest.raises(ValidationError):
        advance(theme.revisions.public().get(), editor)
    assert title(theme, 6) is None


def test_a_version_is_not_brought_forward_to_when_somebody_else_has_its_address(theme, editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    set_end(theme, editor, timezone.now() + DAY)
    new.slug_nl = "eerste"
    new.save()
    waiting = publish(new, editor, live_from=timezone.now() + 2 * DAY)
    with pytest.raises(ValidationError):
        advance(waiting, editor)
    assert new.revisions.pending().get() == waiting


def test_what_never_was_public_can_be_brought_forward(editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    waiting = publish(new, editor, live_from=timezone.now() + DAY)
    advance(waiting, editor)
    assert title(new) == "Nieuw"
    assert state(new) == State.PUBLISHED
