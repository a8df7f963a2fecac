"""The Containerfile, read: it is built by `.ci/run`, only where an engine for containers runs."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = re.findall(r"^([A-Z]+) (.*)$", (ROOT / "Containerfile").read_text(), re.MULTILINE)


def said(word: str) -> list[str]:
    return [rest for name, rest in LINES if name == word]


def test_nothing_runs_with_root_rights_and_all_data_are_in_one_volume():
    assert said("USER") == ["10001:10001"]
    assert said("VOLUME") == ["/data"]
    assert "DATA_DIR=/data" in said("ENV")[0].split()
    assert [name for name, _rest in LINES].index("USER") > max(n for n, (name, _r) in enumerate(LINES) if name == "RUN")


def test_everything_that_the_site_needs_is_copied_and_is_there():
    copied = {each for rest in said("COPY") if "--from" not in rest for each in rest.split()[:-1]}
    assert [each for each in copied if not (ROOT / each).exists()] == []
    folders = {path.parent.name for path in ROOT.glob("*/apps.py")} | {
        "deploy",
        "docs",
        "locale",
        "static",
        "templates",
    }
    assert folders <= copied


@pytest.mark.parametrize(("ended", "starts"), [(0, True), (75, True), (1, False), (2, False)])
def test_only_a_database_that_is_away_is_no_reason_not_to_start(tmp_path, ended, starts):
    shell, option, line = json.loads(said("CMD")[0])
    folder = tmp_path / ".venv" / "bin"
    folder.mkdir(parents=True)
    for name, text in (("python", f"exit {ended}"), ("gunicorn", "echo serves $@")):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    done = subprocess.run([shell, option, line], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.stdout.startswith("serves"), done.returncode == 0) == (starts, starts)
    assert not starts or "--config deploy/gunicorn.conf.py" in done.stdout
