"""The interface is complete in three languages, and what is compiled is what was written."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils.translation import override
from django.views.i18n import JavaScriptCatalog

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_every_word_is_translated_and_compiled(language):
    folder = LOCALE / language / "LC_MESSAGES"
    written = polib.pofile(str(folder / "django.po"))
    assert [entry.msgid for entry in written if not entry.translated()] == []
    compiled = polib.mofile(str(folder / "django.mo"))
    assert {entry.msgid: entry.msgstr for entry in compiled} == {entry.msgid: entry.msgstr for entry in written}


def test_french_has_its_spaces_that_do_not_break():
    """A whole one before a colon and within guillemets, a narrow one before the other signs (decision 63)."""
    wrong = re.compile(r"(?<![\xa0:]):(?=\s|$)|(?<!\u202f)[;!?](?=\s|$)|«(?!\xa0)|(?<!\xa0)»")
    texts = [entry.msgstr for entry in polib.pofile(str(LOCALE / "fr" / "LC_MESSAGES" / "django.po"))]
    assert [text for text in texts if wrong.search(text)] == []


def test_the_scripts_of_the_desk_have_true_apostrophes_in_french():
    """What Django writes straight, such as beside a date, this site says in its own catalogue."""
    folder, straight = Path("locale/fr/LC_MESSAGES"), re.compile(r"\w'\w")
    theirs = polib.pofile(str(Path(admin.__file__).parent / folder / "djangojs.po"))
    ours = {entry.msgid: entry.msgstr for entry in polib.pofile(str(ROOT / folder / "djangojs.po"))}
    assert {entry.msgid for entry in theirs if straight.search(entry.msgstr)} == set(ours)
    assert not any(straight.search(text) for text in ours.values())
    assert {entry.msgid: entry.msgstr for entry in polib.mofile(str(ROOT / folder / "djangojs.mo"))} == ours
    with override("fr"):
        said = JavaScriptCatalog.as_view(packages=["django.contrib.admin"])(RequestFactory().get("/")).content.decode()
    assert r'"Today": "Aujourd\u2019hui"' in said


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext is not installed: apt install gettext")
def test_no_word_of_the_code_is_missing_from_the_catalogues(tmp_path):
    copy = tmp_path / "site"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv*", ".git", "var", "media", "tests", ".*_cache"))
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "nl", "-e", "html,txt,py,svg", "--no-location", "-v0"],
        cwd=copy,
        env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "data")},
        check=True,
        capture_output=True,
    )
    collected = polib.pofile(str(copy / "locale/nl/LC_MESSAGES/django.po"))
    assert [entry.msgid for entry in collected if not entry.obsolete and not entry.translated()] == []
