import os
import subprocess
import sys
from pathlib import Path

from publishing import search_index
from resoc.management.commands import prepare
from resoc.management.commands.prepare import AWAY

ROOT = Path(__file__).resolve().parents[2]


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
    monkeypatch.setattr(search_index, "VERSION", search_index.VERSION + 1)
    prepare.index(None)
    assert asked == [True, False, True]
