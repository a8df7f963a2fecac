"""Which language a request speaks: its address says so, and nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from publishing.languages import CODES


def language_from_address(get_response: Callable[[HttpRequest], HttpResponse]):
    """Activate the language of the path prefix, Dutch when there is none.

    Django's LocaleMiddleware would let every Dutch page vary on Accept-Language, although
    none does; here one address gives one page, and caches may know it. Only the admin speaks
    the language that its user chose, or that the browser asks for: nobody else reads it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        # Not Django's get_language_from_path: that takes `/en-nu/` for a kind of English.
        first = request.path_info.split("/")[1]
        if first == "admin":
            language = translation.get_language_from_request(request)
        else:
            language = first if first in CODES else settings.LANGUAGE_CODE
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
