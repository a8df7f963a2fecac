from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Theme
from publishing.workflow import State, confirm, publish, state, unpublished_changes, withdraw
from tests.publishing.saved import retitle, title

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    """A draft that could be published."""
    return Theme.objects.create(title_nl="Eerste", slug_nl="eerste", title_fr="Premier", slug_fr="premier")


def test_a_saved_row_is_not_public_until_it_is_published(theme, editor):
    assert title(theme) is None
    assert state(theme) == State.NEW
    publish(theme, editor, note="klaar")
    assert title(theme) == "Eerste"
    assert state(theme) == State.PUBLISHED
    revision = theme.revisions.get()
    assert (revision.author, revision.note, revision.live_until) == (editor, "klaar", None)


def test_a_change_is_public_only_after_publishing_again(theme, editor):
    publish(theme, editor)
    retitle(theme, "Tweede")
    assert title(theme) == "Eerste"
    assert state(theme) == State.CHANGED
    assert [change.path for change in unpublished_changes(theme)] == [("title_nl",)]
    publish(theme, editor)
    assert title(theme) == "Tweede"
    assert unpublished_changes(theme) == []


def test_publishing_takes_the_saved_row_not_what_is_in_memory(theme, editor):
    theme.title_nl = "Nooit bewaard"
    publish(theme, editor)
    assert title(theme) == "Eerste"


def test_a_beginning_in_the_past_means_now(theme, editor):
    publish(theme, editor)
    retitle(theme, "Nu")
    publish(theme, editor, live_from=timezone.now() - timedelta(days=3))
    assert title(theme) == "Nu"


def test_withdrawing_takes_it_off_and_keeps_the_draft_out_of_history(theme, editor):
    publish(theme, editor)
    retitle(theme, "Geheim")
    revision = withdraw(theme, editor, " Niet meer actueel ")
    assert title(theme) is None
    assert state(theme) == State.WITHDRAWN
    assert revision.reason == "Niet meer actueel"
    assert revision.data["title_nl"] == "Eerste"
    publish(theme, editor)
    assert title(theme) == "Geheim"


def test_withdrawing_also_stops_what_was_scheduled(theme, editor):
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    withdraw(theme, editor, "Toch niet")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert title(theme) is None


def test_withdrawing_needs_a_reason_and_something_public(theme, editor):
    with pytest.raises(ValidationError):
        withdraw(theme, editor, "Nooit gepubliceerd")
    publish(theme, editor)
    with pytest.raises(ValidationError):
        withdraw(theme, editor, "  ")
    assert title(theme) == "Eerste"


def test_a_withdrawn_page_that_was_to_return_can_be_stopped(theme, editor):
    publish(theme, editor)
    withdraw(theme, editor, "Weg")
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    withdraw(theme, editor, "Blijft weg")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert title(theme) is None


def test_withdrawing_what_nobody_ever_saw_does_not_make_its_address_known(client, theme, editor):
    publish(theme, editor, live_from=timezone.now() + timedelta(days=1))
    withdraw(theme, editor, "Intern")
    assert client.get("/themas/eerste/").status_code == 404


def test_a_reason_too_long_to_keep_is_refused(theme, editor):
    publish(theme, editor)
    with pytest.raises(ValidationError):
        withdraw(theme, editor, "x" * 501)


def test_a_page_that_was_read_and_is_still_right_is_checked_and_not_changed(theme, editor):
    first = publish(theme, editor)
    retitle(theme, "Klad")
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        checked = confirm(theme, editor)
        assert title(theme) == "Eerste"
        assert state(theme) == State.CHANGED
        assert (checked.live_from.date(), checked.changed_at) == (timezone.now().date(), first.live_from)
        assert list(theme.revisions.changes()) == [first]
        assert list(theme.revisions.public()) == [checked]
        again = confirm(theme, editor)
        assert again.changed_at == first.live_from
        assert publish(theme, editor).unchanged_since is None


def test_publishing_what_visitors_read_already_is_a_check_and_not_a_change(theme, editor):
    first = publish(theme, editor)
    assert publish(theme, editor).changed_at == first.live_from
    withdraw(theme, editor, "weg")
    assert publish(theme, editor).unchanged_since is None


def test_a_check_keeps_the_end_of_what_it_checks(theme, editor):
    end = timezone.now() + timedelta(days=1)
    publish(theme, editor, live_until=end)
    assert confirm(theme, editor).live_until == end


def test_only_what_visitors_see_is_checked_and_a_check_overtakes_no_schedule(theme, editor):
    with pytest.raises(ValidationError):
        confirm(theme, editor)
    publish(theme, editor)
    retitle(theme, "Morgen")
    planned = publish(theme, None, "Voor morgen", live_from=timezone.now() + timedelta(days=1))
    checked = confirm(theme, editor)
    assert (checked.author, title(theme)) == (editor, "Eerste")
    waiting = theme.revisions.pending().get()
    assert (waiting.author, waiting.note, waiting.live_from) == (None, "Voor morgen", planned.live_from)
    assert (waiting.data, waiting.carried_by) == (planned.data, checked)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert title(theme) == "Morgen"
    withdraw(theme, editor, "weg")
    with pytest.raises(ValidationError):
        confirm(theme, editor)
