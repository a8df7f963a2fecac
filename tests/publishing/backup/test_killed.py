"""Commands that are stopped or killed in the middle: what is left, and what the next run makes of it.

Each is held up by something that never answers, so that the signal always comes in the middle.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from publishing.backup.restore import scratch_folder
from publishing.backup.unfinished import YOUNG
from tests.conftest import ROOT

SECONDS = 600  # for what takes a few, on a machine that is busy


@pytest.fixture
def start(installation):
    """Starts a command on the site; what is still running when the test ends is killed."""
    started: list[subprocess.Popen] = []

    def begin(*arguments: str, **more: str) -> subprocess.Popen:
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(installation.data)} | more
        command = [sys.executable, "manage.py", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **quiet))  # noqa: S603
        return started[-1]

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def found(folder: Path, pattern: str) -> list[Path]:
    """What has come to match `pattern` in `folder`."""
    end = time.monotonic() + SECONDS
    while not (paths := list(folder.glob(pattern))) and time.monotonic() < end:
        time.sleep(0.01)
    return paths


def stop(process: subprocess.Popen, number: signal.Signals) -> int:
    """How a command ends that is stopped, or killed with what it started, as systemd does it."""
    if number == signal.SIGKILL:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    return process.wait(SECONDS)


def make_old(path: Path) -> None:
    """As if it had been left over a while ago."""
    then = time.time() - YOUNG - 1
    os.utime(path, (then, then))


@pytest.fixture
def folder(tmp_path) -> Path:
    """An empty folder."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def stuck(installation):
    """An uploaded file that can't be read to its end, so that a backup never ends."""
    media = installation.data / "media" / "staff"
    media.mkdir(parents=True, exist_ok=True)
    os.mkfifo(media / "stuck.jpg")
    yield media / "stuck.jpg"
    (media / "stuck.jpg").unlink(missing_ok=True)


def test_a_backup_that_is_stopped_leaves_nothing_behind(start, stuck, folder):
    process = start("backup", str(folder / "site.zip"))
    assert found(folder, ".site.zip-????????")
    assert stop(process, signal.SIGTERM) == 128 + signal.SIGTERM
    assert list(folder.iterdir()) == []


def test_what_a_backup_that_was_killed_left_goes_at_the_next_run(installation, start, stuck, folder):
    process = start("backup", str(folder / "site.zip"))
    (left,) = found(folder, ".site.zip-????????")
    assert stop(process, signal.SIGKILL) == -signal.SIGKILL
    stuck.unlink()
    assert list(folder.iterdir()) == [left]
    make_old(left)
    assert installation("backup", str(folder / "other.zip"), "--quiet").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["other.zip"]


def test_a_rehearsal_leaves_no_copy_of_the_site_where_temporary_files_are(installation, start, tmp_path, monkeypatch):
    archive, scratch = tmp_path / "site.zip", tmp_path / "scratch"
    scratch.mkdir()
    assert installation("backup", str(archive), "--quiet").returncode == 0
    process = start("rehearse", str(archive), TMPDIR=str(scratch))
    assert found(scratch, "resoc-rehearsal-*/public")
    assert stop(process, signal.SIGTERM) == 128 + signal.SIGTERM
    assert list(scratch.iterdir()) == []
    process = start("rehearse", str(archive), TMPDIR=str(scratch))
    left = found(scratch, "resoc-rehearsal-*/public")[0].parent
    assert stop(process, signal.SIGKILL) == -signal.SIGKILL
    assert left.exists()
    make_old(left)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with scratch_folder("resoc-rehearsal-") as fresh:  # as the next rehearsal makes it
        assert list(scratch.iterdir()) == [fresh]
    assert list(scratch.iterdir()) == []


def test_a_copy_for_elsewhere_that_is_stopped_leaves_nothing_behind(installation, start):
    backups = installation.data / "var" / "backups"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process = start(
            *("backup", "--nightly", "--quiet"),
            BACKUP_COPY="s3://elsewhere/site",
            BACKUP_RECIPIENT="age1z5h0d87m4e0wqlg4rm7vwpycfdxhd3euggaakr56gfqa6vaj3d2sysmgq7",
            BACKUP_ENDPOINT_URL=f"http://127.0.0.1:{silent.getsockname()[1]}",
            BACKUP_ACCESS_KEY_ID="own",
            BACKUP_SECRET_ACCESS_KEY="own secret",
        )
        silent.settimeout(SECONDS)
        connected, _address = silent.accept()
        assert stop(process, signal.SIGTERM) == 128 + signal.SIGTERM
        connected.close()
    assert {path.suffix for path in backups.iterdir()} == {".zip"}
