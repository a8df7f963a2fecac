"""Letters that cannot be seen go where they mean nothing, and stay where they mean something."""

import re
import unicodedata
from html import unescape

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publishing.content.sanitising import sanitised
from publishing.i18n.languages import is_blank
from publishing.search import text as search_text
from publishing.text.cleaning import (
    HREF,
    SUSPICIOUS,
    can_be_seen,
    clean_html,
    clean_identifier,
    clean_line,
    clean_text,
    searchable,
)

# How links were sanitised before there was a cleaning.
THEN = nh3.Cleaner(tags={"p", "a"}, attributes={"a": {"href"}}, url_schemes={"https", "mailto"}, link_rel=None)
LEADS_NOWHERE = re.compile(r'<a(?: href="")?>(.*?)</a>')
ALL = (clean_text, clean_line, clean_html, clean_identifier, searchable)
TEXTS = (clean_text, clean_line, clean_html)
ZERO_WIDTH = "\u200b\u2060\ufeff\u180e\u2061\u2063\u206a\u00ad\u034f\u200c\u200d\ufe0f\U000e0041\U000e0100"
CONTROLS = "\x00\x01\x08\x1b\x1f\x7f\x80\x9f\ufffe\uffff\U0001ffff\ufdd0\ud800\udfff\ufff9"
MARKS = "\u200e\u200f\u061c\u202a\u202c\u202e\u2066\u2069"
# Everything that is treated with care, and what may stand beside it.
LETTERS = st.one_of(
    st.characters(),
    st.sampled_from(f"{ZERO_WIDTH}{CONTROLS}{MARKS}\x0b\x0c\x85\u2028\u2029\u3164\u2800\n\t "),
    st.sampled_from(
        "a1é<>&;=\"'\u0645\u06cc\u0915\u094d\u05d0\u4e00\u1820❤☎👩💻🔥🏴\U0001f3fb\u20e3\U000e0062\U000e007f"
    ),
)
ANY = st.text(LETTERS, max_size=40)
WITH_MEANING = {
    "emoji of several": "\U0001f469\u200d\U0001f4bb en \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "heart on fire": "\u2764\ufe0f\u200d\U0001f525",
    "colour of skin": "\U0001f44d\U0001f3fd \u261d\U0001f3fb \U0001f9d1\U0001f3fe\u200d\U0001f692",
    "telephone as a picture, and as text": "\u260e\ufe0f \u260e\ufe0e",
    "key": "1\ufe0f\u20e3 #\ufe0f\u20e3",
    "flags": "\U0001f1e7\U0001f1ea \U0001f3f3\ufe0f\u200d\U0001f308",
    "flag of Flanders": "\U0001f3f4\U000e0062\U000e0065\U000e0076\U000e006c\U000e0067\U000e007f",
    "Persian": "می\u200cخواهم \u06f1\u06f0\u200cها",
    "Hindi": "क्\u200dष क्\u200cष",
    "Sinhala": "ශ්\u200dරී",
    "Hebrew mark": "שלום\u200f!",
    "Arabic isolate": "zie \u2067مرحبا\u2069 verder",
    "Hebrew embedding": "\u202bשלום, world\u202c",
    "isolate within an embedding": "\u202bאב \u2066RESOC 2030\u2069 גד\u202c",
    "number from an address book": "bel \u202d0472 05 17 83\u202c",
    "variant of an ideograph": "葛\U000e0100 漢\ufe00",
    "Mongolian": "\u1820\u180b\u180e\u1820",
    "soft hyphen": "samen\u00adwerkings\u00adverband",
    "hard space": "18\u00a0gemeenten",
    "private use": "\uf0b7 punt",
}
MEANINGLESS = [
    ("fiets\u200bsnelweg", "fietssnelweg"),
    ("zonne\u2060panelen", "zonnepanelen"),
    ("wind\u200cmolens", "windmolens"),
    ("haven\ufeffbedrijf", "havenbedrijf"),
    ("wind\u200dmolens", "windmolens"),
    ("tekst\ufe0f", "tekst"),
    ("tekst\U000e0041\U000e0042", "tekst"),
    ("Jan\u200e Janssens\u200f", "Jan Janssens"),
    ("\u202bJan", "Jan"),
    ("Jan\u2069\u202c", "Jan"),
    ("advies\u202efdp.exe\u202c", "adviesfdp.exe"),
    ("\u2066a \u202eb\u202c c\u2069", "\u2066a b c\u2069"),
    ("\u2068\u2069Jan\u202a\u200b\u202c", "Jan"),
    ("a\u200d\u200e\U0001f4bb", "a\U0001f4bb"),
    ("\U0001f469\u200d", "\U0001f469"),
    ("a\x00\x08\x1b\x7f\x9fb\ufffe\uffff\ud800c", "abc"),
    ("\x0b\x0c\u200b", ""),
    ("\u00ad", ""),
    ("\u3164\u200b", ""),
    ("\u2066\u00a0\u2069", ""),
    ("", ""),
]


@pytest.mark.parametrize("text", WITH_MEANING.values(), ids=WITH_MEANING)
@pytest.mark.parametrize("clean", TEXTS)
def test_what_means_something_in_a_text_stays(clean, text):
    assert clean(text) == text


@pytest.mark.parametrize("text", WITH_MEANING.values(), ids=WITH_MEANING)
def test_no_identifier_has_any_of_it(text):
    assert not any(
        unicodedata.category(letter) in ("Cf", "Cc") or "\ufe00" <= letter <= "\ufe0f"
        for letter in clean_identifier(text)
    )


@pytest.mark.parametrize(("text", "clean"), MEANINGLESS)
def test_what_means_nothing_goes(text, clean):
    assert clean_text(text) == clean_line(text) == clean
    assert can_be_seen(clean) == (not is_blank(clean_html(f"<p>{text}</p>")))


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_of_a_word_processor_is_one_of_ours_or_a_space(end):
    assert clean_text(f"Eerst{end}dan") == "Eerst\ndan"
    assert clean_line(f"Eerst{end}dan") == "Eerst dan"
    assert clean_html(f"<p>Eerst{end}dan</p>") == "<p>Eerst dan</p>"
    assert clean_identifier(f"jan{end}@example.org") == "jan @example.org"  # which is refused


@pytest.mark.parametrize("letter", f"{ZERO_WIDTH}{CONTROLS}{MARKS}\u3164\u2800")
def test_an_identifier_is_the_same_however_it_was_copied(letter):
    for typed in (f"{letter}jan@example.org", f"jan{letter}@example.org", f" jan@example.org{letter} "):
        assert clean_identifier(typed) == "jan@example.org"


@pytest.mark.parametrize("clean", ALL)
@given(ANY)
@example("\u200d\U0001f469\u200e\u200d\u200c\U0001f4bb")
@example("\u0645\u200c\u200d\u061c\u200c")
@example("\u2066\u202a\u2069\u202c\u00ad")
@example("\u20661\ufe0f\u200b\u20e3\u2069\u2069")
def test_cleaning_again_changes_nothing(clean, text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("clean", ALL)
@given(ANY)
def test_every_letter_that_can_be_seen_stays_in_its_place(clean, text):
    def visible(text: str) -> list[str]:
        return [letter for letter in text if can_be_seen(letter)]

    assert visible(clean(text)) == visible(text)


@pytest.mark.parametrize("clean", ALL)
@given(ANY)
def test_what_is_clean_can_be_written_as_xml_in_utf_8(clean, text):
    text = clean(text)
    text.encode()
    assert not any(
        (ord(letter) < 32 and letter not in "\t\n\r") or 0x7F <= ord(letter) <= 0x9F or ord(letter) & 0xFFFE == 0xFFFE
        for letter in text
    )


@given(ANY)
def test_a_text_in_which_nothing_is_read_is_empty(text):
    assert is_blank(text) or clean_text(text)
    assert clean_text(text) == "" or is_blank(text) == is_blank(clean_text(text))


@given(ANY)
def test_rich_text_is_stable_and_has_only_clean_letters(text):
    html = sanitised(f'<p>{text}</p><p><a href="https://example.org/{text}">x</a></p>')
    assert sanitised(html) == html
    assert clean_html(html) == html


@given(ANY)
@example("\u200bjavascript:alert(1)")
@example("\u200bjava\nscript:alert(1)")
@example("\u2060https://example.org/")
@example("\x1f\xa0")
@example("\xa0\u200bhttps://example.org/\xa0")
def test_what_was_sanitised_before_is_read_as_it_would_be_saved_now(text):
    html = f'<p>{text}</p><p><a href="{text}">x</a></p>'.encode(errors="ignore").decode()
    then = THEN.clean(html)
    now = clean_html(then)
    assert THEN.clean(now) == now
    assert "javascript" not in "".join(HREF.findall(now))
    if SUSPICIOUS.search(then):  # of a link without an address only the words stay, once saved
        assert sanitised(now) == LEADS_NOWHERE.sub(r"\1", now)


def test_the_usual_letters_are_told_from_all_others_at_once():
    strange = {letter for letter in map(chr, range(0x110000)) if SUSPICIOUS.match(letter)}
    for letter in "aé€ß\u00a0\t\n\r’–ŁШ漢😀\U0001f3f4\uf0b7\ufffd\ufffc\u0600\u06dd":
        assert letter not in strange
    assert strange >= set(f"{ZERO_WIDTH}{CONTROLS}{MARKS}")
    assert strange >= {chr(plane + 0xFFFE) for plane in range(0, 0x110000, 0x10000)}
    assert strange >= set(map(chr, range(0xE0000, 0xE1000)))


@pytest.mark.parametrize(
    "value",
    [
        "&nbsp;",
        "&#8203;",
        "&ZeroWidthSpace;",
        "&shy;",
        "\u200b",
        "\u2060",
        "\u00ad",
        "\ufeff",
        "\x0b",
        "\u3164",
        "\u200e\u200f",
        "<p>\u200b</p>",
        "<p>&#x200B;&nbsp;</p>",
        "<p><strong>&nbsp;</strong></p>",
        "<h2>&nbsp;</h2>",
        "<h2>\u00ad</h2>",
        "<ul><li><p></p></li><li>&nbsp;</li></ul>",
        "<table><tbody><tr><td><p>&nbsp;</p></td><th>\ufeff</th></tr></tbody></table>",
        '<p><a href="/a">\u2060</a></p>',
    ],
)
def test_what_nobody_can_see_is_blank(value):
    assert is_blank(value)
    assert sanitised(value) == ""


@pytest.mark.parametrize(
    "value", ["\u200ba", "<p>\u200b</p><p>a</p>", "&lt;", "&amp;nbsp;", "<p>&euro;</p>", "\u200b–"]
)
def test_one_letter_among_them_is_read(value):
    assert not is_blank(value)


def test_a_link_in_rich_text_has_no_letters_that_nobody_sees():
    html = '<p><a href="https://www.example.org/a\u200b">a</a> <a href="mailto:in\u00adfo@example.org\u2060">b</a></p>'
    clean = '<p><a href="https://www.example.org/a">a</a> <a href="mailto:info@example.org">b</a></p>'
    assert sanitised(html) == clean_html(html) == clean
    assert (
        sanitised('<p><a href="\u200bhttps://www.example.org/">a</a></p>')
        == '<p><a href="https://www.example.org/">a</a></p>'
    )
    hidden = '<p><a href="java&#8203;script:alert(1)">a</a> <a href="\u200bjavascript:alert(1)">b</a></p>'
    assert "script" not in sanitised(hidden)


def test_soft_hyphens_stay_in_the_words_of_a_link():
    html = '<p><a href="https://example.org/">samen\u00adwerking</a></p>'
    assert sanitised(html) == html


@pytest.mark.parametrize(("text", "clean"), MEANINGLESS[:5])
def test_search_reads_through_them_both_ways(text, clean):
    assert search_text.indexed_words([text], "nl") == search_text.indexed_words([clean], "nl")
    assert search_text.clean_query(text) == clean


def test_search_shows_emoji_whole():
    woman = WITH_MEANING["emoji of several"]
    assert search_text.tidy(woman) == woman
    assert search_text.tidy(WITH_MEANING["flag of Flanders"]) == WITH_MEANING["flag of Flanders"]
    assert unescape(search_text.highlight(woman, (), "nl")) == woman
