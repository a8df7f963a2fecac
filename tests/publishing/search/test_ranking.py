import pytest

from publishing.search import text as search_text
from publishing.search.ranking import BEGINNING, EXACT, PART, STEM, TITLE_WEIGHT, is_whole_name, score, strength


def indexed(text: str, language: str = "nl") -> str:
    return search_text.indexed_words([text], language)


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("gemeente", "de gemeenten", "nl"),
        ("prioriteiten", "een prioriteit", "nl"),
        ("régionale", "les acteurs régionaux", "fr"),
        ("mobilite", "la mobilité", "fr"),
        ("municipality", "18 municipalities", "en"),
        ("mobil", "mobiliteit", "nl"),
        ("marketing", "regiomarketing", "nl"),
        ("emploi", "politique de l’emploi", "fr"),
        ("l'emploi", "une politique d’emploi", "fr"),
        ("tewerkstellingsbeleid", "tewerkstellings\N{SOFT HYPHEN}beleid", "nl"),
    ],
)
def test_a_word_is_found_in_its_other_forms(query, text, language):
    wanted = search_text.query_words(search_text.clean_query(query))
    assert score(wanted, "", indexed(text, language), language)
    assert "<mark>" in search_text.highlight(text, wanted, language)


@pytest.mark.parametrize(("query", "text"), [("de", "deskundigen"), ("beleid weg", "beleid"), ("art", "kaarten")])
def test_a_word_is_not_found_in_what_has_little_to_do_with_it(query, text):
    assert not score(search_text.query_words(query), "", indexed(text), "nl")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("de gemeente", EXACT),
        ("alle gemeenten", STEM),
        ("het gemeentehuis", BEGINNING),
        ("Westhoekgemeenten", PART),
        ("het huis", 0),
    ],
)
def test_the_word_itself_is_stronger_than_another_form_a_beginning_and_a_compound(text, expected):
    (word,) = search_text.query_words("gemeente")
    assert strength(word, indexed(text), "nl") == expected


def test_the_word_that_a_query_forms_with_its_neighbour_is_as_strong_as_the_word():
    streek, pact = search_text.query_words("streek pact")
    assert strength(streek, indexed("het streekpact"), "nl") == strength(pact, indexed("het streekpact"), "nl") == EXACT


def test_a_title_counts_more_than_the_same_word_in_the_text():
    wanted = search_text.query_words("gemeente")
    in_title = score(wanted, indexed("gemeente"), indexed("gemeente"), "nl")
    assert in_title == TITLE_WEIGHT * EXACT
    assert score(wanted, "", indexed("gemeente"), "nl") == EXACT


def test_the_better_of_title_and_text_counts():
    wanted = search_text.query_words("gemeente")
    part, whole = indexed("Westhoekgemeenten"), indexed("Westhoekgemeenten: een gemeente")
    assert score(wanted, part, whole, "nl") == max(TITLE_WEIGHT * PART, EXACT)


def test_a_text_without_one_of_the_words_has_no_score():
    wanted = search_text.query_words("gemeente klimaat")
    assert score(wanted, indexed("gemeente"), indexed("gemeente"), "nl") == 0
    assert score(wanted, indexed("gemeente"), indexed("gemeente en klimaat"), "nl") == TITLE_WEIGHT * EXACT + EXACT


def test_a_name_of_one_word_is_the_query_in_any_form_where_that_is_asked():
    query, names = search_text.indexed_words(["prioriteit"], "nl"), search_text.indexed_words(["prioriteiten"], "nl")
    assert is_whole_name(query, names, any_form=True)
    assert not is_whole_name(query, names)
    assert not is_whole_name(query, search_text.indexed_words(["zes prioriteiten"], "nl"), any_form=True)
