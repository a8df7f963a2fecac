"""Links in rich text to pages of this site: stored as a reference to the object, not as its address.

`<a href="page:priorities.theme/3">` survives every change of slug. It becomes an address in
the reader's language when it is shown, and only its words remain when nobody may see the
page any more.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings

from publishing.queries.dependencies import Target

if TYPE_CHECKING:
    from publishing.models import Publishable


SCHEME = "page"


# As `RichTextField` stores links: no other attribute, quotes inside escaped.
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)


REFERENCE = re.compile(rf"{SCHEME}:([a-z_]+\.[a-z_]+)/([0-9]{{1,18}})(#[\w-]*)?")


def reference(obj: "Publishable") -> str:
    """How rich text names `obj`."""
    return f"{SCHEME}:{obj._meta.label_lower}/{obj.pk}"


def target_of(href: str) -> Target | None:
    """What `href` leads to, when it is a well-made reference."""
    found = REFERENCE.fullmatch(href)
    return (found[1], int(found[2])) if found else None


def targets(html: str) -> set[Target]:
    """Everything that the links of `html` refer to."""
    if f'"{SCHEME}:' not in html:
        return set()
    return {target for href, _words in LINK.findall(html) if (target := target_of(href))}


def with_addresses(html: str, found: Mapping[Target, str], root: str = "") -> str:
    """`html` with its references made into addresses; words only where there is none.

    `root` (scheme and host) goes before every address on this site, for readers elsewhere.
    """

    def shown(link: re.Match[str]) -> str:
        href, words = link.groups()
        if href.startswith(f"{SCHEME}:"):
            target = target_of(href)
            url = found.get(target) if target else None
            if not url:
                return words
            href = "".join((url, *href.partition("#")[1:]))
        return f'<a href="{root if href.startswith("/") else ""}{href}">{words}</a>'

    return LINK.sub(shown, html) if root or f'"{SCHEME}:' in html else html


def own_path(href: str) -> str:
    """`href` from the root of this site; "" when it leads elsewhere or to no path."""
    if settings.SITE_URL and href.startswith(settings.SITE_URL):
        href = href.removeprefix(settings.SITE_URL) or "/"
    return href if href.startswith("/") and not href.startswith("//") else ""
