import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, connections

from resoc.operations.start_lock import NUMBER, WAITING, on_this_database, on_this_machine

ROOT = Path(__file__).resolve().parents[3]


def test_who_comes_second_waits_and_says_so(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    said, order = [], []

    def second():
        with on_this_machine(said.append):
            order.append("second")

    with on_this_machine(said.append):
        thread = threading.Thread(target=second)
        thread.start()
        while not said:
            thread.join(0.01)
        order.append("first")
    thread.join()
    assert (order, said) == (["first", "second"], [WAITING])


def test_a_start_that_was_killed_holds_nobody_up(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    code = """
import os, signal, sys
from django.conf import settings
from pathlib import Path
settings.configure(STATE_DIR=Path(sys.argv[1]), DATABASES={})
from resoc.operations.start_lock import on_this_machine
with on_this_machine(print):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, env={"PATH": os.environ["PATH"]}, check=False
    )
    with (tmp_path / "prepare.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.django_db(transaction=True)
def test_starts_on_other_machines_wait_for_the_database(monkeypatch):
    if connection.vendor != "postgresql":
        with on_this_database(print):
            return
    monkeypatch.setattr("resoc.operations.start_lock.ASK_AGAIN", 0.01)
    said, order = [], []

    def second():
        with on_this_database(said.append):
            order.append("second")
        connections.close_all()

    with on_this_database(said.append):
        thread = threading.Thread(target=second)
        thread.start()
        while not said:
            thread.join(0.01)
        order.append("first")
    thread.join()
    assert (order, said) == (["first", "second"], [WAITING])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s), pg_advisory_unlock(%s)", [NUMBER, NUMBER])
        assert cursor.fetchone() == (True, True)
