import pytest

from publishing.text.shortening import at_a_word, first_sentences, fitting_title, uncapitalised

SITE = " · RESOC Westhoek"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Contact", f"Contact{SITE}"),
        ("x" * 48, f"{'x' * 48}{SITE}"),
        ("x" * 49, "x" * 49),
        (f"{'a' * 40} {'b' * 24}", f"{'a' * 40} {'b' * 24}"),
        (f"{'a' * 40} {'b' * 25}", f"{'a' * 40}…"),
        (f"{'a' * 40} – {'b' * 30}", f"{'a' * 40}…"),
        ("x" * 66, f"{'x' * 64}…"),
        ("", SITE),
    ],
)
def test_a_title_keeps_the_site_only_where_both_fit_and_is_shortened_last_of_all(title, expected):
    found = fitting_title(title, SITE, 65)
    assert found == expected
    assert len(found) <= 65


@pytest.mark.parametrize("most", range(2, 40))
def test_what_is_shortened_is_never_longer_than_asked_and_ends_after_a_word(most):
    text = "Naar een actiever en gebiedsdekkend beleid"
    found = at_a_word(text, most)
    assert len(found) <= most
    assert text.startswith(found.removesuffix("…"))
    words = text.split()
    assert found[:-1].split()[-1] in words or len(found.split()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kort.", "Kort."),
        ("Een zin. Nog een zin die niet past.", "Een zin."),
        ("Info m.b.t. de streek. En nog veel meer.", "Info m.b.t. de streek."),
        ("Zie art. 13 van de wet. Meer staat elders.", "Zie art. 13 van de wet."),
        ("Een zin die op zichzelf al te lang is om te passen.", "Een zin die op zichzelf…"),
        ("« Oui ! » Puis une phrase qui ne passe pas.", "« Oui ! » Puis une phrase…"),
    ],
)
def test_whole_sentences_are_kept_where_they_fit(text, expected):
    assert first_sentences(text, 26) == expected


def test_what_stands_between_brackets_is_kept_whole_or_left_out():
    assert (
        at_a_word("Regiomarketing voor de streek (zie Regiomarketing Westhoek)", 40) == "Regiomarketing voor de streek…"
    )
    assert at_a_word("Regiomarketing (strategie) voor de hele streek", 40) == "Regiomarketing (strategie) voor de hele…"


@pytest.mark.parametrize(
    ("text", "within"),
    [("Secretariaat", "secretariaat"), ("IT-medewerker", "IT-medewerker"), ("Élue", "élue"), ("", "")],
)
def test_a_text_within_a_sentence_begins_small_unless_with_an_abbreviation(text, within):
    assert uncapitalised(text) == within
