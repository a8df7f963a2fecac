"""Addresses that lead nowhere: redirected when they are only badly written, else answered with what may be meant."""

from typing import Any

from django.conf import settings
from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from publishing.cleaning import clean_identifier
from publishing.languages import resolve as resolve_text
from publishing.models import Revision, RevisionSlug

MAX_ROWS = 50  # of the index of addresses that a wrong address makes us read
MAX_OFFERED = 6
SHORTEST = 3  # letters that two addresses must share before one is offered for the other
STRAY = " \t\r\n\xa0.,;:!?'\"“”‘’«»()[]{}<>*_|\\`…"  # what mails and texts leave at the ends of an address


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A redirect to the address that was meant, when it exists; else the 404 in the language of the address."""
    path = tidied(request.path)
    if path != request.path and request.method in ("GET", "HEAD") and exists(path):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
    return render(request, "404.html", {"elsewhere": elsewhere(request.path)}, status=404)


def tidied(path: str) -> str:
    """`path` in small letters, without stray signs, and without the prefix of the language that has none."""
    parts = [clean_identifier(part).strip(STRAY).lower() for part in path.split("/")]
    parts = [part for part in parts if part]
    if not parts:
        return path
    if parts[:1] == [settings.LANGUAGE_CODE]:
        parts = parts[1:]
    is_file = bool(parts) and "." in parts[-1]
    return "/".join(["", *parts, *([] if is_file else [""])]) or "/"


def exists(path: str) -> bool:
    """Whether `path` is an address of this site, as far as the addresses and the index of slugs know."""
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            found = resolve(path)
        except Resolver404:
            return False
    slug = found.kwargs.get("slug")
    if not found.kwargs:
        return True
    return bool(slug) and RevisionSlug.objects.filter(slug=slug, revision__in=Revision.objects.public()).exists()


def elsewhere(path: str) -> list[dict[str, Any]]:
    """The public pages whose address has the last word of `path`, or begins like it, in whatever language.

    Those with the very same word first; then the most alike.
    """
    slug = tidied(path).strip("/").rpartition("/")[2]
    beginning = slug.partition("-")[0]
    if not slug_re.fullmatch(slug) or len(beginning) < SHORTEST:
        return []
    names = RevisionSlug.objects.filter(slug__startswith=beginning, revision__in=Revision.objects.public())
    rows = sorted(names.select_related("revision")[:MAX_ROWS], key=lambda name: (-likeness(slug, name.slug), name.slug))
    best = likeness(slug, rows[0].slug) if rows else 0
    found: dict[str, dict[str, Any]] = {}
    for name in rows:
        if likeness(slug, name.slug) < best and best > len(slug):
            break  # one address is the very same
        page = name.revision.thaw()
        if name.language in page.languages and (url := page.get_absolute_url(name.language)) and url != path:
            title = resolve_text(page, page.title_field, name.language)
            found.setdefault(url, {"url": url, "title": title.value, "language": name.language})
        if len(found) == MAX_OFFERED:
            break
    return list(found.values())


def likeness(slug: str, other: str) -> int:
    """How many letters two slugs begin with together; one more when they are the same."""
    shared = next((place for place, pair in enumerate(zip(slug, other, strict=False)) if pair[0] != pair[1]), None)
    if shared is None:
        shared = min(len(slug), len(other))
    return shared + (slug == other)
