import pytest

from publishing.search.ranking import EXACT, SYNONYM, strength
from publishing.search.text import indexed_words, query_words
from publishing.search.widening import synonyms
from publishing.search.widening.synonyms import SynonymRule, synonyms_of

TABLE = {
    "nl": (
        SynonymRule("boot", "schip"),
        SynonymRule("grote boot", "stoomschip"),
        SynonymRule("kapitein", "gezag aan boord"),
    )
}


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(synonyms, "_sources", [lambda language: TABLE.get(language, ())])


def also(query: str, language: str = "nl") -> list[tuple[str, ...]]:
    return [word.also for word in synonyms_of(language).widened(query_words(query))]


def test_a_word_also_stands_for_its_synonym_in_that_language_only_and_one_way():
    assert also("rode boot") == [(), ("schip",)]
    assert also("boot", "fr") == also("schip") == [()]


def test_another_form_of_a_word_has_its_synonym_and_a_word_with_it_has_not():
    assert also("boots") == also("bootje") == [("schip",)]
    assert also("veerboot") == [()]


def test_several_words_may_stand_for_one_and_one_for_several():
    assert also("grote boot") == [("stoomschip",), ("stoomschip",)]
    assert also("kapitein") == [("gezag",), ("boord",)]


def test_one_of_several_words_is_not_yet_what_they_say_together():
    words = synonyms_of("nl").widened(query_words("grote boot"))
    assert all(strength(word, indexed_words(["het stoomschip"], "nl"), "nl") for word in words)
    assert not all(strength(word, indexed_words(["de grote trein"], "nl"), "nl") for word in words)


def test_a_synonym_is_worth_less_than_the_word():
    (word,) = synonyms_of("nl").widened(query_words("boot"))
    assert strength(word, indexed_words(["de boot"], "nl"), "nl") == EXACT
    assert strength(word, indexed_words(["het schip"], "nl"), "nl") == SYNONYM
    assert strength(word, indexed_words(["de trein"], "nl"), "nl") == 0


def test_a_changed_line_counts_at_once(monkeypatch):
    assert also("boot") == [("schip",)]
    monkeypatch.setattr(synonyms, "_sources", [lambda language: [SynonymRule("boot", "vaartuig")]])
    assert also("boot") == [("vaartuig",)]


def test_lines_that_stay_are_taken_apart_once():
    assert synonyms_of("nl") is synonyms_of("nl")
