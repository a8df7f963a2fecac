"""The words of Django and allauth are theirs to the letter, and are said in ours."""

import re
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.utils.translation import gettext, override

from resoc import library_words
from tests.conftest import ROOT

LIBRARIES = [Path(module.__path__[0]) for module in (django, allauth)]


def catalogue(language):
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def test_each_word_is_one_that_the_libraries_say():
    theirs = {
        entry.msgid
        for library in LIBRARIES
        for file in library.rglob("locale/fr/LC_MESSAGES/django.mo")
        for entry in polib.mofile(str(file))
    }
    ours = [word for word in library_words.WORDS if isinstance(word, str)]
    assert len(ours) > 90
    assert [word for word in ours if word not in theirs] == []


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_the_translation_of_the_project_goes_before_that_of_the_library(language):
    said = {entry.msgid: entry.msgstr for entry in catalogue(language)}
    with override(language):
        assert [word for word in library_words.WORDS if isinstance(word, str) and gettext(word) != said[word]] == []


def test_dutch_says_je_and_french_says_vous():
    formal = re.compile(r"(?<![\w\\])(u|uw|uzelf)\b", re.IGNORECASE)
    familiar = re.compile(r"\b(tu|toi|ton|tes)\b|\bt’", re.IGNORECASE)
    assert [entry.msgstr for entry in catalogue("nl") if formal.search(entry.msgstr)] == []
    assert [entry.msgstr for entry in catalogue("fr") if familiar.search(entry.msgstr)] == []
