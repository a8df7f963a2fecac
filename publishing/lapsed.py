"""A form that came too late: its session or its CSRF token had lapsed.

Nothing is done then. What was typed comes back in a form that can be sent again, with a new token,
but not when the browser says that a page of another site sent it: a form that somebody else filled
in would be one click away from being accepted.
"""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from publishing.middleware import is_for_users

TOKEN = "csrfmiddlewaretoken"  # noqa: S105
SECRET = re.compile("code|credential|.*password.*|.*secret.*|.*token")  # fields whose values are put in no page


def lapsed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The 403 for such a form; Django's `CSRF_FAILURE_VIEW`, which gives a technical `reason` in English."""
    if not is_for_users(request):
        return refused(request)
    context = {
        "typed": typed(request) if is_from_here(request) else [],
        "had_files": bool(request.FILES),
        "address": request.get_full_path(),
    }
    return _forbidden(request, "lapsed.html", context)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler403`: says as whom one is signed in, and leads to where one may be."""
    return _forbidden(request, "403.html" if is_for_users(request) else "refused.html")


def _forbidden(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
    response = render(request, template, context, status=HTTPStatus.FORBIDDEN)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The names and values of the form, but what is secret; none when only that was in it."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != TOKEN and not SECRET.fullmatch(name.lower())
    ]


def is_from_here(request: HttpRequest) -> bool:
    """Whether no page of another site sent the request, as the browser says.

    No page can set these headers itself (Fetch Metadata Request Headers, 2.4; Fetch, forbidden request-headers).
    Every browser that shows this site sends `Origin` with each POST, so what has none of them is a program of
    somebody who typed there what it sends.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    said = request.headers.get("Origin", request.headers.get("Referer"))
    if said is None:
        return True
    try:
        sender = urlsplit(said)
    except ValueError:
        return False
    return (sender.scheme, sender.netloc) == (request.scheme, request.get_host())
