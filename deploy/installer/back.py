"""The way back: the release before, with the data as they are when it can read them, else with those of then."""

from datetime import UTC, datetime
from pathlib import Path

from installer import checks, variables, web
from installer.machine import Machine, Stop
from installer.site import Site


def go_back(machine: Machine, *, yes: bool) -> int:
    """Return to the release before, once the operator said yes; the exit code. Raises Stop."""
    site = Site(machine)
    checks.system_is_known(machine)
    undo_unfinished(site)
    if not machine.dry:
        start_again(site)
    history = site.releases.state()["history"]
    if len(history) < 2 or not (site.releases.path(history[-2]["release"]) / "release.json").exists():
        raise Stop("There is no release before this one.")
    now, before = history[-1], history[-2]["release"]
    keeps_data = site.knows_the_data(before)
    if keeps_data:
        machine.say(f"Back from {now['release']} to {before}. Nothing is lost: it reads the data as they are.")
    else:
        say_what_is_lost(site, now, before)
    if not (yes or machine.dry) and machine.input("Type 'yes' to go back:").lower() != "yes":
        raise Stop("You did not say yes. Nothing was changed.")
    site.backup(now["release"], f"back-from-{now['release']}.zip")
    if not keeps_data:
        put_data_back(site, now, before)
    site.write_units(before)
    site.releases.turn(before)
    # Before anybody can save anything: from here on, no run puts the database of now back.
    site.releases.remember(history=history[:-1], aside=None, unstarted=True)
    start_again(site)
    name = variables.read(machine).get("SITE_URL", "").removeprefix("https://")
    web.set_up(machine, (site.releases.path(before) / "deploy" / "nginx.conf").read_text(), name, site.port())
    machine.say(f"Release {before} serves https://{name}/.")
    return 0


def start_again(site: Site) -> None:
    """Start the release that a way back turned to. Raises Stop."""
    if not site.releases.state().get("unstarted") and not site.machine.dry:
        return
    site.machine.remove(aside(site))
    if not site.start():
        raise Stop("It does not start: 'journalctl -u resoc' says why.")
    site.releases.remember(started=site.wanted(site.releases.in_use()), unstarted=None)


def say_what_is_lost(site: Site, now: dict[str, str], before: str) -> None:
    """Say what was done since the backup that must be put back. Raises Stop when there is none."""
    file = Path(now["backup"] or "/nowhere")
    if not file.is_file():
        raise Stop(f"Release {before} can't read the data of {now['release']}, and the backup of then is gone.")
    if site.variables().get("DATABASE_URL"):
        raise Stop(
            f"Release {before} can't read this database: stop the site, make an empty database, name it in "
            f"DATABASE_URL, and restore {file} into it; see docs/operators.md, Back."
        )
    made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    site.machine.say(
        f"Release {before} can't read the data of {now['release']}: they go back to {made:%Y-%m-%d %H:%M} UTC."
    )
    ended, said = site.manage(now["release"], "changes", "--since", made.isoformat(), quiet=True, reads=True)
    lost = said.strip().rpartition("\n")[2] if not ended else "how much can't be counted"
    site.machine.say(f"What is lost: {lost}. It stays in a backup that is made first.")


def aside(site: Site) -> Path:
    """Where the database of now is while that of then is put back."""
    return site.data / "db-set-aside"


def put_data_back(site: Site, now: dict[str, str], before: str) -> None:
    """Let the release before fill an empty database with its own backup; when it can't, all is as it was."""
    machine = site.machine
    site.releases.remember(aside=str(aside(site)))
    site.systemctl("stop", "resoc.service")
    machine.remove(aside(site))
    machine.folder(aside(site), 0o700, owned=True)
    if not machine.would(f"put the database aside in {aside(site)}"):
        # The file itself last: `undo_unfinished` takes it for the sign that all of it is there.
        for path in sorted(site.data.glob("db.sqlite3*"), key=lambda path: -len(path.name)):
            path.rename(aside(site) / path.name)
    if site.manage(before, "restore", "--into-empty", now["backup"])[0]:
        undo_unfinished(site)
        raise Stop(f"The data did not go back, as the lines above say: {now['release']} runs on as it was.")


def undo_unfinished(site: Site) -> None:
    """Put the database back that a way back put aside, when that was broken off."""
    machine, folder = site.machine, aside(site)
    if not site.releases.state().get("aside"):
        return
    if (folder / "db.sqlite3").exists():
        for path in site.data.glob("db.sqlite3*"):
            machine.remove(path)
    if not machine.would(f"put the database of {folder} back"):
        # The file itself first: from then on it counts as put back.
        for path in sorted(folder.glob("db.sqlite3*")):
            path.rename(site.data / path.name)
    machine.remove(folder)
    if release := (site.releases.state()["history"] or [{"release": ""}])[-1]["release"]:
        site.releases.turn(release)
        site.write_units(release)
    site.releases.remember(aside=None)
    site.start()


def after_a_failed_start(site: Site, before: str, release: str) -> None:
    """Let the release before serve again, if it can read the data. Always raises Stop."""
    releases = site.releases
    if before and before != release and site.knows_the_data(before):
        releases.turn(before)
        site.write_units(before)
        if site.start():
            releases.remember(pending=None, started=site.wanted(before))
            raise Stop(f"Release {release} did not start, so {before} serves again: 'journalctl -u resoc' says why.")
    pending = releases.state().get("pending")
    if pending and before and before != release:
        releases.remember(history=[*releases.state()["history"], pending], pending=None)
        command = f"sudo {releases.current}/deploy/install --back"
        raise Stop(
            f"Release {release} does not start: 'journalctl -u resoc' says why. '{command}' returns to {before}."
        )
    raise Stop("The site does not start: 'journalctl -u resoc' says why. Mend that, and run this again.")
