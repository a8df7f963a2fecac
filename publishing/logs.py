"""What is logged: a line of JSON for each event, with the request it belongs to and without secrets.

At a terminal the line is plain, for a person. Both formatters write through `masked`, so that whatever
a library puts in a message or an exception, no password and no link that lets somebody in gets out.
"""

import json
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MASK = "***"
LONGEST = 20_000  # characters of a message or a traceback
SHORTEST_SECRET = 6  # characters: anything shorter would be masked in the middle of words
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

# The request that this thread answers now.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)

# Whatever repeats before something else is bounded: a visitor may make an address of a million letters.
MASKED = (
    # user:password@ of an address
    (re.compile(r"(\w://)[^\s/\"']*@"), rf"\1{MASK}@"),
    # the address of a person
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?=[\w-]+\.\w)"), f"{MASK}@"),
    # a query may hold the words of a search, or the token of a share link
    (re.compile(r"(?<=[\w/])\?[^\s\"'<>?=]+=[^\s\"'<>]*"), f"?{MASK}"),
    # headers, to the end of the line
    (re.compile(r"(?i)((?:authorization|cookie)['\"]?\s{0,3}[:=]\s{0,3}).+"), rf"\1{MASK}"),
    # name: value
    (
        re.compile(
            r"(?i)((?:passw(?:or)?d|secret|token|sessionid|csrf|api_?key)\w{0,20}['\"]?\s{0,3}[:=]\s{0,3})"
            r"(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)"
        ),
        rf"\1{MASK}",
    ),
    # the row that PostgreSQL did not take
    (re.compile(r"DETAIL:.+"), f"DETAIL: {MASK}"),
    # what `secrets` and Django make: tokens of links, session keys, keys to set a password
    (re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{40,}"), MASK),
    (re.compile(r"(?<![A-Za-z0-9])(?=[a-z]*[0-9])[a-z0-9]{32,}"), MASK),
)


def masked(text: str) -> str:
    """`text` without what must stay secret: our own passwords, and what has the form of one."""
    for secret in _known_secrets():
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    for pattern, replacement in MASKED:
        text = pattern.sub(replacement, text)
    return text


def _known_secrets() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield settings.EMAIL_HOST_PASSWORD
    yield from (str(each.get("PASSWORD") or "") for each in settings.DATABASES.values())
    for location in (each.get("LOCATION") for each in settings.CACHES.values()):
        for address in location if isinstance(location, list | tuple) else [location]:
            yield urlsplit(str(address)).password or ""
    yield os.environ.get("AWS_SECRET_ACCESS_KEY", "")


class AddRequest(logging.Filter):
    """Says of each record to which request it belongs; `request_id` is "-" for what no request asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a 404 when all middleware is through; then only the record knows the request.
        request = getattr(record, "request", None) or current_request.get()
        record.request_id = getattr(request, "request_id", "-")
        return True


class PlainLines(logging.Formatter):
    """A line for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonLines(logging.Formatter):
    """A line for a program; in ASCII, so that nothing in it can end the line or break a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": masked(record.getMessage())[:LONGEST],
        }
        if hasattr(record, "status_code"):
            line["status"] = record.status_code
        if record.exc_info:
            line["traceback"] = masked(self.formatException(record.exc_info))[-LONGEST:]
        return json.dumps(line)


def number_requests(get_response: Callable[[HttpRequest], HttpResponse]):
    """Give each request an id, which its lines in the log and its answer have.

    One that a proxy of ours gave is kept. What others may keep for everybody gets none: it
    would be the id of somebody else's request.
    """

    def middleware(request: Any) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXY_COUNT else ""
        request.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        before = current_request.set(request)
        try:
            response = get_response(request)
        finally:
            current_request.reset(before)
        if "public" not in response.headers.get("Cache-Control", ""):
            response.headers["X-Request-ID"] = request.request_id
        return response

    return middleware
