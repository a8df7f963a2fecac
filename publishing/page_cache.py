"""The page cache: anonymous pages answered from memory, before Django, and never out of date.

A page is kept together with the stamp that it was made under. Before it is served again the
worker asks the stamp's file on this machine, at every request, and the database now and
then, for what other machines did. Nothing expires by time, but for what was planned: a page
is good until the next planned change. A thread makes what has become old anew, what was
asked for last first, so that most often nobody waits for it.

What goes wrong later never harms a visitor: while the database is away or a page fails, the
last good page is served (RFC 9111 4.2.4).
"""

import gzip
import heapq
import io
import logging
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import blake2s
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import brotli
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from publishing import stamp

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, str, str, str]

MAX_BYTES = 32_000_000  # of pages kept by one worker, in all encodings
ASK_EVERY = 0.5  # seconds between questions to the database about other machines
LOOK_EVERY = 0.1  # seconds between looks of each worker whether its pages have become old
MOST_WARM = 50  # pages that a worker makes anew before anybody asks
QUALITY = 5  # of brotli: 9 takes ten times as long for one byte in a hundred
SMALLEST = 200  # bytes that are worth compressing
LARGEST = 1_000_000  # bytes of one page
NEVER = ("/static/", "/admin/", "/account/", "/mijn-kaart/", "/media/", "/healthz")  # beginnings of addresses
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=604800"
REPEATED = {"Cache-Control", "ETag", "Last-Modified", "Vary"}
LEFT_OUT = {"content-length", "etag", "last-modified", "cache-control", "vary", "content-encoding", "connection"}
NOT_ASKED = {"HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_COOKIE"}
SERVER_ERROR = "5"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """One encoding of a page, ready to be sent."""

    body: bytes
    etag: str
    headers: Headers
    headers_304: Headers


@dataclass
class Page:
    """A page in every encoding, with what it was made under."""

    answers: dict[str, Answer]  # by encoding: "br", "gzip", "identity"
    mark: tuple[int, int]
    number: int
    until: float  # seconds since the epoch
    asked: float  # when last, on the monotonic clock; 0 when it is not to be made anew unasked

    @property
    def size(self) -> int:
        return sum(len(answer.body) for answer in self.answers.values())


class PageCache:
    """WSGI middleware around the whole application."""

    def __init__(self, application: Application, keeps_warm: bool = False) -> None:
        self.application = application
        self.keeps_warm = keeps_warm
        self.warmer: threading.Thread | None = None
        self.stopped = threading.Event()
        self.pages: OrderedDict[Key, Page] = OrderedDict()
        self.size = 0
        self.locks: dict[Key, threading.Lock] = {}
        self.lock = threading.Lock()
        self.number = 0  # of the stamp, as the database last said
        self.asked = 0.0  # when, on the monotonic clock
        self.choices: dict[str, str] = {}  # from Accept-Encoding to the encoding that it gets
        # Looked up once: these lines run at every request.
        self.file = str(stamp.path())
        self.session = settings.SESSION_COOKIE_NAME + "="
        self.proxy = settings.SECURE_PROXY_SSL_HEADER

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self.key(environ)
        if key is None:
            return self.application(environ, start_response)
        page = self.pages.get(key)
        if page is not None and self.is_fresh(page):
            page.asked = time.monotonic()
            return self.send(page, environ, start_response)
        renewed = self.renew(key, environ, page)
        if isinstance(renewed, Page):
            renewed.asked = time.monotonic()
            return self.send(renewed, environ, start_response)
        return renewed.send(environ, start_response)

    # What may be kept

    def key(self, environ: Environ) -> Key | None:
        """What names the page that is asked for; None when it is not one for everybody."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        path = environ.get("PATH_INFO", "")
        if path.startswith(NEVER) or self.session in environ.get("HTTP_COOKIE", "") or environ.get("SCRIPT_NAME"):
            return None
        query = environ.get("QUERY_STRING", "")
        if query:
            query = self.known(query)
            if query is None:
                return None
        scheme = environ["wsgi.url_scheme"]
        if self.proxy:
            scheme = "https" if environ.get(self.proxy[0]) == self.proxy[1] else "http"
        return scheme, environ.get("HTTP_HOST", ""), path, query

    def known(self, query: str) -> str | None:
        """The part of `query` that pages read; None when a page may be another for each."""
        if len(query) > 1000:
            return None
        page = ""
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name == "q":
                return None  # a search
            if name == "page" and value.isascii() and value.isdigit() and len(value) < 5:
                page = f"page={int(value)}"
            elif name == "page":
                return None
        return page

    # Whether it still holds

    def holds(self, page: Page) -> bool:
        """Whether nothing public changed since `page` was made, as far as this machine can tell."""
        return page.until > time.time() and page.mark == stamp.mark(self.file)

    def is_fresh(self, page: Page) -> bool:
        """Whether nothing public changed since `page` was made."""
        if not self.holds(page):
            return False
        now = time.monotonic()
        if now - self.asked > ASK_EVERY:
            self.asked = now
            try:
                self.number = stamp.number()
            except DatabaseError as error:
                logger.warning("The database is away, pages stay as they were: %s", error)
                return True
            finally:
                close_old_connections()
        return page.number >= self.number

    # Making it

    def renew(self, key: Key, environ: Environ, old: Page | None) -> "Page | Passed":
        """The page made anew, once: other threads wait for it."""
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            page = self.pages.get(key)
            renewed = page if page is not None and self.is_fresh(page) else self.make(key, environ, old)
        with self.lock:
            self.locks.pop(key, None)
        return renewed

    def make(self, key: Key, environ: Environ, old: Page | None) -> "Page | Passed":
        # Before the page is made: what changes while it is made then makes it old at once.
        mark = stamp.mark(self.file)
        try:
            state = stamp.state()
        except DatabaseError as error:
            logger.warning("The database is away: %s", error)
            state = None
        passed = Passed.through(self.application, environ | {"QUERY_STRING": key[3]})
        if passed.status[:1] == SERVER_ERROR and old is not None:
            passed.close()
            logger.error("%s failed: the last good page is served", key[2])
            return old
        if state is None or not passed.may_be_kept():
            return passed
        until = state.until.timestamp() if state.until else float("inf")
        asked = old.asked if old else time.monotonic()
        page = Page(encoded(passed.headers, passed.read(), state), mark, state.number, until, asked)
        self.keep(key, page)
        return page

    def keep(self, key: Key, page: Page) -> None:
        with self.lock:
            if key in self.pages:
                self.size -= self.pages.pop(key).size
            self.pages[key] = page
            self.size += page.size
            while self.size > MAX_BYTES:
                _key, oldest = self.pages.popitem(last=False)
                self.size -= oldest.size
            if self.keeps_warm and self.warmer is None:
                # With the first page: a thread that was there before gunicorn forks its workers is in none of them.
                self.warmer = threading.Thread(target=self.keep_warm, name="page cache", daemon=True)
                self.warmer.start()

    # Before anybody asks

    def keep_warm(self) -> None:
        """Make what becomes old anew, until stopped."""
        while not self.stopped.wait(LOOK_EVERY):
            try:
                self.warm()
            except Exception:  # whatever it is, it may be over at the next look
                logger.exception("Pages could not be made before somebody asks")

    def warm(self) -> None:
        """Make the pages anew that are old: once each, those that were asked for last first."""
        with self.lock:
            recent = heapq.nlargest(MOST_WARM, self.pages.items(), key=lambda item: item[1].asked)
        for key, page in recent:
            if not page.asked or self.holds(page):
                continue
            asked, page.asked = page.asked, 0  # what fails is left alone until somebody asks
            renewed = self.renew(key, self.environ(key), page)
            if isinstance(renewed, Passed):
                renewed.close()
                self.forget(key, page)
            elif renewed is not page:
                renewed.asked = renewed.asked or asked

    def environ(self, key: Key) -> Environ:
        """A request for the page that `key` names, by nobody."""
        scheme, host, path, query = key
        name, _colon, port = host.rpartition(":") if host.rpartition(":")[2].isdecimal() else (host, "", "")
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": name,
            "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": host,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.proxy:
            environ[self.proxy[0]] = self.proxy[1] if scheme == "https" else scheme
        return environ

    def forget(self, key: Key, page: Page) -> None:
        """Keep `page` no longer, unless another took its place."""
        with self.lock:
            if self.pages.get(key) is page:
                self.size -= self.pages.pop(key).size

    # Sending it

    def send(self, page: Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        accepts = environ.get("HTTP_ACCEPT_ENCODING", "")
        choice = self.choices.get(accepts)
        if choice is None:
            choice = chosen(accepts)
            if len(self.choices) < 1000:
                self.choices[accepts] = choice
        answer = page.answers.get(choice) or page.answers["identity"]
        if is_known(answer, environ):
            start_response("304 Not Modified", answer.headers_304)
            return []
        start_response("200 OK", answer.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


@dataclass
class Passed:
    """What the application answered."""

    status: str
    headers: Headers
    parts: Iterable[bytes]

    @classmethod
    def through(cls, application: Application, environ: Environ) -> "Passed":
        """Ask `application` for the whole page, not compressed and not conditional."""
        asked = {name: value for name, value in environ.items() if name not in NOT_ASKED}
        found: dict[str, Any] = {}

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
            found.update(status=status, headers=headers)
            return lambda _data: None

        parts = application(asked | {"REQUEST_METHOD": "GET"}, start_response)
        return cls(found["status"], found["headers"], parts)

    def read(self) -> bytes:
        """The whole body."""
        try:
            return b"".join(self.parts)
        finally:
            self.close()

    def close(self) -> None:
        """Let the application know that its answer was used (PEP 3333)."""
        if hasattr(self.parts, "close"):
            self.parts.close()

    def may_be_kept(self) -> bool:
        """Whether this is a page that is the same for everybody."""
        values = {name.lower(): value for name, value in self.headers}
        return (
            self.status.startswith(str(HTTPStatus.OK.value))
            and "set-cookie" not in values
            and not any(word in values.get("cache-control", "") for word in ("no-store", "private", "no-cache"))
            and "cookie" not in values.get("vary", "").lower()
            and "nonce-" not in values.get("content-security-policy", "")
            and int(values.get("content-length", LARGEST + 1)) <= LARGEST
        )

    def send(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """As it came."""
        start_response(self.status, self.headers)
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.parts
        self.close()
        return []


def encoded(headers: Headers, page: bytes, state: stamp.State) -> dict[str, Answer]:
    """The page in every encoding, each with a validator of its own (RFC 9110 8.8.3.3)."""
    common = [(name, value) for name, value in headers if name.lower() not in LEFT_OUT]
    common += [
        ("Last-Modified", format_datetime(state.changed_at, usegmt=True)),
        ("Cache-Control", CACHE_CONTROL),
        ("Vary", "Accept-Encoding"),
    ]
    digest = blake2s(page, digest_size=12).hexdigest()
    bodies = {"identity": page}
    if len(page) >= SMALLEST:
        bodies |= {"br": brotli.compress(page, quality=QUALITY), "gzip": gzip.compress(page, 9, mtime=0)}
    answers = {}
    for encoding, body in bodies.items():
        etag = f'"{digest}-{encoding}"'
        short = [*common, ("ETag", etag)]
        whole = [*short, ("Content-Length", str(len(body)))]
        if encoding != "identity":
            whole.append(("Content-Encoding", encoding))
        # What a 304 repeats is what caches go by (RFC 9110 15.4.5); the rest they have from the page.
        answers[encoding] = Answer(body, etag, whole, [each for each in short if each[0] in REPEATED])
    return answers


def chosen(accepts: str) -> str:
    """The best encoding that an Accept-Encoding header allows (RFC 9110 12.5.3)."""
    allowed: dict[str, float] = {}
    for part in accepts.lower().split(","):
        name, _separator, weight = part.partition(";")
        try:
            allowed[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            allowed[name.strip()] = 0
    return next((name for name in ("br", "gzip") if allowed.get(name, 0) > 0), "identity")


def is_known(answer: Answer, environ: Environ) -> bool:
    """Whether the reader has this page already (RFC 9110 13.2.2)."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return known == answer.etag or known == "*" or answer.etag in known.replace("W/", "").split(", ")
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and since == dict(answer.headers)["Last-Modified"]
