"""Links in rich text to pages of this site: stored as what they lead to, not as its address.

`<a href="page:priorities.theme/3">` survives every change of slug. It becomes an address in
the reader's language when it is shown, and only its words remain when nobody may see the
page any more.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404
from django.urls import resolve as resolve_address
from django.utils import timezone, translation
from django.utils.html import escape

from publishing.languages import CODES
from publishing.questions import Question, given
from publishing.reads import Target

if TYPE_CHECKING:
    from publishing.models import Publishable, Revision, RevisionQuerySet

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


def public_revisions(wanted: Iterable[Target], at: datetime | None = None) -> "RevisionQuerySet":
    """What visitors see of `wanted` now, or saw at an earlier moment; without a query when nothing is wanted."""
    return _revisions().public(at).among(wanted)


AT, NOW = "at", "now"


def _seen(*ends: tuple[str, str]) -> "RevisionQuerySet":
    """What visitors see, at the moment that each end names, of an object of the model that it names."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for place, (moment, label) in enumerate(ends):
        found.setdefault(moment, []).append((label, given(f"id{place}")))
    return reduce(or_, (_revisions().public(given(moment)).among(targets) for moment, targets in found.items()))


SEEN = Question(_seen)


def seen(wanted: Iterable[Target], at: datetime | None = None) -> "list[Revision]":
    """What a page of moment `at`, by default now, shows of `wanted`: what was public then, or is public now.

    The latter for models that are `shown_as_now`. Asked all at once, and nothing for nothing.
    """
    targets = sorted(wanted)
    if not targets:
        return []
    now = timezone.now()
    moments = {AT: at or now, NOW: max(at or now, now)}
    # What a text refers to, which may be of no model at all, is asked for as it is now.
    ends = [(NOW if at and apps.get_model(label).shown_as_now else AT, label) for label, _id in targets]
    ids = {f"id{n}": object_id for n, (_label, object_id) in enumerate(targets)}
    return SEEN(*ends, **moments, **ids)


def addresses(wanted: Collection[Target]) -> dict[Target, str]:
    """Where each of `wanted` is public now, in the current language: one query, none for nothing."""
    pages = [revision.thaw() for revision in seen(wanted) if revision.model_class.view_name]
    return {(page._meta.label_lower, page.pk): url for page in pages if (url := page.get_absolute_url())}


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


def with_references(html: str) -> str:
    """`html` with every address of a published page of this site made into a reference."""

    def stored(link: re.Match[str]) -> str:
        path, hash_sign, fragment = own_path(link[1]).partition("#")
        page = page_at(path)
        if page is None or REFERENCE.fullmatch(href := f"{SCHEME}:{page[0]}/{page[1]}{hash_sign}{fragment}") is None:
            return link[0]
        return f'<a href="{escape(href)}">{link[2]}</a>'

    return LINK.sub(stored, html) if "<a " in html else html


def own_path(href: str) -> str:
    """`href` from the root of this site; "" when it leads elsewhere or to no path."""
    if settings.SITE_URL and href.startswith(settings.SITE_URL):
        href = href.removeprefix(settings.SITE_URL) or "/"
    return href if href.startswith("/") and not href.startswith("//") else ""


def page_at(path: str) -> Target | None:
    """The public page that answers at `path`, its address now or an old one; None when there is none."""
    place = place_of(path)
    if place is None or place.model is None:
        return None
    public = _revisions().of(place.model).public()
    if place.slug:
        best = _revisions().of(place.model).explaining(place.slug, place.language, timezone.now()).first()
        public = public.numbered(best.object_id) if best else public.none()
    first = public.first()
    return (first.model, first.object_id) if first else None


@dataclass(frozen=True)
class Place:
    """What a path on this site says: which object of which model, or none for a page of another kind."""

    model: "type[Publishable] | None"
    slug: str
    language: str


def place_of(path: str) -> Place | None:
    """What `path`, without its query and fragment, says; None when nothing on this site answers there."""
    if not path:
        return None
    language = path.split("/")[1]
    language = language if language in CODES else settings.LANGUAGE_CODE
    try:
        with translation.override(language):
            match = resolve_address(path)
    except Resolver404:
        return None
    model = next((each for each in page_models() if each.view_name == match.view_name), None)
    return Place(model, match.kwargs.get("slug", ""), language)


def page_models() -> "list[type[Publishable]]":
    """The models whose objects are pages."""
    return [cast("type[Publishable]", model) for model in apps.get_models() if getattr(model, "view_name", "")]


def _revisions() -> "RevisionQuerySet":
    # Models use rich text, so this module can't import them.
    return apps.get_model("publishing", "Revision").objects.all()
