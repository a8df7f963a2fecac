"""`/sitemap.xml`: the public pages in each language (sitemaps.org)."""

from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from priorities.models import Theme, Update
from publishing.i18n.languages import CODES
from publishing.i18n.urls import absolute
from publishing.models import Revision, content_models
from publishing.search.places import PLACES


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in each language in which it exists, with the others beside it.

    A page that says no more than its title and its place is not worth a search; it is left out.
    """
    pages: list[tuple[dict[str, str], datetime | None]] = []
    pages += [({code: _overview(name, code) for code in CODES}, None) for name in overviews()]
    named = _named_by_content()
    for model in content_models():
        if model.view_name:
            for obj in model.published():
                if obj.is_sparse and (obj._meta.label_lower, obj.pk) not in named:
                    continue
                addresses = {code: obj.get_absolute_url(code) for code in obj.languages}
                pages.append((addresses, cast(Revision, obj.revision).changed_at))
    entries = [
        {"address": absolute(request, path), "changed": changed, "alternates": _absolute_all(request, paths)}
        for paths, changed in pages
        for path in paths.values()
    ]
    return render(request, "sitemap.xml", {"entries": entries}, content_type="application/xml; charset=utf-8")


def _named_by_content() -> set[tuple[str, int]]:
    """The model and the key of whatever a public theme or update names: its page shows that."""
    naming = Revision.objects.public().of_any(Theme, Update).order_by()
    return set(naming.values_list("references__model", "references__object_id"))


def overviews() -> list[str]:
    """The names of the pages that are no object's and that there are now."""
    return [name for name in settings.PUBLISHING_OVERVIEWS if name not in PLACES or PLACES[name].is_there()]


def _overview(name: str, language: str) -> str:
    with translation.override(language):
        return reverse(name)


def _absolute_all(request: HttpRequest, paths: dict[str, str]) -> dict[str, str]:
    return {code: absolute(request, path) for code, path in paths.items()}
