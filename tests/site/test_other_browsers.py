"""A smoke test of every kind of page in Firefox and in WebKit, each started once.

Firefox is driven by its own protocol, Marionette, so that nothing else need be installed; WebKit by WebDriver.
"""

import http.client
import itertools
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import free_port

# `server`: they take seconds to start, and `make quick` leaves them out.
pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

PAGES = ["/", "/fr/", "/prioriteiten/", "/prioriteiten/mobiliteit-en-ontsluiting/", "/themas/regiomarketing/"]
PAGES += [
    "/contact/",
    "/contact/stephanie-thybaert/",
    "/toegankelijkheid/",
    "/zoeken/?q=regio",
    "/nieuws/",
    "/nergens/",
]
# What is wrong with a page: no heading, no sheet, wider than its window, or two names of the map over each other.
LOOK = """
    const wrong = [], root = document.documentElement;
    const heading = document.querySelector("h1");
    if (!heading || !heading.getBoundingClientRect().height) wrong.push("no heading");
    if (getComputedStyle(document.querySelector(".skip")).position !== "absolute") wrong.push("no sheet");
    if (root.scrollWidth > root.clientWidth) wrong.push("wide: " + root.scrollWidth);
    if (document.fonts.status !== "loaded") wrong.push("fonts: " + document.fonts.status);
    const names = [...document.querySelectorAll(".map-names text")].filter(each => each.getClientRects().length);
    names.forEach((one, index) => names.slice(index + 1).forEach(other => {
        const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > a.height / 2) wrong.push(one.textContent + " over " + other.textContent);
    }));
    return wrong;
"""
Run = Callable[[str], Any]


@contextmanager
def started(*command: str, **environment: str) -> Iterator[None]:
    """A program, until the block ends."""
    program = subprocess.Popen(  # noqa: S603
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        program.terminate()
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait(10)


def until(attempt: Callable[[], Any]) -> Any:
    """What `attempt` returns, once it is no error any more."""
    for left in range(300, -1, -1):
        try:
            return attempt()
        except OSError:
            if not left:
                raise
            time.sleep(0.1)
    return None


@contextmanager
def firefox(folder: Path) -> Iterator[tuple[Run, Run]]:
    """Goes to an address, and runs a script, in Firefox."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if not program or Path(program).resolve().parts[:2] == ("/", "snap"):
        pytest.skip("no Firefox on this machine that can be driven: apt install firefox-esr")
    port = free_port()
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    with (
        started(program, "--headless", "--marionette", "--no-remote", "--profile", str(folder), HOME=str(folder)),
        until(lambda: socket.create_connection(("127.0.0.1", port), 60)) as connection,
    ):
        stream, numbers = connection.makefile("rb"), itertools.count(1)

        def receive() -> Any:
            length = b""
            while (digit := stream.read(1)) != b":":
                assert digit, "Firefox went away"
                length += digit
            return json.loads(stream.read(int(length)))

        def call(name: str, **arguments: Any) -> Any:
            said = json.dumps([0, next(numbers), name, arguments])
            connection.sendall(f"{len(said.encode())}:{said}".encode())
            _, _, error, result = receive()
            assert error is None, error
            return result

        receive()  # who it is
        call("WebDriver:NewSession", capabilities={})
        yield (
            lambda address: call("WebDriver:Navigate", url=address),
            lambda script: call("WebDriver:ExecuteScript", script=script, args=[])["value"],
        )


@contextmanager
def webkit(folder: Path) -> Iterator[tuple[Run, Run]]:
    """The same in WebKitGTK, on a screen of its own."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    if not driver or not screen:
        pytest.skip("no WebKit on this machine: apt install webkit2gtk-driver xvfb")
    port, display = free_port(), f":{os.getpid() % 30000 + 100}"

    def call(method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        value = json.loads(response.read())["value"]
        connection.close()
        assert response.status == 200, value
        return value

    with ExitStack() as stack:
        stack.enter_context(started(screen, display, "-screen", "0", "1400x1000x24", "-nolisten", "tcp"))
        until(lambda: os.stat(f"/tmp/.X11-unix/X{display[1:]}"))  # noqa: S108
        own = {
            "DISPLAY": display,
            "HOME": str(folder),
            "GDK_BACKEND": "x11",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # it shows our own pages only
            "NO_AT_BRIDGE": "1",
        }
        stack.enter_context(started(driver, f"--port={port}", **own))
        until(lambda: call("GET", "/status"))
        session = call("POST", "/session", {"capabilities": {}})["sessionId"]
        stack.callback(call, "DELETE", f"/session/{session}")
        yield (
            lambda address: call("POST", f"/session/{session}/url", {"url": address}),
            lambda script: call("POST", f"/session/{session}/execute/sync", {"script": script, "args": []}),
        )


@pytest.mark.parametrize("start", [firefox, webkit], ids=["firefox", "webkit"])
def test_every_kind_of_page_is_whole(start, live_server, full_theme, tmp_path):
    wrong = {}
    with start(tmp_path) as (go, run):
        for address in PAGES:
            go(live_server.url + address)
            end = time.monotonic() + 10
            while (found := run(LOOK)) and time.monotonic() < end:  # fonts may still be on their way
                time.sleep(0.1)
            if found:
                wrong[address] = found
        shown = run("return [document.title, getComputedStyle(document.body).display]")
    assert wrong == {}
    assert shown[1] == "flex"
