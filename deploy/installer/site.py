"""The site on a machine: its user, its folders, its units, and commands of its own."""

import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from installer import variables
from installer.machine import OURS, USER, Machine, Stop
from installer.releases import KEPT, Releases

SECRET_KEY_LENGTH = 64  # characters, as the site makes one itself
UNITS = ("resoc.service", "resoc-task@.service", "resoc-doctor.timer", "resoc-rehearse.timer")
TIMERS = ("resoc-doctor.timer", "resoc-rehearse.timer")
WRAPPER = """#!/bin/sh
{ours}# A management command of the site, as its user and with its variables: sudo resoc doctor
set -eu
[ "$(id -u)" = 0 ] || {{ echo "Put sudo before it." >&2; exit 1; }}
set -a
. '{environment}'
set +a
cd '{current}'
exec runuser -u {user} -- .venv/bin/python manage.py "$@"
"""
COUNT_UNKNOWN = "from publishing.operations import schema; print('unknown:', len(schema.unknown()))"


class Site:
    """The site on `machine`."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.releases = Releases(machine)
        self.data = machine.at("/var/lib/resoc")
        self.var = self.data / "var"
        self.database = self.data / "db.sqlite3"

    @property
    def has_data(self) -> bool:
        return self.database.exists() or bool(self.releases.state().get("started"))

    def variables(self) -> dict[str, str]:
        """Its variables."""
        return variables.read(self.machine)

    def port(self) -> int:
        """Where gunicorn listens."""
        return int(self.variables().get("PORT") or 8000)

    def make_room(self) -> None:
        """Make the user and the folders."""
        if self.machine.ask("getent", "passwd", USER)[0]:
            command = ["useradd", "--system", "--user-group", "--shell", "/usr/sbin/nologin"]
            command += ["--home-dir", "/var/lib/resoc", "--no-create-home", USER]
            self.machine.must(f"The user {USER} could not be made.", *command)
        self.machine.folder(self.data, 0o711, owned=True)
        self.machine.folder(self.var, 0o700, owned=True)
        self.machine.folder(self.machine.at("/var/lib/resoc-acme"))

    def keep_secret(self, given: str = "") -> str:
        """The secret key: that of the variables, the one that is kept, the one that is `given`, or a new one."""
        file = self.var / "secret_key"
        if kept := self.variables().get("SECRET_KEY") or self.machine.read(file).strip():
            return kept
        new = given or secrets.token_urlsafe(SECRET_KEY_LENGTH)[:SECRET_KEY_LENGTH]
        self.machine.write(file, new, 0o600, owned=True)
        return new

    def manage(
        self,
        release: str,
        *command: str | Path,
        more: Mapping[str, str] | None = None,
        given: str | None = None,
        quiet: bool = False,
        reads: bool = False,
    ) -> tuple[int, str]:
        """Run a management command of a release, as the user of the site and with its variables."""
        folder = self.releases.path(release)
        return self.machine.as_site(
            folder / ".venv" / "bin" / "python",
            folder / "manage.py",
            *command,
            variables=self.variables() | dict(more or {}),
            cwd=folder if folder.is_dir() else self.machine.root,
            given=given,
            quiet=quiet,
            reads=reads,
        )

    def knows_the_data(self, release: str) -> bool:
        """Whether the code of `release` can go on with the data as they are."""
        ended, said = self.manage(release, "shell", "-v0", "-c", COUNT_UNKNOWN, quiet=True, reads=True)
        if ended:
            last = said.strip().rpartition("\n")[2]
            raise Stop(f"Release {release} can't look at the data: {last}")
        return "unknown: 0" in said

    def write_units(self, release: str) -> None:
        """Tell systemd of the site as `release` wants it, and make the command `resoc`."""
        folder = self.releases.path(release) / "deploy" / "systemd"
        paths = {each: str(self.machine.at(each)) for each in ("/srv/resoc/current", "/etc/resoc.env")}
        for name in UNITS:
            text = self.machine.read(folder / name)
            for path, real in paths.items():
                text = text.replace(path, real)
            self.machine.write(self.machine.at(f"/etc/systemd/system/{name}"), OURS + text)
        text = WRAPPER.format(
            ours=OURS, user=USER, environment=paths["/etc/resoc.env"], current=paths["/srv/resoc/current"]
        )
        self.machine.write(self.machine.at("/usr/local/sbin/resoc"), text, 0o755)
        self.systemctl("daemon-reload")
        self.systemctl("enable", "--quiet", "resoc.service", *TIMERS)

    def systemctl(self, *command: str) -> None:
        """Tell systemd something. Raises Stop."""
        self.machine.must(f"Systemd refused: systemctl {' '.join(command)}.", "systemctl", *command)

    def is_running(self) -> bool:
        """Whether the site runs."""
        return self.machine.ask("systemctl", "is-active", "--quiet", "resoc.service")[0] == 0

    def wanted(self, release: str) -> str:
        """What the site should have been started with, as one text to compare."""
        parts = [release, self.machine.read(variables.path(self.machine))]
        parts += [self.machine.read(self.machine.at(f"/etc/systemd/system/{name}")) for name in UNITS[:1]]
        return json.dumps(parts)

    def start(self) -> bool:
        """Start the site anew; whether it did. What it is busy with is in its log."""
        self.machine.say("Starting the site; after an upgrade this may take minutes: 'journalctl -fu resoc' tells.")
        if self.machine.run("systemctl", "restart", "resoc.service")[0]:
            return False
        self.systemctl("start", *TIMERS)
        return True

    def backup(self, release: str, name: str) -> Path:
        """Make a backup with the code of `release`. Raises Stop."""
        file = self.var / "backups" / name
        self.machine.say(f"Backup: {file}")
        if self.manage(release, "backup", "--quiet", file)[0]:
            raise Stop("The backup failed, as the lines above say. Nothing was changed: mend that, and run this again.")
        return file

    def forget_backups(self) -> None:
        """Delete the backups of upgrades and ways back that no release in use before leads to any more."""
        needed = {each["backup"] for each in self.releases.state()["history"][-KEPT:]}
        folder = self.var / "backups"
        made = sorted(folder.glob("back-from-*.zip"), key=lambda path: path.stat().st_mtime)[:-1]
        for path in [*made, *sorted(folder.glob("before-*.zip"))]:
            if str(path) not in needed:
                self.machine.remove(path)

    def hand_over(self, source: Path, target: Path) -> None:
        """Give the site a copy of a file."""
        if not self.machine.would(f"copy {source} to {target}"):
            new = target.with_name(f".{target.name}.new")
            new.unlink(missing_ok=True)
            shutil.copyfile(source, new)
            new.chmod(0o600)
            self.machine.own(new)
            new.replace(target)
