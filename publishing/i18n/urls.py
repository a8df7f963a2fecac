"""Where pages are: as paths on this site, and as others must write it; and where the desk edits something."""

from functools import lru_cache

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation


def address(language: str, view: str, *arguments: object) -> str:
    """The path of a page in `language`; raises NoReverseMatch when there is none."""
    return _address(language, view, arguments, get_script_prefix(), get_urlconf())


@lru_cache(maxsize=5_000)  # a page names some twenty
def _address(language: str, view: str, arguments: tuple[object, ...], _prefix: str, _urlconf: str | None) -> str:
    with translation.override(language):
        return reverse(view, args=arguments)


def absolute(request: HttpRequest, path: str) -> str:
    """`path` on this site as others must write it: on `SITE_URL`, else on the host of the request."""
    return (settings.SITE_URL or f"{request.scheme}://{request.get_host()}") + path


def desk_address(subject: models.Model | type[models.Model], page: str = "change", pk: object = None) -> str:
    """The path of a page of the admin about an object (`change`, `history`) or a model (`changelist`, `add`).

    An object may be named by its model and its `pk`. Raises NoReverseMatch when the admin has no such page.
    """
    opts = subject._meta
    pk = pk if isinstance(subject, type) else subject.pk
    arguments = [] if pk is None else [pk]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=arguments)
