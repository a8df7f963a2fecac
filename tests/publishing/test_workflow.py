from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme, Update
from publishing.models import Revision
from publishing.workflow import (
    State,
    confirm,
    is_live,
    live_users,
    publish,
    restore,
    state,
    unpublished_changes,
    withdraw,
)
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    """A draft that could be published."""
    return Theme.objects.create(title_nl="Eerste", slug_nl="eerste", title_fr="Premier", slug_fr="premier")


def title(theme: Theme) -> str | None:
    found = Theme.published().filter(object_id=theme.pk).first()
    return found and found.title_nl


def retitle(theme: Theme, text: str) -> None:
    theme.title_nl = text
    theme.save()


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


def test_a_schedule_goes_live_and_ends_by_itself_to_the_second(theme, editor):
    now = timezone.now()
    begin, end = now + timedelta(hours=1), now + timedelta(hours=2)
    publish(theme, editor, live_from=begin, live_until=end)
    assert state(theme) == State.SCHEDULED
    second = timedelta(seconds=1)
    for moment, expected in [
        (begin - second, None),
        (begin, "Eerste"),
        (end - second, "Eerste"),
        (end, None),
    ]:
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


def test_a_beginning_in_the_past_means_now(theme, editor):
    publish(theme, editor)
    retitle(theme, "Nu")
    publish(theme, editor, live_from=timezone.now() - timedelta(days=3))
    assert title(theme) == "Nu"


def test_what_was_public_at_an_earlier_moment_can_be_read_as_it_was(theme, editor):
    publish(theme, editor)
    moment = timezone.now()
    retitle(theme, "Later")
    publish(theme, editor)
    assert Theme.published(moment).get(object_id=theme.pk).title_nl == "Eerste"


def test_an_end_before_the_beginning_is_refused(theme, editor):
    with pytest.raises(ValidationError) as error:
        publish(theme, editor, live_until=timezone.now() - timedelta(days=1))
    assert list(error.value.message_dict) == ["live_until"]
    assert not theme.revisions.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title_nl": " "}, "title_nl"),
        ({"slug_nl": None, "slug_fr": None}, "slug_nl"),
        ({"slug_nl": "regiomarketing"}, "slug_nl"),
        ({"slug_fr": "marketing-regional"}, "slug_fr"),
        ({"url": "geen adres"}, "url"),
    ],
)
def test_what_cannot_be_published_is_refused_by_field(theme, editor, change, field):
    Theme.objects.filter(pk=theme.pk).update(**change)
    with pytest.raises(ValidationError) as error:
        publish(theme, editor)
    assert list(error.value.message_dict) == [field]
    assert not theme.revisions.exists()


def test_the_slug_of_something_withdrawn_is_free_again(theme, editor):
    other = Theme.objects.get(slug_nl="regiomarketing")
    withdraw(other, editor, "Afgerond")
    Theme.objects.filter(pk=theme.pk).update(slug_nl="regiomarketing")
    publish(theme, editor)
    assert title(theme) == "Eerste"


def test_an_update_needs_exactly_one_subject(editor):
    update = Update.objects.create(title_nl="Bericht")
    with pytest.raises(ValidationError):
        publish(update, editor)
    update.theme, update.priority = Theme.objects.first(), Priority.objects.first()
    update.save()
    with pytest.raises(ValidationError):
        publish(update, editor)


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


def test_restoring_makes_an_old_version_the_working_copy_only(theme, editor):
    publish(theme, editor)
    old = theme.revisions.get()
    retitle(theme, "Tweede")
    publish(theme, editor)
    restored = restore(old, editor)
    assert restored.title_nl == "Eerste"
    assert title(theme) == "Tweede"
    assert state(theme) == State.CHANGED


def test_restoring_brings_child_rows_back_with_their_ids_and_order(editor):
    page = MissionPage.objects.get()
    before = page.revisions.first()
    page.aims.first().delete()
    page.aims.create(text_nl="nieuw", position=1)
    last = page.aims.last()
    last.text_nl = "anders"
    last.save()
    publish(page, editor)
    restore(before, editor)
    publish(page, editor)
    assert page.revisions.first().data == before.data


def test_a_deleted_object_is_restored_with_everything_that_belonged_to_it(theme, editor):
    priority = Priority.objects.create(number=9, title_nl="Negen", slug_nl="negen")
    priority.partners.create(organisation=Organisation.objects.first())
    publish(priority, editor)
    revision = withdraw(priority, editor, "Weg")
    pk = priority.pk
    priority.delete()
    restored = restore(revision, editor)
    assert (restored.pk, restored.title_nl, restored.partners.count()) == (pk, "Negen", 1)


def test_restoring_leaves_a_relation_to_something_deleted_empty(theme, editor):
    person = StaffMember.objects.create(name="Tijdelijk", slug="tijdelijk")
    theme.contact = person
    theme.save()
    publish(theme, editor)
    old = theme.revisions.get()
    theme.contact = None
    theme.save()
    publish(theme, editor)
    person.delete()
    assert restore(old, editor).contact is None


def test_restoring_keeps_what_a_revision_does_not_hold(editor, colleague):
    person = StaffMember.objects.first()
    person.user = colleague
    person.save()
    restore(person.revisions.first(), editor)
    person.refresh_from_db()
    assert person.user == colleague


def test_what_visitors_see_cannot_be_deleted(theme, editor):
    publish(theme, editor)
    with pytest.raises(ProtectedError), transaction.atomic():
        theme.delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        Theme.objects.filter(pk=theme.pk).delete()
    withdraw(theme, editor, "Klaar")
    theme.delete()
    assert Revision.objects.filter(data__slug_nl="eerste").count() == 2


def test_who_uses_an_object_is_read_from_published_state():
    organisation = Organisation.objects.get(name="VDAB")
    assert live_users(organisation) == [MissionPage.objects.get()]
    assert is_live(organisation)


def test_a_thawed_object_cannot_be_saved():
    with pytest.raises(TypeError):
        Theme.published().first().save()


def test_an_untranslated_page_does_not_fall_back_to_an_address_that_another_has(theme, editor):
    Theme.objects.filter(pk=theme.pk).update(slug_nl="marketing-regional", slug_fr=None)
    with pytest.raises(ValidationError) as error:
        publish(theme, editor)
    assert list(error.value.message_dict) == ["slug_nl"]


def test_an_address_that_is_still_to_be_given_up_is_not_free_yet(theme, editor):
    other = Theme.objects.get(slug_nl="regiomarketing")
    other.slug_nl = "anders"
    other.save()
    publish(other, editor, live_from=timezone.now() + timedelta(days=1))
    Theme.objects.filter(pk=theme.pk).update(slug_nl="regiomarketing")
    with pytest.raises(ValidationError):
        publish(theme, editor)
    publish(theme, editor, live_from=timezone.now() + timedelta(days=2))


def test_a_new_object_goes_last():
    assert Theme.objects.create(title_nl="Vierde").position == 4


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


def test_child_rows_are_judged_too(editor):
    priority = Priority.objects.get(number=1)
    priority.partners.create()
    with pytest.raises(ValidationError, match="partner"):
        publish(priority, editor)


def test_publishing_what_somebody_just_deleted_is_refused_in_words(theme, editor):
    Theme.objects.filter(pk=theme.pk).delete()
    with pytest.raises(ValidationError):
        publish(theme, editor)


def test_the_last_place_in_a_list_has_room_for_more(theme):
    Theme.objects.filter(pk=theme.pk).update(position=999_999)
    assert Theme.objects.create(title_nl="Nog").position == 999_999


def test_an_address_may_be_shared_one_after_the_other(theme, editor):
    now = timezone.now()
    publish(theme, editor, live_until=now + timedelta(days=2))
    heir = Theme.objects.create(title_nl="Erfgenaam", slug_nl="eerste", slug_fr="heritier")
    with pytest.raises(ValidationError):
        publish(heir, editor, live_from=now + timedelta(days=1))
    publish(heir, editor, live_from=now + timedelta(days=3))
    third = Theme.objects.create(title_nl="Tussendoor", slug_nl="eerste", slug_fr="entre")
    publish(third, editor, live_from=now + timedelta(days=2, hours=1), live_until=now + timedelta(days=2, hours=2))


def test_restoring_keeps_a_row_on_the_place_that_it_had(editor):
    page = MissionPage.objects.get()
    aim = page.aims.last()
    aim.position = 0
    aim.save()
    old = publish(page, editor)
    aim.delete()
    publish(page, editor)
    restore(old, editor)
    assert unpublished_changes(page) != []
    publish(page, editor)
    assert page.revisions.first().data == old.data


def test_a_note_too_long_to_keep_is_refused_and_not_cut(theme, editor):
    with pytest.raises(ValidationError):
        publish(theme, editor, note="x" * 501)
    assert not theme.revisions.exists()


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
