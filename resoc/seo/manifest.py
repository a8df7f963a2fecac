"""The icon and the name of the site on a home screen."""

from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse

from publishing.i18n.languages import current

SKY = "#DCE9EC"  # as in the style sheet
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("maskable-512", 512, "maskable"))


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """The icon, for programs that ask for it at its old address without reading the page."""
    return HttpResponseRedirect(static("icons/favicon.ico"))


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
