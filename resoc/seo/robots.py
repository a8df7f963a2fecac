"""`/robots.txt` (RFC 9309)."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from publishing.i18n.urls import absolute


def robots(request: HttpRequest) -> HttpResponse:
    """Where crawlers need not go, and the address of the sitemap."""
    lines = ["User-agent: *", "Disallow: /admin/", "", f"Sitemap: {absolute(request, reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
