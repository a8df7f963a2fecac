import pytest
from django.template import Context, Template
from django.test import RequestFactory

from pages.models import TextPage
from publishing.i18n.languages import Text, is_blank, languages_with, resolve
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
        ({"title_nl": "Privacy", "title_fr": "Vie privée"}, "fr", Text("Vie privée", "fr", translated=True)),
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
