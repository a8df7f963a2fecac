"""Bring the site up to date and serve it on this machine: with gunicorn, or for developers with Django's own server.

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
BIN = (ROOT / ".venv").resolve() / "bin"  # what `.venv` leads to now: it may lead elsewhere while the site runs
HOST = "127.0.0.1"
FOR_DEVELOPERS = {"DEBUG": "yes", "EMAIL_URL": "consolemail://"}  # unless they are set; mails are printed
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
            sys.exit(f"Port {port} cannot be used ({error.strerror}): choose another, such as PORT=8001.")


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
    parser.add_argument("--dev", action="store_true", help="with Django's own server, which reloads what is edited")
    options = parser.parse_args()
    port = number("PORT", 8000, 65535)
    workers = number("WEB_CONCURRENCY", 2, 64)
    refuse_taken(port)
    if options.dev:
        os.environ |= {name: os.environ.get(name) or value for name, value in FOR_DEVELOPERS.items()}
    manage("prepare")
    if options.demo:
        manage("demo", "--scale", options.demo, "--full")
    print(
        f"\nThe site:    http://{HOST}:{port}/"
        f"\nThe admin:   http://{HOST}:{port}/admin/"
        "\nFirst login: .venv/bin/python manage.py createsuperuser\n",
        flush=True,
    )
    os.chdir(ROOT)
    if options.dev:
        python = str(BIN / "python")  # whole, because by its own path Python knows its environment
        subprocess.Popen([python, ROOT / "tools" / "build_styles.py", "--watch"])  # ends with the server
        os.execv(python, [python, "manage.py", "runserver", f"{HOST}:{port}"])  # noqa: S606
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # one heap for all threads of a worker: five megabytes less
    settings = ["--config", str(ROOT / "deploy" / "gunicorn.conf.py"), "--bind", f"{HOST}:{port}"]
    os.execv(BIN / "gunicorn", ["gunicorn", *settings, "--workers", str(workers), "resoc.wsgi"])  # noqa: S606


if __name__ == "__main__":
    main()
