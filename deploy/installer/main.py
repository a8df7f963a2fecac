"""What was asked on the command line."""

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer import back, flow
from installer.machine import Machine, Stop

SOURCE = Path(__file__).resolve().parents[2]
BROKEN_OFF = 130


def parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="deploy/install",
        description="Install or upgrade the site on this machine: Debian 12 or 13, Ubuntu 24.04. Safe to run again.",
    )
    add = parser.add_argument
    add("name", nargs="?", help="the name of the site, such as www.example.org; an upgrade knows it already")
    add("--mail", metavar="URL", help="the mail server: EMAIL_URL in docs/operators.md; - reads it from the input")
    add(
        "--contact",
        metavar="ADDRESS",
        help="who hears what turns wrong, and whom the authority of the certificate may write to",
    )
    add("--set", metavar="NAME=VALUE", action="append", default=[], help="another variable of docs/operators.md")
    add("--port", type=int, help="of the site itself, behind nginx (8000)")
    add("--no-certbot", action="store_true", help="you have a certificate of your own")
    add("--from", dest="archive", metavar="FILE", help="begin with a backup of the site, on a new machine")
    add("--sheet", action="store_true", help="write the recovery sheet anew")
    add("--back", action="store_true", help="return to the release before")
    add("--yes", action="store_true", help="with --back: do not ask")
    add("--dry-run", action="store_true", help="say what would be done, and change nothing")
    add("--root", type=Path, default=Path("/"), metavar="DIR", help="install in a folder, to try it out")
    return parser


@contextmanager
def alone(machine: Machine) -> Iterator[None]:
    """Nobody else installs meanwhile. Raises BlockingIOError."""
    if machine.dry or (machine.is_real and os.geteuid()):
        yield
        return
    file = machine.at("/run/resoc-install.lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def main() -> None:
    """Do what was asked; what stops it is one line."""
    options = parser().parse_args()
    os.umask(0o022)  # the user of the site reads what root wrote
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(BROKEN_OFF))
    machine = Machine(options.root.resolve(), dry=options.dry_run)
    try:
        if " " in str(machine.root):
            raise Stop(f"--root is {str(machine.root)!r}: choose a folder without spaces.")
        with alone(machine):
            ended = back.go_back(machine, yes=options.yes) if options.back else flow.install(machine, SOURCE, options)
        sys.exit(ended)
    except Stop as stop:
        sys.exit(f"deploy/install: {stop}")
    except BlockingIOError:
        sys.exit("deploy/install: it is at work already: wait until that is done.")
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        sys.exit(f"deploy/install: {error.strerror}:{where}. Mend that, and run this again: what runs is as it was.")
    except KeyboardInterrupt:
        sys.exit("deploy/install: broken off. Run it again: it goes on where it was.")
