import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from pages.models import TextPage
from publishing.languages import Text, is_blank, languages_with, resolve
from staff.models import StaffMember


def render(source: str, **context) -> str:
    return (
        Template("{% load languages %}" + source)
        .render(Context(context | {"request": RequestFactory().get("/fr/")}))
        .strip()
    )


def page(**texts) -> TextPage:
    return TextPage(pk=1, **texts)


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        ({"title_nl": "Privacy", "title_fr": "Vie privée"}, "fr", Text("Vie privée", "fr")),
        ({"title_nl": "Privacy"}, "fr", Text("Privacy", "nl", fallback=True)),
        ({"title_nl": "Privacy", "title_fr": " "}, "fr", Text("Privacy", "nl", fallback=True)),
        ({"title_fr": "Vie privée"}, "nl", Text("Vie privée", "fr", fallback=True)),
        ({"title_en": "Privacy"}, "fr", Text("Privacy", "en", fallback=True)),
        ({}, "fr", Text("", "fr")),
    ],
)
def test_the_first_language_that_has_words_answers(texts, language, expected):
    assert resolve(page(**texts), "title", language) == expected


def test_a_field_without_languages_is_in_none():
    assert resolve(StaffMember(name="Stéphanie"), "name", "fr") == Text("Stéphanie")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        "<p></p>",
        "<p>&nbsp;</p>".replace("&nbsp;", "\xa0"),
        "<p>\n<br></p>",
        '<p><a href="/a">\t</a></p>',
    ],
)
def test_nothing_to_read_is_blank(value):
    assert is_blank(value)


@pytest.mark.parametrize(
    "value", ["a", " a", "–", "<p>a</p>", "<p>\xa0<em>a</em></p>", '<a href="/">a</a>', "a < b", 5]
)
def test_whatever_can_be_read_is_not_blank(value):
    assert not is_blank(value)


def test_languages_with_names_only_those_with_words():
    assert languages_with(page(title_nl="a", title_en=" "), "title") == ("nl",)


def test_fallen_back_text_says_its_language_and_is_escaped():
    with override("fr"):
        html = render('{% text page "title" %}', page=page(title_nl="Wie <wat>"))
    assert html == '<span lang="nl">Wie &lt;wat&gt;</span>'


def test_text_in_the_readers_language_has_no_wrapper():
    with override("fr"):
        assert render('{% text page "title" %}', page=page(title_fr="Bonjour")) == "Bonjour"


def test_rich_text_and_attributes_say_their_language_too():
    with override("fr"):
        assert render('{% rich page "body" %}', page=page(body_nl="<p>Ja</p>")) == '<div lang="nl"><p>Ja</p></div>'
        assert render('<img{% lang_attr page "title" %}>', page=page(title_nl="x")) == '<img lang="nl">'
        assert render('<img{% lang_attr page "title" %}>', page=page(title_fr="x")) == "<img>"


def test_soft_hyphens_are_put_in_while_rendering_only():
    with override("nl"):
        html = render('{% text page "title" soft=True %}', page=page(title_nl="tewerkstellingsbeleid"))
        assert html == "tewerk|stel|lings|be|leid".replace("|", "\N{SOFT HYPHEN}")
        html = render('{% text page "title" soft=True %}', page=page(title_nl="Dit is <b>kort</b>"))
    assert html == "Dit is &lt;b&gt;kort&lt;/b&gt;"


def test_the_notice_comes_once_and_first_and_only_when_something_fell_back():
    source = '{% language_notice %}{% text page "title" %}{% text page "title" %}{% endlanguage_notice %}'
    with override("fr"):
        html = render(source, page=page(title_nl="Privacy"))
        assert html.count("néerlandais") == 1
        assert html.index("néerlandais") < html.index("Privacy")
        assert render(source, page=page(title_fr="Vie")) == "VieVie"


def test_a_number_stays_on_the_line_of_its_word_and_what_is_stored_stays_as_it_is():
    stored = page(title_fr="Les 18 communes, 118 communes et 18 vaches", body_fr="<p>(WCAG) 2.2, 18 gemeenten</p>")
    with override("fr"):
        assert render('{% text page "title" %}', page=stored) == "Les 18\xa0communes, 118 communes et 18 vaches"
        assert render('{% rich page "body" %}', page=stored) == "<p>(WCAG)\xa02.2, 18\xa0gemeenten</p>"
        assert render('{% plain page "title" %}', page=stored) == stored.title_fr
