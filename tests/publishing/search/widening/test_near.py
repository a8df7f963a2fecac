import pytest

from publishing.search.text import query_words
from publishing.search.widening import synonyms
from publishing.search.widening.near import Near, head, likely_words
from publishing.search.widening.synonyms import synonyms_of


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(synonyms, "_sources", [])
    return synonyms_of("nl")


def test_a_compound_begins_with_the_longest_known_word_and_an_ending_is_no_part_of_one(table):
    assert head("privacyverklaring", {"priva", "privacy"}, table) == "privacy"
    assert head("privacys", {"privacy"}, table) == head("verklaring", {"privacy"}, table) == ""


def test_a_compound_that_begins_with_nothing_known_ends_with_something_and_the_word_of_a_synonym_may_be_short(
    monkeypatch,
):
    monkeypatch.setattr(synonyms, "_sources", [lambda language: [synonyms.SynonymRule("bus", "mobiliteit")]])
    table = synonyms_of("nl")
    assert head("hogeschool", {"school"}, table) == "school"
    assert head("schoolbestuur", {"school", "bestuur"}, table) == "school"
    assert head("bushalte", {"halte"}, table) == "bus"
    assert head("jobdag", {"job"}, table) == head("busje", {"bus"}, table) == ""


def test_a_compound_stands_for_what_it_begins_with_unless_it_means_something_else(table):
    words = query_words("privacyverklaring")
    near = Near(words, words, table, heads={"privacyverklaring": "privacy"})
    assert [word.also for word in near.begun(words)] == [("privacy",)]
    meant = (words[0]._replace(also=("verklaring",)),)
    assert near.begun(meant) == meant


def test_words_that_sound_like_one_may_be_meant_and_others_not():
    found = likely_words("ontsluitng", {"ontsluiting", "onderwijs"})
    assert found["ontsluiting"] == 1
    assert "onderwijs" not in found
    assert "ontsluiting2" not in likely_words("ontsluitng", {"ontsluiting2"})
