"""Bring the site up to date and serve it with gunicorn on this machine.

Run with the environment's Python: `.venv/bin/python deploy/serve.py`. `PORT` and
`WEB_CONCURRENCY` say where and with how many workers. Behind a proxy, systemd starts
gunicorn itself: see `docs/operators.md`.
"""

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
HOST = "127.0.0.1"
AWAY = 75  # how a command ends that needs a database which is away


def number(name: str, default: int, highest: int) -> int:
    """The whole number in variable `name`; a malformed one ends the start with one line."""
    raw = os.environ.get(name) or str(default)
    if not raw.isdecimal() or not 1 <= int(raw) <= highest:
        sys.exit(f"{name} is {raw!r}: expected a whole number from 1 to {highest}.")
    return int(raw)


def refuse_taken(port: int) -> None:
    """End with one line when something else listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}): choose another with 'make serve PORT=8001'.")


def manage(*arguments: str) -> None:
    """Run a management command; when it fails it has said why.

    Without its database the site goes on with the pages as they last were, if it has them.
    """
    result = subprocess.run([BIN / "python", ROOT / "manage.py", *arguments], cwd=ROOT, check=False)
    if result.returncode == AWAY and (Path(os.environ.get("DATA_DIR") or ROOT) / "var" / "pages" / "kept").exists():
        print("The pages for visitors are served as they last were.")
    elif result.returncode:
        sys.exit(result.returncode)


def main() -> None:
    """Bring the data up to date, add demonstration if that is asked, serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", metavar="SCALE", help="first add demonstration content: see 'manage.py demo'")
    demo = parser.parse_args().demo
    port = number("PORT", 8000, 65535)
    workers = number("WEB_CONCURRENCY", 2, 64)
    refuse_taken(port)
    manage("prepare")
    if demo:
        manage("demo", "--scale", demo)
    print(
        f"\nThe site:    http://{HOST}:{port}/"
        f"\nThe admin:   http://{HOST}:{port}/admin/"
        "\nFirst login: .venv/bin/python manage.py createsuperuser\n",
        flush=True,
    )
    os.chdir(ROOT)
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # one heap for all threads of a worker: five megabytes less
    options = ["--config", str(ROOT / "deploy" / "gunicorn.conf.py"), "--bind", f"{HOST}:{port}"]
    os.execv(BIN / "gunicorn", ["gunicorn", *options, "--workers", str(workers), "resoc.wsgi"])  # noqa: S606


if __name__ == "__main__":
    main()
