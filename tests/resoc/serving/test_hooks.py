import fcntl
import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import InvalidHeader

from resoc.serving import hooks
from tests.resoc.serving.client import ask, read


@pytest.mark.server
def test_pages_are_loaded_before_the_workers_are_forked_and_each_worker_can_take_over_the_warmer(small, tmp_path):
    server, port = small
    with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert read(connection)[1] == b"ja"
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    assert (tmp_path / "warmed_up").read_text() == str(server.pid)
    assert (tmp_path / "started").read_text() in workers


def test_a_worker_starts_the_work_beside_requests(monkeypatch):
    started = []
    monkeypatch.setattr("resoc.operations.upkeep.start", lambda: started.append("upkeep"))
    hooks.post_worker_init(SimpleNamespace(wsgi=SimpleNamespace(start_warmer=lambda: started.append("warmer"))))
    assert started == ["upkeep", "warmer"]


def test_a_request_without_a_host_is_refused_but_in_http_1_0():
    hooks.pre_request(None, SimpleNamespace(version=(1, 0), headers=[]))
    hooks.pre_request(None, SimpleNamespace(version=(1, 1), headers=[("HOST", "x")]))
    with pytest.raises(InvalidHeader):
        hooks.pre_request(None, SimpleNamespace(version=(1, 1), headers=[("ACCEPT", "x")]))


def test_a_start_that_fails_before_the_warmer_runs_ends_all_the_same():
    hooks.on_exit(SimpleNamespace())


def test_the_environment_is_held_while_the_site_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    server = SimpleNamespace()
    hooks.on_starting(server)
    assert not vars(server), "installed in another way: there is nothing to hold"
    stamp = tmp_path / "installed.txt"
    stamp.write_text("digest")
    hooks.on_starting(server)
    with stamp.open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    server.environment.close()


@pytest.fixture
def gunicorn_log():
    """gunicorn's logger; its handlers are as before afterwards."""
    handlers = {name: [*logging.getLogger(name).handlers] for name in ("gunicorn.error", "gunicorn.access")}
    yield Logger(Config())
    for name, before in handlers.items():
        logging.getLogger(name).handlers[:] = before


def test_after_a_reload_gunicorn_writes_no_line_of_its_own_beside_that_of_the_site(gunicorn_log):
    ours = logging.NullHandler()
    gunicorn_log.error_log.handlers[:] = [ours]  # as the settings of the site leave it
    gunicorn_log.setup(Config())
    assert len(gunicorn_log.error_log.handlers) == 2
    hooks.on_reload(SimpleNamespace(log=gunicorn_log))
    assert gunicorn_log.error_log.handlers == [ours]
