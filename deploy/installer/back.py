"""The way back: the release before, with the data as they are when it can read them, else with those of then."""

from datetime import UTC, datetime
from pathlib import Path

from installer import aside, checks, variables, web
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
    backup = now["release"], f"back-from-{now['release']}.zip"
    if keeps_data:
        site.backup(*backup)
    else:
        put_data_back(site, now, before, backup)
    site.write_units(before)
    site.releases.turn(before)
    # Before anybody can save anything: from here on, no run puts the database of now back.
    site.releases.remember(history=history[:-1], aside=None, unstarted=True, forget=now["release"] * (not keeps_data))
    start_again(site)
    name = variables.read(machine).get("SITE_URL", "").removeprefix("https://")
    web.set_up(machine, (site.releases.path(before) / "deploy" / "nginx.conf").read_text(), name, site.port())
    machine.say(f"Release {before} serves https://{name}/.")
    return 0


def start_again(site: Site) -> None:
    """Start the release that a way back turned to. Raises Stop."""
    state = site.releases.state()
    if not state.get("unstarted") and not site.machine.dry:
        return
    if forget := state.get("forget"):
        aside.of(site).forget(forget)
    if not site.start():
        raise Stop("It does not start: 'journalctl -u resoc' says why.")
    site.releases.remember(started=site.wanted(site.releases.in_use()), unstarted=None, forget=None)


def say_what_is_lost(site: Site, now: dict[str, str], before: str) -> None:
    """Say what was done since the backup that must be put back. Raises Stop when there is none."""
    file = Path(now["backup"] or "/nowhere")
    if not file.is_file():
        raise Stop(f"Release {before} can't read the data of {now['release']}, and the backup of then is gone.")
    aside.of(site).check(now["release"])
    made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    site.machine.say(
        f"Release {before} can't read the data of {now['release']}: they go back to {made:%Y-%m-%d %H:%M} UTC."
    )
    ended, said = site.manage(now["release"], "changes", "--since", made.isoformat(), quiet=True, reads=True)
    lost = said.strip().rpartition("\n")[2] if not ended else "how much can't be counted"
    site.machine.say(f"What is lost: {lost}. It stays in a backup that is made first.")


def put_data_back(site: Site, now: dict[str, str], before: str, backup: tuple[str, str]) -> None:
    """Let the release before fill an empty database with its own backup; when it can't, all is as it was."""
    site.releases.remember(aside=now["release"])
    site.systemctl("stop", "resoc.service")  # what is saved from here on would not be in the backup
    try:
        site.backup(*backup)
        aside.of(site).set(now["release"])
    except Stop:
        undo_unfinished(site)
        raise
    if site.manage(before, "restore", "--into-empty", now["backup"])[0]:
        undo_unfinished(site)
        raise Stop(f"The data did not go back, as the lines above say: {now['release']} runs on as it was.")


def undo_unfinished(site: Site) -> None:
    """Put the data back that a way back put aside, when that was broken off."""
    if not (release := site.releases.state().get("aside")):
        return
    aside.of(site).undo(release)
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
