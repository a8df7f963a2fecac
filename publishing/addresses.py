"""Where pages are: as paths on this site, and as others must write it."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation


def address(language: str, view: str, *arguments: Any) -> str:
    """The path of a page in `language`; raises NoReverseMatch when there is none."""
    return _address(language, view, arguments, get_script_prefix(), get_urlconf())


@lru_cache(maxsize=5_000)  # a page names some twenty
def _address(language: str, view: str, arguments: tuple[Any, ...], _prefix: str, _urlconf: str | None) -> str:
    with translation.override(language):
        return reverse(view, args=arguments)


def absolute(request: HttpRequest, path: str) -> str:
    """`path` on this site as others must write it: on `SITE_URL`, else where we were asked."""
    return (settings.SITE_URL or f"{request.scheme}://{request.get_host()}") + path
