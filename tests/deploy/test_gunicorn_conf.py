"""What tests/site/test_hostile.py can't see from outside."""

import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"
APPLICATION = """
def application(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ja"]
"""


@pytest.fixture
def small(tmp_path):
    """A gunicorn with our worker around a tiny application, and where it listens."""
    (tmp_path / "tiny.py").write_text(APPLICATION)
    settings = CONFIG.read_text().replace("def post_worker_init", "def unused")
    (tmp_path / "conf.py").write_text(settings.replace("REQUEST_SECONDS = 120", "REQUEST_SECONDS = 1"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "conf.py", "--bind", f"127.0.0.1:{port}", "tiny"]
    environment = {"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "1"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            yield server, port
        finally:
            server.kill()


def ask(port: int, request: bytes) -> socket.socket:
    """A connection on which `request` was sent, as soon as there is somebody to take it."""
    for _try in range(300):
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            connection.sendall(request)
            return connection
    raise AssertionError("gunicorn did not start")


def test_who_only_opened_a_line_does_not_keep_the_site_from_stopping(small):
    server, port = small
    with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as first, ask(port, b""), ask(port, b"GET / HTT"):
        assert first.recv(15) == b"HTTP/1.1 200 OK"
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        server.wait(25)
        assert time.monotonic() - began < 8  # 10 seconds is what a head may take, and 30 a request


def test_nobody_sends_a_body_for_ever(small):
    _server, port = small
    with ask(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na") as connection:
        assert connection.recv(15) == b"HTTP/1.1 200 OK"  # the application got what there was


def test_a_proxy_is_believed_by_the_site_alone():
    settings = runpy.run_path(str(CONFIG))
    assert settings["secure_scheme_headers"] == {}
    assert settings["forwarder_headers"] == ""
    assert 0 < settings["limit_request_line"] < settings["HEAD_BYTES"]
    assert settings["worker_connections"] < 1024
