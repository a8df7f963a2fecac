"""Renders outdated pages before anybody requests them, and writes pages for nginx.

One process of a machine does this: the first to claim it. gunicorn starts a process for it beside
the workers (`resoc/serving/warmer.py`), because a thread that renders pages slows down the visitors
of its worker. Where that process is missing, a thread of a worker does it.
"""

import heapq
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import close_old_connections, connection

from publishing.cache import disk, failures
from publishing.cache.responses import Key, Page

if TYPE_CHECKING:
    from publishing.cache.wsgi import PageCache

POLL_AHEAD = 0.3  # seconds between polls: less than POLL_EVERY, so that a visitor's request need not poll
LOOK_EVERY = 0.1  # seconds between looks for outdated pages
MOST_RECENT = 50  # pages in memory that are rendered again before all others
NOTE_EVERY = 60  # seconds between notes on disk of which pages were requested
MOMENT = 0.002  # seconds between looks whether a visitor still waits
AT_ONCE = 0.03  # seconds of one look that go into pages that nobody requested lately

logger = logging.getLogger(__name__)


class Warmer:
    """Keeps the pages of one cache warm, in a thread or in a process of its own."""

    def __init__(self, cache: "PageCache") -> None:
        self.cache, self.store, self.freshness = cache, cache.store, cache.freshness
        self.thread: threading.Thread | None = None
        self.stopped = threading.Event()
        self.noted_at = time.monotonic()
        self._round: Iterator[None] = iter(())
        self._round_state: object = None  # what the last round was based on

    def start(self) -> None:
        """Run in a thread of this process, unless that runs already."""
        with self.cache.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="page cache", daemon=True)
                self.thread.start()

    def run(self, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Look for work until stopped, or until `is_wanted` says no."""
        while is_wanted() and not self.stopped.wait(LOOK_EVERY):
            try:
                self.look()
            except Exception:  # whatever it is, it may be over at the next look
                logger.exception("Pages could not be rendered ahead")
            finally:
                close_old_connections()
        connection.close()  # of this thread

    def look(self) -> None:
        """Do what is due, a bounded part of it.

        Every process with a warmer polls when no other has, so that visitors need not wait for the
        database, and shows nginx what it rendered itself. The rest is for the process with the claim.
        """
        if self.freshness.seconds_since_poll() > POLL_AHEAD:
            self.freshness.poll()
        self.show_rendered()
        self.note_requested()
        if not self.store.claim():
            return
        shown = self.store.shown()
        if shown is not None and not self.freshness.is_fresh(shown):
            self.store.hide()
        if self.freshness.failed_at is None:
            self.refresh_recent()
            self.go_round()

    def show_rendered(self) -> None:
        """Write for nginx what visitors requested, before its turn comes among all pages."""
        with self.cache.lock:
            pages = [(key, page) for key, page in self.cache.pages.items() if page.shown != page.validity]
        for key, page in pages:
            self.show(key, page)

    def note_requested(self) -> None:
        """Note on disk, every NOTE_EVERY seconds, which pages were requested: those stay longest when room is short."""
        now = time.monotonic()
        if now - self.noted_at < NOTE_EVERY:
            return
        with self.cache.lock:
            asked = [(key, page.asked) for key, page in self.cache.pages.items() if page.asked >= self.noted_at]
        self.noted_at = now
        for key, at in asked:
            self.store.note_asked(key, int(time.time() - (now - at)))

    def refresh_recent(self) -> None:
        """Render the outdated pages in memory once each, those that were requested last first."""
        with self.cache.lock:
            recent = heapq.nlargest(MOST_RECENT, self.cache.pages.items(), key=lambda item: item[1].asked)
        for key, page in recent:
            if not page.asked or self.freshness.is_fresh(page.validity):
                continue
            asked, page.asked = page.asked, 0  # a page that fails is left alone until somebody requests it
            self.give_way()
            began = time.monotonic()
            self.show(key, self._renew(key, asked))
            self.stopped.wait(min(time.monotonic() - began, LOOK_EVERY))  # half of the time is for visitors

    def give_way(self) -> None:
        """Wait while this process renders a page for a visitor, but no longer than LOOK_EVERY."""
        ends = time.monotonic() + LOOK_EVERY
        while self.cache.locks and time.monotonic() < ends:
            self.stopped.wait(MOMENT)

    def go_round(self) -> None:
        """Bring all pages on disk up to date, a few at each look; a new round begins when something changed."""
        ends = time.monotonic() + AT_ONCE
        while time.monotonic() < ends:
            if next(self._round, self) is not self:
                continue
            current = self.freshness.current
            is_due = current is not None and current.until <= time.time()
            state = (self.store.origins(), self.freshness.known, is_due, self.store.shown() is not None)
            if state == self._round_state:
                return
            self._round_state, self._round = state, self.all_pages()

    def all_pages(self) -> Iterator[None]:
        """Bring one page after the other up to date: those on disk, and all that they link to."""
        self.store.tidy()
        for origin in self.store.origins():
            if not self.cache.keys.is_cacheable_host(*origin):  # SITE_URL was another one when these were cached
                self.store.forget(origin)
        waiting = deque(each.key for each in failures.every() if each.can_be_tried)
        waiting.extend(key for origin in self.store.origins() for key in ((*origin, "/", ""), *self.store.keys(origin)))
        seen: set[Key] = set()
        while waiting and len(seen) < disk.MOST_PAGES:
            key = waiting.popleft()
            if key in seen:
                continue
            seen.add(key)
            try:
                page = self.cache.pages.get(key) or self.store.load(key)
                if page is None or not self.freshness.is_fresh(page.validity):
                    self.give_way()
                    page = self._renew(key, 0)
                if page is not None:
                    self.show(key, page)
                    waiting.extend(self.cache.keys.linked_from(key, page))
            except Exception:  # whatever it is, the next page may work
                logger.exception("%s could not be rendered ahead", key[2])
            yield

    def show(self, key: Key, page: Page | None) -> None:
        """Write `page` for nginx, if it is fresh; a stale one is served by this process only."""
        if page is None:
            return
        as_it_was = replace(page)  # a visitor's request may revalidate the page meanwhile
        if self.freshness.is_fresh(as_it_was.validity):
            self.store.show(key, as_it_was)
            page.shown = as_it_was.validity
            if not self.freshness.is_fresh(as_it_was.validity):  # something changed meanwhile
                self.store.hide()

    def _renew(self, key: Key, asked: float) -> Page | None:
        """The page rendered again, though nobody requests it; None when it is no longer one to cache."""
        renewed = self.cache.renew(key, self.cache.keys.request_for(key), asked)
        if isinstance(renewed, Page):
            return renewed
        renewed.close()
        self.cache.forget(key)
        return None
