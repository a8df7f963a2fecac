"""A template tag for what pages have in common: rendered once in a process, and remembered."""

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

REMEMBERED = 100  # results of one tag; then it forgets them all


@register.tag
def memoize(parser: Parser, token: Token) -> "MemoizeNode":
    """`{% memoize name=value … %}`: what it encloses, as it was when last rendered in this language with these values.

    What it encloses sees these values, which are hashable, and nothing else of the page: then it cannot be
    remembered for too long.
    """
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError("'memoize' takes only values with a name.")
    body = parser.parse(("endmemoize",))
    parser.delete_first_token()
    return MemoizeNode(values, body)


class MemoizeNode(Node):
    """A pure function of the language and of some values."""

    child_nodelists = ()  # a page that extends this one can replace nothing within

    def __init__(self, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist
        self.remembered: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = get_language(), *values.values()
        found = self.remembered.get(key)
        if found is None:
            inside = Context(values)
            inside.template = context.template  # which knows where others are found
            found = self.nodelist.render(inside)
            if len(self.remembered) >= REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = found
        return found
