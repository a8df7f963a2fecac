"""The page cache: anonymous pages served from memory, before Django, and never out of date.

A page is cached with what it depends on (`freshness`), in the memory of each worker and once on
disk for the whole machine (`disk`). Nothing expires by time, except at the next planned change.
Outdated pages are rendered ahead of requests (`warming`).

An error never reaches a visitor where an earlier page can: while the database is away or a page
fails, the last good page is served (RFC 9111 4.2.4), unless something that it names was taken away.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from publishing.cache import failures, outages
from publishing.cache.disk import PICTURE, PageStore
from publishing.cache.freshness import Freshness
from publishing.cache.keys import LONGEST_PATH, NEVER, Keys
from publishing.cache.parameters import has_secret
from publishing.cache.responses import (
    NEGOTIATING,
    Application,
    ApplicationResponse,
    EncodedResponse,
    Environ,
    Headers,
    Key,
    Page,
    StartResponse,
    Validity,
    is_not_modified,
    negotiate,
    page_from,
)
from publishing.cache.warming import Warmer
from publishing.queries.dependencies import track

MAX_BYTES, MAX_PAGES = 32_000_000, 2_000  # in the memory of one worker; the bytes are those of all encodings
MOST_HEADS, LONGEST_HEAD = 2_000, 2_000  # request heads that are remembered, and the bytes of one
NO_REQUEST: tuple[Key, Environ] = ("", "", "", ""), {}
# Prefixes of statuses: any failure; the database or the disk is away; what was asked for; a form that was taken.
SERVER_ERROR, AWAY, FOUND, ELSEWHERE = "5", "503", "2", "3"

logger = logging.getLogger(__name__)


def request_id(headers: Headers) -> str:
    """The id that the log knows the request of a response by."""
    return next((value for name, value in headers if name.title() == "X-Request-Id"), "")


class PageCache:
    """WSGI middleware around the whole application."""

    def __init__(self, application: Application, keeps_warm: bool = False, urlconf: str | None = None) -> None:
        self.application = application
        self.urlconf = urlconf  # of the pages for visitors; by default that of the whole site
        self.keeps_warm = keeps_warm  # whether the first page starts a thread for the warmer
        self.pages: OrderedDict[Key, Page] = OrderedDict()
        self.size = 0  # bytes of those pages
        self.locks: dict[Key, threading.Lock] = {}  # of the pages that this process renders now
        self.lock = threading.Lock()
        self.choices: dict[str, str] = {}  # from Accept-Encoding to the encoding that it gets
        self.heads: dict[bytes, tuple[Key, Environ]] = {}  # request heads that were parsed, and what they request
        site_host = urlsplit(settings.SITE_URL).netloc
        self.freshness = Freshness()
        self.store = PageStore(Path(settings.STATE_DIR), Path(settings.PUBLIC_DIR), site_host)
        self.store.hide()
        self.keys = Keys(site_host, urlconf)
        self.warmer = Warmer(self)
        failures.forget_untried()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self.keys.of(environ)
        if key is None:
            watched = self._watched(environ, start_response)
            if PICTURE.fullmatch(environ.get("PATH_INFO", "")) and environ["REQUEST_METHOD"] == "GET":
                return self._picture(environ, watched)
            return self.application(environ, watched)
        page = self.pages.get(key)
        if page is None or not self.freshness.revalidate(page):
            renewed = self.renew(key, environ, time.monotonic())
            if not isinstance(renewed, Page):
                return renewed.send(environ, start_response)
            page = renewed
        page.asked = time.monotonic()
        return self._send(page, environ, start_response)

    def _watched(self, environ: Environ, start_response: StartResponse) -> StartResponse:
        """`start_response` that notes when what is no page of the cache fails: a search, a form, a page of the desk."""
        if not self.keys.is_cacheable_host(*self.keys.origin(environ)):  # no name of ours
            return start_response
        path = environ.get("PATH_INFO", "")[:LONGEST_PATH]
        key = failures.asked_for(path, environ["REQUEST_METHOD"])

        def start(status: str, headers: Headers, *exc_info: object) -> object:
            if status[:1] == FOUND or (status[:1] == ELSEWHERE and environ["REQUEST_METHOD"] == "POST"):
                failures.clear(key)
            elif self._is_failure(status, path):
                failures.note(key, is_withheld=False, request=request_id(headers))
            return start_response(status, headers, *exc_info)

        return start

    def _picture(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """A size of a picture. When it is public it lies there for nginx afterwards, until something changes."""
        seen, found = self.store.shown(), list[str]()  # before it is looked up: what changes meanwhile hides it at once

        def start(status: str, headers: Headers, *exc_info: object) -> object:
            control = next((value for name, value in headers if name.title() == "Cache-Control"), "")
            found.extend([status[:3], control])
            return start_response(status, headers, *exc_info)

        # As it is: a picture is packed already, and nginx would say of no file that it is packed once more.
        parts = self.application({**environ, "HTTP_ACCEPT_ENCODING": "identity"}, start)
        is_public = found and found[0] == "200" and "public" in found[1]
        if seen is None or not is_public:
            return parts
        content = ApplicationResponse("", [], parts).read()
        scheme, host = self.keys.origin(environ)
        self.store.show_picture((scheme, host), environ["PATH_INFO"], content, seen)
        return [content]

    # Rendering

    def renew(self, key: Key, environ: Environ, asked: float) -> Page | ApplicationResponse:
        """The page, rendered if it is not fresh: once on this machine, while others wait for it. See `Page.asked`."""
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        try:
            with lock, self.store.turn(key):
                page = self.pages.get(key)
                if page is not None and self.freshness.revalidate(page):
                    return page
                stored = self.store.load(key)
                if stored is not None and stored.validity.run == self.freshness.run:
                    if self.freshness.is_poll_due():
                        self.freshness.poll()
                    # One that could be revalidated is left to `_make`, which saves it with its new validity.
                    if self.freshness.is_fresh(stored.validity):
                        stored.asked = asked
                        return self._keep(key, stored)
                return self._make(key, environ, page or stored, asked)
        finally:
            with self.lock:
                self.locks.pop(key, None)

    def _make(self, key: Key, environ: Environ, old: Page | None, asked: float) -> Page | ApplicationResponse:
        # Both before the page is rendered: what changes meanwhile makes it outdated at once.
        made = time.time()
        validity = self.freshness.query()
        if validity is None and old is not None and self.freshness.may_serve_stale(old, None):
            return old
        if validity is not None and old is not None and self.freshness.is_unaffected(old, validity):
            return self._save(key, replace(old, validity=validity, asked=asked))
        with track() as reads:
            response = ApplicationResponse.through(self.application, environ | {"QUERY_STRING": key[3]})
        if response.status[:1] == SERVER_ERROR:
            return self._instead_of(response, key, old, validity)
        failures.clear(key)
        if validity is None or not response.is_cacheable():
            self.store.drop(key)  # the earlier page may be one that nobody may see any more
            return response
        return self._save(key, page_from(response, validity, frozenset(reads), old, asked, made))

    def _instead_of(
        self, failed: ApplicationResponse, key: Key, old: Page | None, validity: Validity | None
    ) -> Page | ApplicationResponse:
        """The last good page in the place of one that fails, unless that names something taken away since."""
        self.store.unshow(key)
        is_shown = old is not None and self.freshness.may_serve_stale(old, validity)
        is_withheld = old is not None and not is_shown
        if self._is_failure(failed.status, key[2]):
            is_withheld = is_withheld or (old is None and failures.is_withheld(key))
            failures.note(key, is_withheld, request_id(failed.headers))
        if old is not None and is_shown:
            failed.close()
            logger.error("%s failed: the last good page is served", key[2])
            return old
        if not is_withheld:
            return failed
        logger.error("%s failed, and something that the last good page names was taken away: it is not served", key[2])
        self.store.drop(key)
        self.forget(key)
        return failed.replaced(
            HTTPStatus.SERVICE_UNAVAILABLE, outages.page(key[2]), {"Retry-After": str(outages.RETRY_AFTER)}
        )

    def _is_failure(self, status: str, path: str) -> bool:
        """Whether a response says that our code fails, at an address that may be written down."""
        if status[:1] != SERVER_ERROR or status.startswith(AWAY):
            return False
        try:
            return not has_secret(path, None if path.startswith(NEVER) else self.urlconf)
        except Exception:  # no address can be looked up: then nothing works, which `doctor` finds out by itself
            return False

    # Memory

    def _save(self, key: Key, page: Page) -> Page:
        """Cache `page` on disk for all workers of this machine, and in memory."""
        self.store.save(key, page)
        return self._keep(key, page)

    def _keep(self, key: Key, page: Page) -> Page:
        """Cache `page` in the memory of this worker, when somebody requested it."""
        if not page.asked:
            return page
        with self.lock:
            if key in self.pages:
                self.size -= self.pages.pop(key).size
            self.pages[key] = page
            self.size += page.size
            if self.size > MAX_BYTES or len(self.pages) > MAX_PAGES:
                self._make_room()
        if self.keeps_warm:
            self.warmer.start()  # not before the first page: a thread does not survive the fork of a worker
        return page

    def _make_room(self) -> None:
        """Evict the pages that were requested longest ago, down to nine tenths of the bounds."""
        for key, _page in sorted(self.pages.items(), key=lambda item: item[1].asked):
            if self.size <= MAX_BYTES * 0.9 and len(self.pages) <= MAX_PAGES * 0.9:
                return
            self.size -= self.pages.pop(key).size

    def forget(self, key: Key) -> None:
        """Drop the page of `key` from memory."""
        with self.lock:
            if key in self.pages:
                self.size -= self.pages.pop(key).size

    # For the server: see `resoc.serving.application`

    def at_hand(self, environ: Environ, head: bytes) -> tuple[bytes, bytes] | None:
        """The cached response to a request, as status line with headers, and body; None unless it is fresh in memory.

        It makes no query. `head` is the request as received, without a body: `recall` then knows it.
        """
        key = self.keys.of(environ)
        page = self.pages.get(key) if key else None
        if key is None or page is None or not self.freshness.revalidate(page, may_poll=False):
            return None
        if len(head) <= LONGEST_HEAD:
            if len(self.heads) >= MOST_HEADS:
                self.heads.clear()
            self.heads[head] = key, {name: environ[name] for name in NEGOTIATING & environ.keys()}
        return self._encoded(page, environ)

    def recall(self, head: bytes) -> tuple[bytes, bytes] | None:
        """The cached response to a request head that `at_hand` has seen; None unless it is fresh in memory."""
        key, environ = self.heads.get(head, NO_REQUEST)
        page = self.pages.get(key)
        if page is None or not self.freshness.revalidate(page, may_poll=False):
            return None
        return self._encoded(page, environ)

    def warm_up(self) -> None:
        """Render the home page before the workers are forked: they share the modules and templates that it loads."""
        site = urlsplit(settings.SITE_URL or f"http://{settings.ALLOWED_HOSTS[0].lstrip('*.') or 'localhost'}")
        request = self.keys.request_for((site.scheme, site.netloc, "/", ""))
        try:
            ApplicationResponse.through(self.application, request).read()
        except Exception:  # the first visitor gets the same error
            logger.exception("No page could be rendered while starting")
        finally:
            connections.close_all()  # no connection survives a fork

    def start_warmer(self) -> None:
        """Keep pages warm in a thread of this process; it does nothing while another process has the claim."""
        self.warmer.start()

    def run_warmer(self, is_wanted: Callable[[], bool]) -> None:
        """Keep pages warm in this thread, for as long as `is_wanted` says."""
        self.warmer.run(is_wanted)

    # Sending

    def _encoded(self, page: Page, environ: Environ) -> tuple[bytes, bytes]:
        page.asked = time.monotonic()
        response = self._negotiated(page, environ)
        is_known = is_not_modified(response, environ)
        return (response.lines_304, b"") if is_known else (response.lines, response.body)

    def _negotiated(self, page: Page, environ: Environ) -> EncodedResponse:
        """The page in the encoding that suits best."""
        accepts = environ.get("HTTP_ACCEPT_ENCODING", "")
        choice = self.choices.get(accepts)
        if choice is None:
            choice = negotiate(accepts)
            if len(self.choices) < 1000:
                self.choices[accepts] = choice
        return page.answers.get(choice) or page.answers["identity"]

    def _send(self, page: Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = self._negotiated(page, environ)
        if is_not_modified(response, environ):
            start_response("304 Not Modified", response.headers_304)
            return []
        start_response("200 OK", response.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]
