"""Chooses the URLconf of a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from publishing.web.middleware import is_for_users


def pages_for_visitors(get_response: Callable[[HttpRequest], HttpResponse]):
    """Use the URLconf for visitors, unless the request may come from somebody with an account.

    A worker that serves visitors then never loads what signing in and editing need, a fifth
    of its memory.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not is_for_users(request):
            request.urlconf = "resoc.visitor_urls"
        return get_response(request)

    return middleware
