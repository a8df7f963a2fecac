"""Log formatters: a line of JSON for each event, with the id of its request and without secrets.

At a terminal the line is plain, for a person. Both formatters write through `masked`, so that whatever
a library puts in a message or an exception, no password and no link that lets somebody in gets out.
A record that can't be written is replaced by a line that says so: Python's own way, `Handler.handleError`,
would print the message and its arguments as they are.
"""

import base64
import html
import json
import logging
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from django.conf import settings
from django.http import HttpResponse

from publishing.context import current_request
from publishing.types import AnyStreamHandler, GetResponse

MASK = "***"


LONGEST = 20_000  # characters of a message or a traceback


SHORTEST_SECRET = 6  # characters: a shorter one is masked as a whole word only, not in the middle of others


UNMASKABLE = f"{MASK} (left out: it could not be searched for secrets)"


LONGEST_ENCODED = 400  # characters in base64 around a secret, such as a user name before a password


BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_")


ADDRESSES = ("EMAIL_URL", "DATABASE_URL", "CACHE_URL")  # variables whose value may hold a password


OWN = "resoc.own"  # in the environment of a request that a command makes itself; no visitor can set such a name


GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


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


def masked(text: object) -> str:
    """`text` without what must stay secret: our own passwords, and what has the form of one.

    Never raises: a text that can't be searched is left out as a whole.
    """
    try:
        return _masked(str(text))
    except Exception:  # whatever is wrong with it, or with the settings: a log line must not cost a request
        return UNMASKABLE


def _masked(text: str) -> str:
    for secret in sorted(set(_known_secrets()), key=len, reverse=True):
        if len(secret) < SHORTEST_SECRET:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
            continue
        for form in _spellings(secret):
            text = text.replace(form, MASK)
        for core in _base64_cores(secret):
            text = _without_base64(text, core)
    for pattern, replacement in MASKED:
        text = pattern.sub(replacement, text)
    return text


def _known_secrets() -> Iterator[str]:
    """The secrets of this installation, none of them empty."""
    found: list[object] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, settings.EMAIL_HOST_PASSWORD]
    for each in settings.DATABASES.values():
        found += [each.get("PASSWORD"), (each.get("OPTIONS") or {}).get("password")]
    for each in settings.CACHES.values():
        location = each.get("LOCATION")
        addresses = location if isinstance(location, list | tuple) else [location]
        found += [*map(_password_in, addresses), (each.get("OPTIONS") or {}).get("PASSWORD")]
    # A library may tell an address as it stands in the variable.
    found += [_password_in(os.environ.get(name)) for name in ADDRESSES]
    found += [
        os.environ.get(name)
        for name in ("SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "BACKUP_SECRET_ACCESS_KEY")
    ]
    for secret in found:
        if isinstance(secret, bytes):
            secret = secret.decode(errors="replace")
        if secret is not None and str(secret).strip():
            yield str(secret)
            yield unquote(str(secret))


def _password_in(address: object) -> str | None:
    try:
        return urlsplit(str(address)).password
    except ValueError:  # no address, or one that breaks off
        return None


@lru_cache(maxsize=64)
def _spellings(secret: str) -> tuple[str, ...]:
    """`secret` as programs write it: percent-encoded, quoted, as JSON, in HTML; the longest first."""
    encoded = [quote(secret, safe=""), quote(secret), quote_plus(secret)]
    forms = {
        secret,
        *encoded,
        *(re.sub("%[0-9A-F]{2}", lambda part: part[0].lower(), each) for each in encoded),
        repr(secret)[1:-1],
        repr(secret.encode(errors="replace"))[2:-1],
        json.dumps(secret)[1:-1],
        html.escape(secret),
    }
    return tuple(sorted(forms, key=len, reverse=True))


@lru_cache(maxsize=64)
def _base64_cores(secret: str) -> tuple[str, ...]:
    """What every text in base64 holds that has `secret` in it, wherever it begins: as `AUTH PLAIN` does (RFC 4616)."""
    raw = secret.encode(errors="replace")
    cores = set()
    for before in range(3):  # bytes of the group of three that come before it
        coded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        whole = (before + len(raw)) * 8 // 6  # characters that hold nothing of what follows
        core = coded[(before * 8 + 5) // 6 : whole]
        cores |= {core, core.replace("+", "-").replace("/", "_")}
    return tuple(cores)


def _without_base64(text: str, core: str) -> str:
    """`text` without the encoded texts that hold `core`, as far as `LONGEST_ENCODED` around it."""
    place = text.find(core)
    while place >= 0:
        start, end = place, place + len(core)
        while start > max(0, place - LONGEST_ENCODED) and text[start - 1] in BASE64:
            start -= 1
        while end < min(len(text), place + len(core) + LONGEST_ENCODED) and text[end] in BASE64:
            end += 1
        text = f"{text[:start]}{MASK}{text[end:]}"
        place = text.find(core, start + len(MASK))
    return text


def _message(record: logging.LogRecord) -> str:
    """The message of `record`, masked; also when its arguments do not fit it."""
    try:
        said = record.getMessage()
    except Exception as error:
        said = f"{masked(record.msg)} (its arguments do not fit: {type(error).__name__})"
    return masked(said)


class Console(AnyStreamHandler):
    """Writes to standard error. A record that can't be written is lost in one line, without what it held."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        """Say which record was lost and why; Python's own prints it unmasked."""
        error = sys.exc_info()[0]
        with suppress(Exception):
            where = f"{record.name}, {record.filename}:{record.lineno}"
            self.stream.write(f"A log record was lost ({where}: {error.__name__ if error else 'unknown'})\n")


class AddRequest(logging.Filter):
    """Says of each record to which request it belongs; `request_id` is "-" for what no request asked for.

    That a page is not there is left out when a command asked for it: a backup keeps that as it is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a 404 when all middleware is through; then only the record knows the request.
        request = getattr(record, "request", None) or current_request.get()
        record.request_id = getattr(request, "request_id", "-")
        return record.levelno >= logging.ERROR or OWN not in getattr(request, "META", {})


class PlainLines(logging.Formatter):
    """A line for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        # A copy: what is formatted here stays out of what other handlers get.
        copy = logging.makeLogRecord({**record.__dict__, "msg": _message(record), "args": None, "exc_text": None})
        return masked(super().format(copy))


class JsonLines(logging.Formatter):
    """A line for a program; in ASCII, so that nothing in it can end the line or break a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": _message(record)[:LONGEST],
        }
        if hasattr(record, "status_code"):
            line["status"] = record.status_code
        if record.exc_info:
            line["traceback"] = masked(self.formatException(record.exc_info))[-LONGEST:]
        return json.dumps(line, default=masked)


def number_requests(get_response: GetResponse) -> GetResponse:
    """Give each request an id, which its lines in the log and its response have.

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
