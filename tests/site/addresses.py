"""Every address that the resolver knows, the desk's included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from django.utils import translation

# Patterns without a name, or behind a name that leads elsewhere, by their route; with an address that they match.
NAMELESS = {
    r"account/^(?:signup|email|confirm-email)/": "/account/signup/",
    "account/2fa/webauthn/": "/account/2fa/webauthn/",
    r"admin/(?P<url>.*)$": "/admin/nergens",
}


@dataclass(frozen=True)
class Address:
    """One pattern, counted once for all languages."""

    name: str  # as `reverse` takes it; of a pattern without a name its route
    route: str
    arguments: frozenset[str]
    view: Any = field(compare=False)

    @property
    def model(self) -> str:
        """The label of the model whose pages in the desk it belongs to; "" when it is of none."""
        found = re.match(r"admin/([a-z]+)/([a-z]+)/", self.route)
        return f"{found[1]}.{found[2]}" if found and (self.arguments or self.name != "dead_links") else ""

    def path(self, language: str = "nl", /, **arguments: Any) -> str:
        """The address in `language` with these `arguments`; raises NoReverseMatch when they don't fit."""
        if self.name in NAMELESS:
            return NAMELESS[self.name]
        if self.name == self.route:
            return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(arguments[match[1]]), self.route)
        with translation.override(language):
            return reverse(self.name, kwargs=arguments)


def walk(resolver: Any = None, namespaces: tuple[str, ...] = (), before: str = "") -> Iterator[Address]:
    """All patterns of the site, in the order in which they are tried."""
    with translation.override("nl"):
        for each in (resolver or get_resolver()).url_patterns:
            route = before + str(each.pattern)
            if isinstance(each, URLPattern):
                name = ":".join((*namespaces, each.name)) if each.name else route
                converters = set(each.pattern.converters) | set(each.pattern.regex.groupindex)
                yield Address(name, route, frozenset(converters), each.callback)
            else:
                yield from walk(each, (*namespaces, each.namespace) if each.namespace else namespaces, route)


def addresses() -> dict[str, Address]:
    """Every pattern by its name; of two with one name the one that `reverse` gives."""
    found = {}
    for address in walk():
        found[address.name] = address
    return found
