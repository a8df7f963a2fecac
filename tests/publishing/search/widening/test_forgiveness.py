import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.search.text import fold
from publishing.search.widening.forgiveness import MOST, Known, distances, nearest, slips, sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fotografie", "photographie"),
        ("theorie", "teorie"),
        ("gym", "gim"),
        ("spaghetti", "spageti"),
        ("ticket", "tiket"),
        ("contact", "kontakt"),
        ("akkoord", "accoord"),
        ("école", "ekole"),
        ("toerisme", "tooerisme"),
        ("Streekpact", "streekpakt"),
    ],
)
def test_two_spellings_of_one_sound_are_one(one, other):
    assert sound(fold(one)) == sound(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("ijs", "eis"), ("rijden", "reiden"), ("cel", "kel"), ("wit", "vit"), ("n369", "n399"), ("n300", "n30")],
)
def test_other_sounds_and_numbers_stay_apart(one, other):
    assert sound(one) != sound(other)


@given(st.text())
def test_a_sound_has_no_sound_but_itself(text):
    assert sound(sound(fold(text))) == sound(fold(text))


@pytest.mark.parametrize(
    ("word", "forgiven"),
    [("", 0), ("de", 0), ("weg", 0), ("werk", 1), ("haven", 1), ("kanaal", 1), ("streken", 2), ("n3690", 0)],
)
def test_a_longer_word_has_more_slips(word, forgiven):
    assert slips(word) == forgiven


@pytest.mark.parametrize(
    ("typed", "meant", "apart"),
    [
        ("mobilitiet", "mobiliteit", 1),  # swapped
        ("mobilteit", "mobiliteit", 1),  # missing
        ("mobiliteiit", "mobiliteit", 0),  # doubled
        ("mobelitait", "mobiliteit", 2),
        ("havne", "haven", 1),
        ("photografie", "fotografie", 0),
        ("gim", "gym", 0),
    ],
)
def test_a_slip_is_forgiven(typed, meant, apart):
    assert distances(typed, ["beleid", meant]) == {meant: apart}


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("nation", "station"),  # another first letter
        ("weg", "web"),  # too short
        ("haven", "hamer"),  # two slips in five letters
        ("mobiliteit", "mobilisatie"),
        ("n369", "n368"),
        ("2026", "2025"),
    ],
)
def test_another_word_is_not_meant(typed, other):
    assert distances(typed, [other]) == {}


def test_a_word_that_goes_on_is_one_letter_apart():
    assert distances("schepen", ["schepenen", "scholen"]) == {"schepenen": 1, "scholen": 2}


def test_the_first_letter_is_compared_by_its_sound():
    assert distances("kontact", ["contact"]) == {"contact": 0}
    assert distances("fotos", ["photos"]) == {"photos": 0}
    assert distances("sement", ["cement"]) == {}


def test_the_nearest_comes_first_then_what_is_no_name_then_the_frequent_then_the_alphabet():
    known = {
        "nabij": Known(1),
        "naam": Known(9, is_name=True),
        "vaak": Known(5),
        "zelden": Known(2),
        "alfa": Known(2),
    }
    apart = {"naam": 1, "zelden": 1, "vaak": 1, "alfa": 1, "nabij": 0}
    assert nearest(apart, known) == ["nabij", "vaak", "alfa", "zelden", "naam"]


def test_no_more_than_a_few_words_are_candidates():
    words = [f"werk{letter}" for letter in "abcdefgh"]
    assert nearest(dict.fromkeys(words, 1), dict.fromkeys(words, Known(1))) == words[:MOST]
