"""Middleware: the language of a request, its method and size, and whether its response is private."""

import logging
from http import HTTPStatus

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control

from publishing.files.limits import MAX_UPLOAD
from publishing.i18n.languages import language_of_path
from publishing.text.numbers import parse_int
from publishing.types import GetResponse

MAX_BODY = MAX_UPLOAD + 5_000_000  # bytes of one request: the largest file, and the texts of its form
MANY_DIGITS = 18

logger = logging.getLogger(__name__)


def refuse_large_bodies(get_response: GetResponse) -> GetResponse:
    """Refuse what no form of ours sends, before a byte of it is read, in the language of the reader."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if len(length) >= MANY_DIGITS or parse_int(length) > MAX_BODY:
            context = {"most": MAX_UPLOAD // 1_000_000}
            response = render(request, "413.html", context, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            response.headers["Cache-Control"] = "no-store, private"
            return response
        return get_response(request)

    return middleware


METHODS = ("GET", "HEAD", "POST")


def refuse_odd_methods(get_response: GetResponse) -> GetResponse:
    """Refuse methods that no address of ours knows, before anything looks at the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)

    return middleware


class Sessions(SessionMiddleware):
    """Django's; a page that could be made is shown, though the database can't note that its messages were read."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted as error:
            # Django says so of a session that somebody ended, and of a database that cannot be written.
            cause = error.__context__ and error.__context__.__context__
            if not isinstance(cause, OperationalError):
                raise
            if response.status_code != HTTPStatus.OK:  # what was done would be told to nobody
                raise cause from error
            logger.warning("A session could not be saved: %s", cause)
            return response


FOR_USERS = tuple(settings.PUBLISHING_USER_PATHS)


def first_word(request: HttpRequest) -> str:
    """The first part of the path."""
    return request.path_info.removeprefix("/").split("/")[0]


def is_for_users(request: HttpRequest) -> bool:
    """Whether this may be a request of somebody with an account.

    The header is looked at as it came, as the page cache does: of two Cookie headers a server makes one in
    which Django may not find the session.
    """
    return settings.SESSION_COOKIE_NAME in request.META.get("HTTP_COOKIE", "") or first_word(request) in FOR_USERS


def private_for_users(get_response: GetResponse) -> GetResponse:
    """Let nothing cache a page for a signed-in user: it may have links to edit it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if is_for_users(request) and "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def language_of(request: HttpRequest) -> str:
    """The language that a request speaks."""
    if first_word(request) in FOR_USERS:
        return translation.get_language_from_request(request)
    return language_of_path(request.path_info)


def language_from_address(get_response: GetResponse) -> GetResponse:
    """Activate the language of the path prefix, Dutch when there is none.

    Django's LocaleMiddleware would let every Dutch page vary on Accept-Language, although
    none does; here one address gives one page, and caches may know it. Only what is for people
    with an account speaks the language that they chose, or that the browser asks for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
