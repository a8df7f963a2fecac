"""From addresses of pages to references and back, with the database and the URLconf."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404
from django.urls import resolve as resolve_address
from django.utils import timezone, translation
from django.utils.html import escape

from publishing.content.internal_links import LINK, REFERENCE, SCHEME, own_path
from publishing.i18n.languages import CODES
from publishing.models.relations import seen
from publishing.queries.dependencies import Target

if TYPE_CHECKING:
    from publishing.models import Publishable, Revision, RevisionQuerySet


def public_revisions(wanted: Iterable[Target], at: datetime | None = None) -> "RevisionQuerySet[Revision]":
    """What visitors see of `wanted` now, or saw at an earlier moment; without a query when nothing is wanted."""
    return _revisions().public(at).among(wanted)


def addresses(wanted: Collection[Target]) -> dict[Target, str]:
    """Where each of `wanted` is public now, in the current language: one query, none for nothing."""
    pages = [revision.thaw() for revision in seen(wanted) if revision.model_class.view_name]
    return {(page._meta.label_lower, page.pk): url for page in pages if (url := page.get_absolute_url())}


def with_references(html: str) -> str:
    """`html` with every address of a published page of this site made into a reference."""

    def stored(link: re.Match[str]) -> str:
        path, hash_sign, fragment = own_path(link[1]).partition("#")
        page = page_at(path)
        if page is None or REFERENCE.fullmatch(href := f"{SCHEME}:{page[0]}/{page[1]}{hash_sign}{fragment}") is None:
            return link[0]
        return f'<a href="{escape(href)}">{link[2]}</a>'

    return LINK.sub(stored, html) if "<a " in html else html


def page_at(path: str) -> Target | None:
    """The public page at `path`, its address now or an old one; None when there is none."""
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
class PathTarget:
    """What a path on this site says: which object of which model, or none for a page of another kind."""

    model: "type[Publishable] | None"
    slug: str
    language: str


def place_of(path: str) -> PathTarget | None:
    """What `path`, without its query and fragment, says; None when this site has no page there."""
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
    return PathTarget(model, match.kwargs.get("slug", ""), language)


def page_models() -> "list[type[Publishable]]":
    """The models whose objects are pages."""
    return [cast("type[Publishable]", model) for model in apps.get_models() if getattr(model, "view_name", "")]


def _revisions() -> "RevisionQuerySet[Revision]":
    # Models use rich text, so this module can't import them.
    return apps.get_model("publishing", "Revision").objects.all()
