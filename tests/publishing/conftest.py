"""What is about PostgreSQL is collected only where the suite was told of one; and another site, on this machine."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from urllib.parse import unquote

import pytest

from publishing import outside

collect_ignore = [] if "postgres" in os.environ.get("DATABASE_URL", "") else ["test_postgresql.py"]


@dataclass
class Neighbour:
    """A site that notes every request. Answers `/404` with that status, `/to/<address>` with a redirect, and
    a few other paths oddly.
    """

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    neighbour: Neighbour

    def do_HEAD(self) -> None:
        self.neighbour.asked.append((self.command, self.path))
        self.neighbour.headers.append(dict(self.headers))
        first, _slash, rest = self.path[1:].partition("/")
        if first == "to":
            self.send_response(302)
            self.send_header("Location", unquote(rest, "latin-1"))  # each byte as it stands there
        elif first == "for-browsers":  # HEAD gets the number that follows
            self.send_response(int(rest) if self.command == "HEAD" else 200)
        elif first == "hangs-up-on-head" and self.command == "HEAD":
            return
        elif first == "endless":
            self.send_response(200)
            for number in range(3):
                self.send_header(f"X-{number}", "x" * 60_000)
        elif first == "drips":
            with suppress(OSError):
                while True:
                    self.wfile.write(b"H")
                    time.sleep(0.02)
            return
        else:
            self.send_response(int(first) if first.isdecimal() else 200)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815  (named by the standard library)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served(context: SSLContext | None = None) -> Iterator[Neighbour]:
    """The other site while it answers, with a certificate when there is one in `context`."""
    neighbour = Neighbour()
    handler = type("Handler", (Handler,), {"neighbour": neighbour})
    server = ThreadingHTTPServer(("0.0.0.0", 0), handler)  # noqa: S104  (at every address that a test may try)
    neighbour.port = server.server_port
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield neighbour
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def neighbour_on_this_machine() -> Iterator[Neighbour]:
    """The other site, which we refuse to ask for anything."""
    with served() as neighbour:
        yield neighbour


@pytest.fixture
def neighbour(neighbour_on_this_machine, monkeypatch) -> Neighbour:
    """The other site, as if 127.0.0.1, and no other address, were on the public internet."""
    monkeypatch.setattr(outside, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(outside, "ASKED_PORTS", range(1, 65_536))
    return neighbour_on_this_machine
