import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest
from django.apps import apps

from publishing.search import indexing
from resoc.management.commands import prepare
from resoc.management.commands.prepare import AWAY

ROOT = Path(__file__).resolve().parents[4]


def test_a_site_whose_database_is_gone_does_not_begin_anew_by_itself(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "changes").write_bytes((2).to_bytes(8, sys.byteorder))  # it published before
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == AWAY
    assert "is gone, though this site had one" in done.stderr
    assert not (tmp_path / "db.sqlite3").exists()


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    environment["DATABASE_URL"] = "postgres://resoc:secret@127.0.0.1:1/resoc"
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == AWAY
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_index_is_made_anew_for_other_rules_and_not_for_a_comment(settings, tmp_path, monkeypatch):
    settings.STATE_DIR = tmp_path
    asked = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: asked.append(options["all"]))
    prepare.index(None)
    prepare.index(None)
    monkeypatch.setattr(indexing, "VERSION", indexing.VERSION + 1)
    prepare.index(None)
    assert asked == [True, False, True]


def prepared_in(folder, code: str = "", *options: str) -> subprocess.CompletedProcess[str]:
    """The end of `manage.py prepare` on data in `folder`, after `code` changed something in that process."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "resoc.settings"}
    program = f"""
import sys
sys.argv = ["manage.py", "prepare", *{options!r}]
{code}
import manage
manage.main()
"""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "error",
    ["RuntimeError('kapot')", "OperationalError('no such column: x')", "IntegrityError('NOT NULL constraint failed')"],
)
def test_a_migration_that_fails_is_one_line_and_no_reason_to_start(prepared, tmp_path, error):
    data = copytree(prepared, tmp_path / "data")
    code = f"""
from sqlite3 import OperationalError as Raw
from django.db import IntegrityError, OperationalError
from django.core.management.commands.migrate import Command
def fails(*args, **options):
    cause = Raw()
    cause.sqlite_errorcode = 1
    raise {error} from cause
Command.handle = fails
"""
    done = prepared_in(data, code)
    assert done.returncode == 1, "75 would be taken for a database that is away"
    assert len(done.stderr.strip().splitlines()) == 1
    assert error.split("(")[0] in done.stderr
    assert "go back to the one before" in done.stderr


def test_old_code_refuses_the_database_of_a_newer_version_in_one_line(prepared, tmp_path):
    data = copytree(prepared, tmp_path / "data")
    with closing(sqlite3.connect(data / "db.sqlite3")) as database:
        database.execute("insert into django_migrations (app, name, applied) values ('staff', '9999_later', '2030')")
        database.commit()
    done = prepared_in(data)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "CommandError: A newer version of the site made this database (staff.9999_later): start that version, or "
        "restore a backup of this one into an empty database."
    )


def test_of_two_starts_at_once_in_a_new_folder_one_waits_and_both_succeed(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "prepare"]
    both = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    said = [program.communicate() for program in both]
    assert [program.returncode for program in both] == [0, 0], said
    assert sum("waiting until it is done" in out for out, _err in said) == 1
    assert sum("added and published" in out for out, _err in said) == 1


def test_static_files_of_an_app_that_changed_are_collected_again(settings, tmp_path, monkeypatch):
    app = tmp_path / "publishing"
    sheets = [tmp_path / "static" / "site.css", app / "static" / "editor.css"]
    for sheet in sheets:
        sheet.parent.mkdir(parents=True)
        sheet.touch()
    settings.BASE_DIR, settings.STATIC_ROOT = tmp_path, str(tmp_path / "public" / "static")
    monkeypatch.setattr(apps.get_app_config("publishing"), "path", str(app))
    Path(settings.STATIC_ROOT).mkdir(parents=True)
    for changed in sheets:
        prepare._stamp().write_text(prepare._state())
        assert prepare.is_collected(), "what is collected is no source"
        changed.write_text("p { color: red }")
        assert not prepare.is_collected()
