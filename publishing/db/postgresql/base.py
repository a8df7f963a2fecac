"""The database backend: `ENGINE = "publishing.db.postgresql"`.

A server that hangs accepts queries and never responds. Its own time limits do not run either, and
TCP reports no error: the kernel acknowledged everything. So a query that has waited for PATIENCE
seconds tries to open a new connection. When that works, the query just takes long. When it does not,
all queries of the process raise OperationalError at once, and one thread goes on trying to connect.
"""

import logging
import os
import threading
import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from django.db.models import AutoField
from psycopg.errors import ConnectionTimeout, _WaitTimeout

PATIENCE = 2  # seconds without a response, after which a new connection is tried
SILENCE = "The database server does not answer."

logger = logging.getLogger(__name__)


class Server:
    """The state of the database server, as far as this process knows it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget all, as in a new or a forked process: the thread that tried to connect is not in the fork."""
        self.hangs = False
        self.answered = 0.0  # when it last accepted a connection, on the monotonic clock
        self.door: dict[str, Any] = {}  # connection parameters
        self.lock = threading.Lock()

    def look(self) -> None:
        """Check whether it hangs, unless it responded within PATIENCE or another thread checks already."""
        if time.monotonic() - self.answered > PATIENCE and self.lock.acquire(blocking=False):
            try:
                if not (self.hangs or self.answers()):
                    self.give_up()
            finally:
                self.lock.release()

    def answers(self) -> bool:
        """Whether it responds to a new connection, be it with a refusal; takes `connect_timeout` at most."""
        try:
            psycopg.connect(**self.door).close()
        except ConnectionTimeout:
            return False
        except psycopg.OperationalError:  # refused: the waiting query gets the same error
            pass
        self.answered = time.monotonic()
        return True

    def give_up(self) -> None:
        """Let no query wait any more, until it responds."""
        if not self.hangs:
            self.hangs = True
            logger.error(SILENCE)
            threading.Thread(target=self.knock, name="knocking", daemon=True).start()

    def knock(self) -> None:
        """Try to connect until it responds."""
        while not self.answers():
            pass
        self.hangs = False
        logger.warning("The database server answers again.")


server = Server()
os.register_at_fork(after_in_child=server.begin)


class WatchedConnection(psycopg.Connection[object]):
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


class Operations(operations.DatabaseOperations):
    """Django's; a sequence never goes back.

    A sequence is not rolled back with the rows of its transaction: after a restore that failed, rows that are there
    would get their number again.
    """

    def sequence_reset_sql(self, style: Any, model_list: Any) -> list[str]:
        """SQL that lets the next row of each model come after all that there are, and that there ever were."""
        return [
            self._never_back(self.quote_name(model._meta.db_table), str(field.column))
            for model in model_list
            for field in model._meta.local_fields
            if isinstance(field, AutoField)
        ]

    def _never_back(self, table: str, column: str) -> str:
        sequence = f"pg_get_serial_sequence('{table}', '{column}')"
        return (
            "SELECT setval(sequence, greatest(last, used, 1), coalesce(last, used) IS NOT NULL) FROM ("  # noqa: S608
            f"SELECT {sequence} AS sequence, max({self.quote_name(column)}) AS last, "
            f"pg_sequence_last_value({sequence}::regclass) AS used FROM {table}) AS found"
        )


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper; raises OperationalError at once while the server is known to hang."""

    ops_class = Operations

    # The names that Django uses of the module psycopg.
    Database: Any = SimpleNamespace(**vars(psycopg) | {"connect": WatchedConnection.connect})

    def get_new_connection(self, conn_params: dict[str, object]) -> object:
        if server.hangs:
            raise psycopg.OperationalError(SILENCE)
        server.door = conn_params
        try:
            return super().get_new_connection(conn_params)
        except ConnectionTimeout:
            server.give_up()
            raise
