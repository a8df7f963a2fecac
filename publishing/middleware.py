"""Which language a request speaks, and what may be kept of the answer."""

import logging
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, Response, SlicedFile, StaticFile

from publishing.fields import MAX_UPLOAD
from publishing.languages import language_of_path
from publishing.numbers import whole

MAX_BODY = MAX_UPLOAD + 5_000_000  # bytes of one request: the largest file, and the texts of its form
MANY_DIGITS = 18

logger = logging.getLogger(__name__)


def refuse_large_bodies(get_response: Callable[[HttpRequest], HttpResponse]):
    """Refuse what no form of ours sends, before a byte of it is read, in the language of the reader."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if len(length) >= MANY_DIGITS or whole(length) > MAX_BODY:
            context = {"most": MAX_UPLOAD // 1_000_000}
            response = render(request, "413.html", context, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            response.headers["Cache-Control"] = "no-store, private"
            return response
        return get_response(request)

    return middleware


METHODS = ("GET", "HEAD", "POST")


def refuse_odd_methods(get_response: Callable[[HttpRequest], HttpResponse]):
    """Refuse every way to ask that no address of ours knows, before anything looks at the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)

    return middleware


def never_kept(get_response: Callable[[HttpRequest], HttpResponse]):
    """Let no browser keep a redirect or an error without asking again: what it says is true until the next change.

    Without a word browsers keep a 301, 404 or 410 for as long as they like (RFC 9111 4.2.2). So a page that came
    back would stay gone, and an address that was changed back would lead in a circle.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        status = response.status_code
        if status >= HTTPStatus.MULTIPLE_CHOICES and status != HTTPStatus.NOT_MODIFIED:
            asked_for = response.headers.get("Cache-Control", "")
            if not any(word in asked_for for word in ("no-store", "no-cache")):
                response.headers["Cache-Control"] = "no-cache"
        return response

    return middleware


# What a page may ask of a browser: nothing but passkeys, which signing in needs.
PERMISSIONS = ", ".join(
    [
        *(f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)


# What `SecurityMiddleware` and its like say of a page.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Content-Security-Policy": build_policy(),
}


def may_be_early(response: HttpResponse) -> bool:
    """Whether a middleware may have answered before those that make pages safe: a 405, a 400, the way to HTTPS.

    With DEBUG the pages about errors need more than our policy allows.
    """
    is_answer = response.status_code >= HTTPStatus.MULTIPLE_CHOICES and response.status_code != HTTPStatus.NOT_MODIFIED
    return is_answer and not settings.DEBUG


def strict_transport(request: HttpRequest) -> dict[str, str]:
    """The header that keeps browsers to HTTPS (RFC 6797), where that is set and this request came over it."""
    seconds = settings.SECURE_HSTS_SECONDS
    return {"Strict-Transport-Security": f"max-age={seconds}"} if seconds and request.is_secure() else {}


def limit_browser(get_response: Callable[[HttpRequest], HttpResponse]):
    """Say what no page of ours does, also one that was made to, and that no other site may show our parts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if may_be_early(response):
            for name, value in (SAFE | strict_transport(request)).items():
                response.headers.setdefault(name, value)
        if policy := response.headers.get("Content-Security-Policy"):
            # Its order comes from a set, so it is another in each process; caches want the same page from all.
            response.headers["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
            response.headers["Reporting-Endpoints"] = 'csp="/csp-report/"'
        return response

    return middleware


class RangedFile(StaticFile):
    """WhiteNoise's, which refuses a part of one byte (RFC 9110 14.1.2)."""

    def get_range_response(self, range_header: str, base_headers: Any, file_handle: Any) -> Any:
        headers = [(name, value) for name, value in base_headers if name != "Content-Length"]
        size = int(dict(base_headers)["Content-Length"])
        start, end = self.get_byte_range(range_header, size)
        wanted = range_header.partition("=")[2].strip()
        if start > end or (wanted[0] == "-" and not wanted.strip("-0")):  # the last no bytes
            return self.get_range_not_satisfiable_response(file_handle, size)
        headers += [("Content-Range", f"bytes {start}-{end}/{size}"), ("Content-Length", str(end - start + 1))]
        return Response(HTTPStatus.PARTIAL_CONTENT, headers, SlicedFile(file_handle, start, end))


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise's; it reads about a file when that is first asked for. About all would take a fifth of the start."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.known: dict[str, str] = {}  # from the address of each file to its place
        super().__init__(*arguments, **options)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        self.known[url] = path

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        found = super().get_static_file(path, url, stat_cache)
        found.__class__ = RangedFile  # WhiteNoise names the class in the middle of a method
        return found

    def __call__(self, request: HttpRequest) -> HttpResponse:
        url = request.path_info
        if url in self.known and (request.method != "GET" or "HTTP_IF_RANGE" in request.META):
            request.META.pop("HTTP_RANGE", None)  # all of it is always right (RFC 9110 14.2)
        if url in self.known and url not in self.files:
            with suppress(MissingFileError):
                super().add_file_to_dictionary(url, self.known[url])
        return super().__call__(request)


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


FOR_USERS = ("admin", "account", "mijn-kaart")  # how the addresses that only users visit begin


def first_word(request: HttpRequest) -> str:
    """The first part of the path."""
    return request.path_info.removeprefix("/").split("/")[0]


def is_for_users(request: HttpRequest) -> bool:
    """Whether this may be a request of somebody with an account.

    The header is looked at as it came, as the page cache does: of two Cookie headers a server makes one in
    which Django may not find the session.
    """
    return settings.SESSION_COOKIE_NAME in request.META.get("HTTP_COOKIE", "") or first_word(request) in FOR_USERS


def private_for_users(get_response: Callable[[HttpRequest], HttpResponse]):
    """What is made for somebody who is signed in is kept by nobody: it may show the ways to edit it."""

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


def language_from_address(get_response: Callable[[HttpRequest], HttpResponse]):
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
