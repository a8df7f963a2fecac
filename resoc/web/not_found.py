"""The 404 page: leads addresses that are old or only badly written to their page, and else suggests pages."""

from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.translation import gettext, override

from publishing.i18n.languages import CODES
from publishing.operations.addresses.missing_addresses import note
from publishing.text.transliteration import to_slug
from publishing.web.addresses.known_paths import exists
from publishing.web.addresses.old_addresses import old_address
from publishing.web.addresses.wrong_addresses import as_slugs, guesses, tidied
from publishing.web.middleware import is_for_users


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A redirect to the page that was meant, when it exists; else the 404 in the language of the address."""
    is_read = request.method in ("GET", "HEAD")
    if is_read and (found := old_address(request)):
        return found
    query = request.META.get("QUERY_STRING", "")
    # `/index.php?id=3` was another page for each number, so none of them is the home page.
    is_other_page = tidied(request.path) == "/" and query and "." in request.path
    for path in (tidied(request.path), as_slugs(request.path)):
        if path != request.path and is_read and not is_other_page and exists(path):
            return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
    # One that Django sends on to the same with a slash is asked for once more.
    is_sent_on = not request.path.endswith("/") and is_valid_path(f"{request.path}/")
    if is_read and not is_sent_on and not is_for_users(request):
        note(request.path)
    context = {"guesses": guesses(request.path), "is_home": path.strip("/").rpartition("/")[2] in home_words()}
    return render(request, "404.html", context, status=404)


@cache
def home_words() -> frozenset[str]:
    """What people write for the address of the home page, which has no name in its address: what we call it."""
    words = {"home"}
    for code in CODES:
        with override(code):
            words |= {to_slug(gettext("Mission")), to_slug(gettext("Home"))}
    return frozenset(words)
