"""The database backend that the site runs on beside SQLite, and a server that hangs.

Collected only in the run on PostgreSQL: see `conftest.py`.
"""

import os
import socket
import threading
from contextlib import closing, suppress

import pytest
from django.core.management.color import no_style
from django.db import OperationalError, transaction
from django.db import connection as default

from priorities.models import Theme
from publishing.db.postgresql import base
from publishing.models.immutability import FUNCTION, TABLE, faults, protect
from tests.conftest import free_port


class Line:
    """Leads to the server, until it `swallows` what comes along, in both directions and of whoever is new."""

    def __init__(self, host: str, port: int) -> None:
        self.there, self.swallows = (host, port), False
        self.ends: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                near, _address = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.there)
            self.ends += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self.lead, args=pair, daemon=True).start()

    def lead(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.swallows:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.listener.close()
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def line(db):
    at = default.settings_dict
    with closing(Line(at["HOST"] or "127.0.0.1", int(at["PORT"] or 5432))) as line:
        yield line


@pytest.fixture
def server(monkeypatch) -> base.Server:
    """Nobody knows yet how the server is."""
    monkeypatch.setattr(base, "PATIENCE", 0.05)
    server = base.Server()
    monkeypatch.setattr(base, "server", server)
    yield server
    join_knocking()


@pytest.fixture
def connect(server, line):
    """Makes connections that go along the line, or to another port."""
    made = []

    def connect(port: int = line.port) -> base.DatabaseWrapper:
        options = {"connect_timeout": 2}
        made.append(
            base.DatabaseWrapper(default.settings_dict | {"HOST": "127.0.0.1", "PORT": port, "OPTIONS": options})
        )
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def join_knocking() -> None:
    for thread in threading.enumerate():
        if thread.name == "knocking":
            thread.join(30)


def asked(connection: base.DatabaseWrapper, question: str = "SELECT 1") -> object:
    connection.close_if_unusable_or_obsolete()  # as Django does before each request
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def test_who_waits_for_a_server_that_hangs_is_let_go_and_all_goes_on_when_it_answers(connect, line, server):
    connection, other = connect(), connect()
    assert asked(connection) == asked(other) == (1,)
    line.swallows = True
    with pytest.raises(OperationalError, match="does not answer"):
        asked(connection)
    knocked = len(line.ends)
    for each in (connection, other, connect()):
        with pytest.raises(OperationalError, match="does not answer"):
            asked(each)
    assert len(line.ends) <= knocked + 2, "only one thread knocks"
    line.swallows = False
    join_knocking()
    assert asked(connection) == asked(other) == (1,)


def test_a_server_that_hangs_already_lets_only_the_first_wait(connect, line, server):
    line.swallows = True
    with pytest.raises(OperationalError, match="timeout"):
        asked(connect())
    with pytest.raises(OperationalError, match="does not answer"):
        asked(connect())
    line.swallows = False
    join_knocking()
    assert asked(connect()) == (1,)


def test_who_looks_when_somebody_else_just_gave_up_does_not_knock_too(server, monkeypatch):
    server.hangs = True
    monkeypatch.setattr(server, "answers", lambda: pytest.fail("knocked"))
    server.look()


def test_a_question_that_takes_long_is_waited_for(connect, server):
    assert asked(connect(), "SELECT 1 FROM pg_sleep(0.5)") == (1,)
    assert server.answered
    assert not server.hangs


def test_a_server_that_refuses_does_not_hang(connect, server):
    with pytest.raises(OperationalError, match="refused"):
        asked(connect(free_port()))
    server.door = {"host": "127.0.0.1", "port": free_port()}
    server.look()
    assert not server.hangs


def test_a_process_that_is_forked_while_the_server_hangs_finds_out_for_itself(monkeypatch):
    """The thread that knocks until it answers is not in that process."""
    monkeypatch.setattr(base.server, "hangs", True)
    child = os.fork()
    if not child:
        os._exit(base.server.hangs)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert base.server.hangs


@pytest.mark.django_db
def test_a_function_that_refuses_nothing_and_a_trigger_that_sleeps_are_told_and_mended():
    with default.cursor() as cursor:
        nothing = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"
        cursor.execute(f"CREATE OR REPLACE FUNCTION {FUNCTION}() {nothing}")
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {TABLE}_emptied")
    assert faults() == [FUNCTION, f"{TABLE}_emptied"]
    protect()
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_gives_no_number_twice():
    last = Theme.objects.create(title_nl="Laatste").pk
    with transaction.atomic(), default.cursor() as cursor:
        cursor.execute("DELETE FROM priorities_theme")
        cursor.execute(default.ops.sequence_reset_sql(no_style(), [Theme])[0])
        transaction.set_rollback(True)
    assert Theme.objects.create(title_nl="Na").pk > last


@pytest.mark.django_db(transaction=True)
def test_after_rows_that_came_with_their_numbers_the_next_one_is_higher():
    high = Theme.objects.create(pk=Theme.objects.create(title_nl="Een").pk + 1000, title_nl="Twee").pk
    with default.cursor() as cursor:
        cursor.execute(default.ops.sequence_reset_sql(no_style(), [Theme])[0])
    assert Theme.objects.create(title_nl="Drie").pk == high + 1
