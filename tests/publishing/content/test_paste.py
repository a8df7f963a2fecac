"""What is pasted into the rich text editor in a real browser: what comes in, what stays out, and what is said of it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from pages.models import TextPage
from priorities.models import Theme
from publishing.content.sanitising import sanitised
from resoc.groups import SECRETARIAT
from tests.conftest import listen, sign_in, staff_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLIPBOARD = Path(__file__).parent / "clipboard"
PASTE = """(element, {kind, content, files}) => {
    const data = new DataTransfer();
    if (content) data.setData(kind, content);
    for (const name of files) data.items.add(new File(["x"], name, {type: "image/png"}));
    element.focus();
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
# The editor hears of a new place of the cursor only after the browser put it there.
IN_FIRST_CELL = """([element, selected]) => {
    const { $from, empty } = element.editor.state.selection;
    return $from.parent.textContent === "1" && empty === !selected;
}"""
WORD = '<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name=Generator content="Microsoft Word 15">'


@pytest.fixture
def theme(page) -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


@pytest.fixture
def form(page, theme):
    """The form of a theme with an empty text; what the browser complains of fails the test."""
    complaints = listen(page)
    Theme.objects.filter(pk=theme.pk).update(body_nl="")
    user = staff_user("dorine", password="een lang wachtwoord")
    user.groups.add(Group.objects.get(name=SECRETARIAT))
    sign_in(page, "dorine", f"/admin/priorities/theme/{theme.pk}/change/")
    page.get_by_role("toolbar").first.wait_for()
    yield page
    assert complaints == []


def text(page):
    return page.get_by_role("textbox", name="Tekst (nl)")


def notice(page) -> str:
    return page.locator("#texts-nl .paste-notice").inner_text()


def clear(page) -> None:
    for _key in range(5):  # the cells of a table go first, then the table
        if not page.locator("#id_body_nl").input_value():
            return
        text(page).focus()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
    raise AssertionError(page.locator("#id_body_nl").input_value())


def written(page) -> str:
    """The text as it would be kept."""
    return sanitised(page.locator("#id_body_nl").input_value())


def paste(page, content: str, kind: str = "text/html", files: tuple[str, ...] = ()) -> str:
    """What becomes of `content` in an empty text."""
    clear(page)
    text(page).evaluate(PASTE, {"kind": kind, "content": content, "files": list(files)})
    return written(page)


def word(*parts: str, style: str = "") -> str:
    sheet = f"<style>{style}</style>" if style else ""
    return f"{WORD}{sheet}</head><body>{''.join(parts)}</body></html>"


def item(marker: str, words: str, level: int = 1, number: int = 0) -> str:
    """A paragraph of a list as Word writes it."""
    return (
        f"<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l{number} level{level} lfo1'>"
        f"<![if !supportLists]><span><span style='mso-list:Ignore'>{marker}"
        f"<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;</span></span></span><![endif]>{words}</p>"
    )


def seen(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def listed(*items: str, kind: str = "ol", **attributes: object) -> str:
    """A list as it is kept."""
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{kind}{given}>{''.join(f'<li><p>{each}</p></li>' for each in items)}</{kind}>"


def test_what_the_source_does_not_show_or_shows_crossed_out_stays_out_and_is_told(form):
    comment = (CLIPBOARD / "word-comment.html").read_text()
    answer = '<p class=MsoNormal><a href="#_msoanchor_1">[DV1]</a>Dorine: intern!</p>'
    cases = [
        ((CLIPBOARD / "word-tracked-changes.html").read_text(), "De vergadering is op dinsdag.", "maandag"),
        (comment, "Wij vragen een nieuw budget.", "Intern: dit is nog niet beslist."),
        ((CLIPBOARD / "word-hidden-text.html").read_text(), "Zichtbaar. Ook zichtbaar.", "bedrag nog geheim"),
        (word(f'<p>Tekst<a class=msocomanchor href="#_msocom_1">[DV1]</a>.</p>{answer}'), "Tekst.", "Dorine: intern!"),
        (
            '<p>t<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup></p><div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a>'
            "<span>Geheim</span></p><p>en meer</p></div>",
            "t",
            "Geheim",
        ),
        ("<p>a <s>100</s> <strike>90</strike> <del>80</del> 60</p>", "a 60", "100"),
        ('<p>a <span style="text-decoration: underline line-through">x1</span> b</p>', "a b", "x1"),
        ('<p>a <span style="text-decoration-line:line-through">x2</span> b</p>', "a b", "x2"),
        (word("<p>a <span class=weg>x3</span> b</p>", style=".weg {text-decoration:line-through}"), "a b", "x3"),
        (
            word("<p>a <span class=weg>x4</span> b</p>", style="<!-- span.weg {display:none;mso-hide:all} -->"),
            "a b",
            "x4",
        ),
        (word("<p class=nu>a</p>", style="@media print {.nu {display:none}}"), "a", ""),
        ('<p>a <span hidden>x5</span><span style="visibility:hidden">x6</span> b</p>', "a b", "x6"),
        ('<p>a <span style="mso-hide:all">x7</span><span class="y"style="display:none">x8</span> b</p>', "a b", "x8"),
        ('<p>a <span title="1 > 0" style="font-size:0">x9<b style="font-size:12pt">b</b></span></p>', "a b", "x9"),
        (word('<p>a <span style="color:white">x10</span></p>'), "a", "x10"),
        (word('<p>a <span style="background:black;mso-highlight:black">x19</span></p>'), "a", "x19"),
        ('<p style="background:#fff">a <font color="#ffffff">x11</font></p>', "a", "x11"),
        (
            '<p>a <span style="opacity:0">x12</span><span style="position:absolute;left:-9999px">x13</span></p>',
            "a",
            "x13",
        ),
        ('<p data-pm-slice="1 1 []">a <s>x14</s> b</p>', "a b", "x14"),
        ('<table><tr><td style="text-decoration:line-through">x15</td><td>b</td></tr></table>', "b", "x15"),
        (
            "<table><colgroup><col><col style='display:none'></colgroup><tr><td>a</td><td>x16</td></tr></table>",
            "a",
            "x16",
        ),
        ("<p>a</p><!--[if gte vml 1]><v:textbox><p>x17</p></v:textbox><![endif]-->", "a", "x17"),
        ("<p>a <select><option>x18<option selected>b</select></p>", "a b", ""),
        ("<table><tr><td><comment>x20</comment>a</td></tr></table>", "a", "x20"),
        ("<table><tr height=0><td>x21</td></tr><tr><td>a</td></tr></table>", "a", "x21"),
        (
            "<p>a <span class=katex-mathml><math>b</math></span><span class=katex-html aria-hidden=true>x</span></p>",
            "a b",
            "",
        ),
        (word("<p>a <span class=msoMoveFrom>x22</span></p>"), "a", "x22"),
        (word("<p>a <span style='display:/* */none'>x23</span></p>"), "a", "x23"),
        (word("<p>a <span style='color:#FEFEFE'>x24</span></p>"), "a", "x24"),
        (word("<p>a <font color=FFFFFF>x25</font></p>"), "a", "x25"),
        (
            word("<table><tr><td class=z>x26</td><td>a</td></tr></table>", style='.z {mso-number-format:"\\;\\;\\;";}'),
            "a",
            "x26",
        ),
        ("<p>a <textarea hidden>x27</textarea><span popover>x28</span></p>", "a", "x27"),
        ('<p>a <span style="left:-100em">x29</span><span style="inset:-9999px 0 0">x30</span></p>', "a", "x30"),
        ('<p>a <span style="transform:translateX(-9999px)">x31</span><i style="scale:0">x32</i></p>', "a", "x32"),
        ('<p>a <span style="opacity:.01">x33</span><i style="filter:opacity(0)">x34</i></p>', "a", "x34"),
        (
            '<p>a <i style="clip-path:circle(0)">x35</i><i style="-webkit-text-fill-color:transparent">x36</i></p>',
            "a",
            "x36",
        ),
        (r'<p>a <i style="d\69splay:none">x37</i><i style="displa\79 : n\6f ne">x38</i></p>', "a", "x38"),
        (r'<p>a <i style="v\isibility:\hidden">x39</i><i style="font-family:\73 ans">b</i></p>', "a b", "x39"),
        (word("<p>a <i class=z>x40</i></p>", style=r".z {d\000069 splay:none}"), "a", "x40"),
        ('<p>a <i style="opacity:1%">x41</i><i style="color:rgba(0,0,0,.01)">x42</i></p>', "a", "x42"),
        ('<p>a <i style="font-size:.01em">x43</i><i style="font-size:1%">x44</i></p>', "a", "x44"),
        ('<p>a <i style="clip-path:polygon(0 0,0 0,0 0)">x45</i><i style="opacity:60%">b</i></p>', "a b", "x45"),
        (word("<p>a <span style='color:#c00000;mso-shading:#c00000'>x46</span></p>"), "a", "x46"),
        (word("<p>a <i style='mso-style-textfill-fill-alpha:0.0%'>x47</i></p>"), "a", "x47"),
        (word("<p>a <i style='mso-style-textfill-fill-alpha:100.0%'>b</i></p>"), "a b", ""),
    ]
    for html, shown, told in cases:
        assert seen(paste(form, html)) == shown, html
        assert told in notice(form), html
        assert bool(notice(form)) is bool(told), html


def test_white_letters_on_a_dark_or_unknown_ground_are_seen(form):
    for html in (
        word('<p style="background:navy"><span style="color:white">wit</span></p>'),
        '<table bgcolor="#003366"><tr><td><font color=white>wit</font></td></tr></table>',
        '<p style="color:white">wit</p>',
        word('<p><span style="background:black">wit</span></p>'),  # a shade, on which Word writes in white by itself
        word('<p><span style="background:yellow;mso-highlight:yellow">wit</span></p>'),
        '<p style="visibility:hidden"><span style="visibility:visible">wit</span></p>',
    ):
        assert seen(paste(form, html)) == "wit"
        assert notice(form) == ""


def test_numbers_and_letters_go_on_where_they_began(form):
    alpha = "@list l3:level1 {mso-level-number-format:alpha-lower;}"
    nested = [item("1.", "een"), item("a)", "a", 2), item("b)", "b", 2), item("i.", "rom", 3), item("2.", "twee")]
    cases = [
        (
            (CLIPBOARD / "word-list-goes-on.html").read_text(),
            listed("Een", "Twee") + "<p>Uitleg bij twee.</p>" + listed("Drie", "Vier", start=3),
        ),
        ((CLIPBOARD / "word-letters.html").read_text(), listed("Eerste", "Tweede", type="a")),
        (word(item("5.", "x"), item("6.", "y")), listed("x", "y", start=5)),
        (word(item("iv.", "x"), item("v.", "y")), listed("x", "y", start=4, type="i")),
        (word(item("IV.", "x")), listed("x", start=4, type="I")),
        (word(item("(c)", "x"), item("(d)", "y")), listed("x", "y", start=3, type="a")),
        (word(item("h.", "x"), item("i.", "y")), listed("x", "y", start=8, type="a")),
        (word(item("C.", "x")), listed("x", start=3, type="A")),
        (word(item("i)", "x", number=3), style=alpha), listed("x", start=9, type="a")),
        (word(item("1.", "x"), item("4.", "y")), listed("x") + listed("y", start=4)),
        (word(item("1.1.", "x"), item("1.2.", "y")), listed("x", "y")),
        (word(item("o", "x"), item("§", "y")), listed("x", "y", kind="ul")),
        (word(item("Artikel 1.", "x")), "<p>Artikel 1. x</p>"),
        (
            word(*nested),
            '<ol><li><p>een</p><ol type="a"><li><p>a</p></li><li><p>b</p><ol type="i"><li><p>rom</p></li></ol></li>'
            "</ol></li><li><p>twee</p></li></ol>",
        ),
        (word(item("1.", "x"), item("2.", "<del>weg</del>"), item("3.", "y")), listed("x", "y")),
        (
            word(item("1.", "x"), "<p>uitleg</p>", item("b.", "y", 2), item("2.", "z")),
            listed("x") + "<p>uitleg</p>" + listed("y", start=2, type="a") + listed("z", start=2),
        ),
        (
            word(item("1.", "x"), item("i.", "y", 3), item("2.", "z")),
            '<ol><li><p>x</p><ol type="i"><li><p>y</p></li></ol></li><li><p>z</p></li></ol>',
        ),
        ("<ul><li>x</li><li><s>weg</s></li></ul>", listed("x", kind="ul")),
        ("<ol start=5 type=I><li>x</li></ol>", listed("x", start=5, type="I")),
        ('<ol><li style="list-style-type:lower-alpha">x</li></ol>', listed("x", type="a")),
        ("<ol reversed><li>x</li><li>y</li></ol>", listed("x", start=2) + listed("y")),
        ("<ol><li>x</li><li value=7>y</li></ol>", listed("x") + listed("y", start=7)),
        (
            '<div class="ListContainerWrapper"><ol start="1"><li>x</li></ol></div>'
            '<div class="ListContainerWrapper"><ol start="2"><li>y</li></ol></div>',
            listed("x", "y"),
        ),
    ]
    for html, kept in cases:
        assert paste(form, html) == kept, html
        assert ("weg" in notice(form)) is ("weg" in html)


def test_plain_text_with_dashes_and_numbers_becomes_lists(form):
    cases = [
        (
            "Intro\n- een\n- twee\n  - drie\n\n1. vier\n2. vijf\nuitleg\n3. zes",
            "<p>Intro</p><ul><li><p>een</p></li><li><p>twee</p><ul><li><p>drie</p></li></ul></li></ul>"
            + listed("vier", "vijf")
            + "<p>uitleg</p>"
            + listed("zes", start=3),
        ),
        ("* een\r\n• twee", listed("een", "twee", kind="ul")),
        ("1) een\n2) twee\n   en meer", listed("een", "twee en meer")),
        ("b) x\nc) y", listed("x", "y", start=2, type="a")),
        ("ii. x\niii. y", listed("x", "y", start=2, type="i")),
        ("I. x\nII. y", listed("x", "y", type="I")),
        ("a) x\n   - sub\nb) y", '<ol type="a"><li><p>x</p><ul><li><p>sub</p></li></ul></li><li><p>y</p></li></ol>'),
        ("J. Janssens\nA. Peeters", "<p>J. Janssens</p><p>A. Peeters</p>"),
        ("In mei:\n24. november was koud\n-5 graden\n1.5 km", None),
        ("gewoon\ntekst", "<p>gewoon</p><p>tekst</p>"),
    ]
    for plain, kept in cases:
        expected = kept or "".join(f"<p>{line}</p>" for line in plain.split("\n"))
        assert paste(form, plain, "text/plain") == expected, plain
    clear(form)
    text(form).focus()
    form.keyboard.type("De trein ")
    text(form).evaluate(PASTE, {"kind": "text/plain", "content": "- die laat is -", "files": []})
    assert written(form) == "<p>De trein - die laat is -</p>"


def test_letters_above_and_below_the_line_stay_there(form):
    html = (CLIPBOARD / "sup-sub.html").read_text()
    assert paste(form, html) == html
    styled = '<p>m<span style="vertical-align:super">2</span> CO<span style="mso-text-raise:-3.0pt">2</span></p>'
    assert paste(form, styled) == "<p>m<sup>2</sup> CO<sub>2</sub></p>"
    assert paste(form, '<p>m<span style="vertical-align:30%">2</span></p>') == "<p>m<sup>2</sup></p>"
    assert paste(form, "<p><math><msup><mi>x</mi><mn>2</mn></msup></math></p>") == "<p>x<sup>2</sup></p>"
    both = "<p><math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup><msqrt><mn>9</mn></msqrt></math></p>"
    assert paste(form, both) == "<p>x<sub>1</sub><sup>2</sup>√(9)</p>"
    clear(form)
    text(form).focus()
    form.keyboard.type("m")
    form.locator("#texts-nl").get_by_role("button", name="Superscript", exact=True).first.click()
    form.keyboard.type("3")
    assert written(form) == "<p>m<sup>3</sup></p>"


def test_letters_of_a_font_of_signs_are_the_signs_that_one_sees(form):
    styled = (
        "<p>5 <span style='font-family:Symbol;mso-char-type:symbol;mso-symbol-font-family:Symbol'>£</span> x "
        "<span style='font-family:Wingdings'>à</span> <font face=Wingdings>J ü</font> "
        "<span>à b \uf0b7 \uf0bb</span></p>"
    )
    assert paste(form, word(styled)) == "<p>5 ≤ x → ☺ ✓ à b • ≈</p>"


def test_addresses_get_https_and_telephone_numbers_their_country(form):
    cases = [
        ("zie www.example.org nu", "text/plain", "https://www.example.org"),
        ("zie http://www.example.org nu", "text/plain", "http://www.example.org"),
        ('<a href="http://www.example.org/">www.example.org</a>', "text/html", "https://www.example.org/"),
        ('<a href="www.example.org/a">x</a>', "text/html", "https://www.example.org/a"),
        ('<a href="http://example.org/">x</a>', "text/html", "http://example.org/"),
        ('<a href="example.org/a">x</a>', "text/html", "https://example.org/a"),
        ('<a href="//example.org/a">x</a>', "text/html", "https://example.org/a"),
        (
            '<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&amp;data=jan">x</a>',
            "text/html",
            "https://example.org/a",
        ),
        (
            '<a href="https://www.google.com/url?q=https://example.org/a&amp;sa=D">x</a>',
            "text/html",
            "https://example.org/a",
        ),
        ('<a href="callto:051123456">x</a>', "text/html", "tel:+3251123456"),
        ('<a href="tel:+32 (0)51 12 34 56">x</a>', "text/html", "tel:+3251123456"),
        ('<a href="tel:051%2012%2034%2056">x</a>', "text/html", "tel:+3251123456"),
    ]
    for content, kind, href in cases:
        found = re.search(r'href="([^"]*)"', paste(form, content, kind))
        assert found, content
        assert found[1].rstrip("/") == href.rstrip("/"), content
    assert paste(form, '<p><a href="nota.docx">nota</a></p>') == "<p>nota</p>"  # a file of another machine
    clear(form)
    text(form).focus()
    form.keyboard.type("zie www.example.org nu")
    assert 'href="https://www.example.org"' in written(form)


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("+32 (0)51 12 34 56", "tel:+3251123456"),
        ("tel:+32 (0)51 12 34 56", "tel:+3251123456"),
        ("0032 51 12 34 56", "tel:+3251123456"),
        ("051 12 34 56 ext. 12", "tel:+3251123456;ext=12"),
        ("+33 (0)3 20 12 34 56", "tel:+33320123456"),
        ("tel:112", "tel:112"),
    ],
)
def test_a_telephone_number_in_the_dialog_is_dialled_from_anywhere(form, typed, href):
    text(form).focus()
    form.keyboard.press("Control+k")
    form.get_by_role("dialog").get_by_role("combobox").fill(typed)
    form.get_by_role("button", name="Maak link").click()
    form.get_by_role("dialog").wait_for(state="hidden")
    assert f'href="{href}"' in written(form)
    # Opened again and confirmed, it stays the same.
    text(form).get_by_role("link").click()
    form.locator("#texts-nl button[data-name=link][aria-pressed=true]").first.wait_for()
    form.keyboard.press("Control+k")
    assert form.get_by_role("dialog").get_by_role("combobox").input_value()
    form.get_by_role("button", name="Maak link").click()
    form.get_by_role("dialog").wait_for(state="hidden")
    assert f'href="{href}"' in written(form)


def test_merged_cells_go_into_a_table(form):
    into = [
        ((CLIPBOARD / "merged-cells-2-into-first-cell.html").read_text(), "A B C D E 7 8 9", 'rowspan="2"'),
        ("<table><tr><td rowspan=2>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A B 3 C 6 7 8 9", 'rowspan="2"'),
        (
            "<table><tr><td colspan=3>A</td></tr><tr><td>B</td><td>C</td><td>D</td></tr></table>",
            "A B C D 7 8 9",
            'colspan="3"',
        ),
        ("<table><tr><td colspan=2 rowspan=2>A</td></tr><tr></tr></table>", "A 3 6 7 8 9", 'colspan="2"'),
        ("<table><tr><td rowspan=9>A</td><td>B</td></tr></table>", "A B 3 4 5 6 7 8 9", "<td>"),
        (
            "<table><tr><td>A</td><td>B</td><td>C</td><td rowspan=2>D</td></tr><tr><td>E</td></tr></table>",
            "A B C D E 7 8 9",
            "rowspan",
        ),
    ]
    for html, words, mark in into:
        for clicks in (1, 3):  # the cursor in the first cell, and that cell selected
            paste(form, (CLIPBOARD / "merged-cells-1-first.html").read_text())
            text(form).get_by_text("5", exact=True).click()
            text(form).get_by_text("1", exact=True).click(click_count=clicks)
            form.wait_for_function(IN_FIRST_CELL, arg=[text(form).element_handle(), clicks == 3])
            text(form).evaluate(PASTE, {"kind": "text/html", "content": html, "files": []})
            kept = written(form)
            assert sorted(seen(kept)) == sorted(words), html
            assert mark in kept
            assert notice(form) == ""
            assert kept.count("<table>") == 1


def test_tab_in_the_last_cell_makes_a_row_and_after_escape_it_leaves_the_text(form):
    paste(form, "<table><tr><td>a</td><td>b</td></tr></table>")
    text(form).get_by_text("b", exact=True).click()
    form.get_by_text("Druk op Escape en dan op Tab").wait_for()
    form.keyboard.press("Tab")
    form.keyboard.type("c")
    form.keyboard.press("Shift+Tab")
    form.keyboard.press("End")
    form.keyboard.type("x")
    assert seen(written(form)) == "a bx c"
    form.keyboard.press("Escape")
    form.keyboard.press("Tab")
    assert not text(form).evaluate("element => element.contains(document.activeElement)")
    assert seen(written(form)) == "a bx c"


def test_a_picture_is_told_and_offered_as_the_picture_of_the_page(form):
    assert paste(form, '<p>Zie <img src="file:///C:/kaart.png" alt="Kaart van de Westhoek">.</p>') == "<p>Zie .</p>"
    assert "Kaart van de Westhoek" in notice(form)
    box = form.locator("#texts-nl .paste-notice")
    assert box.get_attribute("role") == "status"
    assert box.get_by_role("button").count() == 1  # the browser does not have the picture itself
    box.get_by_role("button").click()
    assert notice(form) == ""
    paste(form, "", files=("kaart.png",))
    assert "kaart.png" in notice(form)
    box.get_by_role("button", name="Gebruik ze als “Foto”").click()
    field = form.locator(".picture-input input[type=file]").first
    assert field.evaluate("element => element.files[0].name") == "kaart.png"
    for _ in range(50):  # a wait that polls in the page would need what the policy forbids
        if field.evaluate("element => element === document.activeElement"):
            return
        form.wait_for_timeout(100)
    raise AssertionError("the field does not get the focus")


def test_a_picture_inside_the_pasted_text_is_offered_too(form):
    paste(form, '<p>Zie <img src="data:image/png;base64,iVBORw0KGgo=" alt=""> hier</p>')
    box = form.locator("#texts-nl .paste-notice")
    assert box.get_by_role("button", name="Gebruik ze als “Foto”").count() == 1
    # Word and Excel give a drawing of all that is copied: it is not the picture.
    paste(form, '<p>Zie <img src="file:///C:/x.png"> hier</p>', files=("alles.png",))
    assert box.get_by_role("button", name="Gebruik ze als “Foto”").count() == 0


def test_a_page_without_a_picture_says_so(form):
    page = TextPage.objects.first()
    form.goto(f"/admin/pages/textpage/{page.pk}/change/")
    form.get_by_role("toolbar").first.wait_for()
    content = {"kind": "text/html", "content": '<p>a<img src="x.png"></p>', "files": []}
    text(form).evaluate(PASTE, content)
    assert "Deze pagina heeft geen plaats voor een foto." in notice(form)


def test_footnotes_and_what_a_text_cannot_hold_are_told(form):
    assert seen(paste(form, '<p>a</p><video src="x"></video><iframe></iframe>')) == "a"
    assert "Video’s" in notice(form)
    kept = paste(form, '<p>a<a class="sdfootnoteanc" href="#sdfootnote1sym"><sup>1</sup></a></p><p>1 Bron</p>')
    assert seen(kept) == "a 1 1 Bron"
    assert "Voetnoten" in notice(form)
    paste(form, "<p>gewoon</p>")
    assert notice(form) == ""
