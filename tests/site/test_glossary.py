"""The glossary says what the interface says, and no other word for a thing of it stands anywhere."""

import re

import polib
import pytest

from tests.conftest import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
LANGUAGES = ("nl", "fr", "en")


def rows(heading):
    """The rows of the table under `heading`, without its head."""
    lines = GLOSSARY.split(f"## {heading}\n")[1].split("\n## ")[0].strip().splitlines()
    return [[cell.strip(" ") for cell in line.strip("|").split("|")] for line in lines[2:]]


def catalogue(language):
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize(("column", "language"), list(enumerate(LANGUAGES, start=1)))
def test_each_term_is_translated_as_the_glossary_says(column, language):
    said = {
        f"[{each.msgctxt}] {each.msgid}" if each.msgctxt else each.msgid: each.msgstr for each in catalogue(language)
    }
    terms = rows("Terms")
    assert len(terms) >= 40
    assert {row[0]: said.get(row[0]) for row in terms} == {row[0]: row[column] for row in terms}


@pytest.mark.parametrize(("language", "never"), [(row[0], row[1]) for row in rows("Never")])
def test_no_translation_has_another_word_for_it(language, never):
    word = re.compile(rf"(?<!\w){re.escape(never)}(?:s|en|n)?(?!\w)", re.IGNORECASE)
    texts = [text for each in catalogue(language) for text in (each.msgstr, *each.msgstr_plural.values())]
    assert [text for text in texts if word.search(text)] == []
