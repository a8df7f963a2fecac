import pytest

from publishing.search.names.person_matching import Matcher, MatchKind, Sought

JOHAN = Sought.of(names=["Johan Halsberghe"], numbers=["+32495587571"], emails=["johan.halsberghe@resoc.example"])


def found(text: str, sought: Sought = JOHAN) -> list[tuple[str, bool]]:
    """What is marked in `text`, and whether it is certain."""
    return [(hit.marked, hit.is_certain) for hit in Matcher(sought).find(text)]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Vraag het aan Johan Halsberghe.", "Johan Halsberghe"),
        ("J. Halsberghe, secretaris", "J. Halsberghe"),
        ("J Halsberghe", "J Halsberghe"),
        ("J.Halsberghe", "J.Halsberghe"),
        ("Collega Halsberghe, Johan.", "Halsberghe, Johan"),
        ("Collega Halsberghe Johan", "Halsberghe Johan"),
        ("Halsberghe, J.", "Halsberghe, J"),
        ("<p>Johan&nbsp;Halsberghe vous répond.</p>", "Johan Halsberghe"),
        ("Johan\u00a0Halsberghe", "Johan Halsberghe"),
        ("Johan\u202fHalsberghe", "Johan Halsberghe"),
        ("Jo\u00adhan Hals\u00adberghe", "Johan Halsberghe"),
        ("Jo&shy;han Hals&shy;berghe", "Johan Halsberghe"),
        ("Johan Hals\u200bberghe", "Johan Halsberghe"),
        ("<p><strong>Jo</strong>han <em>Hals</em>berghe</p>", "Johan Halsberghe"),
        ("<p>Johan<br>Halsberghe</p>", "Johan Halsberghe"),
        ("<td><p>Halsberghe</p></td><td><p>Johan</p></td>", "Halsberghe Johan"),
        ("JOHAN HALSBERGHE", "JOHAN HALSBERGHE"),
        ("johan halsberghe", "johan halsberghe"),
        ("Jóhan Hàlsbërghe", "Jóhan Hàlsbërghe"),
        ("Johan M. Halsberghe", "Johan M. Halsberghe"),
        ("&#74;ohan H&#97;lsberghe", "Johan Halsberghe"),
        ("documents/cv-johan-halsberghe_x81.pdf", "johan-halsberghe"),
        ("Johan Halsberghe’s voorstel", "Johan Halsberghe"),
    ],
)
def test_a_name_is_found_in_its_usual_forms(text, marked):
    assert found(text) == [(marked, True)]


@pytest.mark.parametrize(
    "text",
    [
        "Mevrouw Halsberghe belde.",
        "Marie Halsberghe",
        "Het plan-Halsberghe",
        "Johan Halsberghes voorstel",
        "@johanhalsberghe",
        "@jhalsberghe",
        "halsberghe",
    ],
)
def test_a_surname_alone_or_with_somebody_elses_first_name_is_only_possible(text):
    assert [is_certain for _marked, is_certain in found(text)] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Johan",
        "Johanna Peeters",
        "Johan Peeters en Jan Halsberg",
        "Halsberghem is een straat.",
        "1 < 2 en 3 > 2",
        "0495 58 75 72",
        "0495 58 75 710",
        "10495 58 75 71",
        "jan@resoc.example",
    ],
)
def test_nothing_is_found_where_the_person_is_not_named(text):
    assert found(text) == []


@pytest.mark.parametrize(("name", "inside"), [("An Os", "Annos danos kanos"), ("Bo De Wit", "bode witte boter wit")])
def test_short_names_are_not_found_inside_words(name, inside):
    assert found(inside, Sought.of(names=[name])) == []


def test_a_short_surname_alone_counts_only_with_a_capital():
    sought = Sought.of(names=["Els Top"])
    assert found("Dit is top.", sought) == []
    assert found("Mevrouw Top belde.", sought) == [("Top", False)]


@pytest.mark.parametrize(
    ("text", "is_certain"),
    [
        ("Els Van den Broeck", True),
        ("Els Vandenbroeck", True),
        ("E. Van Den Broeck", True),
        ("E. v.d. Broeck", True),
        ("Van den Broeck, Els", True),
        ("Van den Broeck Els", True),
        ("VAN DEN BROECK", False),
        ("mevrouw Van den Broeck", False),
    ],
)
def test_a_surname_with_particles_is_found_however_it_is_written(text, is_certain):
    [(_marked, sure)] = found(text, Sought.of(names=["Els Van den Broeck"]))
    assert sure is is_certain


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Jean-Luc D’Hondt", "J.-L. D'Hondt"),
        ("Jean-Luc D’Hondt", "Dhondt Jean Luc"),
        ("Jan Pieter Janssens", "J. Janssens"),
        ("Jan Pieter Janssens", "Jan Janssens"),
        ("Jan Pieter Janssens", "J. P. Janssens"),
        ("Jan Pieter Janssens", "Pieter Janssens, Jan"),
        ("Sigrid Desmet-Vandaele", "Sigrid Desmet"),
        ("Sigrid Desmet-Vandaele", "S. Desmet Vandaele"),
        ("Halsberghe, Johan", "Johan Halsberghe"),
        ("Dr. Johan Halsberghe", "J. Halsberghe"),
        ("Van den Broeck Els", "E. Van den Broeck"),
        ("Al Gore", "Al Gore"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Œdipe Straße", "Oedipe Strasse"),
    ],
)
def test_names_of_several_parts_are_found(name, text):
    assert found(text, Sought.of(names=[name])) == [(text, True)]


def test_one_name_alone_is_only_possible():
    assert found("Bel Dorine.", Sought.of(names=["Dorine"])) == [("Dorine", False)]


@pytest.mark.parametrize(
    "text",
    [
        "+32 495 58 75 71",
        "+32495587571",
        "0032 495 58 75 71",
        "0495 58 75 71",
        "0495/58.75.71",
        "0495/58 75 71",
        "0495-58-75-71",
        "0495587571",
        "+32 (0)495 58 75 71",
        "(+32) 495 58 75 71",
        "0495&nbsp;58&nbsp;75&nbsp;71",
        "0495 58 <strong>75</strong> 71",
        "0495\u202f58\u201175\u201171",
        '<a href="tel:+32495587571">Bel</a>',
        '<a href="tel:0495587571">Bel</a>',
        '<a href="tel:+32-495-58-75-71">Bel</a>',
        "051 51 93 56 0495 58 75 71",
        "051 51 93 56/0495 58 75 71",
        "495 58 75 71",
    ],
)
def test_a_number_is_found_in_any_notation(text):
    [hit] = Matcher(JOHAN).find(text)
    assert (hit.kind, hit.is_certain) == (MatchKind.NUMBER, True)
    assert hit.marked[0] in "+0123456789"
    assert "".join(filter(str.isdigit, hit.marked)).endswith("495587571")


def test_a_foreign_number_and_one_that_is_no_number_are_found():
    assert found("03 28 58 58 58", Sought.of(numbers=["+33328585858"])) == [("03 28 58 58 58", True)]
    assert found("Intern 12 34 567", Sought.of(numbers=["1234567"])) == [("12 34 567", True)]
    assert found("In 2012 waren er 34", Sought.of(numbers=["12"])) == []


@pytest.mark.parametrize(
    "text",
    [
        "johan.halsberghe@resoc.example",
        "Johan.Halsberghe@RESOC.example.",
        '<a href="mailto:johan.halsberghe@resoc.example?subject=Hallo">Mail</a>',
        '<a href="mailto:johan%2Ehalsberghe%40resoc.example">Mail</a>',
        "johan.halsberghe (at) resoc.example",
        "johan.halsberghe[at]resoc.example",
        "johan.halsberghe@<wbr>resoc.example",
        "johan.halsberghe+site@resoc.example",
    ],
)
def test_an_address_is_found(text):
    hits = Matcher(JOHAN).find(text)
    assert [hit.kind for hit in hits] == [MatchKind.EMAIL]
    assert hits[0].is_certain


def test_part_of_another_address_is_not_that_address():
    sought = Sought.of(emails=["an@resoc.example"])
    for text in ("jan@resoc.example", "j.an@resoc.example", "an@resoc.example.org", "an@resoc.examples"):
        assert found(text, sought) == []


def test_what_others_have_too_is_only_possible():
    sought = Sought.of(numbers=["+3251519356"], emails=["info@resoc.example"]).sharing(
        ["051 51 93 56"], ["Info@resoc.example"]
    )
    assert found("051 51 93 56 of info@resoc.example", sought) == [
        ("051 51 93 56", False),
        ("info@resoc.example", False),
    ]


def test_the_very_text_of_the_review_is_found_whole():
    text = (
        "<p>J. Halsberghe, +32 495 58 75 71. Mail <a href='mailto:johan.halsberghe@resoc.example'>"
        "johan.halsberghe@resoc.example</a>. Collega Halsberghe, Johan.</p>"
    )
    kinds = [hit.kind for hit in Matcher(JOHAN).find(text)]
    assert sorted(kinds) == ["email", "email", "name", "name", "number"]


def test_a_snippet_has_the_words_around_the_hit():
    [hit] = Matcher(JOHAN).find(f"<p>{'a ' * 100}Vraag het aan Johan&nbsp;Halsberghe voor meer{' b' * 100}</p>")
    assert hit.before.startswith("… a ")
    assert hit.before.endswith("Vraag het aan ")
    assert hit.after.startswith(" voor meer b")
    assert hit.after.endswith(" b …")
    assert len(hit.before) < 70


def test_nothing_is_sought_when_nothing_is_known():
    assert found("Johan Halsberghe", Sought.of()) == []
    assert found("Johan Halsberghe", Sought.of(names=["", " "], numbers=["", None], emails=[""])) == []


PAGE = Sought.of(names=["Johan Halsberghe"], page=("staff.staffmember", 3))


def test_a_link_to_the_page_of_the_person_is_found_by_its_words():
    html = '<p>Vraag het <a href="page:staff.staffmember/3">de <em>directeur</em></a>.</p>'
    assert [(hit.kind, hit.marked) for hit in Matcher(PAGE).find(html)] == [(MatchKind.LINK, "de directeur")]
    for other in ("page:staff.staffmember/33", "page:pages.textpage/3", "/contact/"):
        assert Matcher(PAGE).find(html.replace("page:staff.staffmember/3", other)) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Vraag het aan Johan Halsberghe.", "Vraag het aan […]."),
        ("<p>Jo&shy;han&nbsp;<em>Hals</em>berghe belt.</p>", "<p>[…]<em></em> belt.</p>"),
        ("<p>Jo\u00adhan Hals\u00adberghe.</p>", "<p>[…].</p>"),
        ("<td><p>Halsberghe</p></td><td><p>Johan</p></td>", "<td><p>[…]</p></td><td><p></p></td>"),
        ("Bel +32&nbsp;495 58 <b>75</b> 71 nu", "Bel […]<b></b> nu"),
        ('<p>Mail <a href="mailto:johan.halsberghe@resoc.example">ons</a>.</p>', "<p>Mail ons.</p>"),
        ('<p><a href="tel:+32495587571">0495 58 75 71</a></p>', "<p>[…]</p>"),
        ("Œ en Jóhan Hàlsbërghe &amp; co", "Œ en […] &amp; co"),
        ("1 < 2, zei J. Halsberghe", "1 < 2, zei […]"),
        ('<p>Zie <a href="/x/">daar</a>: J. Halsberghe</p>', '<p>Zie <a href="/x/">daar</a>: […]</p>'),
    ],
)
def test_what_is_taken_out_leaves_the_rest_as_it_was(text, left):
    matcher = Matcher(JOHAN)
    redacted = matcher.redacted(text, matcher.find(text))
    assert redacted == left
    assert matcher.find(redacted) == []


def test_only_what_is_unwanted_is_taken_out():
    matcher = Matcher(JOHAN)
    text = "Johan Halsberghe, en later mevrouw Halsberghe"
    certain = [hit for hit in matcher.find(text) if hit.is_certain]
    assert matcher.redacted(text, certain) == "[…], en later mevrouw Halsberghe"
    assert matcher.redacted(text, []) == text


def test_a_link_to_the_page_becomes_words():
    matcher = Matcher(PAGE)
    html = '<p><a href="page:staff.staffmember/3">de directeur</a> en <a href="page:staff.staffmember/4">zij</a></p>'
    assert matcher.redacted(html, matcher.find(html)) == (
        '<p>de directeur en <a href="page:staff.staffmember/4">zij</a></p>'
    )
