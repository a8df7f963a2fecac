"""What pages have in common is rendered once, and never for too long."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from publishing.templatetags import memoize

GREETING = (
    "{% load i18n memoize %}{% memoize name=who %}{% translate 'Search' %} {{ name }}{{ secret }}{% endmemoize %}"
)


class Counted:
    """A value that is another one each time it is printed."""

    printed = 0

    def __str__(self):
        self.printed += 1
        return f"{self.printed}"


def test_it_is_rendered_once_for_the_same_values():
    template, value = Template(GREETING), Counted()

    assert [template.render(Context({"who": value})) for _time in range(3)] == ["Zoeken 1"] * 3


def test_it_is_rendered_again_for_other_values_and_in_another_language():
    template = Template(GREETING)

    assert template.render(Context({"who": "An"})) == "Zoeken An"
    assert template.render(Context({"who": "Jo"})) == "Zoeken Jo"
    with translation.override("fr"):
        assert template.render(Context({"who": "An"})) == "Rechercher An"
    assert template.render(Context({"who": "An"})) == "Zoeken An"


def test_it_sees_nothing_else_of_the_page():
    assert Template(GREETING).render(Context({"who": "An", "secret": "!"})) == "Zoeken An"


def test_its_values_are_escaped():
    assert Template(GREETING).render(Context({"who": "<b>"})) == "Zoeken &lt;b&gt;"


def test_it_remembers_no_more_than_its_measure(monkeypatch):
    monkeypatch.setattr(memoize, "REMEMBERED", 2)
    template = Template(GREETING)
    node = template.nodelist.get_nodes_by_type(memoize.MemoizeNode)[0]

    for number in range(5):
        assert template.render(Context({"who": number})) == f"Zoeken {number}"
        assert len(node.remembered) <= 2


def test_a_value_without_a_name_is_refused():
    with pytest.raises(TemplateSyntaxError, match="with a name"):
        Template("{% load memoize %}{% memoize who %}{% endmemoize %}")
