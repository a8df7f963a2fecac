"""A real site under gunicorn, its visitors and its editors, from the outside."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.request import Request

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from publishing.cache.disk import PageStore
from tests.conftest import ROOT, free_port, wait_for


def environment(data: Path, **variables: str) -> dict[str, str]:
    """The variables of a site that keeps its data in `data`, and nothing of another one's."""
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "tests.chaos.settings"}
    return own | {"PYTHONPATH": str(ROOT), "SECRET_KEY": "of-the-chaos-tests"} | variables


def inside(data: Path, *arguments: object, **variables: str) -> Any:
    """What `tests.chaos.inside` finds in the site, in a process of its own."""
    command = [sys.executable, "-m", "tests.chaos.inside", *map(str, arguments)]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment(data, **variables), capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


class Site:
    """One gunicorn, as the operator's manual starts it; stopped when the block ends."""

    def __init__(self, data: Path, made: dict[str, Any], **variables: str) -> None:
        self.data, self.made, self.variables = data, made, variables
        self.port = free_port()
        self.said: deque[str] = deque(maxlen=2000)
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Site":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self, path: str = "/healthz") -> float:
        """Start; returns after how many seconds `path` gets an answer."""
        began = time.monotonic()
        options = ["--config", ROOT / "deploy" / "gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        options += ["--workers", "2", "--graceful-timeout", "3", "resoc.wsgi"]
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gunicorn", *map(str, options)],
            cwd=ROOT,
            env=environment(self.data, **self.variables),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        # Not into a file: files are what some of these tests forbid.
        self.listener = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self.listener.start()
        asked = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": "localhost"})
        wait_for(asked, self.process, self.said)
        return time.monotonic() - began

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr
        with process.stderr as lines:
            self.said.extend(lines)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(15)
            self.listener.join(15)
            self.process = None

    def keeps(self, path: str) -> bool:
        """Whether this machine keeps the page at `path`, for when all else is away."""
        return PageStore(self.data / "var", self.data / "public").load(("http", "localhost", path, "")) is not None

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        # Beside them is the one that looks after pages: see resoc/serving/warmer.py.
        return [int(pid) for pid in children.split() if Path(f"/proc/{pid}/comm").read_text() != "pages\n"]

    def look(self, what: str = "look") -> dict[str, Any]:
        """All that must hold of the site, asked from inside."""
        return inside(self.data, what, **self.variables)

    def editor(self, number: int = 0, **kwargs: Any) -> "Person":
        return Person(self, self.made["sessions"][number], **kwargs)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]  # by name in small letters
    text: str
    seconds: float


class Person:
    """Somebody with a browser, without scripts."""

    def __init__(self, site: Site, session: str = "", language: str = "nl") -> None:
        self.site, self.language = site, language
        self.cookies = {"sessionid": session} if session else {}

    def get(self, path: str, patience: float = 40) -> Answer:
        return self._ask("GET", path, patience=patience)

    def post(self, path: str, data: dict[str, Any], patience: float = 60) -> Answer:
        body = encode_multipart(BOUNDARY, data)
        return self._ask("POST", path, body, {"Content-Type": MULTIPART_CONTENT}, patience)

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, patience: float = 40
    ) -> Answer:
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=patience)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            own = {"Accept-Language": self.language, "Host": "localhost"} | ({"Cookie": cookies} if cookies else {})
            line.request(method, path, body or None, own | (headers or {}))
            response = line.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            line.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _equals, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, text, time.monotonic() - began)

    def fields(self, path: str) -> dict[str, Any]:
        """What a browser would send back of the form at `path`."""
        answer = self.get(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        form = Form()
        form.feed(answer.text)
        form.data.pop("_asks", None)  # what is new is not asked of a program
        return form.data

    def publish(self, pk: int, title: str, **changes: Any) -> Answer:
        """Open the form of a theme, type a title, publish. Raises what breaks on the way."""
        path = f"/admin/priorities/theme/{pk}/change/"
        return self.post(path, self.fields(path) | {"title_nl": title, "_publish": "1"} | changes)


class Form(HTMLParser):
    """The fields of the one form that is about content, with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self.is_open, self.area, self.select = False, "", ""

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if tag == "form":
            is_ours = attributes.get("id", "").endswith("_form") or "multipart" in attributes.get("enctype", "")
            self.is_open = attributes.get("method") == "post" and is_ours
        if not self.is_open or "__prefix__" in name:
            return
        if tag == "input" and name:
            kind = attributes.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in attributes:
                    self.data[name] = value or "on"
            elif kind not in ("submit", "file", "button"):
                self.data[name] = value
        elif tag == "textarea" and name:
            self.area, self.data[name] = name, ""
        elif tag == "select" and name:
            self.select, self.data[name] = name, ""
        elif tag == "option" and self.select and "selected" in attributes:
            self.data[self.select] = value

    def handle_data(self, data: str) -> None:
        if self.area:
            self.data[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_open = False
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def until(check: Any, patience: float = 30) -> float:
    """Wait until `check()` is true; returns for how many seconds. A network that fails is not true."""
    began = time.monotonic()
    while True:
        with suppress(OSError, http.client.HTTPException):
            if check():
                return time.monotonic() - began
        assert time.monotonic() - began < patience, "it did not recover"
        time.sleep(0.05)


def title_of(html: str) -> str:
    """What the heading of a page says."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return plain(found[1]).strip() if found else ""


def plain(html: str) -> str:
    """The words of some HTML."""
    return re.sub(r"<[^>]*>", "", html).replace("\N{SOFT HYPHEN}", "")
