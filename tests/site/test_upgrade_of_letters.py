"""A site of the first release with letters that cannot be seen: it is served clean, and nothing of it was changed."""

import json
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path
from shutil import copytree

import pytest
from django.contrib.contenttypes.models import ContentType

from priorities.models import Theme
from publishing.backup.restore import restore_archive
from publishing.models import Revision, content_models
from publishing.workflow import changed, unpublished_changes
from staff.models import StaffMember
from tests.dirty import raw
from tests.site.first_release import DUMP
from tests.site.test_upgrade import upgraded

TITLE, CLEAN_TITLE = "Regio\u200bmar\ufeffketing\x0bvan de \x1bWesthoek\u200e", "Regiomarketing van de Westhoek"
BODY = '<p>fiets\u200bsnelweg\x0c <a href="https://example.org/\u2060">ver\u00adder</a></p>'
CLEAN_BODY = '<p>fietssnelweg  <a href="https://example.org/">ver\u00adder</a></p>'
THEME = {
    "title_nl": TITLE,
    "summary_nl": "Eerst\x0bdan",
    "body_nl": BODY,
    "body_fr": "<p><strong>&nbsp;</strong></p>",
    "url": "https://www.example.org/\u200b",
}
CARD = {"name": "Jo\u200bhan\u00a0Halsberghe\x1b"}


@pytest.fixture(scope="module")
def archive(prepared, tmp_path_factory) -> Path:
    """A backup of that site, after `prepare` of today."""
    data = tmp_path_factory.mktemp("letters")
    copytree(prepared / "public" / "static", data / "public" / "static")
    with sqlite3.connect(data / "db.sqlite3") as database:
        database.executescript(DUMP.read_text())
        spoil(database, "priorities_theme", "priorities.theme", 3, THEME)
        spoil(database, "staff_staffmember", "staff.staffmember", 2, CARD)
    database.close()
    return upgraded(data)


def spoil(database: sqlite3.Connection, table: str, model: str, pk: int, values: dict[str, str]) -> None:
    """Put `values` in a row and in all its versions, as a form of then would have."""
    columns = ", ".join(f"{column} = ?" for column in values)
    database.execute(f"UPDATE {table} SET {columns} WHERE id = ?", [*values.values(), pk])  # noqa: S608
    found = "SELECT id, data FROM publishing_revision WHERE model = ? AND object_id = ?"
    for revision, data in database.execute(found, [model, pk]).fetchall():
        spoilt = json.dumps(json.loads(data) | values)
        database.execute("UPDATE publishing_revision SET data = ? WHERE id = ?", [spoilt, revision])


@pytest.fixture
def _upgraded(archive, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    restore_archive(archive, lambda line: None)
    yield
    ContentType.objects.clear_cache()


@pytest.mark.django_db
@pytest.mark.usefixtures("_upgraded")
def test_it_is_served_clean_and_no_row_counts_as_changed(client):
    theme, johan = Theme.objects.get(pk=3), StaffMember.objects.get(pk=2)
    assert raw(theme, "title_nl") == TITLE
    assert Revision.objects.of(theme).first().data["body_nl"] == BODY  # history is as it was
    for model in content_models():
        assert changed(model) == set(), model
    for row in (theme, johan):
        assert unpublished_changes(row) == []
        row.save()  # which cleans it
        assert unpublished_changes(row) == []
    assert raw(theme, "title_nl") == CLEAN_TITLE
    for address in ("/feed/", "/fr/feed/", "/themas/regiomarketing-westhoek/feed/", "/sitemap.xml"):
        ET.fromstring(client.get(address).content)  # noqa: S314  (our own answer)
    assert CLEAN_TITLE in client.get("/feed/").content.decode()
    html = client.get("/themas/regiomarketing-westhoek/").content.decode()
    assert CLEAN_TITLE in html
    assert "https://www.example.org/\u200b" not in html
    assert "fietssnelweg" in client.get("/fr/themes/marketing-regional/").content.decode()  # the Dutch text answers
    assert "regiomarketing-westhoek" in client.get("/zoeken/", {"q": "fietssnelweg"}).content.decode()
    assert "FN:Johan Halsberghe" in client.get("/contact/johan-halsberghe.vcf").content.decode()
    assert Theme.published().get(object_id=3).body_nl == CLEAN_BODY
