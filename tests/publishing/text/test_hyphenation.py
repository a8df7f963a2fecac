import pyphen
import pytest
from django.core.signals import request_finished

from publishing.text import hyphenation
from publishing.text.hyphenation import SOFT_HYPHEN, hyphenated, with_hyphenated_headings


@pytest.mark.parametrize(
    ("word", "language", "syllables"),
    [
        ("speerpuntsectoren", "nl", "speerpunt-sectoren"),
        ("regiomarketingstrategie", "nl", "regio-marketing-strategie"),
        ("tewerkstellingsbeleid", "nl", "tewerk-stellings-beleid"),
        ("Toegankelijkheidsverklaring", "nl", "Toegankelijk-heids-verklaring"),
        ("vertegenwoordiging", "nl", "verte-gen-woor-di-ging"),  # no seam: between syllables
        ("democratische", "nl", "democratische"),
        ("intercommunalité", "fr", "inter-com-mu-na-lité"),
        ("misunderstanding", "en", "misun-der-standing"),
        ("gemeenten", "nl", "gemeenten"),  # fits on a telephone
    ],
)
def test_long_words_break_where_they_are_put_together_or_between_syllables(word, language, syllables):
    assert hyphenated(word, language).replace(SOFT_HYPHEN, "-") == syllables


def test_what_is_no_word_of_a_language_stays_as_it_is():
    assert hyphenated("speerpuntsectoren", "de") == "speerpuntsectoren"
    assert hyphenated("x" * 40, "nl") == "x" * 40
    assert hyphenated("", "nl") == ""


@pytest.mark.parametrize("word", ["aujourd'hui", "développement", "anticonstitutionnellement", "interrégionaux", "x"])
def test_a_pattern_that_is_parsed_when_it_is_needed_says_what_it_says_to_pyphen(word):
    whole = pyphen.Pyphen(lang="fr", left=hyphenation.LEAST, right=hyphenation.LEAST, cache=False)
    assert hyphenation._patterns("fr").inserted(word) == whole.inserted(word)


def test_only_headings_of_rich_text_are_hyphenated_and_no_attribute():
    html = '<h2 id="speerpuntsectoren">De <em>speerpuntsectoren</em></h2><p>speerpuntsectoren</p>'
    found = with_hyphenated_headings(html, "nl")
    assert found == html.replace("<em>speerpuntsectoren", "<em>speerpunt-sectoren".replace("-", SOFT_HYPHEN))


def test_the_patterns_are_freed_after_a_request_and_the_words_stay():
    hyphenated("onvermijdelijkheden", "nl")
    assert hyphenation._patterns.cache_info().currsize
    request_finished.send(sender=None)
    assert not hyphenation._patterns.cache_info().currsize
    assert SOFT_HYPHEN in hyphenated("onvermijdelijkheden", "nl")
    assert not hyphenation._patterns.cache_info().currsize


def test_a_word_stays_whole_while_its_patterns_can_not_be_read(monkeypatch):
    def away(_language):
        raise FileNotFoundError

    with monkeypatch.context() as patch:
        patch.setattr(hyphenation, "_patterns", away)
        assert hyphenated("ongelijkvormigheden", "nl") == "ongelijkvormigheden"
    assert SOFT_HYPHEN in hyphenated("ongelijkvormigheden", "nl")
