"""Whether a path is an address of this site."""

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from publishing.models import Revision, RevisionSlug
from publishing.search.places import PLACES


def exists(path: str) -> bool:
    """Whether `path` is an address of this site, as far as the addresses and the index of slugs know."""
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            found = resolve(path)
        except Resolver404:
            return False
    slug = found.kwargs.get("slug")
    if not found.kwargs:  # a page that is no object's may have nothing to show yet
        place = PLACES.get(found.url_name or "")
        return place is None or place.is_there()
    return bool(slug) and RevisionSlug.objects.filter(slug=slug, revision__in=Revision.objects.public()).exists()
