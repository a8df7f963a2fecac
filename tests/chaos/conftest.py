"""Real sites to break. `CHAOS=full` runs everything, in full; otherwise what takes a few seconds."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import report
from tests.chaos.servers import REDIS, Postgres, Redis, postgres_programs
from tests.chaos.site import ROOT, Site, inside
from tests.conftest import once

FULL = os.environ.get("CHAOS") == "full"
EDITORS, THEMES = 8, 10
ROWS: list[report.Row] = []
NOT_RUN: list[str] = []
BEGAN = time.monotonic()


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave out what is only for the full run, and what needs a server that is not installed: no silent skip."""
    missing = set()
    if not postgres_programs():
        missing.add("postgresql")
    if not REDIS:
        missing.add("redis")
    if os.geteuid():
        missing.add("root, to make a small disk")
    kept, left = [], []
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            kept.append(item)
            continue
        needs = {need for marker in item.iter_markers("needs") for need in marker.args}
        if "engine" in getattr(item, "fixturenames", ()) and item.callspec.params["engine"] == "postgresql":
            needs.add("postgresql")
        if needs & missing:
            NOT_RUN.append(f"`{item.name}`: needs {' and '.join(sorted(needs & missing))}")
            left.append(item)
        elif not FULL and not (item.get_closest_marker("always") and "postgresql" not in needs):
            left.append(item)
        else:
            kept.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    path = os.environ.get("CHAOS_REPORT")
    if path and ROWS:
        if exitstatus:
            NOT_RUN.append("**This run failed**: what is missing above did not hold.")
        report.write(ROOT / path, ROWS, NOT_RUN, datetime.now().astimezone(), time.monotonic() - BEGAN)


@pytest.fixture
def tell() -> Any:
    """Puts a fault in the report: `tell(fault, done, visitors, editors, lost, recovery)`."""
    return lambda *columns: ROWS.append(report.Row(*columns))


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    """A site on SQLite with editors and themes, made once for all processes of this run."""

    def make(folder: Path) -> None:
        made = inside(folder, "make", EDITORS, THEMES)
        (folder.parent / "chaos-site.json").write_text(json.dumps(made))

    folder = once(tmp_path_factory, "chaos-site", make)
    return folder, json.loads((folder.parent / "chaos-site.json").read_text())


@pytest.fixture(scope="session")
def cluster(tmp_path_factory) -> Iterator[Postgres]:
    """A PostgreSQL server of our own."""
    folder = Path("/tmp") / f"resoc-chaos-{os.getpid()}"  # noqa: S108  (a path short enough for a socket)
    cluster = Postgres(folder)
    yield cluster
    cluster.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_template(cluster, tmp_path_factory) -> tuple[str, Path, dict[str, Any]]:
    """The same site on PostgreSQL: the name of its database, its folder, and who is signed in."""
    folder = tmp_path_factory.mktemp("postgres-site")
    return "made", folder, inside(folder, "make", 50, 60, DATABASE_URL=cluster.create("made"))


@pytest.fixture
def site(template, tmp_path) -> Site:
    """A copy of the site on SQLite, not started."""
    folder, made = template
    shutil.copytree(folder, tmp_path / "data")
    return Site(tmp_path / "data", made)


@pytest.fixture
def engine_site(engine, request, tmp_path) -> Any:
    """A copy of the site on `engine`, not started."""
    if engine == "sqlite":
        return request.getfixturevalue("site")
    cluster = request.getfixturevalue("cluster")
    template, folder, made = request.getfixturevalue("postgres_template")
    shutil.copytree(folder, tmp_path / "data")
    return Site(tmp_path / "data", made, DATABASE_URL=cluster.create(f"site{os.urandom(4).hex()}", template))


@pytest.fixture
def redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.kill()
