"""The pictures that go with a shared address: one for each part of the site, in each language.

`tools/build_share.py` draws them.
"""

from typing import NamedTuple

from django.template import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

from publishing.i18n.urls import absolute

FOLDER = "share"  # of static/
SIZE = (1200, 630)  # pixels, what Facebook, LinkedIn and X ask for
SITE = "site"
# By the section of a page; what has none, such as the home page, has that of the site.
WORDS: dict[str, str | Promise] = {
    SITE: "",
    "priorities": gettext_lazy("Priorities"),
    "themes": gettext_lazy("Topics"),
    "updates": gettext_lazy("News"),
    "opinions": gettext_lazy("Opinions"),
    "meetings": gettext_lazy("Meetings"),
    "members": gettext_lazy("Members"),
    "contact": gettext_lazy("Contact"),
}


def kind_of(section: str) -> str:
    """The part of the site whose picture pages of this section have."""
    return section if section in WORDS else SITE


def path(kind: str, language: str) -> str:
    """Where the picture stands in the static files."""
    return f"{FOLDER}/{kind}-{language}.png"


def alternative(kind: str, language: str) -> str:
    """What the picture shows, in words."""
    with override(language):
        name = f"RESOC Westhoek · {WORDS[kind]}" if WORDS[kind] else "RESOC Westhoek"
        return gettext("%(name)s, above the skyline of the Westhoek") % {"name": name}


class SharePicture(NamedTuple):
    """The picture that others show of a page."""

    address: str
    alternative: str
    width: int = SIZE[0]
    height: int = SIZE[1]


def share_picture(context: Context) -> SharePicture:
    """The picture of its part of the site, in the language of the original of the page."""
    kind, language = kind_of(context.get("section") or ""), context["links"].language
    return SharePicture(absolute(context["request"], static(path(kind, language))), alternative(kind, language))
