"""The database backend: `ENGINE = "publishing.postgresql"`.

A server that hangs takes questions and never answers. Its own time limits stand still with it, and
TCP sees nothing wrong: the kernel says that everything arrived. So whoever has waited for a while
looks whether the server answers anybody who knocks. If it does, the question just takes long. If
not, nobody waits until it does: who asks gets an OperationalError at once, and one thread of the
process goes on knocking.
"""

import logging
import os
import threading
import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.errors import ConnectionTimeout, _WaitTimeout

PATIENCE = 2  # seconds without an answer until we look whether there will be one
SILENCE = "The database server does not answer."

logger = logging.getLogger(__name__)


class Server:
    """What this process knows of its server."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Know nothing, as a process that has just begun, or was forked: who knocked before does not in that one."""
        self.hangs = False
        self.answered = 0.0  # when it last let somebody in, on the monotonic clock
        self.door: dict[str, Any] = {}  # how one knocks: the parameters of a connection
        self.lock = threading.Lock()

    def look(self) -> None:
        """Notice that it hangs, unless it answered a moment ago or another thread looks already."""
        if time.monotonic() - self.answered > PATIENCE and self.lock.acquire(blocking=False):
            try:
                if not (self.hangs or self.answers()):
                    self.give_up()
            finally:
                self.lock.release()

    def answers(self) -> bool:
        """Whether it answers a new connection, with whatever; takes `connect_timeout` at most."""
        try:
            psycopg.connect(**self.door).close()
        except ConnectionTimeout:
            return False
        except psycopg.OperationalError:  # refused: who waits hears so too
            pass
        self.answered = time.monotonic()
        return True

    def give_up(self) -> None:
        """Let nobody wait any more, until it answers."""
        if not self.hangs:
            self.hangs = True
            logger.error(SILENCE)
            threading.Thread(target=self.knock, name="knocking", daemon=True).start()

    def knock(self) -> None:
        """Knock until it answers."""
        while not self.answers():
            pass
        self.hangs = False
        logger.warning("The database server answers again.")


server = Server()
os.register_at_fork(after_in_child=server.begin)


class Connection(psycopg.Connection[Any]):
    """A connection that is over when its server hangs."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        until = time.monotonic() + PATIENCE
        while not server.hangs:
            try:
                return super().wait(gen, interval, timeout or interval)
            except _WaitTimeout:
                if time.monotonic() > until:
                    server.look()
        self.pgconn.finish()
        raise psycopg.OperationalError(SILENCE)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to a server that answers. Raises OperationalError at once while it is known not to."""

    # What Django asks of the module psycopg.
    Database: Any = SimpleNamespace(**vars(psycopg) | {"connect": Connection.connect})

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if server.hangs:
            raise psycopg.OperationalError(SILENCE)
        server.door = conn_params
        try:
            return super().get_new_connection(conn_params)
        except ConnectionTimeout:
            server.give_up()
            raise
