"""The machine that is installed on: every change goes through here, so that one can be shown instead of made.

With another root than `/` all lies in that folder, and the files that are written name it too: what is
made there can be tried.
"""

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

USER = "resoc"
OURS = "# deploy/install writes this file, and writes it anew each time: do not edit it.\n"


class Stop(Exception):  # noqa: N818  (the end of a run, not always an error)
    """The installation can't go on; the message is one line that says what to do."""


class Machine:
    """A machine, or a folder that stands for one."""

    def __init__(self, root: Path = Path("/"), *, dry: bool = False) -> None:
        self.root, self.dry = root, dry

    def at(self, path: str) -> Path:
        """Where `path` of that machine is."""
        return self.root / path.lstrip("/")

    @property
    def is_real(self) -> bool:
        return self.root == Path("/")

    def say(self, line: str) -> None:
        """Tell the operator; one line."""
        print(line, flush=True)

    def would(self, what: str) -> bool:
        """Whether to leave it at telling: say what would be done."""
        if self.dry:
            self.say(f"would {what}")
        return self.dry

    def ask(self, *command: str | Path) -> tuple[int, str]:
        """Run a program that changes nothing, also when nothing may be changed; how it ended, and all it said."""
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
        except FileNotFoundError:
            return 127, f"{command[0]} is not installed"
        return done.returncode, done.stdout.decode(errors="replace")

    def run(
        self,
        *command: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        given: str | None = None,
        quiet: bool = False,
    ) -> tuple[int, str]:
        """Run a program that changes something; how it ended, and with `quiet` what it said."""
        if self.would(f"run {' '.join(map(str, command))}"):
            return 0, ""
        pipe = subprocess.PIPE if quiet else None
        try:
            done = subprocess.run(
                command,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                input=given.encode() if given is not None else None,
                stdout=pipe,
                stderr=subprocess.STDOUT if quiet else None,
                check=False,
            )
        except FileNotFoundError:
            return 127, f"{command[0]} is not installed"
        return done.returncode, (done.stdout or b"").decode(errors="replace")

    def must(self, advice: str, *command: str | Path, env: Mapping[str, str] | None = None) -> None:
        """Run a program that changes something. Raises Stop with `advice` when it fails."""
        if self.run(*command, env=env)[0]:
            raise Stop(advice)

    def as_site(
        self,
        *command: str | Path,
        variables: Mapping[str, str],
        cwd: Path,
        given: str | None = None,
        quiet: bool = False,
        reads: bool = False,
    ) -> tuple[int, str]:
        """Run a program as the user of the site, with its variables; one that only `reads` also when it is dry."""
        whole = ("runuser", "-u", USER, "--", *command)
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | dict(
            variables
        )
        machine = Machine(self.root) if reads else self
        return machine.run(*whole, env=env, cwd=cwd, given=given, quiet=quiet)

    def read(self, path: Path) -> str:
        """The text of a file; empty when there is none."""
        try:
            return path.read_text()
        except FileNotFoundError:
            return ""

    def write(self, path: Path, text: str, mode: int = 0o644, *, owned: bool = False) -> bool:
        """Make a file say `text`, whole or not at all; whether it said something else. `owned`: it is the site's."""
        if path.is_file() and path.stat().st_mode & 0o777 == mode and self.read(path) == text:
            return False
        if self.would(f"write {path}"):
            return True
        self.folder(path.parent)
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(mode)
        if owned:
            self.own(new)
        new.replace(path)
        return True

    def folder(self, path: Path, mode: int = 0o755, *, owned: bool = False) -> None:
        """Make a folder, with those around it; one that is there keeps its mode."""
        if path.is_dir():
            if owned:
                self.own(path)
            return
        if not self.would(f"make the folder {path}"):
            path.mkdir(parents=True)
            path.chmod(mode)
            if owned:
                self.own(path)

    def own(self, path: Path) -> None:
        """Give a file or folder to the user of the site."""
        self.must(f"{path} could not be given to {USER}.", "chown", f"{USER}:{USER}", path)

    def link(self, path: Path, target: Path | str) -> bool:
        """Make `path` lead to `target`, in one moment; whether it led elsewhere."""
        if path.is_symlink() and path.readlink() == Path(target):
            return False
        if self.would(f"turn {path} to {target}"):
            return True
        if path.is_dir() and not path.is_symlink():
            raise Stop(f"{path} is a folder, where a link belongs: move it away and run this again.")
        self.folder(path.parent)
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.replace(path)
        return True

    def remove(self, path: Path) -> None:
        """Delete a file, a link or a folder that may be there."""
        if (path.exists() or path.is_symlink()) and not self.would(f"delete {path}"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def input(self, question: str) -> str:
        """What the operator answers; empty when nobody is there."""
        print(question, end=" ", flush=True)
        with suppress(EOFError, KeyboardInterrupt):
            return input().strip()
        print()
        return ""

    def secret(self, question: str) -> str:
        """A secret that the operator types; it is not shown."""
        if self.would(f"ask: {question}"):
            return ""
        if not sys.stdin.isatty():
            return self.input(question)
        with suppress(EOFError, KeyboardInterrupt):
            return getpass.getpass(f"{question} ").strip()
        return ""
