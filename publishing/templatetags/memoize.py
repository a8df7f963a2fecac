"""A template tag that remembers a rendered part which is the same on many pages."""

from collections.abc import Callable
from typing import Any

from django import template
from django.db import connection
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from publishing.models import Publishable
from publishing.models.snapshots import alone, content
from publishing.templatetags.languages import TEXT_LANGUAGES

register = template.Library()

REMEMBERED = 100  # results of one tag; then it forgets them all


@register.tag
def memoize(parser: Parser, token: Token) -> "MemoizeNode":
    """`{% memoize name=value … %}`: what it encloses, as it was when last rendered in this language with these values.

    What it encloses sees these values, and nothing else of the page: then it cannot be remembered for too long. A
    value is something hashable, a published object, which is worth all that was published of it, or a list of these.
    A body that queries the database while it is rendered is not remembered. Editors get it with the links to the
    forms, which are not remembered either.
    """
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError("'memoize' takes only values with a name.")
    body = parser.parse(("endmemoize",))
    parser.delete_first_token()
    return MemoizeNode(values, body)


class MemoizeNode(Node):
    """A pure function of the language and of some values: what it says, and the languages of its texts."""

    child_nodelists = ()  # a page that extends this one can replace nothing within

    def __init__(self, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist
        self.remembered: dict[tuple[object, ...], tuple[SafeString, set[str]]] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        if context.get("editing"):
            with context.push(**values):
                return self.nodelist.render(context)
        key = get_language(), *map(_worth, values.values())
        found = self.remembered.get(key)
        if found is None:
            found = self._rendered(context, values, key)
        said, languages = found
        if languages and TEXT_LANGUAGES in context:
            context[TEXT_LANGUAGES].update(languages)
        return said

    def _rendered(self, context: Context, values: dict[str, object], key: Any) -> tuple[SafeString, set[str]]:
        inside = Context({name: _alone(value) for name, value in values.items()} | {TEXT_LANGUAGES: set()})
        inside.template = context.template  # which knows where others are found
        asked = []

        def ask(execute: Callable[..., object], *question: object) -> object:
            asked.append(question)
            return execute(*question)

        with connection.execute_wrapper(ask):
            found = self.nodelist.render(inside), inside[TEXT_LANGUAGES]
        if not asked:
            if len(self.remembered) >= REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = found
        return found


def _worth(value: object) -> object:
    """What decides whether two values are the same."""
    if isinstance(value, Publishable):
        return content(value) or object()  # a working copy is never what it was
    return tuple(map(_worth, value)) if isinstance(value, list) else value


def _alone(value: object) -> object:
    """`value` without what may be another one next time."""
    if isinstance(value, Publishable):
        return alone(value)
    return list(map(_alone, value)) if isinstance(value, list) else value
