"""A former name in a text, as a whole word, and the new one in its place."""

import pytest

from publishing.search.names.name_matching import NameMatcher
from publishing.search.names.person_matching import MatchKind

OLD, NEW = "Westhoekoverleg", "Streekoverleg & Co"
MATCHER = NameMatcher(NEW, [OLD])


def kinds(text: str, is_html: bool = False) -> list[tuple[MatchKind, str, bool]]:
    return [(hit.kind, hit.marked, hit.is_certain) for hit in MATCHER.find(text, is_html=is_html)]


def replaced(text: str, is_html: bool = False, matcher: NameMatcher = MATCHER) -> str:
    return matcher.replaced(text, matcher.find(text, is_html=is_html), is_html=is_html)


def test_every_whole_name_is_replaced_in_plain_text():
    assert replaced("Westhoekoverleg, (Westhoekoverleg) en Westhoekoverleg.") == f"{NEW}, ({NEW}) en {NEW}."


def test_in_rich_text_only_words_change_and_the_new_name_is_escaped():
    html = '<p>Het <strong>Westhoekoverleg</strong> en <a href="https://westhoekoverleg.be">Westhoekoverleg</a>.</p>'
    new = NEW.replace("&", "&amp;")
    assert replaced(html, True) == (
        f'<p>Het <strong>{new}</strong> en <a href="https://westhoekoverleg.be">{new}</a>.</p>'
    )


@pytest.mark.parametrize(
    "text", ["Vokabulaire", "Invoka", "Voka2", "xVoka", "westhoekoverlegje", "Zuidwesthoekoverleg"]
)
def test_longer_words_are_other_words(text):
    assert NameMatcher("X", ["Voka", OLD]).find(text, is_html=False) == []


@pytest.mark.parametrize(
    "text",
    [
        "Voka’s standpunt",
        "Voka's standpunt",
        "Vokas standpunt",
        "een Voka-voorzitter",
        "anti-Voka",
        "l’Voka",
        "d'Voka",
    ],
)
def test_a_possessive_a_compound_and_an_elision_are_for_people_to_change(text):
    matcher = NameMatcher("X", ["Voka"])
    assert [hit.kind for hit in matcher.find(text, is_html=False)] == [MatchKind.PART]
    assert replaced(text, matcher=matcher) == text


def test_a_name_across_markup_is_for_people_to_change_and_one_in_two_paragraphs_is_none():
    matcher = NameMatcher("X", ["Het Overleg"])
    across = "<p>Het <em>Overleg</em></p>"
    assert [hit.kind for hit in matcher.find(across, is_html=True)] == [MatchKind.PART]
    assert replaced(across, True, matcher) == across
    assert matcher.find("<p>Het</p><p>Overleg</p>", is_html=True) == []


def test_hard_spaces_soft_hyphens_and_entities_are_read_as_people_read_them():
    matcher = NameMatcher("Nieuw", ["Vereniging Noord & Zuid"])
    assert replaced("<p>De Vereniging&nbsp;Noord &amp; Zuid werkt.</p>", True, matcher) == "<p>De Nieuw werkt.</p>"
    assert replaced("De Ver\xadeniging Noord & Zuid werkt.", matcher=matcher) == "De Nieuw werkt."


def test_other_capitals_are_only_certain_when_all_are_or_the_name_has_more_words():
    assert kinds("WESTHOEKOVERLEG en westhoekoverleg") == [
        (MatchKind.NAME, "WESTHOEKOVERLEG", True),
        (MatchKind.NAME, "westhoekoverleg", False),
    ]
    matcher = NameMatcher("X", ["Vlaamse Overheid"])
    assert [hit.is_certain for hit in matcher.find("de Vlaamse overheid", is_html=False)] == [True]


def test_the_new_name_that_has_the_old_one_in_it_is_no_old_name():
    matcher = NameMatcher("VDAB West-Vlaanderen", ["VDAB"])
    assert replaced("VDAB en VDAB West-Vlaanderen", matcher=matcher) == "VDAB West-Vlaanderen en VDAB West-Vlaanderen"
    assert replaced("VDAB West-Vlaanderen", matcher=matcher) == "VDAB West-Vlaanderen"


def test_of_two_former_names_the_longer_one_counts():
    matcher = NameMatcher("Nieuw", ["Voka", "Voka West"])
    assert replaced("Voka West en Voka", matcher=matcher) == "Nieuw en Nieuw"


def test_only_what_was_chosen_is_replaced():
    text = "Westhoekoverleg eerst. Westhoekoverleg daarna."
    _first, second = MATCHER.find(text, is_html=False)
    assert MATCHER.replaced(text, [second], is_html=False) == f"Westhoekoverleg eerst. {NEW} daarna."


def test_a_hit_comes_with_its_sentence():
    (hit,) = MATCHER.find("Eerst dit. Het Westhoekoverleg komt samen. En dan dat.", is_html=False)
    assert (hit.before, hit.marked, hit.after) == ("Het ", "Westhoekoverleg", " komt samen.")


def test_other_forms_of_a_persons_name_are_for_people_to_change():
    matcher = NameMatcher("Jo Peeters", ["Jo Halsberghe"], is_person=True)
    found = [(hit.kind, hit.marked) for hit in matcher.find("Jo Halsberghe en J. Halsberghe", is_html=False)]
    assert found == [(MatchKind.NAME, "Jo Halsberghe"), (MatchKind.PART, "J. Halsberghe")]


def test_without_a_former_name_there_is_nothing_to_find():
    assert not NameMatcher("Voka", ["Voka", ""])
