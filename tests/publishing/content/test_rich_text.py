import re

from publishing.content.html import TAG, plain_small_letters
from publishing.content.rich_text import BUTTONS, with_scrolling_tables


def test_a_table_scrolls_in_a_box_that_says_what_it_is_in_the_language_of_the_text():
    table = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    shown = with_scrolling_tables(f"<p>x</p>{table}", "fr")
    assert shown == (f'<p>x</p><div class="scroll" tabindex="0" role="region" aria-label="Tableau">{table}</div>')
    assert with_scrolling_tables("<p>x</p>", "nl") == "<p>x</p>"


def test_a_table_is_named_by_the_heading_above_it():
    table = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    title = 'Aantal \N{SOFT HYPHEN}leden &amp; <em>"gasten"</em>'
    text = f"{table}<h2>{title}</h2><p>x</p>{table}<h3>Per jaar</h3>{table}{table}"
    names = re.findall(r'aria-label="([^"]*)"', with_scrolling_tables(text, "nl"))
    assert names == ["Tabel", "Tabel: Aantal leden &amp; &quot;gasten&quot;", "Tabel: Per jaar", "Tabel: Per jaar (2)"]
    assert TAG.sub("", with_scrolling_tables(text, "nl")) == TAG.sub("", text)


def test_small_letters_keep_their_place_where_a_text_has_no_markup():
    assert plain_small_letters("<p>10<sup>6</sup> CO<sub>2</sub></p>") == "<p>10⁶ CO₂</p>"
    assert plain_small_letters("<p>1<sup>ste</sup></p>") == "<p>1ste</p>"
    assert plain_small_letters("<p>a</p>") == "<p>a</p>"


def test_every_button_of_the_editor_has_a_name():
    assert all(str(name) for name in BUTTONS.values())
