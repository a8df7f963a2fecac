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
last good page is served (RFC 9111 4.2.4), unless something that it names was taken away since.
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
from datetime import UTC, datetime
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections
from django.http.request import validate_host

from publishing import failures, outages, page_store, stamp
from publishing.answers import Answer, Condition, Environ, Headers, Key, Page, chosen, encoded, is_known, is_unchanged
from publishing.page_store import PageStore, is_canonical
from publishing.parameters import has_secret, kept_query
from publishing.reads import EVERYTHING, Change, Read, is_touched, recording
from publishing.stamp import ASKED, CHANGES, NUMBER

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

MAX_BYTES, MAX_PAGES = 32_000_000, 2_000  # kept by one worker; the bytes are those of all encodings
ASK_EVERY = 0.5  # seconds between questions to the database about other machines
ASK_AHEAD = 0.3  # the same, of the thread that keeps visitors from having to ask
ASK_AGAIN = 3  # seconds until the next one when the database did not answer
LOOK_EVERY = 0.1  # seconds between looks whether pages have become old
MOST_WARM = 50  # pages that are made anew before anybody asks for one of them
NOTE_EVERY = 60  # seconds between notes on disk of what visitors asked for
MOMENT = 0.002  # seconds between looks whether a visitor waits
AT_ONCE = 0.03  # seconds of one look for pages that nobody asked for lately
LARGEST = 1_000_000  # bytes of one page
LONGEST_PATH = 500  # characters; no address of ours comes near
MOST_HOSTS = 100  # of which is known whether pages for them are kept
MOST_CHANGES = 100  # pairs of numbers of the stamp between which it is known what changed
MOST_HEADS = 2_000  # of requests that need not be read again
LONGEST_HEAD = 2_000  # bytes of one
DEFAULT_PORTS = {"http": "80", "https": "443"}
NOBODY: tuple[Key, Environ] = ("", "", "", ""), {}  # who asks for no page
MONTH = 30 * 86_400  # seconds; all pages are made anew then, because some say until when they hold
NEVER = ("/static/", "/admin/", "/account/", "/mijn-kaart/", "/media/", "/healthz")  # beginnings of addresses
ABOUT_ANSWERS = {"HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
NOT_ASKED = ABOUT_ANSWERS | {"HTTP_COOKIE"}
SERVER_ERROR, AWAY = "5", "503"  # beginnings of statuses: something fails; something behind the site is away
LINK = re.compile(rb'<(?:a|link)\s[^>]*href="(/[^"#%]*)')

logger = logging.getLogger(__name__)


class PageCache:
    """WSGI middleware around the whole application."""

    def __init__(self, application: Application, keeps_warm: bool = False, urlconf: str | None = None) -> None:
        self.application = application
        self.urlconf = urlconf  # of the pages for visitors; by default that of the whole site
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
        self.hosts: dict[tuple[str, str], bool] = {}  # by scheme and host, whether pages are kept for them
        self.noted_at = time.monotonic()  # when was last noted what visitors asked for
        # What another program made, with other templates, is good enough only when there is nothing else.
        self.machine = stamp.watched()
        self.machine[ASKED] = 0  # by that clock, which begins anew with the machine
        self.run = secrets.token_hex(8)
        self.store = PageStore(Path(settings.STATE_DIR), Path(settings.PUBLIC_DIR), urlsplit(settings.SITE_URL).netloc)
        self.store.hide()
        failures.forget_queries()
        self.round: Iterator[None] = iter(())
        self.round_of: Any = None  # what the last one went by
        # Looked up once: these lines run at every request.
        self.session = settings.SESSION_COOKIE_NAME
        self.proxy = settings.SECURE_PROXY_SSL_HEADER

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self.key(environ)
        if key is None:
            return self.application(environ, self.watched(environ, start_response))
        page = self.pages.get(key)
        if page is not None and self.is_fresh(page):
            page.asked = time.monotonic()
            return self.send(page, environ, start_response)
        renewed = self.renew(key, environ, time.monotonic())
        if isinstance(renewed, Page):
            renewed.asked = time.monotonic()
            return self.send(renewed, environ, start_response)
        return renewed.send(environ, start_response)

    def watched(self, environ: Environ, start_response: StartResponse) -> StartResponse:
        """`start_response` that remembers when a page with a query of its own fails, such as a search."""
        key = self.key(environ | {"QUERY_STRING": ""}) if environ.get("QUERY_STRING") else None
        if key is None:
            return start_response
        with_query = (*key[:3], failures.ANY_QUERY)

        def start(status: str, headers: Headers, *exc_info: Any) -> Any:
            if status[:1] != SERVER_ERROR:
                failures.clear(with_query)
            elif not (status.startswith(AWAY) or has_secret(key[2], self.urlconf)):
                failures.note(with_query, is_withheld=False)
            return start_response(status, headers, *exc_info)

        return start

    # What may be kept

    def key(self, environ: Environ) -> Key | None:
        """What names the page that is asked for; None when it is not one for everybody, or not at its one address."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        path = environ.get("PATH_INFO", "")
        if (
            not path.startswith("/")
            or path.startswith(NEVER)
            or self.session in environ.get("HTTP_COOKIE", "")
            or environ.get("SCRIPT_NAME")
        ):
            return None
        scheme, host = self.scheme(environ), environ.get("HTTP_HOST", "")
        if len(path) > LONGEST_PATH or not (self.hosts.get((scheme, host)) or self.may_keep(scheme, host)):
            return None
        query = environ.get("QUERY_STRING", "")
        if query:
            query = kept_query(query, path, self.urlconf)
            if query is None:
                return None
        return scheme, host, path, query

    def scheme(self, environ: Environ) -> str:
        """The scheme of a request, as Django's `HttpRequest.scheme` reads it: one header, two readings is two pages."""
        said = environ.get(self.proxy[0]) if self.proxy else None
        if self.proxy is None or said is None:
            return environ["wsgi.url_scheme"]
        return "https" if said.split(",", 1)[0].strip() == self.proxy[1] else "http"

    def may_keep(self, scheme: str, host: str) -> bool:
        """Whether pages are kept under this spelling of a host: others get theirs from Django each time."""
        known = self.hosts.get((scheme, host))
        if known is None:
            name, _colon, port = host.partition(":")
            known = is_canonical(host) and port != DEFAULT_PORTS.get(scheme)
            if known and self.store.host:  # the site knows its address
                known = host == self.store.host or host in (self.store.host.partition(":")[0], *settings.ALLOWED_HOSTS)
            known = known and validate_host(name, settings.ALLOWED_HOSTS)
            if len(self.hosts) >= MOST_HOSTS:
                self.hosts.clear()
            self.hosts[scheme, host] = known
        return known

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
        made = time.time()
        condition = self.condition(self.machine[CHANGES])
        if condition is None and old is not None and self.may_show(old, None):
            return old
        if condition is not None and old is not None and self.still_holds(old, condition):
            return self.save(key, replace(old, condition=condition, asked=asked))
        with recording() as reads:
            passed = Passed.through(self.application, environ | {"QUERY_STRING": key[3]})
        if passed.status[:1] == SERVER_ERROR:
            return self.instead_of(passed, key, old, condition)
        failures.clear(key)
        if condition is None or not passed.may_be_kept():
            self.store.drop(key)  # perhaps nobody may see any more what it was
            return passed
        return self.save(key, page_of(passed, condition, frozenset(reads), old, asked, made))

    def instead_of(self, failed: "Passed", key: Key, old: Page | None, condition: Condition | None) -> "Page | Passed":
        """What visitors get while a page fails: the last good one, unless that names something taken away since."""
        self.store.unshow(key)
        is_shown = old is not None and self.may_show(old, condition)
        is_withheld = old is not None and not is_shown
        if not (failed.status.startswith(AWAY) or has_secret(key[2], self.urlconf)):  # then its code fails
            is_withheld = is_withheld or (old is None and failures.is_withheld(key))
            failures.note(key, is_withheld)
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

    def may_show(self, old: Page, condition: Condition | None) -> bool:
        """Whether `old`, that can't be made anew, names nothing that was taken away since it was made.

        What the database can't tell counts as taken away; while it is away this machine knows what it saw itself.
        """
        if condition is not None:
            try:
                changes = self.changes_between(old.condition, condition)
                since = old.made or old.condition.changed_at
                made, now = (datetime.fromtimestamp(at, tz=UTC) for at in (since, time.time()))
                taken = [change for change in changes or () if change.takes_away]
                return changes is not None and not is_touched(old.reads, [*taken, *stamp.taken_by_plan(made, now)])
            except DatabaseError as error:
                self.miss(error)
            except Exception:  # as of a kind of page that this program does not know
                logger.exception("Nobody knows what was taken away since a page was made")
                return False
        return not is_touched(old.reads, stamp.remembered(old.condition.number))

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
        try:
            changes = self.changes_between(old.condition, now)
        except DatabaseError as error:
            self.miss(error)
            return False
        return changes is not None and not is_touched(old.reads, changes)

    def changes_between(self, old: Condition, new: Condition) -> list[Change] | None:
        """What changed between the two, asked once; None when nobody knows."""
        between = old.number, new.number
        if between not in self.changes:
            if len(self.changes) >= MOST_CHANGES:
                self.changes.clear()
            self.changes[between] = stamp.changes(*between)
        return self.changes.get(between)

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
            if self.size > MAX_BYTES or len(self.pages) > MAX_PAGES:
                self.make_room()
        if self.keeps_warm:
            # With the first page: a thread that was there before gunicorn forks its workers is in none of them.
            self.start()
        return page

    def make_room(self) -> None:
        """Keep no more than nine tenths of what may be kept in memory: what was asked for longest ago goes first."""
        for key, _page in sorted(self.pages.items(), key=lambda item: item[1].asked):
            if self.size <= MAX_BYTES * 0.9 and len(self.pages) <= MAX_PAGES * 0.9:
                return
            self.size -= self.pages.pop(key).size

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
        self.note_asked()
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

    def note_asked(self) -> None:
        """Note on disk, now and then, what visitors asked for: it stays longest when there is no room for all."""
        now = time.monotonic()
        if now - self.noted_at < NOTE_EVERY:
            return
        with self.lock:
            asked = [(key, page.asked) for key, page in self.pages.items() if page.asked >= self.noted_at]
        self.noted_at = now
        for key, at in asked:
            self.store.note_asked(key, int(time.time() - (now - at)))

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
        for origin in self.store.origins():
            if not self.may_keep(*origin):  # the site had another name when these were kept
                self.store.forget(origin)
        waiting = deque(each.key for each in failures.failing() if each.key[3] != failures.ANY_QUERY)
        waiting.extend(key for origin in self.store.origins() for key in ((*origin, "/", ""), *self.store.keys(origin)))
        seen: set[Key] = set()
        while waiting and len(seen) < page_store.MOST_PAGES:
            key = waiting.popleft()
            if key in seen:
                continue
            seen.add(key)
            try:
                page = self.pages.get(key) or self.store.load(key)
                if page is None or page.condition.run != self.run or not self.is_current(page.condition):
                    self.give_way()
                    page = self.renew_unasked(key, 0)
                if page is not None:
                    self.show(key, page)
                    waiting.extend(self.linked(key, page))
            except Exception:  # whatever it is, the next page may do
                logger.exception("%s could not be made before somebody asks", key[2])
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
        # What another program made is served while ours fails, but by us: nginx shows pages of one program only.
        if as_it_was.condition.run == self.run and self.is_current(as_it_was.condition):
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

    def replaced(self, status: HTTPStatus, page: bytes, headers: dict[str, str]) -> "Passed":
        """Another page with another status, and all that stands in the headers for safety; nobody may keep it."""
        self.close()
        own = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(page)),
            "Cache-Control": "no-store",
        }
        own |= headers
        same = [(name, value) for name, value in self.headers if name.title() not in own]
        return Passed(f"{status.value} {status.phrase}", [*same, *own.items()], [page])

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
        """As it came, or that the reader has it: what asks for that was kept from the application."""
        values = {name.lower(): value for name, value in self.headers}
        is_ok = self.status.startswith(str(HTTPStatus.OK.value))
        if is_ok and is_unchanged(values.get("etag", ""), values.get("last-modified", ""), environ):
            self.close()
            about_body = ("content-length", "content-type", "content-disposition", "content-encoding")
            start_response("304 Not Modified", [each for each in self.headers if each[0].lower() not in about_body])
            return []
        start_response(self.status, self.headers)
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.parts
        self.close()
        return []


def page_of(
    passed: Passed, condition: Condition, reads: frozenset[Read], old: Page | None, asked: float, made: float
) -> Page:
    """What the application answered, to be kept in the place of `old`."""
    body = passed.read()
    since = int(condition.changed_at)
    if old is not None:  # each text that a page ever had has a time of its own
        since = old.since if old.answers["identity"].body == body else max(since, old.since + 1)
    return Page(encoded(passed.headers, body, since), condition, reads, since, asked, made=made)
