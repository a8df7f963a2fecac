import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import override

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme
from publishing.models import Revision
from publishing.workflow import State, publish, restore, state, unpublished_changes, withdraw
from staff.models import StaffMember
from tests.publishing.saved import retitle, title

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    """A draft that could be published."""
    return Theme.objects.create(title_nl="Eerste", slug_nl="eerste", title_fr="Premier", slug_fr="premier")


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_saving_and_restoring_while_another_language_is_spoken_copies_nothing_into_it(editor, language):
    with override(language):
        theme = Theme.objects.create(title_nl="T", slug_nl="t", body_nl="<p>Nederlands</p>")
        publish(theme, editor)
        restore(theme.revisions.get(), editor)
    theme = Theme.objects.get(pk=theme.pk)
    assert (theme.body_nl, theme.body_fr or "", theme.body_en or "") == ("<p>Nederlands</p>", "", "")
    assert unpublished_changes(theme) == []


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
