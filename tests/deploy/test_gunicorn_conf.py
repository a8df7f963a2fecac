"""What tests/site/test_hostile.py can't see from outside."""

import os
import runpy
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.certificate import certificate
from tests.conftest import free_port

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"
BODY = 8_000_000  # bytes: more than fits on a line at once
APPLICATION = f"""
import os, time
from pathlib import Path

def application(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ja"]

def at_hand(environ, head):
    heads[head] = b"HTTP/1.1 200 OK\\r\\nContent-Length: {BODY}\\r\\n", bytes({BODY})
    return None

def keep_warm(is_wanted):
    Path("keeper").write_text(str(os.getpid()))
    if "KEEPER_FAILS" in os.environ:
        raise RuntimeError
    while is_wanted():
        time.sleep(0.02)

heads = {{}}
application.recall = heads.get
application.at_hand = at_hand
application.keep_warm = keep_warm
application.rehearse = lambda: None
"""


@pytest.fixture
def small(tmp_path, request):
    """A gunicorn with our worker around a tiny application, and where it listens; with more options if given."""
    (tmp_path / "tiny.py").write_text(APPLICATION)
    settings = CONFIG.read_text().replace("def post_worker_init", "def unused")
    (tmp_path / "conf.py").write_text(settings.replace("REQUEST_SECONDS = 120", "REQUEST_SECONDS = 1"))
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "conf.py", "--bind", f"127.0.0.1:{port}", "tiny"]
    command += getattr(request, "param", ())
    if "--certfile" in command:
        certificate("localhost", tmp_path / "both.pem")
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


def keeper_of(folder: Path) -> int:
    """The process that looks after pages, as soon as it does."""
    said = folder / "keeper"
    assert any(time.sleep(0.05) or (said.exists() and said.read_text()) for _time in range(200))
    return int(said.read_text())


def gone(pid: int) -> bool:
    """Whether that process has ended, within two seconds."""
    return any(time.sleep(0.05) or not Path(f"/proc/{pid}").exists() for _time in range(40))


def test_who_looks_after_pages_ends_with_gunicorn(small, tmp_path):
    server, port = small
    ask(port, b"").close()
    keeper = keeper_of(tmp_path)
    assert keeper not in (server.pid, 0)
    server.send_signal(signal.SIGTERM)
    server.wait(10)
    assert not Path(f"/proc/{keeper}").exists(), "who starts the site again must not find it still there"


def test_when_gunicorn_is_killed_it_ends_by_itself_and_holds_no_port(small, tmp_path):
    server, port = small
    ask(port, b"").close()
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    server.kill()
    assert all(gone(int(each)) for each in workers)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_site_goes_on_without_it(small, tmp_path):
    server, port = small
    ask(port, b"").close()
    keeper = keeper_of(tmp_path)
    os.kill(keeper, signal.SIGKILL)
    assert gone(keeper)
    with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert read(connection)[1] == b"ja"
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0


@pytest.mark.parametrize("small", [["--env", "KEEPER_FAILS=1"]], indirect=True)
def test_should_it_fail_the_site_goes_on(small, tmp_path):
    server, port = small
    with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert read(connection)[1] == b"ja"
    assert gone(keeper_of(tmp_path))
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0


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


def read(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head and the body of one answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(1) or pytest.fail("it hung up")
    if found.startswith(b"HTTP/1.1 100 "):
        return read(connection)
    length = int(found.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body)) or pytest.fail("it hung up")
    return found, body


def test_what_is_at_hand_comes_whole_over_a_thin_line_and_the_line_stays(small):
    _server, port = small
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with ask(port, request) as connection:
        assert read(connection)[1] == b"ja"  # the first time it is read, then known
        for _time in range(2):
            connection.sendall(request)
            time.sleep(0.3)  # until nothing more fits on the line
            head, body = read(connection)
            assert b"\r\nDate: " in head
            assert b"\r\nConnection: keep-alive\r\n" in head
            assert len(body) == BODY


@pytest.mark.parametrize(
    "more",
    [
        b"Connection: close\r\n",
        b"Content-Length: 2\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"Accept: a\r\nAccept: b\r\n",
    ],
)
def test_a_head_after_which_something_else_may_come_is_read_each_time(small, more):
    _server, port = small
    for _time in range(3):
        with ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n") as connection:
            connection.sendall(b"0\r\n\r\n" if b"chunked" in more else b"")
            connection.shutdown(socket.SHUT_WR)
            assert read(connection)[1] == b"ja"


def test_requests_that_come_together_are_answered_one_after_the_other(small):
    _server, port = small
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    for _time in range(2):
        with ask(port, request * 3) as connection:
            assert [read(connection)[1] for _time in range(3)] == [b"ja"] * 3


def test_what_is_known_is_read_all_the_same_as_the_end_of_another_head(small):
    _server, port = small
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with ask(port, request) as connection:
        assert read(connection)[1] == b"ja"  # now it is known
    with ask(port, b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nX: ") as connection:
        assert read(connection)[1] == b"ja"
        connection.sendall(request)
        assert read(connection)[1] == b"ja"


@pytest.mark.parametrize("small", [["--certfile", "both.pem", "--keyfile", "both.pem"]], indirect=True)
def test_with_a_certificate_of_its_own_every_request_is_read_in_a_thread(small):
    _server, port = small
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(ask(port, b"")) as connection:
        for _time in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert read(connection)[1] == b"ja"


def test_a_proxy_is_believed_by_the_site_alone():
    settings = runpy.run_path(str(CONFIG))
    assert settings["secure_scheme_headers"] == {}
    assert settings["forwarder_headers"] == ""
    assert 0 < settings["limit_request_line"] < settings["HEAD_BYTES"]
    assert settings["worker_connections"] < 1024
