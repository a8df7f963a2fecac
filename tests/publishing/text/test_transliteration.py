import pytest

from publishing.text.transliteration import to_ascii, to_slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Œuvre ﬁnale ĳsland ß", "oeuvre-finale-ijsland-ss"),
        ("Évaluation de l’œuvre – été", "evaluation-de-loeuvre-ete"),
        ("Łódź & Øresund", "lodz-oresund"),
        ("Оксана Шевченко", "oksana-shevchenko"),
        ("Θεσσαλονίκη", "thessaloniki"),
        ("Stéphanie", "stephanie"),
        ("Water/klimaat", "water-klimaat"),
        ("Wonen|zorg: en·of—versie 2.0", "wonen-zorg-en-of-versie-2-0"),
        ("De thema's van R&D (U.S.A.)", "de-themas-van-rd-usa"),
    ],
)
def test_a_slug_is_written_in_ascii(text, slug):
    assert to_slug(text) == slug


@pytest.mark.parametrize("text", ["", "…", "–", "!?"])
def test_a_slug_of_nothing_is_the_default(text):
    assert to_slug(text, "document") == "document"


def test_ascii_stays_as_it_is():
    assert to_ascii("Streekpact 2030!") == "Streekpact 2030!"
