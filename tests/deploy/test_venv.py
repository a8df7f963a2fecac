"""The packages that we chose, each with the digests of its files; and environments beside each other."""

import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ["requirements", "requirements-scale", "requirements-dev"]  # each holds the one before


def pins(path: Path) -> dict[str, str]:
    """Versions by name."""
    found = re.findall(r"^([A-Za-z][\w.-]*)==([^\s\\;#]+)", path.read_text(), re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


@pytest.mark.parametrize("name", FILES)
def test_every_package_has_one_version_and_the_digests_of_its_files(name):
    text = (ROOT / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", text).strip())
    assert entries
    for entry in entries:
        assert re.match(r"^[\w.-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("name", FILES)
def test_no_pin_says_which_host_packages_come_from(name):
    for suffix in ("in", "txt"):
        text = (ROOT / f"{name}.{suffix}").read_text()
        assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", FILES)
def test_what_we_chose_is_what_is_installed(name):
    assert pins(ROOT / f"{name}.in").items() <= pins(ROOT / f"{name}.txt").items()


def test_what_developers_have_is_what_the_site_runs_on():
    small, scale, dev = (pins(ROOT / f"{name}.txt") for name in FILES)
    assert small.items() <= scale.items() <= dev.items()


def test_a_package_with_files_for_many_systems_may_come_as_any_of_them():
    entry = re.search(r"^pillow==.*?(?=^\S)", (ROOT / "requirements.txt").read_text(), re.MULTILINE | re.DOTALL)[0]
    assert entry.count("--hash=") > 20  # each Python and system has a file of its own, and the source one more


@pytest.fixture
def project(tmp_path) -> Path:
    """A project without packages: its environments are made without a network."""
    root = tmp_path / "a project"
    (root / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "venv.py", root / "deploy")
    for name in FILES:
        (root / f"{name}.txt").write_text("")
    return root


def venv(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "deploy" / "venv.py"), *options]
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)  # noqa: S603


def environments(root: Path) -> set[str]:
    return {path.name for path in (root / ".venvs").iterdir() if path.is_dir()}


def test_an_environment_is_built_beside_the_one_in_use_and_the_last_two_stay(project):
    assert venv(project).returncode == 0
    first = (project / ".venv").resolve()
    assert (project / ".venv").is_symlink()
    assert venv(project).stdout == ""
    assert venv(project, "--dev").returncode == 0
    second = (project / ".venv").resolve()
    assert {first.name, second.name} == environments(project)
    assert venv(project).stdout == "", "what developers have serves as well"
    (project / "requirements.txt").write_text("# other pins\n")
    with (first / "installed.txt").open() as stamp:
        fcntl.flock(stamp, fcntl.LOCK_SH)  # as a site that runs
        assert venv(project).returncode == 0
        third = (project / ".venv").resolve()
        assert environments(project) == {first.name, second.name, third.name}
    (project / "requirements.txt").write_text("")
    assert venv(project).stdout == "", "the one of before is still there"
    assert (project / ".venv").resolve() == first
    assert environments(project) == {first.name, third.name}
    said = subprocess.run([project / ".venv" / "bin" / "pip", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    assert str(first) in said.stdout, "a program knows its environment, wherever the link leads later"


def test_an_installation_that_fails_leaves_the_environment_as_it_was(project):
    venv(project)
    before = (project / ".venv").resolve()
    (project / "requirements.txt").write_text("resoc-is-no-package==1 --hash=sha256:" + "0" * 64 + "\n")
    command = [sys.executable, str(project / "deploy" / "venv.py")]
    offline = {"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, env=offline, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("The environment of before is as it was.")
    assert (project / ".venv").resolve() == before
    assert (before / "bin" / "python").exists()
    (project / "requirements.txt").write_text("")
    assert venv(project).stdout == ""


def test_an_environment_of_before_there_were_several_is_moved_aside_once_the_new_one_is_whole(project):
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "installed.txt").write_text("of old")
    assert venv(project).returncode == 0
    assert (project / ".venv" / "bin" / "python").exists()
    assert (project / ".venvs" / "before" / "installed.txt").read_text() == "of old"


def test_a_link_to_the_environment_of_another_folder_is_turned_and_that_one_left_alone(project, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "installed.txt").write_text("of another folder")
    (project / ".venv").symlink_to(other)
    assert venv(project).returncode == 0
    assert (project / ".venv").resolve().parent == (project / ".venvs").resolve()
    assert (other / "installed.txt").read_text() == "of another folder"
