"""Addresses of headings, the table of contents, and footnotes."""

import re

from publishing.content.html import to_text
from publishing.content.long_texts import (
    contents,
    with_addresses_of_headings,
    with_notes_below,
    with_notes_between_brackets,
)
from publishing.content.sanitising import sanitised

NOTED = "<p>Een weg<small>Decreet van <em>5 mei</em></small> en een spoor <small>Zie bijlage</small>.</p>"
FILLER = "<p>" + "Lange tekst. " * 400 + "</p>"


def test_a_heading_has_an_address_of_its_words_and_the_second_of_the_same_another():
    html = with_addresses_of_headings(
        "<h2>Één &amp; twee</h2><h3>Slot</h3><h3>Slot</h3><h2><em>Slot</em></h2><h2>?</h2>"
    )
    assert re.findall(r'id="([^"]+)"', html) == ["s-een-twee", "s-slot", "s-slot-2", "s-slot-3", "s-x"]


def test_a_number_of_the_writer_does_not_take_the_address_of_another_heading():
    html = with_addresses_of_headings("<h2>Slot-2</h2><h2>Slot</h2><h2>Slot</h2>")
    assert re.findall(r'id="([^"]+)"', html) == ["s-slot-2", "s-slot", "s-slot-3"]


def test_a_note_in_a_heading_is_no_part_of_its_address_or_of_the_contents():
    html = with_addresses_of_headings(f"<h2>Weg<small>noot</small></h2><h2>B</h2><h2>C</h2>{FILLER}")
    assert 'id="s-weg"' in html
    assert '<a href="#s-weg">Weg</a>' in contents(html, "nl")


def test_a_long_text_has_contents_in_two_levels_in_its_own_language():
    html = with_addresses_of_headings(f"<h2>A &lt;b&gt;</h2><h3>A1</h3><h3>A2</h3><h2>B</h2>{FILLER}")
    shown = re.sub(r"\s*\n\s*", "", contents(html, "fr"))
    assert "Table des matières" in shown
    assert re.findall(r'href="#([^"]+)"', shown) == ["s-a-b", "s-a1", "s-a2", "s-b"]
    assert "A &lt;b&gt;" in shown
    assert shown.index("s-a2") < shown.index("</ol></li>") < shown.index('"#s-b"')


def test_a_short_text_and_one_with_few_headings_have_none():
    assert contents(with_addresses_of_headings("<h2>A</h2><h2>B</h2><h2>C</h2>"), "nl") == ""
    assert contents(with_addresses_of_headings(f"<h2>A</h2><h2>B</h2>{FILLER}"), "nl") == ""


def test_a_text_that_begins_with_a_smaller_heading_loses_none_in_its_contents():
    html = with_addresses_of_headings(f"<h3>A</h3><h2>B</h2><h3>C</h3>{FILLER}")
    assert re.findall(r'href="#([^"]+)"', contents(html, "nl")) == ["s-a", "s-b", "s-c"]


def test_a_footnote_is_a_number_that_leads_to_its_words_and_back():
    shown = with_notes_below(NOTED, "note", "nl")
    assert shown.startswith(
        '<p>Een weg<sup class="note"><a href="#note-1" id="note-1-back" role="doc-noteref"'
        ' aria-label="Noot 1">1</a></sup> en'
    )
    assert 'een spoor<sup class="note">' in shown  # the number stands against its word
    assert '<li id="note-1">Decreet van <em>5 mei</em> <a href="#note-1-back" role="doc-backlink"' in shown
    assert "<small>" not in shown
    assert sorted(re.findall(r'href="#([^"]+)"', shown)) == sorted(set(re.findall(r' id="([^"]+)"', shown)) - {"notes"})


def test_two_texts_of_one_page_have_notes_of_their_own():
    ids = [re.findall(r' id="([^"]+)"', with_notes_below(NOTED, prefix, "nl")) for prefix in ("a-note", "b-note")]
    assert set(ids[0]).isdisjoint(ids[1])


def test_an_empty_note_shows_nothing_and_odd_ones_stay_text():
    assert with_notes_below("<p>a<small> </small></p>", "note", "nl") == "<p>a</p>"
    nested = with_notes_below("<p>a<small>b<small>c</small>d</small>e</p>", "note", "nl")
    assert nested.count("doc-noteref") == 1
    assert nested.startswith("<p>ab<sup")
    block = with_notes_below(sanitised("<small><h2>Kop</h2><p>x</p></small>"), "note", "nl")
    assert block == "<h2>Kop</h2><p>x</p>"


def test_two_notes_side_by_side_stay_two():
    assert with_notes_below("<p>a<small>b</small><small>c</small></p>", "note", "nl").count("doc-noteref") == 2


def test_a_text_without_notes_stays_as_it_is():
    assert with_notes_below("<p>a</p>", "note", "nl") == "<p>a</p>"


def test_a_note_stands_between_brackets_where_nothing_comes_below_a_text():
    assert with_notes_between_brackets("<p>weg <small>noot</small>.</p>") == "<p>weg (noot).</p>"
    assert to_text("<p>weg<small>noot</small>.</p>").strip() == "weg (noot)."


def test_the_sanitiser_keeps_a_note_without_any_attribute():
    assert sanitised('<p>a<small class="x" id="y">b</small></p>') == "<p>a<small>b</small></p>"
