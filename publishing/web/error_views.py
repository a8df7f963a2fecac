"""503 responses while the database or the disk is unavailable, for forms, search and sign-in.

Rendering the page needs neither. Public pages are served from the page cache.
"""

import sys
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from publishing.cache.outages import RETRY_AFTER, is_outage
from publishing.web.middleware import first_word, language_of


def not_saved() -> str:
    """The error above a form that could not be saved."""
    return _(
        "This could not be saved: the server has no room left, or cannot write at the moment. "
        "Everything you typed still stands here. Choose files again, and try once more in a few minutes."
    )


def tell_no_success(request: HttpRequest) -> None:
    """Drop all queued messages: the commit may have failed after a success message was queued."""
    told: Any = messages.get_messages(request)
    told._queued_messages.clear()


def tell_only_errors(request: HttpRequest) -> None:
    """Drop queued messages below WARNING: a popup closes unseen, and another page would show them out of context."""
    told: Any = messages.get_messages(request)
    told._queued_messages = [each for each in told._queued_messages if each.level >= messages.WARNING]


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: a 503 during an outage, else the 500. Neither queries the database."""
    error = sys.exc_info()[1]
    with translation.override(language_of(request)):
        if not is_outage(error):
            return HttpResponseServerError(render_to_string("500.html"))
        context = {"was_sent": request.method == "POST", "for_editors": first_word(request) == "admin"}
        response = HttpResponse(render_to_string("503.html", context), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response
