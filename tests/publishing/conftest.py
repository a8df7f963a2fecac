"""Fixtures of many tests, among them another site on this machine.

Tests of PostgreSQL are collected only where the suite was told of one.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from threading import Thread
from urllib.parse import unquote

import pytest

from pages.models import TextPage
from priorities.models import Theme
from publishing.operations import safe_http
from publishing.workflow import publish
from staff.models import StaffMember
from tests.publishing.files.photos import photo

collect_ignore = (
    []
    if "postgres" in os.environ.get("DATABASE_URL", "")
    else ["db/postgresql/test_base.py", "db/postgresql/test_set_aside.py"]
)


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
def theme(db) -> Theme:
    """A theme of the source content."""
    return Theme.objects.get(slug_nl="regiomarketing")


@pytest.fixture
def text_page(db) -> TextPage:
    return TextPage.objects.get(slug_nl="privacy")


@pytest.fixture
def media(settings, tmp_path) -> Path:
    """A folder for the files of this test alone."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def member(db) -> StaffMember:
    """A card of the source content, without a photo."""
    return StaffMember.objects.get(slug="dorine-sioen")


@pytest.fixture
def theme_with_picture(theme, media) -> Theme:
    """A public theme with a picture that lies on its side: 900 by 600 once upright."""
    theme.image, theme.image_alt_nl = photo(size=(600, 900)), "Het kruispunt"
    theme.save()
    publish(theme, None)
    return theme


@pytest.fixture
def own_places(settings, tmp_path) -> None:
    """State, the folder for nginx, and files of this test alone."""
    settings.STATE_DIR, settings.PUBLIC_DIR = tmp_path / "state", tmp_path / "public"
    settings.STATE_DIR.mkdir()
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def neighbour_on_this_machine() -> Iterator[Neighbour]:
    """The other site, which we refuse to ask for anything."""
    with served() as neighbour:
        yield neighbour


@pytest.fixture
def neighbour(neighbour_on_this_machine, monkeypatch) -> Neighbour:
    """The other site, as if 127.0.0.1, and no other address, were on the public internet."""
    monkeypatch.setattr(safe_http, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(safe_http, "ASKED_PORTS", range(1, 65_536))
    return neighbour_on_this_machine
