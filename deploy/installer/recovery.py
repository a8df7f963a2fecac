"""A recovery sheet to print, and a machine that begins with what such a sheet and a backup bring."""

import re
import shutil
from pathlib import Path

from installer import variables
from installer.machine import Machine, Stop
from installer.site import Site

SHEET = "/root/resoc-recovery-sheet.txt"
TEXT = """RECOVERY SHEET OF {name}

Print this, keep it in a safe, and delete the file: whoever has it and a backup has everything.

1. The secret key. Without it a backup counts as foreign, and nobody's authenticator app works.

   {secret}

2. The identity of age, which reads the encrypted copies elsewhere. The machine itself does not keep it.

   {identity}

3. Where the copies are: {copies}

4. On a new machine (Debian 12 or 13, Ubuntu 24.04), with the code of the site and one backup:

   sudo deploy/install {name} --from FILE

   It asks for the secret key, and for a file that ends in .age also for the identity.
"""
NO_COPIES = "there are none elsewhere yet (BACKUP_COPY in docs/operators.md)"
RESTORING = "restoring.zip"


def make_sheet(site: Site, name: str, *, again: bool = False) -> None:
    """Write the sheet once, with a new pair of keys for copies elsewhere when those need one; tell where it is."""
    machine, values = site.machine, site.variables()
    needs_pair = bool(values.get("BACKUP_COPY")) and not values.get("BACKUP_RECIPIENT")
    path = machine.at(SHEET)
    if needs_pair or again or not site.releases.state().get("sheet"):
        identity, recipient = pair(machine) if needs_pair else ("", "")
        text = TEXT.format(
            name=name,
            secret=site.keep_secret() or "is made at the first run",
            identity=identity or "(on the sheet of before, if copies are made elsewhere)",
            copies=values.get("BACKUP_COPY") or NO_COPIES,
        )
        machine.write(path, text, 0o600)
        if recipient:  # after the sheet: else a run that is killed here has copies that nobody can read
            variables.write(machine, {"BACKUP_RECIPIENT": recipient})
        site.releases.remember(sheet=True)
    if path.exists():
        machine.say(f"The recovery sheet is {path}: print it, keep it in a safe, and delete the file.")


def pair(machine: Machine) -> tuple[str, str]:
    """A new identity of age, and its public key. Raises Stop."""
    if machine.would("make a pair of keys of age, for the copies elsewhere"):
        return "", ""
    ended, said = machine.run("age-keygen", quiet=True)
    found = re.search(r"age1[0-9a-z]+", said), re.search(r"AGE-SECRET-KEY-1[0-9A-Z]+", said)
    if ended or not (found[0] and found[1]):
        raise Stop("age-keygen made no keys: run 'apt-get install age' and then this again.")
    return found[1][0], found[0][0]


def check(site: Site, file: Path) -> None:
    """Whether this machine can begin with the archive `file`. Raises Stop."""
    if not file.is_file():
        raise Stop(f"There is no file {file}.")
    if site.has_data and not (site.var / RESTORING).exists():
        raise Stop("This machine has a site already: go on without --from, or use 'sudo resoc restore'.")


def receive_key(site: Site) -> None:
    """Ask for the secret key of the site that comes here, before any command of this one makes another."""
    if site.variables().get("SECRET_KEY") or site.machine.read(site.var / "secret_key").strip():
        return
    given = site.machine.secret("The secret key on the recovery sheet (leave empty when it is lost):")
    site.releases.remember(foreign=None if given else True)
    site.keep_secret(given)


def restore(site: Site, release: str, file: Path) -> None:
    """Put the archive `file` in an empty site. Killed and run again, it begins anew. Raises Stop."""
    machine, archive = site.machine, site.var / RESTORING
    if archive.exists():
        machine.say("A restore was broken off: it begins anew.")
        for path in (*site.data.glob("db.sqlite3*"), site.data / "media"):
            machine.remove(path)
    if file.suffix == ".age":
        decrypt(site, file, machine.secret("The identity of age on the recovery sheet (AGE-SECRET-KEY-…):"), archive)
    else:
        site.hand_over(file, archive)
    foreign = ("--foreign",) if site.releases.state().get("foreign") else ()
    machine.say(f"Restore: {file}")
    if site.manage(release, "restore", *foreign, "--into-empty", archive)[0]:
        for path in (*site.data.glob("db.sqlite3*"), site.data / "media", archive):
            machine.remove(path)
        machine.remove(site.var / "secret_key")  # it may be mistyped: the next run asks again
        raise Stop("Nothing was restored, as the lines above say. Is it the key of that site? Run this again.")


def decrypt(site: Site, file: Path, identity: str, target: Path) -> None:
    """Decrypt a copy for the site. Raises Stop."""
    machine = site.machine
    if machine.would(f"decrypt {file} to {target}"):
        return
    folder = machine.at("/root") / ".resoc-age"
    machine.remove(folder)
    machine.folder(folder, 0o700)
    try:
        machine.write(folder / "identity", f"{identity}\n", 0o600)
        ended, _said = machine.run(
            "age", "--decrypt", "--identity", folder / "identity", "--output", folder / "archive.zip", file
        )
        if ended:
            raise Stop(f"{file} could not be decrypted: is that the identity on the recovery sheet?")
        site.hand_over(folder / "archive.zip", target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def finish(site: Site) -> None:
    """Let go of the archive: what it brought is the site now."""
    site.machine.remove(site.var / RESTORING)
