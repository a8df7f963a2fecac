"""The page cache: anonymous pages answered from memory, before Django, and never out of date.

A page is kept together with the stamp that it was made under. Before it is served again the
worker looks at the count of changes on this machine, at every request; now and then one process
asks the database for all what other machines did. Nothing expires by time, but for what was
planned: a page is good until the next planned change, at the longest for a month. One that read
nothing of what changed stays as it is.

One process of a machine makes what has become old anew, so that most often nobody waits for it,
and all other pages, so that whatever is asked for while the database is away is there: see
`page_store`. gunicorn starts it beside the workers (`deploy/gunicorn.conf.py`), because a thread
that makes pages holds up the visitors of its worker; where there is none, a worker does it.

What goes wrong later never harms a visitor: while the database is away or a page fails, the
last good page is served (RFC 9111 4.2.4).
"""

import heapq
import io
import logging
import re
import secrets
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections

from publishing import stamp
from publishing.answers import Answer, Condition, Environ, Headers, Key, Page, chosen, encoded, is_known
from publishing.page_store import PageStore
from publishing.reads import EVERYTHING, Change, Read, is_touched, recording
from publishing.stamp import ASKED, CHANGES, NUMBER

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

MAX_BYTES = 32_000_000  # of pages kept by one worker, in all encodings
ASK_EVERY = 0.5  # seconds between questions to the database about other machines
ASK_AHEAD = 0.3  # the same, of the thread that keeps visitors from having to ask
ASK_AGAIN = 3  # seconds until the next one when the database did not answer
LOOK_EVERY = 0.1  # seconds between looks whether pages have become old
MOST_WARM = 50  # pages that are made anew before anybody asks for one of them
MOST_PAGES = 20_000  # pages that are made so that they are there when the database is not
MOMENT = 0.002  # seconds between looks whether a visitor waits
AT_ONCE = 0.03  # seconds of one look for pages that nobody asked for lately
LARGEST = 1_000_000  # bytes of one page
MOST_CHANGES = 100  # pairs of numbers of the stamp between which it is known what changed
MOST_HEADS = 2_000  # of requests that need not be read again
LONGEST_HEAD = 2_000  # bytes of one
NOBODY: tuple[Key, Environ] = ("", "", "", ""), {}  # who asks for no page
MONTH = 30 * 86_400  # seconds; all pages are made anew then, because some say until when they hold
NEVER = ("/static/", "/admin/", "/account/", "/mijn-kaart/", "/media/", "/healthz")  # beginnings of addresses
ABOUT_ANSWERS = {"HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
NOT_ASKED = ABOUT_ANSWERS | {"HTTP_COOKIE"}
SERVER_ERROR = "5"
LINK = re.compile(rb'<(?:a|link)\s[^>]*href="(/[^"#%]*)')

logger = logging.getLogger(__name__)


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
        self.missed_at: float | None = None  # when the database last did not answer this process; None since it did
        self.asking = threading.Lock()
        # What was learned of the database and stays so: after a change every page asks the same.
        self.state: stamp.State | None = None
        self.now: Condition | None = None  # what the last page depends on that was made here
        self.changes: dict[tuple[int, int], list[Change] | None] = {}  # between two numbers of the stamp
        self.choices: dict[str, str] = {}  # from Accept-Encoding to the encoding that it gets
        self.heads: dict[bytes, tuple[Key, Environ]] = {}  # that were read before, and what they ask for
        # What another program made, with other templates, is good enough only when there is nothing else.
        self.machine = stamp.watched()
        self.machine[ASKED] = 0  # by that clock, which begins anew with the machine
        self.run = secrets.token_hex(8)
        self.store = PageStore(Path(settings.STATE_DIR), urlsplit(settings.SITE_URL).netloc)
        self.store.hide()
        self.round: Iterator[None] = iter(())
        self.round_of: Any = None  # what the last one went by
        # Looked up once: these lines run at every request.
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
        renewed = self.renew(key, environ, time.monotonic())
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
            query = known(query)
            if query is None:
                return None
        scheme = environ["wsgi.url_scheme"]
        if self.proxy:
            scheme = "https" if environ.get(self.proxy[0]) == self.proxy[1] else "http"
        return scheme, environ.get("HTTP_HOST", ""), path, query

    # Whether it still holds

    def is_fresh(self, page: Page) -> bool:
        """Whether nothing changed that `page` shows since it was made."""
        self.ask_in_time()
        return self.holds(page)

    def ask_in_time(self) -> None:
        """Ask the database what other machines did, when it is time to."""
        if self.must_ask():
            self.ask()

    def must_ask(self) -> bool:
        """Whether it is time to ask the database, and nobody is waiting for its answer already."""
        is_time = self.unasked_for() > ASK_EVERY
        return is_time and not (self.must_wait() or self.asking.locked())

    def is_current(self, condition: Condition) -> bool:
        """Whether nothing public changed under `condition`, as far as this machine can tell."""
        of_this_machine = condition.changes == self.machine[CHANGES] and condition.until > time.time()
        return of_this_machine and condition.number >= self.machine[NUMBER]

    def holds(self, page: Page) -> bool:
        """Whether `page` is as it would be made now, as far as this worker can tell without asking anybody.

        What it asked for the first page after a change tells it of most others whether they read what changed.
        """
        if self.is_current(page.condition):
            return True
        now = self.now
        if now is None or not self.is_current(now) or (page.condition.number, now.number) not in self.changes:
            return False
        if self.still_holds(page, now):
            page.condition = now
            return True
        return False

    def unasked_for(self) -> float:
        """Seconds since a process of this machine last asked the database."""
        return (time.monotonic_ns() - self.machine[ASKED]) / 1e9

    def ask(self) -> None:
        """Ask the database what other machines did, for all of this one; while it is away nothing changes."""
        if self.must_wait() or not self.asking.acquire(blocking=False):
            return
        try:
            self.machine[NUMBER] = stamp.number()
            self.machine[ASKED], self.missed_at = time.monotonic_ns(), None
        except DatabaseError as error:
            self.miss(error)
        finally:
            close_old_connections()
            self.asking.release()

    def miss(self, error: DatabaseError) -> None:
        """Do without the database for a while."""
        logger.warning("The database is away, pages stay as they were: %s", error)
        self.missed_at = time.monotonic()

    def must_wait(self) -> bool:
        """Whether the database was away a moment ago: it may take its time to say so again."""
        return self.missed_at is not None and time.monotonic() - self.missed_at < ASK_AGAIN

    # Short ways for a server that knows them

    def at_hand(self, environ: Environ, head: bytes) -> tuple[bytes, bytes] | None:
        """The first lines and the body of the answer, None when it takes time: a page must be made, or somebody asked.

        `head` is the request as it came, all of it: the same bytes will ask for the same.
        """
        key = self.key(environ)
        page = self.pages.get(key) if key else None
        if key is None or page is None or not self.is_fresh_unasked(page):
            return None
        if len(head) <= LONGEST_HEAD:
            if len(self.heads) >= MOST_HEADS:
                self.heads.clear()
            self.heads[head] = key, {name: environ[name] for name in ABOUT_ANSWERS & environ.keys()}
        return self.ready(page, environ)

    def recall(self, head: bytes) -> tuple[bytes, bytes] | None:
        """The same for what came with these very bytes before; None for all else."""
        key, environ = self.heads.get(head, NOBODY)
        page = self.pages.get(key)
        return self.ready(page, environ) if page is not None and self.is_fresh_unasked(page) else None

    def is_fresh_unasked(self, page: Page) -> bool:
        """Whether `page` still holds, as far as one can say without asking anybody."""
        return not self.must_ask() and self.holds(page)

    def ready(self, page: Page, environ: Environ) -> tuple[bytes, bytes]:
        page.asked = time.monotonic()
        answer = self.answer(page, environ)
        return (answer.lines_304, b"") if is_known(answer, environ) else (answer.lines, answer.body)

    # Making it

    def renew(self, key: Key, environ: Environ, asked: float) -> "Page | Passed":
        """The page made anew, once on this machine: others wait for it. See `Page.asked`."""
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        try:
            with lock, self.store.turn(key):
                page = self.pages.get(key)
                if page is not None and self.is_fresh(page):
                    return page
                stored = self.store.load(key)
                if stored is not None and stored.condition.run == self.run:
                    self.ask_in_time()
                    if self.is_current(stored.condition):  # what only holds is to be saved as it holds now
                        stored.asked = asked
                        return self.keep(key, stored)
                return self.make(key, environ, page or stored, asked)
        finally:
            with self.lock:
                self.locks.pop(key, None)

    def make(self, key: Key, environ: Environ, old: Page | None, asked: float) -> "Page | Passed":
        # Before the page is made: what changes while it is made then makes it old at once.
        condition = self.condition(self.machine[CHANGES])
        if condition is None and old is not None:
            return old
        if condition is not None and old is not None and self.still_holds(old, condition):
            return self.save(key, replace(old, condition=condition, asked=asked))
        with recording() as reads:
            passed = Passed.through(self.application, environ | {"QUERY_STRING": key[3]})
        if passed.status[:1] == SERVER_ERROR:
            if old is None:
                return passed
            passed.close()
            logger.error("%s failed: the last good page is served", key[2])
            return old
        if condition is None or not passed.may_be_kept():
            self.store.drop(key)  # perhaps nobody may see any more what it was
            return passed
        return self.save(key, page_of(passed, condition, frozenset(reads), old, asked))

    def condition(self, changes: int) -> Condition | None:
        """What a page that is made now depends on; None while the database is away."""
        if self.must_wait():
            return None
        try:
            state = self.state = stamp.state(self.state)
        except DatabaseError as error:
            self.miss(error)
            return None
        self.missed_at = None
        month_ends = float(time.time() // MONTH + 1) * MONTH
        until = min(state.until.timestamp(), month_ends) if state.until else month_ends
        self.now = Condition(self.run, changes, state.number, until, state.changed_at.timestamp())
        return self.now

    def still_holds(self, old: Page, now: Condition) -> bool:
        """Whether `old` read nothing of what changed since it was made."""
        if old.condition.run != self.run or old.condition.until <= time.time() or EVERYTHING in old.reads:
            return False
        between = old.condition.number, now.number
        if between not in self.changes:
            if len(self.changes) >= MOST_CHANGES:
                self.changes.clear()
            self.changes[between] = stamp.changes(*between)
        changes = self.changes.get(between)
        return changes is not None and not is_touched(old.reads, changes)

    def save(self, key: Key, page: Page) -> Page:
        """Keep `page` for all workers of this machine."""
        self.store.save(key, page)
        return self.keep(key, page)

    def keep(self, key: Key, page: Page) -> Page:
        """Keep `page` in the memory of this worker, when somebody asked for it."""
        if not page.asked:
            return page
        with self.lock:
            if key in self.pages:
                self.size -= self.pages.pop(key).size
            self.pages[key] = page
            self.size += page.size
            while self.size > MAX_BYTES:
                _key, oldest = self.pages.popitem(last=False)
                self.size -= oldest.size
        if self.keeps_warm:
            # With the first page: a thread that was there before gunicorn forks its workers is in none of them.
            self.start()
        return page

    # Before anybody asks

    def rehearse(self) -> None:
        """Make a page for nobody: what that loads, the processes that are forked next have already, and share."""
        site = urlsplit(settings.SITE_URL or f"http://{settings.ALLOWED_HOSTS[0].lstrip('*.') or 'localhost'}")
        try:
            Passed.through(self.application, self.environ((site.scheme, site.netloc, "/", ""))).read()
        except Exception:  # who asks for a page will hear of it
            logger.exception("No page could be made while starting")
        finally:
            connections.close_all()  # none of them survives a fork

    def start(self) -> None:
        """Begin to look, in a thread of this process, whether pages have become old."""
        with self.lock:
            if self.warmer is None:
                self.warmer = threading.Thread(target=self.keep_warm, name="page cache", daemon=True)
                self.warmer.start()

    def keep_warm(self, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Have everything ready before it is asked for, until stopped."""
        while is_wanted() and not self.stopped.wait(LOOK_EVERY):
            try:
                self.look()
            except Exception:  # whatever it is, it may be over at the next look
                logger.exception("Pages could not be made before somebody asks")
            finally:
                close_old_connections()
        connection.close()  # of this thread

    def look(self) -> None:
        """See what became old, and do a part of the work that this gives: one process of a machine does it.

        Each asks when no other has, so that visitors do not wait for a database that takes its time to
        answer, and shows what it made for visitors, of which the others know nothing.
        """
        if self.unasked_for() > ASK_AHEAD:
            self.ask()
        self.show_asked()
        if not self.store.claim():
            return
        shown = self.store.shown()
        if shown is not None and not (shown.run == self.run and self.is_current(shown)):
            self.store.hide()
        if self.missed_at is None:
            self.warm()
            self.go_round()

    def show_asked(self) -> None:
        """Let nginx serve what visitors asked for, before its turn comes among all pages."""
        with self.lock:
            pages = [(key, page) for key, page in self.pages.items() if page.shown != page.condition]
        for key, page in pages:
            self.show(key, page)

    def warm(self) -> None:
        """Make the pages anew that are old: once each, those that were asked for last first."""
        with self.lock:
            recent = heapq.nlargest(MOST_WARM, self.pages.items(), key=lambda item: item[1].asked)
        for key, page in recent:
            if not page.asked or self.is_current(page.condition):
                continue
            asked, page.asked = page.asked, 0  # what fails is left alone until somebody asks
            self.give_way()
            began = time.monotonic()
            self.show(key, self.renew_unasked(key, asked))
            self.stopped.wait(min(time.monotonic() - began, LOOK_EVERY))  # the other half is for visitors

    def give_way(self) -> None:
        """Let a page be made first that a visitor of this worker waits for; but not for ever."""
        ends = time.monotonic() + LOOK_EVERY
        while self.locks and time.monotonic() < ends:
            self.stopped.wait(MOMENT)

    def go_round(self) -> None:
        """Have every page on disk as it is now, a few at each look."""
        ends = time.monotonic() + AT_ONCE
        while time.monotonic() < ends:
            if next(self.round, self) is not self:
                continue
            is_shown = self.store.shown() is not None
            known = self.machine[CHANGES], self.machine[NUMBER]
            is_due = self.now is not None and self.now.until <= time.time()
            state = (self.store.origins(), known, is_due, is_shown)
            if state == self.round_of:
                return
            self.round_of, self.round = state, self.all_pages()

    def all_pages(self) -> Iterator[None]:
        """Bring one page after the other up to date: those that are kept, and all that they link to."""
        self.store.tidy()
        waiting = deque(
            key for origin in self.store.origins() for key in ((*origin, "/", ""), *self.store.keys(origin))
        )
        seen: set[Key] = set()
        while waiting and len(seen) < MOST_PAGES:
            key = waiting.popleft()
            if key in seen:
                continue
            seen.add(key)
            page = self.pages.get(key) or self.store.load(key)
            if page is None or page.condition.run != self.run or not self.is_current(page.condition):
                self.give_way()
                page = self.renew_unasked(key, 0)
            if page is not None:
                self.show(key, page)
                waiting.extend(self.linked(key, page))
            yield

    def linked(self, key: Key, page: Page) -> Iterator[Key]:
        """The pages of this site that `page` leads to."""
        for link in set(LINK.findall(page.html)):
            path, _mark, query = unescape(link.decode()).partition("?")
            linked = self.key(self.environ((key[0], key[1], path, query)))
            if linked is not None:
                yield linked

    def show(self, key: Key, page: Page | None) -> None:
        """Let nginx serve `page`, if it is as it should be."""
        if page is None:
            return
        as_it_was = replace(page)  # while it is shown, a visitor may find that it holds under another condition
        if self.is_current(as_it_was.condition):
            self.store.show(key, as_it_was)
            page.shown = as_it_was.condition
            if not self.is_current(as_it_was.condition):  # by now
                self.store.hide()

    def renew_unasked(self, key: Key, asked: float) -> Page | None:
        """The page made anew though nobody asks; None when there is none any more."""
        renewed = self.renew(key, self.environ(key), asked)
        if isinstance(renewed, Page):
            return renewed
        renewed.close()
        self.forget(key)
        return None

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

    def forget(self, key: Key) -> None:
        """Keep what `key` names no longer in memory."""
        with self.lock:
            if key in self.pages:
                self.size -= self.pages.pop(key).size

    # Sending it

    def answer(self, page: Page, environ: Environ) -> Answer:
        """The page in the encoding that suits best."""
        accepts = environ.get("HTTP_ACCEPT_ENCODING", "")
        choice = self.choices.get(accepts)
        if choice is None:
            choice = chosen(accepts)
            if len(self.choices) < 1000:
                self.choices[accepts] = choice
        return page.answers.get(choice) or page.answers["identity"]

    def send(self, page: Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(page, environ)
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


def known(query: str) -> str | None:
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


def page_of(passed: Passed, condition: Condition, reads: frozenset[Read], old: Page | None, asked: float) -> Page:
    """What the application answered, to be kept in the place of `old`."""
    body = passed.read()
    since = int(condition.changed_at)
    if old is not None:  # each text that a page ever had has a time of its own
        since = old.since if old.answers["identity"].body == body else max(since, old.since + 1)
    return Page(encoded(passed.headers, body, since), condition, reads, since, asked)
