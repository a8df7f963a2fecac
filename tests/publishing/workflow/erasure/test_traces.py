"""What was erased is in no byte of the database, its write-ahead log, or the pages that are kept."""

from pathlib import Path

import pytest
from django.db import connection

from priorities.models import Theme
from publishing.cache import disk
from publishing.workflow import keep, publish
from publishing.workflow.erasure.objects import erase
from publishing.workflow.erasure.redaction import redact
from publishing.workflow.erasure.versions import erase_version
from tests.publishing.secret import SECRET, publish_secret, saying

WORDS = [SECRET, "Kwetsbaarheid", "Bijzonderheid"]


def found_on_disk(words: list[str]) -> list[str]:
    """Which words stand in the files of the database."""
    name = Path(connection.settings_dict["NAME"])
    stored = b"".join(file.read_bytes() for file in name.parent.glob(f"{name.name}*")).lower()
    return [word for word in words if word.lower().encode() in stored]


def test_no_byte_of_it_is_left_in_the_database_or_its_log(at_once, editor):
    theme = Theme.objects.get(slug_nl="regiomarketing")
    long = f"<p>{'lang ' * 2000}{SECRET}</p>"  # on pages of its own
    for _again in range(5):
        bad = publish(saying(theme, body_nl=f"<p>{SECRET} van Jan</p>", title_nl=SECRET), editor, note=SECRET)
        much = publish(saying(theme, body_nl=long), editor)
    publish(saying(theme, body_nl="<p>Niets</p>", title_nl="Thema"), editor)
    other = publish(saying(theme, body_nl=f"<p>{WORDS[1]}</p>"), editor)
    publish(saying(theme, body_nl="<p>Niets meer</p>"), editor)
    binned = Theme.objects.create(title_nl=WORDS[2])
    keep(binned, editor)
    pk = binned.pk
    binned.delete()
    assert found_on_disk(WORDS) == WORDS
    for version in theme.revisions.filter(pk__gte=bad.pk - 8, pk__lte=much.pk, erased_at=None):
        version.refresh_from_db()
        if not version.erased_at:
            erase_version(version)
    redact(other, ("body_nl",), "<p>[…]</p>")
    erase(Theme(pk=pk))
    assert found_on_disk(WORDS) == []


if connection.vendor != "sqlite":  # another server has files of its own: docs/operators.md says what it keeps
    del test_no_byte_of_it_is_left_in_the_database_or_its_log


def test_pages_that_are_kept_on_disk_go(theme_page, settings, theme, editor, django_capture_on_commit_callbacks):
    kept, shown = theme_page
    bad, _good = publish_secret(theme, editor)
    with django_capture_on_commit_callbacks(execute=True):
        erase_version(bad)
    assert not kept.exists()
    assert not shown.exists()
    assert not disk.live(settings.PUBLIC_DIR).is_symlink()


@pytest.fixture
def theme_page(settings) -> tuple[Path, Path]:
    """A page as it is kept for us and as it is shown to nginx."""
    kept = settings.STATE_DIR / "pages" / "kept" / "https" / "example.org" / "abc"
    live = disk.live(settings.PUBLIC_DIR)
    shown = live.with_name("folders") / "x" / "https" / "example.org" / "index.html"
    for file in (kept, shown):
        file.parent.mkdir(parents=True)
        file.write_text(SECRET)
    live.symlink_to("folders/x")
    return kept, shown
