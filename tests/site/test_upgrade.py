"""The database of the first release, brought to today: everything that was ever published still reads.

`first_release.sql` is what SQLite's dump said of a site made by the code of the first release (the
last commit in which each of our apps had but its first migration): its source content, and then a
theme under a new address with a draft on top, updates, a partner, a card with a photo that was
restored once, a withdrawn priority, a withdrawn and deleted theme, a page that ended and one that
is planned. It is loaded as it was on SQLite; the tests on PostgreSQL get it the way in which a site
moves there, from a backup of what was upgraded. That the migrations do the same on PostgreSQL is told
by `test_upgrade_on_postgresql.py`.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from pages.models import TextPage
from priorities.models import Priority, Theme
from publishing.backup.reading import opened
from publishing.backup.restore import is_behind, restore_archive
from publishing.cache import stamp
from publishing.models import DeskText, Draft, Publishable, Revision, RevisionText, Stamp, content_models
from publishing.models.snapshots import freeze
from publishing.workflow import publish, withdraw
from resoc.desk.privacy import outdated_statement
from staff.models import StaffMember
from tests.site.crawl import crawl
from tests.site.first_release import DUMP

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def archive(prepared, tmp_path_factory) -> Path:
    """A backup of the first release's site, after `prepare` of today; but its static files are there already."""
    data = tmp_path_factory.mktemp("upgrade")
    copytree(prepared / "public" / "static", data / "public" / "static")
    with sqlite3.connect(data / "db.sqlite3") as database:
        database.executescript(DUMP.read_text())
    database.close()
    return upgraded(data)


def upgraded(data: Path, **variables: str) -> Path:
    """A backup of what `prepare` makes of the site of the first release in `data`."""
    (data / "media" / "staff").mkdir(parents=True)
    Image.new("RGB", (80, 120), "red").save(data / "media" / "staff" / "johan.png")
    run(data, "manage.py", "prepare", **variables)
    run(data, "manage.py", "backup", str(data / "site.zip"), "--quiet", **variables)
    return data / "site.zip"


def run(data: Path, *arguments: str, **variables: str) -> None:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "resoc.settings"}
    environment["SECRET_KEY"] = settings.SECRET_KEY  # so that the backup is one of ours
    result = subprocess.run(  # noqa: S603
        [sys.executable, *arguments], cwd=ROOT, env=environment | variables, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture
def _upgraded(archive, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    restore_archive(archive, lambda line: None)
    yield
    ContentType.objects.clear_cache()  # what comes after it has the numbers of before


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_upgraded")]


def everything() -> list[Publishable]:
    """The working copies of all kinds."""
    kinds = content_models()
    return [row for model in kinds for row in model._base_manager.order_by("pk")]


def test_no_migration_is_left_and_all_that_was_published_is_still_there(archive):
    with opened(archive) as (_archive, manifest):
        assert not is_behind(manifest)
    then = DUMP.read_text().count('INSERT INTO "publishing_revision" VALUES')
    assert then > 30
    assert Revision.objects.count() == then, "an upgrade publishes nothing"
    assert Draft.objects.filter(model="pages.contactdetails", is_open=True).exists(), "which the seed has since"


def test_every_page_and_every_version_of_it_answers(client):
    pages = crawl(client)
    assert {"/themas/regiomarketing-westhoek/", "/fr/", "/en/contact/johan-halsberghe/"} <= set(pages)
    old = [address for address in pages if "/versies/" in address or "/versions/" in address]
    assert len(old) > 25
    assert "/media/" in pages["/contact/johan-halsberghe/"]
    assert client.get("/feed/").status_code == client.get("/sitemap.xml").status_code == 200


def test_what_was_hidden_renamed_or_over_is_as_it_was(client):
    assert client.get("/themas/regiomarketing/").headers["Location"] == "/themas/regiomarketing-westhoek/"
    assert "Nog niet klaar" not in "".join(crawl(client).values())
    gone = Priority.objects.get(number=6)
    response = client.get(f"/prioriteiten/{gone.slug_nl}/")
    assert response.status_code == 410
    assert "Afgerond in 2026." in response.content.decode()
    deleted = Revision.objects.get(reason="Opgegaan in een ander thema.")
    assert client.get(f"/themas/{deleted.data['slug_nl']}/").status_code == 410
    assert client.get("/oproep/").status_code == 410
    assert client.get("/later/").status_code == 404


def test_the_desk_shows_every_object_with_its_history(editor_client):
    for row in everything():
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for view in ("change", "history"):
            assert editor_client.get(reverse(f"{name}_{view}", args=[row.pk])).status_code == 200, (view, row)
        for revision in row.revisions:
            key = f"r{revision.pk}"
            compared = editor_client.get(reverse(f"{name}_compare", args=[row.pk]), {"old": key, "new": "working"})
            assert compared.status_code == 200, revision
            assert editor_client.get(reverse(f"{name}_restore", args=[row.pk]), {"version": key}).status_code == 200


def test_every_old_version_can_be_put_back_and_published(editor_client, editor):
    for row in everything():
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for revision in row.revisions.filter(withdrawn=False, live_until=None):
            data = {"version": f"r{revision.pk}"}
            assert editor_client.post(reverse(f"{name}_restore", args=[row.pk]), data).status_code == 302, revision
            row.refresh_from_db()
            back = freeze(row)
            kept = back.keys() & revision.data.keys() - set(row.withheld_unless) - set(row.children)
            kept -= {"photo_width", "photo_height"}  # with the photo, of the working copy
            assert {name: back[name] for name in kept} == {name: revision.data[name] for name in kept}
        publish(type(row)._base_manager.get(pk=row.pk), editor)


def test_the_search_index_is_what_a_new_one_would_be(client):
    def index():
        rows = RevisionText.objects.values_list("revision_id", "language", "title", "words")
        return {row[:3]: sorted(row[3].split()) for row in rows}

    kept = index()
    call_command("reindex", "--all", verbosity=0)
    assert index() == kept
    assert "regiomarketing-westhoek" in client.get("/zoeken/", {"q": "regiomarketing"}).content.decode()


def test_the_desk_finds_everything_after_an_upgrade_and_after_a_restore(archive):
    there = {(row._meta.label_lower, row.pk) for row in everything()}
    with sqlite3.connect(archive.parent / "db.sqlite3") as database:
        assert set(database.execute("SELECT DISTINCT model, object_id FROM publishing_desktext")) >= there
    database.close()
    assert set(DeskText.objects.values_list("model", "object_id")) >= there


def test_the_stamp_knows_what_is_planned_and_rises_by_the_next_publication(editor):
    planned = Revision.objects.pending().get()
    assert stamp.state().until == planned.live_from
    number = Stamp.objects.get().number
    publish(Theme.objects.get(slug_nl="regiomarketing-westhoek"), editor)
    assert stamp.number() == number + 1


def test_a_photo_of_then_is_measured_and_has_its_sizes():
    member = StaffMember.published().get(slugs__slug="johan-halsberghe", slugs__language="nl")
    assert member.photo.is_made


def test_the_privacy_statement_keeps_its_words_and_the_desk_says_what_is_true_now():
    page = TextPage.objects.get(slug_nl="privacy")
    assert "de functie en het telefoonnummer van onze medewerkers" in page.body_nl
    statement = outdated_statement()
    assert statement.page.pk == page.pk
    assert [passage.code for passage in statement.passages] == ["nl", "fr", "en"]
    assert "Een werknummer maakt RESOC Westhoek zelf bekend" in statement.passages[0].texts[-1]


def test_the_address_of_a_whole_photo_of_then_leads_to_what_pages_show(client):
    member = StaffMember.published().get(slugs__slug="johan-halsberghe", slugs__language="nl")
    response = client.get("/media/staff/johan.png")
    assert (response.status_code, response.headers["Location"]) == (302, f"/media/{member.photo.cut.largest}")
    shown = client.get(response.headers["Location"])
    assert (shown.status_code, shown.getvalue()[:3]) == (200, b"\xff\xd8\xff")
    withdraw(member, None, "Weg")
    assert client.get("/media/staff/johan.png").status_code == 404
