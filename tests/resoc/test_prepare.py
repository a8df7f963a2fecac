import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_site_whose_database_is_gone_does_not_begin_anew_by_itself(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "stamp").write_bytes(b"..")  # it published before
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert "is gone, though this site had one" in done.stderr
    assert not (tmp_path / "db.sqlite3").exists()
