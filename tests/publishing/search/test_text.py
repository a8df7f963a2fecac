from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.search import text as search_text
from publishing.search.ranking import score


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Één", "een"),
        ("CŒUR", "coeur"),
        ("Straße", "strasse"),
        ("ﬁets", "fiets"),
        ("e\u0301te\u0301", "ete"),
        ("İ", "i"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("Đakovo", "dakovo"),
        ("ĳs", "ijs"),
        ("Київ", "киів"),  # another script keeps its letters
    ],
)
def test_folding_leaves_plain_small_letters(written, folded):
    assert search_text.fold(written) == folded


@given(st.text())
def test_folding_and_tidying_are_stable_and_never_fail(text):
    assert search_text.fold(search_text.fold(text)) == search_text.fold(text)
    assert search_text.tidy(search_text.tidy(text)) == search_text.tidy(text)
    assert "\0" not in search_text.tidy(text)


SPELLINGS = [
    ("e-mail", "email"),
    ("e-mails", "emails"),
    ("e\N{NON-BREAKING HYPHEN}mail", "email"),
    ("co-creatie", "cocreatie"),
    ("Noord-Franse", "noordfranse"),
    ("Noord-Franse", "noord franse"),
    ("bus-stop", "busstop"),
    ("N369", "N 369"),
    ("N-369", "n369"),
    ("ISO9001", "iso 9001"),
    ("ISO-9001", "iso9001"),
    ("10 km", "10km"),
    ("covid-19", "covid19"),
    ("ad-hoc-overleg", "adhocoverleg"),
    ("Łódź", "Lodz"),
]


@pytest.mark.parametrize(("one", "other"), [*SPELLINGS, *((other, one) for one, other in SPELLINGS)])
def test_a_word_is_found_in_its_other_spelling(one, other):
    wanted = search_text.query_words(search_text.clean_query(one))
    assert score(wanted, "", search_text.indexed_words([f"Over {other} en meer."], "nl"), "nl")
    assert "<mark>" in search_text.highlight(f"Over {other} en meer.", wanted, "nl")
    assert "<mark>" in search_text.fragment(["Iets anders.", f"Over {other} en meer."], wanted, "nl")


def test_a_fragment_is_cut_at_words_round_what_was_found_and_escaped():
    text = "begin " * 100 + "<b>hier & nu</b> vindt men Mobiliteit " + "einde " * 100
    fragment = search_text.fragment(["Iets anders.", text], search_text.query_words("mobiliteit"), "nl")
    assert "&lt;b&gt;hier &amp; nu&lt;/b&gt; vindt men <mark>Mobiliteit</mark>" in fragment
    assert fragment.startswith("… begin ")
    assert fragment.endswith(" einde …")
    assert len(fragment.split()) < 40


def test_a_fragment_of_what_has_no_word_of_the_query_is_its_beginning():
    assert search_text.fragment(["Een zin.", "Nog een."], search_text.query_words("niets"), "nl") == "Een zin."
    assert search_text.fragment([], search_text.query_words("niets"), "nl") == ""


@settings(deadline=None)  # it is about the text, not about how busy the machine is
@given(st.text(max_size=60), st.text(max_size=200), st.sampled_from(["nl", "fr", "en", ""]))
def test_what_is_highlighted_is_the_same_text(query, text, language):
    html = search_text.highlight(text, search_text.query_words(search_text.clean_query(query)), language)
    assert unescape(html.replace("<mark>", "").replace("</mark>", "")) == search_text.tidy(text)


NOTATIONS = ["057 31 02 51", "+32 57 31 02 51", "0032 57 31 02 51", "057/31.02.51", "057310251", "+32 (0)57 31 02 51"]


@pytest.mark.parametrize("written", NOTATIONS)
@pytest.mark.parametrize("asked", [*NOTATIONS, "31 02 51", "310251"])
def test_a_telephone_number_is_found_in_any_notation_and_by_its_last_digits(written, asked):
    wanted, said = search_text.query_words(search_text.clean_query(asked)), f"Bel ons op {written}, of mail."
    assert score(wanted, "", search_text.indexed_words([said], "nl"), "nl")
    assert "<mark>" in search_text.highlight(said, wanted, "nl")
    assert search_text.telling(["Iets anders.", said], wanted, "nl") == 1


@pytest.mark.parametrize("asked", ["057 31 02 52", "058310251", "+33 57 31 02 51"])
def test_another_number_is_not_found(asked):
    wanted = search_text.query_words(search_text.clean_query(asked))
    assert not score(wanted, "", search_text.indexed_words(["Bel ons op 057 31 02 51."], "nl"), "nl")


def test_the_telling_passage_has_most_of_the_query():
    wanted = search_text.query_words("haven kanaal")
    passages = ["Een zin.", "De haven.", "De havens aan het kanaal.", "Nog eens haven en kanaal."]
    assert search_text.telling(passages, wanted, "nl") == 2
    assert search_text.telling(["Een zin."], wanted, "nl") is None
    assert search_text.telling([], wanted, "nl") is None


def test_words_with_hyphens_are_one_word_too_but_not_the_address_of_a_numbered_page():
    written = set(search_text.indexed_words(["e-mail, covid-19, lo-re-ninge, dagelijks-bestuur-2"], "nl").split())
    assert {"email", "covid19", "loreninge", "dagelijks", "bestuur", "2"} <= written
    assert "dagelijksbestuur2" not in written
