from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Priority, Theme
from publishing.admin.work_list import Asked
from publishing.admin.work_list.drafts import FORGOTTEN
from publishing.admin.work_list.registry import find
from publishing.models import Revision
from publishing.workflow import State, publish, state, withdraw
from publishing.workflow.working_copies.drafts import keep
from resoc import work
from resoc.management.commands import seed
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


@pytest.fixture
def newer(monkeypatch, tmp_path):
    """The source content of a newer version, which has one text page more."""
    content = tmp_path / "source.toml"
    page = """
[[text_page]]
slug.nl = "cookies"
slug.fr = "cookies-fr"
slug.en = "cookies-en"
title.nl = "Cookies"
title.fr = "Témoins"
title.en = "Cookies"
body.nl = "<p>Geen.</p>"
body.fr = "<p>Aucun.</p>"
body.en = "<p>None.</p>"
"""
    content.write_text(seed.CONTENT.read_text() + page)
    monkeypatch.setattr(seed, "CONTENT", content)


def run() -> str:
    out = StringIO()
    call_command("seed", stdout=out)
    return out.getvalue().strip()


def test_a_new_text_comes_as_a_draft_on_a_site_in_use_and_is_named_in_the_list_of_work(newer, editor, client):
    revisions = Revision.objects.count()
    assert run() == "Seed: 1 added as drafts: see the first page of the desk."
    assert run() == "Seed: nothing to add."
    assert Revision.objects.count() == revisions
    assert client.get("/cookies/").status_code == 404
    page = TextPage.objects.get(slug_nl="cookies")
    (line,) = [each for each in find(Asked(editor, timezone.now())) if each.kind == work.NEW_TEXT]
    assert (line.label, line.url) == ("Cookies", f"/admin/pages/textpage/{page.pk}/change/")
    later = [each for each in find(Asked(editor, timezone.now() + timedelta(days=15))) if each.label == "Cookies"]
    assert [each.kind for each in later if each.kind in (work.NEW_TEXT, FORGOTTEN)] == [FORGOTTEN]
    publish(page, editor)
    assert client.get("/cookies/").status_code == 200
    assert not [each for each in find(Asked(editor, timezone.now())) if each.kind == work.NEW_TEXT]


def test_a_new_text_that_an_editor_renamed_or_threw_away_does_not_come_back(newer, editor, editor_client):
    run()
    page = TextPage.objects.get(slug_nl="cookies")
    page.slug_nl = "koekjes"
    page.save()
    assert run() == "Seed: nothing to add."
    editor_client.post(f"/admin/pages/textpage/{page.pk}/delete/", {"post": "yes"})
    assert not TextPage.objects.filter(pk=page.pk).exists()
    assert run() == "Seed: nothing to add."


def test_what_an_editor_made_by_the_same_address_is_left_alone(newer):
    TextPage.objects.create(slug_nl="cookies", title_nl="Van mij")
    assert run() == "Seed: nothing to add."
    assert TextPage.objects.get(slug_nl="cookies").title_nl == "Van mij"


def test_a_draft_that_did_not_come_with_the_site_is_no_new_text(editor):
    keep(TextPage.objects.create(slug_nl="eigen", title_nl="Eigen"), None)
    assert not [each for each in find(Asked(editor, timezone.now())) if each.kind == work.NEW_TEXT]
