import pytest
from django.core.management import call_command

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme
from publishing.models import Revision
from publishing.workflow import State, publish, state, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def test_everything_seeded_is_published_and_its_translations_are_marked_to_be_checked():
    for model, count in [(MissionPage, 1), (Organisation, 4), (StaffMember, 4), (Priority, 6), (Theme, 3)]:
        objects = list(model.objects.all())
        assert len(objects) == count
        for obj in objects:
            assert state(obj) == State.PUBLISHED
            assert obj.needs_check_fr
            assert obj.needs_check_en
            assert obj.languages == ("nl", "fr", "en")


def test_seeding_again_changes_nothing_and_keeps_edits_removals_and_renames(editor):
    kept = Theme.objects.get(slug_nl="regiomarketing")
    kept.title_nl, kept.slug_nl = "Van mij", "van-mij"
    kept.save()
    publish(kept, editor)
    removed = Priority.objects.get(number=6)
    withdraw(removed, editor, "Weg")
    removed.delete()
    page = MissionPage.objects.get()
    page.aims.first().delete()
    revisions = Revision.objects.count()
    call_command("seed", verbosity=0)
    assert Revision.objects.count() == revisions
    assert (Theme.objects.count(), Priority.objects.count(), page.aims.count()) == (3, 5, 5)
    kept.refresh_from_db()
    assert kept.title_nl == "Van mij"


def test_only_what_the_source_implies_is_linked():
    assert {priority.number: str(priority.contact) for priority in Priority.objects.exclude(contact=None)} == {
        2: "Stéphanie Thybaert"
    }
    assert {theme.slug_nl: str(theme.contact) for theme in Theme.objects.exclude(contact=None)} == {
        "regiomarketing": "Johan Halsberghe"
    }
    assert not Priority.objects.exclude(lead=None).exists()
    assert not Priority.objects.exclude(partners=None).exists()
