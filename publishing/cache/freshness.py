"""The freshness of cached pages, and which stale ones may be served when they cannot be rendered again.

A page is cached with its `Validity`: the counts that stood when it was rendered, and when the next
planned change comes. It is fresh while those are unchanged. Otherwise it may be revalidated: a page
that read nothing of what changed is as good as a new one.

Changes on this machine are seen at once, in shared memory. Those of other machines are learned by
polling the database: one process at a time asks for all processes of the machine.
"""

import logging
import secrets
import threading
import time
from datetime import UTC, datetime

from django.db import DatabaseError, close_old_connections

from publishing.cache import stamp
from publishing.cache.responses import Page, Validity
from publishing.cache.stamp import ASKED, CHANGES, NUMBER
from publishing.queries.dependencies import EVERYTHING, Change, is_invalidated

POLL_EVERY = 0.5  # seconds between polls, when a request finds that one is due
BACK_OFF = 3  # seconds without a query after one that failed
MONTH = 30 * 86_400  # seconds; every page is rendered again then, because some name a date until which they hold
MOST_CHANGES = 100  # pairs of stamp numbers between which the changes are remembered

logger = logging.getLogger(__name__)


class Freshness:
    """Judges cached pages, for one process. Its methods may be called by any thread."""

    def __init__(self) -> None:
        # Pages of another run may be served when there is nothing better, but are not fresh: templates may differ.
        self.run = secrets.token_hex(8)
        self.machine = stamp.watched()
        self.machine[ASKED] = 0  # the monotonic clock starts again with the machine
        self.failed_at: float | None = None  # monotonic time of the last query, when that failed
        self.current: Validity | None = None  # of the page that was rendered last in this process
        self._polling = threading.Lock()
        self._state: stamp.StampState | None = None
        self._changes: dict[tuple[int, int], list[Change] | None] = {}  # between two numbers of the stamp

    @property
    def known(self) -> tuple[int, int]:
        """How many changes this machine knows: its own, and by the stamp."""
        return self.machine[CHANGES], self.machine[NUMBER]

    def is_fresh(self, validity: Validity) -> bool:
        """Whether a page with `validity` is as it would be rendered now, as far as this machine knows; no query."""
        machine = self.machine
        return (
            validity.changes == machine[CHANGES]
            and validity.until > time.time()
            and validity.number >= machine[NUMBER]
            and validity.run == self.run
        )

    def revalidate(self, page: Page, may_poll: bool = True) -> bool:
        """Whether `page` may be served; gives it the current validity if it read nothing of what changed.

        It polls when that is due; with `may_poll=False` it makes no query, and such a page is not good enough.
        What was queried for the first page after a change settles it for most others.
        """
        if self.is_poll_due():
            if not may_poll:
                return False
            self.poll()
        if self.is_fresh(page.validity):
            return True
        current = self.current
        if current is None or not self.is_fresh(current) or (page.validity.number, current.number) not in self._changes:
            return False
        if self.is_unaffected(page, current):
            page.validity = current
            return True
        return False

    def is_unaffected(self, page: Page, current: Validity) -> bool:
        """Whether `page` read nothing of what changed between its own validity and `current`; may query."""
        if page.validity.run != self.run or page.validity.until <= time.time() or EVERYTHING in page.reads:
            return False
        try:
            changes = self._changes_between(page.validity, current)
        except DatabaseError as error:
            self.back_off(error)
            return False
        return changes is not None and not is_invalidated(page.reads, changes)

    def query(self) -> Validity | None:
        """The validity of a page that is rendered from now on; None while the database is away."""
        if self.is_backing_off():
            return None
        changes = self.machine[CHANGES]  # before the query: a change that comes meanwhile makes the page stale
        try:
            state = self._state = stamp.state(self._state)
        except DatabaseError as error:
            self.back_off(error)
            return None
        self.failed_at = None
        month_ends = float(time.time() // MONTH + 1) * MONTH
        until = min(state.until.timestamp(), month_ends) if state.until else month_ends
        self.current = Validity(self.run, changes, state.number, until, state.changed_at.timestamp())
        return self.current

    def may_serve_stale(self, page: Page, current: Validity | None) -> bool:
        """Whether `page`, which cannot be rendered again, names nothing that was taken away since it was.

        What the database cannot tell counts as taken away. While it is away (`current` is None), what this
        machine saw being taken away counts.
        """
        if current is not None:
            try:
                changes = self._changes_between(page.validity, current)
                since = page.made or page.validity.changed_at
                made, now = (datetime.fromtimestamp(at, tz=UTC) for at in (since, time.time()))
                taken = [change for change in changes or () if change.takes_away]
                return changes is not None and not is_invalidated(page.reads, [*taken, *stamp.taken_by_plan(made, now)])
            except DatabaseError as error:
                self.back_off(error)
            except Exception:  # such as for a kind of page that this version does not know
                logger.exception("What was taken away since a page was rendered is not known")
                return False
        return not is_invalidated(page.reads, stamp.remembered(page.validity.number))

    def _changes_between(self, old: Validity, new: Validity) -> list[Change] | None:
        """What changed between the two, queried once; None when that is not kept any more."""
        between = old.number, new.number
        if between not in self._changes:
            if len(self._changes) >= MOST_CHANGES:
                self._changes.clear()
            self._changes[between] = stamp.changes(*between)
        return self._changes.get(between)

    # Changes on other machines

    def is_poll_due(self) -> bool:
        """Whether a poll is due, and neither impossible for now nor under way in this process."""
        return self.seconds_since_poll() > POLL_EVERY and not (self.is_backing_off() or self._polling.locked())

    def seconds_since_poll(self) -> float:
        """Seconds since a process of this machine last polled."""
        return (time.monotonic_ns() - self.machine[ASKED]) / 1e9

    def poll(self) -> None:
        """Read the stamp, for all processes of this machine; while the database is away nothing changes."""
        if self.is_backing_off() or not self._polling.acquire(blocking=False):
            return
        try:
            self.machine[NUMBER] = stamp.number()
            self.machine[ASKED], self.failed_at = time.monotonic_ns(), None
        except DatabaseError as error:
            self.back_off(error)
        finally:
            close_old_connections()
            self._polling.release()

    def back_off(self, error: DatabaseError) -> None:
        """Make no query for BACK_OFF seconds: a database that is away may take long to say so."""
        logger.warning("The database is away, pages stay as they were: %s", error)
        self.failed_at = time.monotonic()

    def is_backing_off(self) -> bool:
        """Whether a query failed less than BACK_OFF seconds ago."""
        return self.failed_at is not None and time.monotonic() - self.failed_at < BACK_OFF
