"""The pictures that go with a shared address: one for each part of the site, in each language.

`tools/build_share.py` draws them.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

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
