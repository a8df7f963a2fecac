"""The migrations run on PostgreSQL with the rows of the first release, as in `test_upgrade.py` on SQLite.

Collected only in the run on PostgreSQL: see `conftest.py`.
"""

import os
import secrets
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit

import psycopg

from publishing.backup.reading import opened, rows_in
from tests.site.test_upgrade import archive, run, upgraded

__all__ = ["archive"]  # a fixture


def test_old_rows_become_on_postgresql_what_they_become_on_sqlite(archive, prepared, tmp_path):
    url, name = urlsplit(os.environ["DATABASE_URL"]), f"upgrade_{secrets.token_hex(4)}"
    fresh = {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}
    copytree(prepared / "public" / "static", tmp_path / "public" / "static")
    with psycopg.connect(url.geturl(), autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
        try:
            run(tmp_path, "-m", "tests.site.first_release", **fresh)
            there = upgraded(tmp_path, **fresh)
        finally:
            administration.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert len(rows_of(archive)["publishing.revision"]) > 30
    assert rows_of(there) == rows_of(archive)


def rows_of(archive: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows, but when the upgrade was."""
    with opened(archive) as (file, manifest):
        rows = {label: list(rows_in(file, label)) for label in manifest.rows}
    assert rows["publishing.revision"][-1]["model"] != "pages.contactdetails", "which came later, as a draft"
    del rows["publishing.stamp"][0]["changed_at"]
    for each in rows["publishing.draft"]:  # first seen by the upgrade
        del each["first_at"], each["last_at"]
    for each in rows["publishing.lack"]:  # judged by the upgrade
        del each["since"]
    return rows
