"""Updates of before they had pages of their own, in every state, brought to today."""

import sqlite3
from pathlib import Path
from shutil import copytree

import pytest
from django.contrib.contenttypes.models import ContentType

from priorities.models import Priority, Subject, Theme, Update
from publishing.backup.restore import restore_archive
from publishing.models import ActLine, Discarded, Draft, Revision, RevisionReference
from publishing.workflow import publish, restore
from publishing.workflow.state import has_unpublished
from tests.site.first_release import DUMP
from tests.site.test_upgrade import run, upgraded


@pytest.fixture(scope="module")
def archive(prepared, tmp_path_factory) -> Path:
    """A backup of a site with such updates, after `prepare` of today."""
    data = tmp_path_factory.mktemp("updates")
    copytree(prepared / "public" / "static", data / "public" / "static")
    with sqlite3.connect(data / "db.sqlite3") as database:
        database.executescript(DUMP.read_text())
    database.close()
    run(data, "-m", "tests.priorities.old_updates")
    return upgraded(data)


@pytest.fixture
def _upgraded(archive, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    restore_archive(archive, lambda line: None)
    yield
    ContentType.objects.clear_cache()  # what comes after it has the numbers of before


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_upgraded")]


def the(title: str) -> Update:
    return Update.objects.get(title_nl=title)


def test_nothing_of_one_subject_is_left_and_no_update_has_changes_by_it():
    texts = [
        *Revision.objects.filter(model="priorities.update").values_list("data", flat=True),
        *Draft.objects.filter(model="priorities.update").values_list("data", flat=True),
        *Discarded.objects.filter(model="priorities.update").values_list("data", flat=True),
        *ActLine.objects.filter(model="priorities.update").values_list("working", flat=True),
    ]
    assert len(texts) > 12
    for data in texts:
        assert "theme_id" not in data
        assert "priority_id" not in data
        assert all(bool(row["theme_id"]) != bool(row["priority_id"]) for row in data["subjects"])
    published = [update for update in Update.objects.all() if update.revisions.exists()]
    assert len(published) > 7
    assert not any(has_unpublished(update) for update in published)


def test_each_has_an_address_of_its_title_and_no_two_the_same(client):
    assert (the("Eerste bericht").slug_nl, the("Tweede bericht").slug_fr) == ("eerste-bericht", "deuxieme-message")
    both = Update.objects.filter(title_nl="Zelfde titel").values_list("slug_nl", flat=True)
    assert set(both) == {"zelfde-titel", "zelfde-titel-2026-05-01"}
    for address in ("eerste-bericht", "zelfde-titel", "zelfde-titel-2026-05-01", "verhuisd"):
        assert client.get(f"/nieuws/{address}/").status_code == 200, address
    assert client.get("/fr/actualites/deuxieme-message/").status_code == 200
    assert client.get("/fr/actualites/eerste-bericht/").status_code == 200
    assert Update.objects.get(title_nl=None).slug_nl is None


def test_each_stands_where_it_stood(client):
    theme = Theme.objects.get(slug_nl="regiomarketing-westhoek")
    shown = {each.title_nl for each in client.get(theme.get_absolute_url("nl")).context["updates"]}
    assert shown == {"Eerste bericht", "Zelfde titel"}
    shown = {
        each.title_nl for each in client.get(Priority.objects.get(number=2).get_absolute_url("nl")).context["updates"]
    }
    assert {"Tweede bericht", "Verhuisd"} <= shown
    assert not RevisionReference.objects.filter(revision__model="priorities.update", field__in=["theme", "priority"])


def test_an_old_version_has_what_it_was_about_then_and_can_be_put_back(client, editor):
    update = the("Verhuisd")
    old = update.revisions.last()
    assert old.thaw().shown_subjects == [Theme.objects.get(pk=3)]
    assert client.get(f"/nieuws/verhuisd/versies/{old.pk}/").status_code == 200
    restore(old, editor)
    assert [row.theme_id for row in update.subjects.all()] == [3]
    publish(update, editor)


def test_numbers_that_versions_name_are_never_given_out_again():
    named = {row["id"] for data in Revision.objects.filter(model="priorities.update").values_list("data", flat=True)
             for row in data["subjects"]}  # fmt: skip
    named |= {row["id"] for each in Discarded.objects.filter(object_id=900) for row in each.data["subjects"]}
    free = named - set(Subject.objects.values_list("pk", flat=True))
    assert free
    assert max(free) < Subject.objects.order_by("pk").last().pk


def test_what_is_planned_withdrawn_kept_and_in_the_bin_is_so_still(client, editor):
    assert client.get("/nieuws/gepland/").status_code == 404
    (planned,) = the("Gepland").revisions.pending()
    assert [str(each) for each in planned.thaw(planned.live_from).shown_subjects] == [
        str(Priority.objects.get(number=2))
    ]
    response = client.get("/nieuws/ingetrokken/")
    assert (response.status_code, "Ging niet door." in response.content.decode()) == (410, True)
    back = restore(Discarded.objects.get(object_id=900), editor)
    assert (back.slug_nl, [row.theme_id for row in back.subjects.all()]) == ("weggegooid", [3])
    draft = the("Kladje over twee")
    assert [(row.priority_id is None, row.theme_id is None) for row in draft.subjects.all()] == [
        (False, True),
        (True, False),
    ]
    kept = restore(Draft.objects.filter(object_id=draft.pk).last(), editor)
    assert [row.priority for row in kept.subjects.all()] == [Priority.objects.get(number=2)]


def test_nothing_comes_on_the_site_that_nobody_could_read_before(client):
    for address in ("verborgen", "wacht-op-zijn-thema"):
        assert client.get(f"/nieuws/{address}/").status_code == 410
    html = client.get("/nieuws/").content.decode() + client.get("/feed/").content.decode()
    assert "Verborgen" not in html
    assert "Wacht op" not in html
    (again,) = the("Wacht op zijn thema").revisions.pending()
    assert again.live_from == Theme.objects.get(slug_nl="komt-nog").revisions.get().live_from
    assert not the("Verborgen").revisions.pending().exists()
    assert not the("Voorbij voor zijn thema komt").revisions.pending().exists(), "it would end before it begins"
    assert "Verborgen" not in client.get("/zoeken/?q=verborgen").content.decode().partition("<main")[2].replace(
        "‘verborgen’", ""
    )


def test_the_feed_shows_no_entry_as_new(client):
    feed = client.get("/feed/").content.decode()
    first = Update.objects.get(pk=1)
    assert f"<id>tag:testserver,2026:priorities.update/{first.pk}</id>" in feed
    assert first.revisions.public().get().changed_at.isoformat()[:19] in feed
