"""The units: what systemd runs, run by a shell as systemd hands it over.

There is no systemd in a container: that it starts the site is not tried here. What it is told is.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import free_port

SERVICES = ("resoc.service", "resoc-task@.service")
MOST_EXPOSED = 1.5  # of 10, by systemd's own measure
FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "systemd"


@pytest.mark.parametrize(("ended", "starts"), [(0, True), (75, True), (1, False), (2, False), (137, False)])
def test_only_a_database_that_is_away_is_no_reason_not_to_start(tmp_path, ended, starts):
    line = re.search(r"^ExecStartPre=(.*)$", (FOLDER / "resoc.service").read_text(), re.MULTILINE)[1]
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nexit {ended}\n")
    program.chmod(0o755)
    line = line.replace("/srv/resoc/current/.venv/bin/python", str(program)).replace("$$", "$")
    assert (subprocess.run(shlex.split(line), check=False).returncode == 0) is starts  # noqa: S603


@pytest.mark.parametrize("unit", sorted(path.name for path in FOLDER.iterdir()))
def test_systemd_understands_the_unit(tmp_path, unit):
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("there is no systemd-analyze here")
    text = re.sub(r"/srv/resoc/current/\.venv/bin/\w+", "/bin/true", (FOLDER / unit).read_text())
    copy = tmp_path / unit
    copy.write_text(text.replace("/srv/resoc/current", str(tmp_path)))
    for other in FOLDER.iterdir():  # a timer names its service
        if other.name != unit:
            (tmp_path / other.name).write_text(other.read_text())
    done = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)  # noqa: S603
    assert unit not in done.stderr, done.stderr


def directives(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", (FOLDER / unit).read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_may_do_no_more_than_it_needs(unit):
    said = directives(unit)
    expected = {
        "CapabilityBoundingSet": "",
        "MemoryDenyWriteExecute": "yes",
        "NoNewPrivileges": "yes",
        "PrivateDevices": "yes",
        "PrivateTmp": "yes",
        "ProtectHome": "yes",
        "ProtectSystem": "strict",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
        "RestrictNamespaces": "yes",
        "UMask": "0077",
        "User": "resoc",
    }
    assert {name: said[name][-1] for name in expected} == expected
    assert said["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    if analyze := shutil.which("systemd-analyze"):  # the measure itself, where it is; the directives hold everywhere
        command = [analyze, "security", "--offline=true", "--no-pager", str(FOLDER / unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        assert float(re.search(r"exposure level for .*?: ([\d.]+)", done.stdout)[1]) <= MOST_EXPOSED, done.stderr


def test_what_runs_beside_the_site_is_kept_as_close():
    site, task = (directives(unit) for unit in SERVICES)
    of_their_own = {"ExecStart", "ExecStartPre", "Type", "Description", "Environment", "TimeoutStartSec"}
    shared = (site.keys() & task.keys()) - of_their_own
    assert len(shared) > 25
    assert {name: site[name] for name in shared} == {name: task[name] for name in shared}


@pytest.mark.parametrize(("instance", "runs"), [("doctor", "doctor --mail"), ("rehearse", "rehearse")])
def test_a_timer_runs_a_command_of_the_site(tmp_path, instance, runs):
    timer = directives(f"resoc-{instance}.timer")
    assert timer["Unit"] == [f"resoc-task@{instance}.service"]
    assert timer["Persistent"] == ["yes"]
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    line = directives("resoc-task@.service")["ExecStart"][0].replace("%i", instance).replace("$$", "$")
    line = line.replace("/srv/resoc/current/.venv/bin/python", str(program))
    assert subprocess.run(shlex.split(line), capture_output=True, text=True, check=True).stdout == f"manage.py {runs}\n"  # noqa: S603


def test_a_long_start_is_waited_for_and_its_progress_is_in_the_log():
    said = directives("resoc.service")
    assert said["Type"] == ["notify"]
    assert said["TimeoutStartSec"] == ["30min"]
    assert "PYTHONUNBUFFERED=1" in said["Environment"][0].split()


def test_gunicorn_says_itself_that_it_is_ready(tmp_path, prepared):
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as notify:
        notify.bind(str(tmp_path / "notify"))
        notify.settimeout(300)  # far more than it takes
        line = directives("resoc.service")["ExecStart"][0].replace("${PORT}", str(free_port()))
        line = line.replace("/srv/resoc/current/.venv/bin", str(Path(sys.executable).parent))
        line = line.replace("/srv/resoc/current", str(FOLDER.parents[1]))
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(prepared), "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with subprocess.Popen(shlex.split(line), cwd=FOLDER.parents[1], env=environment) as site:  # noqa: S603
            try:
                assert notify.recv(1000).decode().splitlines()[0] == "READY=1"
            finally:
                site.terminate()
