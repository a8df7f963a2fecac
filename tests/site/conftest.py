"""Content that uses every part of the pages, and the site as it is served."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from priorities.models import Priority, Theme
from publishing.workflow import publish
from tests.conftest import ROOT, once, serving
from tests.updates import update_on

# Two machines share a PostgreSQL and a Redis: where the suite was not told of any, there is nothing to test.
on_postgresql = "postgres" in os.environ.get("DATABASE_URL", "")
shared = on_postgresql and "redis" in os.environ.get("CACHE_URL", "")
collect_ignore = [] if shared else ["test_two_machines.py"]
collect_ignore += [] if on_postgresql else ["test_upgrade_on_postgresql.py"]


@pytest.fixture
def full_theme(db) -> None:
    """A theme and a priority that use every part of their pages, partly untranslated."""
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
        publish(update_on(theme, date=f"{year}-03-01", title_nl=f"Bericht {year}"), None)


@pytest.fixture(scope="session")
def served_folder(prepared, tmp_path_factory) -> Path:
    """Where the served site keeps its data, and in `log` what it said."""
    return copytree(prepared, tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="session")
def served(served_folder):
    """The address of a new site, started by the same program as `make serve`.

    One is enough: `pytest_xdist_make_scheduler` sends all who ask for it to one process.
    """
    with (served_folder / "log").open("wb") as log, serving(served_folder, log) as site:
        yield site.address


@pytest.fixture(scope="session")
def served_in_full(prepared, tmp_path_factory):
    """The address of that site with the demonstration: full pages of every kind. Filled once for all processes."""

    def fill(folder: Path) -> None:
        copytree(prepared, folder)
        subprocess.run(  # noqa: S603
            [sys.executable, ROOT / "manage.py", "demo", "--full", "--verbosity", "0"],
            env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder)},
            check=True,
        )

    full = once(tmp_path_factory, "full", fill)
    data = copytree(full, tmp_path_factory.mktemp("served-in-full") / "data")
    with serving(data) as site:
        yield site.address
