"""Content that uses every part of the pages, and the site as it is served."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.core.management import call_command

from priorities.models import Priority, Theme, Update
from publishing.workflow import publish

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180


@pytest.fixture
def full_theme(db) -> None:
    """A theme and a priority that use every part of their pages, partly untranslated."""
    call_command("seed", verbosity=0)
    theme, priority = Theme.objects.get(slug_nl="regiomarketing"), Priority.objects.get(number=2)
    for subject in (theme, priority):
        subject.status, subject.summary_nl = "running", "Een samenvatting."
        subject.body_nl = (
            "<h2>Waarom</h2><p>Tekst met <a href='/contact/'>een verwijzing</a>.</p><ul><li>punt</li></ul>"
        )
        subject.save()
        publish(subject, None)
    priority.phase = "running"
    priority.save()
    publish(priority, None)
    for year in (2025, 2026):
        publish(Update.objects.create(theme=theme, date=f"{year}-03-01", title_nl=f"Bericht {year}"), None)


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory) -> Path:
    """Where the served site keeps its data, and in `log` what it said."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def served(served_folder):
    """The address of a new site, started by the same program as `make serve`.

    One is enough: `pytest_xdist_make_scheduler` sends all who ask for it to one process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(served_folder)}
    environment |= {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    with (served_folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, ROOT / "deploy" / "serve.py"], env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/healthz", server)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server did not start")
