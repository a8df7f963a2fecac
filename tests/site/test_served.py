"""The site as `make serve` serves it: gunicorn, real files, what a first visit costs."""

import os
import re
import socket
import urllib.request
from pathlib import Path
from shutil import copytree
from urllib.parse import quote

import pytest

from tests.conftest import serving
from tests.site.first_view import CSS_BYTES, first_view

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "address"), [(360, "/"), (1280, "/fr/")])
def test_a_first_view_of_the_home_page_is_small_and_stands_still(browser, served, width, address):
    seen = first_view(browser, served + address, width)
    assert not seen.is_too_much, seen
    assert seen.css <= CSS_BYTES
    assert "Script" not in seen.kinds
    assert len(seen.hosts) == 1
    assert seen.shift < 0.01


@pytest.mark.parametrize("letter", ["a", '"', "\0"])
def test_a_search_of_ten_thousand_characters_gets_a_helpful_page(served, letter):
    with urllib.request.urlopen(f"{served}/fr/recherche/?q={quote(letter * 10_000)}") as response:  # noqa: S310
        html = response.read().decode()
    assert response.status == 200
    assert 'action="/fr/recherche/"' in html


def test_what_the_workers_are_forked_from_has_no_database_open(prepared, tmp_path):
    """SQLite: a connection must not be carried through a fork, and neither must that of PostgreSQL."""
    with serving(copytree(prepared, tmp_path / "data")) as site:
        main = site.program.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        assert len(children) == 2, "a worker, and who looks after pages"
        assert not any("db.sqlite3" in os.readlink(file) for file in Path(f"/proc/{main}/fd").iterdir())


def test_hashed_files_may_be_kept_for_ever(served):

    html = urllib.request.urlopen(f"{served}/").read().decode()  # noqa: S310
    css = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', html)[1]
    with urllib.request.urlopen(served + css) as response:  # noqa: S310
        assert "immutable" in response.headers["Cache-Control"]


def test_a_form_that_is_far_too_large_is_refused_at_once_and_takes_no_memory(browser, served, tmp_path):
    large = tmp_path / "film.pdf"
    with large.open("wb") as file:
        file.truncate(300_000_000)
    context = browser.new_context(locale="fr-BE", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/fr/nulle-part/")
    before = most_memory(served)
    page.set_content(
        f'<form method="post" enctype="multipart/form-data" action="{served}/fr/">'
        '<input type="file" name="file"><button>Envoyer</button></form>'
    )
    page.locator("input").set_input_files(large)
    page.locator("button").click()
    page.get_by_role("heading", name="C’est trop volumineux").wait_for()
    context.close()
    assert most_memory(served) - before < 20_000_000
    with socket.create_connection(("127.0.0.1", int(served.rpartition(":")[2]))) as line:
        line.sendall(b"POST /fr/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99000000000\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def most_memory(served: str) -> int:
    """The most bytes that a process of this gunicorn ever took."""
    address = served.removeprefix("http://").encode()
    found = [0]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if address in (process / "cmdline").read_bytes():
                status = (process / "status").read_text()
                found.append(1024 * int(re.search(r"VmHWM:\s*(\d+)", status)[1]))
        except (OSError, TypeError):
            continue
    return max(found)
