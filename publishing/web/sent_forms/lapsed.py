"""A form that came too late: its session or its CSRF token had lapsed.

Nothing is done then. What was typed comes back in a form that can be sent again, with a new token,
but not when the browser says that a page of another site sent it: a form that somebody else filled
in would be one click away from being accepted.
"""

import logging
import re
from collections.abc import Container
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from publishing.files.limits import limit_bytes
from publishing.web.middleware import is_for_users

TOKEN = "csrfmiddlewaretoken"  # noqa: S105
SECRET = re.compile("code|credential|.*password.*|.*secret.*|.*token")  # fields whose values are put in no page

logger = logging.getLogger(__name__)


def lapsed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The 403 for such a form; Django's `CSRF_FAILURE_VIEW`, which gives a technical `reason` in English."""
    if not is_for_users(request):
        return refused(request)
    is_ours = is_from_here(request)
    kept = keep_files(request) if is_ours else []
    context = {
        "typed": [*typed(request, {name for name, _reference in kept}), *kept] if is_ours else [],
        "kept_files": bool(kept),
        "lost_files": len(request.FILES) > len(kept),
        "address": request.get_full_path(),
    }
    return _forbidden(request, "lapsed.html", context)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler403`: names the account of the session, and links to the pages that it may open."""
    return _forbidden(request, "403.html" if is_for_users(request) else "refused.html")


def _forbidden(request: HttpRequest, template: str, context: dict[str, object] | None = None) -> HttpResponse:
    response = render(request, template, context, status=HTTPStatus.FORBIDDEN)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def typed(request: HttpRequest, but: Container[str] = ()) -> list[tuple[str, str]]:
    """The names and values of the form, `but` some and what is secret; none when only that was in it."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != TOKEN and name not in but and not SECRET.fullmatch(name.lower())
    ]


def keep_files(request: Any) -> list[tuple[str, str]]:
    """Keep the files that came with the form, for whose session it is or was; returns the fields that have them now.

    Of somebody whom nobody knows none is kept: anybody may send those.
    """
    if not request.FILES:  # and the file of no page is loaded for it
        return []
    from publishing.web.sent_forms import kept_uploads

    owner = None if request.user.is_authenticated else getattr(request, "ended_for", None)
    if not (request.user.is_authenticated or owner):
        return []
    found = []
    for name, upload in request.FILES.items():
        try:
            limit_bytes(upload)
            kept_uploads.keep(request, name, upload, owner)
        except (ValidationError, OSError, ValueError, DatabaseError) as error:
            logger.warning("A file of a form that lapsed could not be kept: %s", error)
        else:
            found.append((f"{name}{kept_uploads.KEPT}", kept_uploads.reference(upload.row)))
    return found


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
