"""What machines read of the whole site: the sitemap, robots.txt, the manifest."""

from django.apps import apps
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from publishing.addresses import absolute
from publishing.languages import CODES, current
from publishing.models import Publishable

OVERVIEWS = ("priority_list", "theme_list", "contact")
SKY = "#DCE9EC"  # as in the style sheet
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("maskable-512", 512, "maskable"))


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in each language in which it exists, with the others beside it."""
    pages = [({code: _overview(name, code) for code in CODES}, None) for name in OVERVIEWS]
    for model in apps.get_models():
        if issubclass(model, Publishable) and model.view_name:
            for obj in model.published():
                pages.append(({code: obj.get_absolute_url(code) for code in obj.languages}, obj.revision.changed_at))
    entries = [
        {"address": absolute(request, path), "changed": changed, "alternates": _absolute_all(request, paths)}
        for paths, changed in pages
        for path in paths.values()
    ]
    return render(request, "sitemap.xml", {"entries": entries}, content_type="application/xml; charset=utf-8")


def robots(request: HttpRequest) -> HttpResponse:
    """Where crawlers need not come (RFC 9309), and where the sitemap is."""
    lines = ["User-agent: *", "Disallow: /admin/", "", f"Sitemap: {absolute(request, reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def manifest(request: HttpRequest) -> JsonResponse:
    """How the site looks on a home screen (W3C Web Application Manifest), in the language of the address."""
    icons = [
        {"src": static(f"icons/{name}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for name, side, purpose in ICONS
    ]
    content = {
        "name": "RESOC Westhoek",
        "short_name": "RESOC",
        "lang": current(),
        "id": "/",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": SKY,
        "theme_color": SKY,
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _overview(name: str, language: str) -> str:
    with translation.override(language):
        return reverse(name)


def _absolute_all(request: HttpRequest, paths: dict[str, str]) -> dict[str, str]:
    return {code: absolute(request, path) for code, path in paths.items()}
