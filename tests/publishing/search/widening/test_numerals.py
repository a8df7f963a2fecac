import pytest

from publishing.search.text import query_words
from publishing.search.widening.numerals import with_digits, without_signs


def digits(query: str) -> set[str]:
    return {each for word in with_digits(query_words(query)) for each in word.spellings if each.isdigit()}


@pytest.mark.parametrize(
    "query",
    [
        *("prioriteit vier", "vierde prioriteit", "4e prioriteit", "4de prioriteit", "prioriteit IV"),
        *("priorité quatre", "Quatrième priorité", "4ème priorité", "priority four", "4th priority", "fourth priority"),
    ],
)
def test_a_number_in_words_is_looked_for_in_digits_too(query):
    assert digits(query) == {"4"}


def test_an_ordinal_of_one_is_a_number_too():
    assert digits("eerste prioriteit") == digits("1re priorité") == digits("priority first") == {"1"}


@pytest.mark.parametrize(
    "query", ["vier", "six priorités", "zes prioriteiten", "een prioriteit", "mobiliteit vierkant"]
)
def test_what_stands_alone_or_counts_what_follows_is_no_number(query):
    assert digits(query) == set()


@pytest.mark.parametrize("query", ["prioriteit nr. 4", "prioriteit nummer 4", "prioriteit n° 4", "prioriteit #4"])
def test_what_only_announces_a_number_is_left_out(query):
    assert without_signs(query) == "prioriteit 4"


@pytest.mark.parametrize("query", ["nummer van Sigrid", "albino 4", "prioriteit numero"])
def test_the_same_words_elsewhere_stay(query):
    assert without_signs(query) == query
