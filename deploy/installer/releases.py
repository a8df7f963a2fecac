"""Releases of the code beside each other in `/srv/resoc/releases`, each with its own packages; `current` leads to one.

`state.json` beside them says which came after which, and what was begun and not finished.
"""

import hashlib
import json
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from installer.machine import Machine

KEPT = 3
STAMP = "release.json"  # in a release: it is whole
LEFT_OUT = {"tests", "bench", "media", "public", "var", "node_modules", STAMP}  # of the folder with the code
NEEDS_MORE = ("DATABASE_URL", "CACHE_URL", "S3_BUCKET", "BACKUP_COPY")  # see deploy/venv.py


class Releases:
    """The releases of a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.home = machine.at("/srv/resoc")
        self.current = self.home / "current"

    def state(self) -> dict[str, Any]:
        """What is remembered."""
        text = self.machine.read(self.home / "state.json")
        return json.loads(text) if text else {"history": []}

    def remember(self, **values: Any) -> None:
        """Remember `values`, and forget what is None."""
        state = {name: value for name, value in (self.state() | values).items() if value is not None}
        self.machine.write(self.home / "state.json", json.dumps(state, indent=1) + "\n", 0o600)

    def path(self, name: str) -> Path:
        """The folder of a release."""
        return self.home / "releases" / name

    def in_use(self) -> str:
        """The name of the release that `current` leads to; empty when there is none."""
        path = self.current.resolve()
        return path.name if path.parent == self.path("x").parent and (path / STAMP).exists() else ""

    def add(self, source: Path, variables: Mapping[str, str]) -> str:
        """Put the code of `source` beside the others, with its packages; its name. Raises Stop."""
        version = str(tomllib.loads((source / "pyproject.toml").read_text())["project"]["version"])
        digest = digest_of(source)
        for name in (version, f"{version}-{digest[:8]}"):
            stamp = self.machine.read(self.path(name) / STAMP)
            if stamp and json.loads(stamp)["digest"] == digest:
                self.machine.say(f"Release {name} is there.")
                self._add_packages(self.path(name), variables)  # a variable may ask for more than it has
                return name
            if not stamp:
                break
        if self.machine.would(f"make the release {self.path(name)} from {source}, with its packages"):
            return name
        self.machine.say(f"Release {name}: copying the code from {source}.")
        new = self.path(".new")
        for unfinished in (new, self.path(name)):
            if unfinished.exists():
                shutil.rmtree(unfinished)
        for file in files_of(source):
            to = new / file.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
            to.chmod(0o755 if os.access(file, os.X_OK) else 0o644)
        for folder, _folders, _files in os.walk(new):
            Path(folder).chmod(0o755)
        new.rename(self.path(name))
        self.machine.say("Packages of Python: this takes a minute.")
        self._add_packages(self.path(name), variables)
        python = self.path(name) / ".venv" / "bin" / "python"
        self.machine.run(python, "-m", "compileall", "-q", "-x", r"/\.venv", self.path(name))  # the site may not write
        self.machine.write(self.path(name) / STAMP, json.dumps({"version": version, "digest": digest}) + "\n")
        return name

    def _add_packages(self, release: Path, variables: Mapping[str, str]) -> None:
        """Let a release have what its variables need; nothing happens when it has. Raises Stop."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        env |= {name: variables[name] for name in NEEDS_MORE if name in variables}
        advice = "The packages of Python could not be installed: is the network there? What runs is as it was."
        self.machine.must(advice, sys.executable, release / "deploy" / "venv.py", env=env)

    def turn(self, name: str) -> None:
        """Let `current` lead to a release."""
        self.machine.link(self.current, Path("releases") / name)

    def prune(self) -> None:
        """Delete all releases but the last ones that were in use."""
        names = {each["release"] for each in self.state()["history"][-KEPT:]} | {self.in_use()}
        folder = self.path("x").parent
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in names:
                self.machine.remove(path)


def files_of(source: Path) -> Iterator[Path]:
    """The files of the code: nothing hidden, no data of a trial in the same folder, no tests."""
    for folder, folders, files in os.walk(source):
        is_top = Path(folder) == source
        folders[:] = sorted(
            name for name in folders if name[0] != "." and name != "__pycache__" and not (is_top and name in LEFT_OUT)
        )
        for name in sorted(files):
            if name[0] != "." and not name.startswith("db.sqlite3") and not (is_top and name in LEFT_OUT):
                yield Path(folder) / name


def digest_of(source: Path) -> str:
    """The digest of the code."""
    digest = hashlib.sha256()
    for file in files_of(source):
        digest.update(f"{file.relative_to(source)}\0{os.access(file, os.X_OK)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
