"""What a Word file says comes over, and nothing that its reader does not see."""

import re

import pytest

from publishing.content.sanitising import sanitised
from publishing.content.word import RefusedError, convert
from tests.publishing.content.word.making import (
    docx,
    field,
    note_reference,
    numbering,
    p,
    picture,
    run,
    table,
)

DECIMAL = ("decimal", "%1.")
HIGH, LOW = (f'<w:vertAlign w:val="{each}script"/>' for each in ("super", "sub"))


def html(*blocks: str, **more) -> str:
    """The HTML of a file with these blocks; lists without the paragraphs in their items, to be read easily."""
    made = convert(docx(*blocks, **more)).html
    assert sanitised(made) == made
    return re.sub(r"<li><p>(.*?)</p>", r"<li>\1", made)


def left_out(*blocks: str, **more) -> list[tuple[str, str]]:
    return convert(docx("Tekst", *blocks, **more)).left_out


# What comes over


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (["Een tekst"], "<p>Een tekst</p>"),
        ([p(run("a", "<w:b/>"), run("b", "<w:i/>"))], "<p><strong>a</strong><em>b</em></p>"),
        ([p(run("a", '<w:b w:val="0"/>'))], "<p>a</p>"),
        ([p(run("a", '<w:rStyle w:val="Zwaar"/>'))], "<p><strong>a</strong></p>"),
        (
            [
                p(
                    "10",
                    run("6", '<w:vertAlign w:val="superscript"/>'),
                    " CO",
                    run("2", '<w:vertAlign w:val="subscript"/>'),
                )
            ],
            "<p>10<sup>6</sup> CO<sub>2</sub></p>",
        ),
        (
            [p("m", run("2", '<w:position w:val="6"/>'), " CO", run("2", '<w:position w:val="-6"/>'))],
            "<p>m<sup>2</sup> CO<sub>2</sub></p>",
        ),
        (
            [p(run("a", '<w:position w:val="2"/>'), run("b", '<w:position w:val="6pt"/>'), run("c", "<w:position/>"))],
            "<p>abc</p>",
        ),
        (
            [p('<w:r><w:sym w:font="Wingdings" w:char="F0E0"/><w:sym w:font="Symbol" w:char="F0A3"/></w:r>')],
            "<p>→≤</p>",
        ),
        ([p(run("\uf0fe a \uf0e0", '<w:rFonts w:ascii="Wingdings"/>'), run("\uf0e0"))], "<p>☑ a →</p>"),
        ([p("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>")], "<p>a<br>b</p>"),
        ([p('<w:r><w:t>a</w:t><w:br w:type="page"/><w:t>b</w:t></w:r>')], "<p>a b</p>"),
        ([p("<w:r><w:t>a &lt;b&gt; &amp; c</w:t></w:r>")], "<p>a &lt;b&gt; &amp; c</p>"),
        ([p("Citaat", style="Citaat")], "<blockquote><p>Citaat</p></blockquote>"),
        ([p(), "a", p("   ")], "<p>a</p>"),
    ],
)
def test_paragraphs_and_how_words_look(blocks, expected):
    assert html(*blocks) == expected


def test_headings_begin_at_the_highest_level_of_a_text_and_are_not_bold_besides():
    blocks = p("A", style="Kop1"), p(run("B", "<w:b/>"), style="Kop2"), p("C", style="Kop3")
    assert html("a", *blocks) == "<p>a</p><h2>A</h2><h3>B</h3><h3>C</h3>"
    assert html("a", *blocks[1:]) == "<p>a</p><h2>B</h2><h3>C</h3>"


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([p("Titel", style="Kop1"), p("A", style="Kop2"), p("B", style="Kop3")], "<h2>A</h2><h3>B</h3>"),
        ([p("Titel", style="Titel"), "a"], "<p>a</p>"),
        ([p("Titel", style="Titel"), p("A", style="Kop1"), p("B", style="Kop1")], "<h2>A</h2><h2>B</h2>"),
    ],
)
def test_the_title_of_a_document_is_left_out_and_told(blocks, expected):
    made = convert(docx(*blocks))
    assert (made.html, made.left_out) == (expected, [("name", "Titel")])


def test_a_first_heading_that_is_no_title_stays_and_so_does_one_with_a_note_or_without_text():
    assert html(p("A", style="Kop1"), p("B", style="Kop1")) == "<h2>A</h2><h2>B</h2>"
    assert html(p("A", style="Kop1"), "a") == "<h2>A</h2><p>a</p>"
    assert html(p("A", style="Titel")) == "<h2>A</h2>"
    noted = docx(p("A", note_reference(2), style="Titel"), "a", notes={2: p("Noot")})
    assert convert(noted).html == "<h2>A<small>Noot</small></h2><p>a</p>"


def test_a_style_based_on_that_of_a_heading_makes_headings():
    assert html("a", p("A", style="Kop1"), p("B", style="Mijnkop")) == "<p>a</p><h2>A</h2><h3>B</h3>"


def test_links_lead_where_they_led_and_those_within_the_document_nowhere():
    link = '<w:hyperlink r:id="{}"><w:r><w:t>{}</w:t></w:r></w:hyperlink>'
    inside = '<w:hyperlink w:anchor="_Toc1"><w:r><w:t>b</w:t></w:r></w:hyperlink>'
    blocks = p(link.format("L1", "a"), inside, link.format("L2", "c"), field(' HYPERLINK "https://d.be/" ', run("d")))
    links = {"L1": "https://a.be/?x=1&amp;y=2", "L2": "javascript:alert(1)"}
    assert html(blocks, links=links) == (
        '<p><a href="https://a.be/?x=1&amp;y=2">a</a>bc<a href="https://d.be/">d</a></p>'
    )


@pytest.mark.parametrize(
    "place",
    [
        "../Dossiers/Geheim.docx",
        "Geheim.docx",
        "\\\\server\\Geheim",
        "//server/Geheim",
        "/Geheim/",
        "file:///C:/Geheim",
    ],
)
def test_a_link_to_a_file_of_the_office_leads_nowhere_and_names_nothing(place):
    assert html(p('<w:hyperlink r:id="L1"><w:r><w:t>a</w:t></w:r></w:hyperlink>'), links={"L1": place}) == "<p>a</p>"
    assert html(p(field(f' HYPERLINK "{place}" ', run("a")))) == "<p>a</p>"


def test_a_table_keeps_its_head_and_its_merged_cells():
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("x")}</w:tc>'
    high, below = (
        f'<w:tc><w:tcPr><w:vMerge w:val="{each}"/></w:tcPr>{p("y")}</w:tc>' for each in ("restart", "continue")
    )
    made = html(table(["A", "B"], [wide], [high, "1"], [below, "2"], heads=1)).replace("<p>", "").replace("</p>", "")
    assert made == (
        "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>"
        '<tr><td colspan="2">x</td></tr><tr><td rowspan="2">y</td><td>1</td></tr><tr><td>2</td></tr></tbody></table>'
    )


def test_footnotes_stand_where_they_belong_with_how_they_look():
    notes = {1: p("Decreet van ", run("5 mei", "<w:i/>"), "."), 2: p("Twee") + p("alinea’s")}
    blocks = p("Een weg ", note_reference(1), note_reference(2), run(" en ", "<w:b/>"), "meer")
    assert html(blocks, notes=notes) == (
        "<p>Een weg<small>Decreet van <em>5 mei</em>.</small><small>Twee alinea’s</small><strong> en </strong>meer</p>"
    )


def test_endnotes_are_notes_too_and_one_that_is_not_there_is_nothing():
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    relation = (
        '<Relationship Id="e" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/endnotes" '
        'Target="endnotes.xml"/>'
    )
    part = f'<w:endnotes {namespace}><w:endnote w:id="4"><w:p><w:r><w:t>Slot</w:t></w:r></w:p></w:endnote></w:endnotes>'
    blocks = p("a", note_reference(4, "endnote"), note_reference(9, "endnote"))
    assert html(blocks, more={"word/endnotes.xml": part}, relations=relation) == "<p>a<small>Slot</small></p>"


# Numbers


@pytest.mark.parametrize(
    ("form", "opening"),
    [("decimal", "<ol>"), ("lowerLetter", '<ol type="a">'), ("upperRoman", '<ol type="I">'), ("bullet", "<ul>")],
)
def test_a_list_keeps_its_kind_of_numbers(form, opening):
    closing = opening[:3].replace("<", "</") + ">"
    made = html(p("x", number=(1, 0)), p("y", number=(1, 0)), lists=numbering((form, "%1)")))
    assert made == f"{opening}<li>x</li><li>y</li>{closing}"


def test_a_list_goes_on_after_a_paragraph():
    made = html(p("x", number=(1, 0)), "tussen", p("y", number=(1, 0)), lists=numbering(DECIMAL))
    assert made == '<ol><li>x</li></ol><p>tussen</p><ol start="2"><li>y</li></ol>'


def test_a_list_that_begins_anew_right_after_another_is_a_list_of_its_own():
    made = html(p("x", number=(1, 0)), p("y", number=(2, 0)), lists=numbering(DECIMAL, override=1))
    assert made == "<ol><li>x</li></ol><ol><li>y</li></ol>"


def test_lists_within_lists_count_anew_each_time():
    numbers = [(1, 0), (1, 1), (1, 1), (1, 0), (1, 1)]
    blocks = [p(letter, number=each) for letter, each in zip("abcde", numbers, strict=True)]
    assert html(*blocks, lists=numbering(DECIMAL, ("lowerLetter", "%2)"))) == (
        '<ol><li>a<ol type="a"><li>b</li><li>c</li></ol></li><li>d<ol type="a"><li>e</li></ol></li></ol>'
    )


def test_numbers_that_no_list_of_a_page_shows_become_words():
    blocks = p("a", number=(1, 0)), p("b", number=(1, 1)), p("c", style="Kop1", number=(2, 0))
    lists = numbering(("upperRoman", "Artikel %1."), ("decimal", "%1.%2"))
    assert html(*blocks, lists=lists) == "<p>Artikel I. a</p><p>I.1 b</p><h2>Artikel II. c</h2>"


def test_a_numbered_heading_keeps_its_number_and_one_with_a_bullet_none():
    lists = numbering(("decimal", "%1."))
    assert html(p("a", style="Kop1", number=(1, 0)), lists=lists) == "<h2>1. a</h2>"
    assert html(p("a", style="Kop1", number=(1, 0)), lists=numbering(("bullet", "-"))) == "<h2>a</h2>"


def test_an_item_that_is_left_out_does_not_count():
    gone = p(run("weg", "<w:vanish/>"), number=(1, 0))
    assert html(p("x", number=(1, 0)), gone, p("y", number=(1, 0)), lists=numbering(DECIMAL)) == (
        "<ol><li>x</li><li>y</li></ol>"
    )


def test_words_with_their_reading_above_them_keep_both():
    ruby = "<w:r><w:ruby><w:rt>" + run("かんじ") + "</w:rt><w:rubyBase>" + run("漢字") + "</w:rubyBase></w:ruby></w:r>"
    assert html(p("a ", ruby, " b")) == "<p>a 漢字 (かんじ) b</p>"


# What never comes over

UNSEEN = "Geheim woord"
WORD_2010 = "http://schemas.microsoft.com/office/word/2010/wordml"


def filled(change: str = "", color: str = "000000", kind: str = "srgbClr") -> str:
    """What Word 2010 and later say of the inside of letters."""
    inside = f'<w14:{kind} w14:val="{color}">{change}</w14:{kind}>'
    return f'<w14:textFill xmlns:w14="{WORD_2010}"><w14:solidFill>{inside}</w14:solidFill></w14:textFill>'


HIDDEN = {
    "directly": p(run(UNSEEN, "<w:vanish/>")),
    "by a style of words": p(run(UNSEEN, '<w:rStyle w:val="Geheim"/>')),
    "by a style based on it": p(run(UNSEEN, '<w:rStyle w:val="Onder"/>')),
    "by a style of paragraphs": p(UNSEEN, style="Intern"),
    "by two styles at once": p(run(UNSEEN, '<w:rStyle w:val="Geheim"/>'), style="Intern"),
    "on the web only": p(run(UNSEEN, "<w:webHidden/>")),
    "as white on white": p(run(UNSEEN, '<w:color w:val="FFFFFF"/>')),
    "as black under a black marker": p(run(UNSEEN, '<w:highlight w:val="black"/>')),
    "as black on black": p(run(UNSEEN, '<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>')),
    "as nearly white": p(run(UNSEEN, '<w:color w:val="FEFEFE"/>')),
    "in the colour of the paper": p(run(UNSEEN, '<w:color w:themeColor="background1"/>')),
    "as yellow under a yellow marker": p(run(UNSEEN, '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>')),
    "as black on a black paragraph": (
        '<w:p><w:pPr><w:shd w:val="clear" w:fill="000000"/></w:pPr>'
        + run(UNSEEN, '<w:color w:val="000000"/>')
        + "</w:p>"
    ),
    "as black on solid black": p(run(UNSEEN, '<w:color w:val="000000"/><w:shd w:val="solid" w:color="auto"/>')),
    "without a colour": p(
        run(UNSEEN, f'<w14:textFill xmlns:w14="{WORD_2010}"><w14:noFill/></w14:textFill>'),
    ),
    "in a clear colour": p(run(UNSEEN, filled('<w14:alpha w14:val="100000"/>'))),
    "filled with white": p(run(UNSEEN, '<w:color w:val="FF0000"/>' + filled(color="FFFFFF"))),
    "filled with what is behind": p(run(UNSEEN, filled(color="bg1", kind="schemeClr"))),
    "by a style that fills with nothing": p(run(UNSEEN, '<w:rStyle w:val="Leeg"/>')),
    "above other words": p("<w:r><w:ruby><w:rt>" + run(UNSEEN, "<w:vanish/>") + "</w:rt></w:ruby></w:r>"),
    "too small to read": p(run(UNSEEN, '<w:sz w:val="2"/>')),
    "as a row": f"<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p(UNSEEN)}</w:tc></w:tr></w:tbl>",
    "in a link": p(f'<w:hyperlink r:id="L1">{run(UNSEEN, "<w:vanish/>")}</w:hyperlink>'),
    "in a frame": f"<w:sdt><w:sdtContent>{p(run(UNSEEN, '<w:vanish/>'))}</w:sdtContent></w:sdt>",
}
DELETED = {
    "once": p(run(UNSEEN, "<w:strike/>")),
    "twice": p(run(UNSEEN, "<w:dstrike/>")),
}


@pytest.mark.parametrize("block", HIDDEN.values(), ids=HIDDEN)
def test_hidden_words_never_pass_and_are_told(block):
    made = convert(docx("Tekst", block))
    assert made.html == "<p>Tekst</p>"
    assert made.left_out == [("hidden", UNSEEN)]


@pytest.mark.parametrize("block", DELETED.values(), ids=DELETED)
def test_struck_out_words_never_pass_and_are_told(block):
    made = convert(docx("Tekst", block))
    assert (made.html, made.left_out) == ("<p>Tekst</p>", [("deleted", UNSEEN)])


def test_hidden_words_of_a_note_never_pass_and_a_hidden_note_neither():
    notes = {1: p("Zie ", run(UNSEEN, "<w:vanish/>")), 2: p(UNSEEN)}
    hidden = '<w:r><w:rPr><w:vanish/></w:rPr><w:footnoteReference w:id="2"/></w:r>'
    assert html(p("a", note_reference(1), hidden), notes=notes) == "<p>a<small>Zie</small></p>"


def test_what_is_hidden_everywhere_is_hidden():
    everywhere = "<w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault></w:docDefaults>"
    assert html(p(run("a", '<w:vanish w:val="0"/>')), p(UNSEEN), styles=everywhere) == "<p>a</p>"


@pytest.mark.parametrize(
    "look",
    [
        '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>',
        '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/>',
        '<w:shd w:val="clear" w:fill="000000"/>',
        '<w:highlight w:val="yellow"/>',
        '<w:highlight w:val="none"/>',
        '<w:color w:val="FFFFFF"/>' + filled(),
        filled('<w14:alpha w14:val="40000"/>'),
        filled('<w14:lumMod w14:val="50000"/>', color="bg1", kind="schemeClr"),
        filled(color="accent1", kind="schemeClr"),
    ],
)
def test_words_that_stand_out_from_what_is_behind_them_are_read(look):
    assert html(p(run("Gelezen", look))) == "<p>Gelezen</p>"


def test_white_words_on_a_dark_cell_are_read():
    white = run("wit", '<w:color w:val="FFFFFF"/>')
    assert "wit" in html(table([f"<w:tc>{p(white)}</w:tc>"]))


def test_words_in_the_colour_of_their_cell_never_pass():
    black = run(UNSEEN, '<w:color w:val="000000"/>')
    shade = '<w:tcPr><w:shd w:val="clear" w:fill="000000"/></w:tcPr>'
    made = convert(docx(table([f"<w:tc>{shade}{p(black)}</w:tc>", "b"])))
    assert (UNSEEN in made.html, made.left_out) == (False, [("hidden", UNSEEN)])


def test_white_words_on_a_dark_style_of_paragraphs_are_read():
    style = (
        '<w:style w:type="paragraph" w:styleId="Donker"><w:name w:val="Donker"/><w:pPr><w:shd w:val="clear" '
        'w:fill="003366"/></w:pPr><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    )
    assert html(p("Gelezen", style="Donker"), styles=style) == "<p>Gelezen</p>"


def test_comments_their_words_and_the_names_of_people_never_pass():
    comments = f"<w:comments><w:comment w:author='Jan'>{UNSEEN}</w:comment></w:comments>"
    sign = '<w:r><w:commentReference w:id="0"/></w:r>'
    marked = p('<w:commentRangeStart w:id="0"/>', run("a"), '<w:commentRangeEnd w:id="0"/>', sign)
    saved = f'<w:fldSimple w:instr=" LASTSAVEDBY ">{run("Jan Geheim")}</w:fldSimple>'
    author = p("Door ", field(" AUTHOR ", run("Jan Geheim")), saved)
    made = convert(docx(marked, author, more={"word/comments.xml": comments}))
    assert made.html == "<p>a</p><p>Door </p>"
    assert made.left_out == [("comment", ""), ("metadata", "Jan Geheim"), ("metadata", "Jan Geheim")]


def test_a_frame_that_shows_the_author_or_only_asks_for_words_is_left_out():
    binding = '<w:dataBinding w:xpath="/cp:coreProperties/dc:creator"/>'
    author = f"<w:sdt><w:sdtPr>{binding}</w:sdtPr><w:sdtContent>{p('Jan')}</w:sdtContent></w:sdt>"
    asks = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('Klik hier')}</w:sdtContent></w:sdt>"
    made = convert(docx("a", author, asks))
    assert (made.html, made.left_out) == ("<p>a</p>", [("metadata", "Jan")])


@pytest.mark.parametrize(
    "changed",
    [
        "<w:p><w:ins w:author='Jan'><w:r><w:t>b</w:t></w:r></w:ins></w:p>",
        "<w:p><w:del w:author='Jan'><w:r><w:delText>b</w:delText></w:r></w:del></w:p>",
        "<w:p><w:moveFrom><w:r><w:t>b</w:t></w:r></w:moveFrom></w:p>",
        "<w:p><w:pPr><w:rPr><w:ins w:author='Jan'/></w:rPr></w:pPr></w:p>",
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{p('b')}</w:tc></w:tr></w:tbl>",
    ],
)
def test_changes_that_are_not_accepted_stop_it(changed):
    with pytest.raises(RefusedError, match="Alle wijzigingen accepteren"):
        convert(docx("a", changed))


def test_a_change_in_a_footnote_stops_it_too():
    with pytest.raises(RefusedError, match="Alle wijzigingen accepteren"):
        convert(docx("a", notes={1: "<w:p><w:ins><w:r><w:t>b</w:t></w:r></w:ins></w:p>"}))


def test_a_change_of_how_words_look_is_no_change_of_words():
    assert html(p(run("a", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"))) == "<p>a</p>"


# What is told


def test_pictures_formulas_text_boxes_and_charts_are_told():
    shape = f"<v:shape><v:textbox><w:txbxContent>{p('In een kader')}</w:txbxContent></v:textbox></v:shape>"
    box = f"<w:r><w:pict>{shape}</w:pict></w:r>"
    chart = '<w:r><w:drawing><wp:inline><wp:docPr descr="Groei"/><c:chart xmlns:c="c"/></wp:inline></w:drawing></w:r>'
    formula = "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>"
    assert left_out(p(picture("Een kaart"), box, chart, formula)) == [
        ("picture", "Een kaart"),
        ("textbox", "In een kader"),
        ("embed", "Groei"),
        ("formula", "a+b"),
    ]


def test_a_shape_that_is_drawn_in_two_ways_is_told_once():
    drawing = picture("x").removeprefix("<w:r>").removesuffix("</w:r>")
    both = f"<mc:Choice>{drawing}</mc:Choice><mc:Fallback>{drawing}</mc:Fallback>"
    assert left_out(p(f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>")) == [("picture", "x")]


def test_the_table_of_contents_is_left_out_once_and_told():
    contents = p(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        run("Inleiding"),
        style="Inhopg1",
    )
    rest = p(run("Slot"), '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    assert left_out(contents, rest) == [("contents", "")]


def test_words_above_and_below_each_page_are_told_once():
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    role = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"
    relations = "".join(f'<Relationship Id="h{n}" Type="{role}" Target="h{n}.xml"/>' for n in (1, 2))
    part = f"<w:hdr {namespace}><w:p><w:r><w:t>RESOC</w:t></w:r></w:p></w:hdr>"
    assert left_out(relations=relations, more={"word/h1.xml": part, "word/h2.xml": part}) == [("header", "RESOC")]


def test_a_file_without_any_text_says_so():
    with pytest.raises(RefusedError, match="geen tekst"):
        convert(docx(p(picture("x"))))
