"""One start at a time: who else begins to prepare the site waits until the first is done.

A lock on a file keeps apart what starts on one machine, and one of PostgreSQL what starts on several. Both
end with the process, however it ends.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

NUMBER = 0x7265736F63  # of the lock in PostgreSQL; any number that nothing else here takes
ASK_AGAIN = 0.5  # seconds
WAITING = "Another start of this site is at work: waiting until it is done."

Tell = Callable[[str], object]


@contextmanager
def on_this_machine(tell: Tell) -> Iterator[None]:
    """Hold the lock of this installation while the block runs."""
    with (Path(settings.STATE_DIR) / "prepare.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(WAITING)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def on_this_database(tell: Tell) -> Iterator[None]:
    """Hold the lock of the database while the block runs; SQLite has one machine only. Raises DatabaseError."""
    if connection.vendor != "postgresql":
        yield
        return
    told = False
    # Asked for again and again: a question that waits would end at `lock_timeout`.
    while not _asked("pg_try_advisory_lock"):
        if not told:
            tell(WAITING)
            told = True
        time.sleep(ASK_AGAIN)
    try:
        yield
    finally:
        if connection.is_usable():  # else the server let go of it
            _asked("pg_advisory_unlock")


def _asked(function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [NUMBER])
        return bool(cursor.fetchone()[0])
