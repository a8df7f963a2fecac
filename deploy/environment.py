"""Make `.venv` with the exact pins; do nothing when it already has them.

Run with the system's Python: `python3 deploy/environment.py [--dev]`. Uses only the
standard library. Each thing that can be wrong with the machine ends in one line.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.txt"  # the digest of what was installed
OLDEST = (3, 11)
PINS = ["requirements-dev.txt", "requirements-scale.txt", "requirements.txt"]  # each holds the next


def needed_pins() -> str:
    """The file of pins that this run needs."""
    if "--dev" in sys.argv:
        return PINS[0]
    scale = "postgres" in os.environ.get("DATABASE_URL", "") or "redis" in os.environ.get("CACHE_URL", "")
    return PINS[1] if scale or os.environ.get("S3_BUCKET") else PINS[2]


def digest(name: str) -> str:
    """What identifies an environment: the Python, the place, and the pins it was made from."""
    state = hashlib.sha256(f"{sys.version_info[:2]}{VENV}".encode())
    for pins in PINS[PINS.index(name) :]:
        state.update((ROOT / pins).read_bytes())
    return state.hexdigest()


def make(pins: str) -> None:
    """Build the environment; its Python is made anew, so that no old package stays."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(f"Python's venv module is missing: run 'apt install python{version}-venv' and try again.")
    print("Installing what the site needs in .venv (once) …", flush=True)
    venv.create(VENV, clear=True, with_pip=True)
    command: list[Path | str] = [
        VENV / "bin" / "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
        ROOT / pins,
    ]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The packages could not be installed: see the lines above; is the network there?")


def main() -> None:
    """Bring `.venv` up to date."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    pins = needed_pins()
    if STAMP.exists() and digest(pins) in STAMP.read_text().split():
        return
    try:
        make(pins)
        # What developing needs holds all that serving needs: one environment does for both.
        STAMP.write_text("\n".join(digest(name) for name in PINS[PINS.index(pins) :]))
    except OSError as error:
        sys.exit(f"Cannot write in {ROOT}: {error.strerror}. Run this as the owner of that folder.")


if __name__ == "__main__":
    main()
