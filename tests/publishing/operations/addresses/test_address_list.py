"""Pasted addresses of a former site: what each line means, and what is wrong with it."""

import pytest

from priorities.models import Theme
from publishing.models import OldAddress
from publishing.operations.addresses import address_list
from publishing.operations.addresses.address_list import MOST_LINES, TooManyLinesError, columns, parse, save
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db
HOST = "testserver"


def one(text: str):
    (line,) = parse(text, HOST)
    return line


@pytest.mark.parametrize(
    ("text", "key", "url"),
    [
        ("/oud.html\t/themas/regiomarketing/", "/oud/", "/themas/regiomarketing/"),
        ("/oud.html,/themas/regiomarketing/", "/oud/", "/themas/regiomarketing/"),
        ("/oud.html;/themas/regiomarketing/", "/oud/", "/themas/regiomarketing/"),
        ("/oud.html   /themas/regiomarketing/", "/oud/", "/themas/regiomarketing/"),
        ('"/oud,twee.html","/themas/regiomarketing/"', "/oud,twee/", "/themas/regiomarketing/"),
        ("/oud /themas/regiomarketing/ 301", "/oud/", "/themas/regiomarketing/"),
        ("http://www.oud.example/Over_Ons.ASPX\thttps://testserver/contact", "/over_ons/", "/contact/"),
        ("https://oud.example/a%20b/%C3%A9\t/Contact/", "/a b/é/", "/contact/"),
        ("www.oud.example/x.php\t/", "/x/", "/"),
        ("oud.php\t/prioriteiten", "/oud/", "/prioriteiten/"),
        ("/index.php?id=12&utm_source=x\t/contact/", "/?id=12", "/contact/"),
        ("/fr/vieux.html\t/themas/regiomarketing/", "/fr/vieux/", "/fr/themes/regiomarketing-westhoek/"),
        ("/fr/vieux\t/contact/", "/fr/vieux/", "/fr/contact/"),
        ("/old\t/en/contact/", "/old/", "/en/contact/"),
        ("/nl/oud\t/contact/", "/oud/", "/contact/"),
        ("oud.example:8080/x\thttps://testserver:8000/contact/", "/x/", "/contact/"),
    ],
)
def test_a_line_is_understood_however_it_is_written(text, key, url):
    line = one(text)
    assert (line.problem, line.key) == ("", key)
    assert line.url == url or line.url.startswith("/fr/themes/")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("/oud.html", "twee adressen"),
        ("/een /twee /drie", "twee adressen"),
        ("/oud\t/nergens/", "geen pagina"),
        ("/oud\thttps://evil.example/contact/", "evil.example"),
        ("/oud\t//evil.example/contact/", "evil.example"),
        ("/oud\tjavascript:alert(1)", "geen pagina"),
        ("/oud\t/media/x.pdf", "geen pagina"),
        ("/oud\t/admin/", "geen pagina"),
        ("/oud\t/healthz", "geen pagina"),
        ("/contact/\t/prioriteiten/", "staat nu een pagina"),
        ("/contact\t/prioriteiten/", "staat nu een pagina"),
        ("/index.php?id=1\t/oud", "geen pagina"),
        ("/?p=12\t/contact/", "staat nu een pagina"),
        ("/contact.html\t/contact/", "de pagina zelf"),
        ("/a\x07b\t/contact/", "geen webadres"),
        ("/a%00b\t/contact/", "geen webadres"),
        ("http://[::1/x\t/contact/", "geen webadres"),
        (f"/{'a' * 300}\t/contact/", "langer"),
    ],
)
def test_a_line_that_is_wrong_says_why(text, part):
    line = one(text)
    assert part in line.problem
    assert not line.is_right


@pytest.mark.parametrize(
    "text", ["oud/twee\tcontact", "\N{ZERO WIDTH NO-BREAK SPACE}/oud/twee;/contact/", "oud/twee,contact"]
)
def test_no_first_line_with_addresses_is_taken_for_the_names_of_the_columns(text):
    assert (one(text).key, one(text).url, one(text).problem) == ("/oud/twee/", "/contact/", "")


def test_the_names_of_the_columns_and_empty_lines_are_passed_over():
    assert [line.number for line in parse("Oud adres;Nieuw adres\r\n\r\n/oud;/contact/\r\n;;\n", HOST)] == [3]


def test_the_same_line_twice_and_two_that_differ_are_told():
    lines = parse("/oud /contact/\n/OUD.html /contact/\n/oud/ /prioriteiten/", HOST)
    assert [line.is_right for line in lines] == [True, False, False]
    assert "regel 1" in lines[1].problem
    assert "Regel 1" in lines[2].problem


def test_what_leads_to_another_old_address_leads_on_and_a_circle_does_not():
    lines = parse("/een /twee.html\n/twee.html /contact/\n/a /b\n/b /a\n/zelf /zelf", HOST)
    assert [line.url for line in lines[:2]] == ["/contact/", "/contact/"]
    assert ["kring" in line.problem for line in lines[2:]] == [True, True, True]


def test_a_long_chain_is_walked_once_and_what_leads_into_a_circle_is_in_it(monkeypatch):
    asked: list[str] = []
    own = address_list.place_of
    monkeypatch.setattr(address_list, "place_of", lambda path: asked.append(path) or own(path))
    chain = [f"/oud-{number} /oud-{number + 1}" for number in range(60)]
    assert {line.url for line in parse("\n".join([*chain, "/oud-60 /contact/"]), HOST)} == {"/contact/"}
    assert len(asked) < 60 * 12
    assert all("kring" in line.problem for line in parse("\n".join([*chain, "/oud-60 /oud-30"]), HOST))


def test_a_draft_is_no_page_and_a_page_of_before_is():
    Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    assert "geen pagina" in one("/oud /themas/geheim/").problem


def test_too_many_lines_are_refused_and_many_cost_few_queries(django_assert_max_num_queries):
    with pytest.raises(TooManyLinesError):
        parse("\n".join(f"/oud-{number} /contact/" for number in range(MOST_LINES + 1)), HOST)
    with django_assert_max_num_queries(40):
        lines = parse("\n".join(f"/oud-{number} /themas/x-{number}/" for number in range(MOST_LINES)), HOST)
    assert len(lines) == MOST_LINES


def test_saving_keeps_what_is_right_once(editor):
    lines = parse("/oud /contact/\n/fout /nergens/\n/thema /themas/regiomarketing/", HOST)
    assert save(lines, editor) == 2
    assert save(parse("/oud /prioriteiten/", HOST), editor) == 1
    assert list(OldAddress.objects.values_list("address", "view", "model")) == [
        ("/oud/", "priority_list", ""),
        ("/thema/", "", "priorities.theme"),
    ]
    (line,) = parse("/oud /prioriteiten/", HOST)
    assert "al bewaard" in line.note
    assert "vervangt" in one("/oud /contact/").note


def test_a_withdrawn_page_is_no_goal(editor):
    theme = Theme.objects.create(title_nl="Weg", slug_nl="weg")
    publish(theme, editor)
    withdraw(theme, editor, "Weg")
    assert "geen pagina" in one("/oud /themas/weg/").problem


def test_columns_are_cut_by_the_first_separator_there_is():
    assert columns("a\tb,c") == ["a", "b,c"]
    assert columns("a  b") == ["a", "b"]
    assert columns('"a') == ["a"] or columns('"a') == ['"a']
