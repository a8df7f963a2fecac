"""Make `.venv` with the exact pins; do nothing when it already has them.

Run with the system's Python: `python3 deploy/venv.py [--dev]`. Uses only the
standard library. Each thing that can be wrong with the machine ends in one line.

`.venv` is a link to an environment in `.venvs/`, of which each set of pins has its own. A new one is
built beside the one in use, and the link is turned once it is whole: what runs keeps its packages,
and an installation that fails changes nothing. The one before stays, for the way back.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENVS = ROOT / ".venvs"
STAMP = "installed.txt"  # in an environment: the digests of what was installed; without it, it is not whole
OLDEST = (3, 11)
PINS = ["requirements-dev.txt", "requirements-scale.txt", "requirements.txt"]  # each holds the next


def needed_pins() -> str:
    """The file of pins that this run needs."""
    if "--dev" in sys.argv:
        return PINS[0]
    scale = "postgres" in os.environ.get("DATABASE_URL", "") or "redis" in os.environ.get("CACHE_URL", "")
    return PINS[1] if scale or os.environ.get("S3_BUCKET") or os.environ.get("BACKUP_COPY") else PINS[2]


def digest(name: str) -> str:
    """The digest of an environment: its Python, its place and its pins."""
    state = hashlib.sha256(f"{sys.version_info[:2]}{VENV}".encode())
    for pins in PINS[PINS.index(name) :]:
        state.update((ROOT / pins).read_bytes())
    return state.hexdigest()


def has(environment: Path, pins: str) -> bool:
    """Whether an environment is whole and holds these pins."""
    stamp = environment / STAMP
    return stamp.exists() and digest(pins) in stamp.read_text().split()


def make(environment: Path, pins: str) -> None:
    """Build an environment; what is left of one that was never whole goes first."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(f"Python's venv module is missing: run 'apt install python{version}-venv' and try again.")
    print("Installing what the site needs in .venv (once) …", flush=True)
    # As a command: in this folder, a module that is called `venv` is this one.
    if subprocess.run([sys.executable, "-m", "venv", "--clear", environment], cwd=ROOT, check=False).returncode:
        sys.exit("The environment could not be made: see the lines above. The one before is as it was.")
    command: list[Path | str] = [
        environment / "bin" / "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",  # a package is what it was when we chose it, whichever host it comes from
        "--requirement",
        ROOT / pins,
    ]
    if subprocess.run(command, check=False).returncode:
        sys.exit(
            "The packages could not be installed: see the lines above; is the network there? "
            "The environment of before is as it was."
        )
    # What developing needs holds all that serving needs: one environment does for both.
    (environment / STAMP).write_text("\n".join(digest(name) for name in PINS[PINS.index(pins) :]))


def switch(environment: Path) -> None:
    """Turn `.venv` to `environment`, and let go of all but this one and the one before."""
    before = VENV.resolve()
    if VENV.is_dir() and not VENV.is_symlink():  # as it was made before there were several
        before = VENVS / "before"
        shutil.rmtree(before, ignore_errors=True)
        VENV.rename(before)
    link = VENVS / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(VENVS.name) / environment.name)
    link.replace(VENV)
    for other in VENVS.iterdir():
        if other.is_dir() and other not in (environment, before) and not is_in_use(other):
            shutil.rmtree(other, ignore_errors=True)


def is_in_use(environment: Path) -> bool:
    """Whether a site runs on an environment: gunicorn holds a lock on its stamp, see `resoc/serving/hooks.py`."""
    try:
        with (environment / STAMP).open() as stamp:
            fcntl.flock(stamp, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # it was never whole
        return False
    return False


def main() -> None:
    """Bring `.venv` up to date."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    pins = needed_pins()
    if has(VENV, pins):
        return
    os.umask(0o022)  # the user who runs the site reads what the owner of the code installed
    try:
        VENVS.mkdir(exist_ok=True)
        with (VENVS / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # who comes second finds it made
            environment = VENVS / digest(pins)[:12]
            if not has(VENV, pins):
                if not has(environment, pins):
                    make(environment, pins)
                switch(environment)
    except OSError as error:
        sys.exit(f"Cannot write in {ROOT}: {error.strerror}. Run this as the owner of that folder.")


if __name__ == "__main__":
    main()
