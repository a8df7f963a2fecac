"""Addresses as they are written outside the site: with scheme and host."""

from django.conf import settings
from django.http import HttpRequest


def absolute(request: HttpRequest, path: str) -> str:
    """`path` on this site as others must write it: on `SITE_URL`, else where we were asked."""
    return (settings.SITE_URL or f"{request.scheme}://{request.get_host()}") + path
