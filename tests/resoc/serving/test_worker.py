"""What tests/site/test_hostile.py can't see from outside."""

import signal
import socket
import ssl
import time

import pytest

from tests.resoc.serving.client import ask, read
from tests.resoc.serving.tiny import BODY

pytestmark = pytest.mark.server


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
