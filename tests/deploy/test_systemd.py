"""The units: what systemd runs, run by a shell as systemd hands it over."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "systemd"


@pytest.mark.parametrize(("ended", "starts"), [(0, True), (75, True), (1, False), (2, False), (137, False)])
def test_only_a_database_that_is_away_is_no_reason_not_to_start(tmp_path, ended, starts):
    line = re.search(r"^ExecStartPre=(.*)$", (FOLDER / "resoc.service").read_text(), re.MULTILINE)[1]
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nexit {ended}\n")
    program.chmod(0o755)
    line = line.replace("/srv/resoc/.venv/bin/python", str(program)).replace("$$", "$")
    assert (subprocess.run(shlex.split(line), check=False).returncode == 0) is starts  # noqa: S603


@pytest.mark.parametrize("unit", sorted(path.name for path in FOLDER.iterdir()))
def test_systemd_understands_the_unit(tmp_path, unit):
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("there is no systemd-analyze here")
    text = re.sub(r"/srv/resoc/\.venv/bin/\w+", "/bin/true", (FOLDER / unit).read_text())
    copy = tmp_path / unit
    copy.write_text(text.replace("/srv/resoc", str(tmp_path)))
    done = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)  # noqa: S603
    assert unit not in done.stderr, done.stderr
