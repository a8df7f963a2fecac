"""The steps of an installation and of an upgrade, in their order.

Each may be killed at any moment: what is half done is made anew by the next run, and what visitors see
changes in one moment, when `current` is turned.
"""

import sys
from argparse import Namespace
from pathlib import Path

from installer import back, checks, recovery, variables, web
from installer.machine import Machine, Stop
from installer.site import Site

PACKAGES = ("python3-venv", "nginx", "certbot", "openssl")
DOCTOR_COMPLAINS = 2  # the exit code: installed, and not healthy


def install(machine: Machine, source: Path, options: Namespace) -> int:
    """Install or upgrade; the exit code. Raises Stop."""
    site = Site(machine)
    checks.system_is_known(machine)
    values = site.variables()
    name = variables.domain(options.name) if options.name else name_of(values)
    wanted = wanted_variables(site, name, options)
    port = int(wanted.get("PORT") or values.get("PORT") or 8000)
    checks.there_is_room(machine)
    checks.files_are_ours(machine)
    checks.name_is_free(machine, variables.names(name))
    checks.ports_are_free(machine, port, is_running=site.is_running())
    archive = Path(options.archive).resolve() if options.archive else None
    if archive:
        recovery.check(site, archive)
    elif (site.var / recovery.RESTORING).exists():
        raise Stop("A restore was broken off: run this again with --from FILE.")
    new = values | {each: value for each, value in wanted.items() if value is not None}
    needs_age = new.get("BACKUP_COPY") or (archive and archive.suffix == ".age")
    add_packages(machine, (*PACKAGES, "age") if needs_age else PACKAGES)
    back.undo_unfinished(site)
    site.make_room()
    release = site.releases.add(source, new)
    if archive:
        recovery.receive_key(site)
    site.keep_secret()
    settle_variables(site, release, wanted)
    web.sign_ourselves(machine, name)
    if archive:
        recovery.restore(site, release, archive)
        recovery.finish(site)  # before anybody can save anything: a second run would begin anew
    recovery.make_sheet(site, name, again=options.sheet)
    switch(site, release)
    web.set_up(machine, template(site, release), name, site.port())
    advice = certificate(site, release, name, options)
    site.releases.prune()
    site.forget_backups()
    return say_how_it_is(site, release, name, advice)


def name_of(values: dict[str, str]) -> str:
    """The name of the site that is installed. Raises Stop when there is none."""
    found = values.get("SITE_URL", "").removeprefix("https://").strip("/")
    if not found:
        raise Stop("Say the name of the site: sudo deploy/install www.example.org")
    return variables.domain(found)


def wanted_variables(site: Site, name: str, options: Namespace) -> dict[str, str | None]:
    """What the file of variables must say. Raises Stop."""
    values, data = site.variables(), str(site.data)
    if values.get("DATA_DIR", data) != data:
        raise Stop(f"DATA_DIR is {values['DATA_DIR']}: deploy/install keeps the data in {data}. Move them there first.")
    wanted: dict[str, str | None] = {"DATA_DIR": data, "SITE_URL": f"https://{name}"}
    if "TRUSTED_PROXY_COUNT" not in values:
        wanted["TRUSTED_PROXY_COUNT"] = "1"
    if not web.is_trusted(site.machine) and "HSTS" not in values:
        wanted["HSTS"] = "no"
    if options.mail:
        address = sys.stdin.readline().strip() if options.mail == "-" else options.mail
        wanted["EMAIL_URL"] = address
    if options.contact:
        wanted["OPERATOR_EMAIL"] = options.contact
    if options.port:
        wanted["PORT"] = str(options.port)
    wanted |= dict(map(variables.setting, options.set))
    for value in filter(None, wanted.values()):
        variables.quoted(value)
    return wanted


def add_packages(machine: Machine, packages: tuple[str, ...]) -> None:
    """Install the packages that are missing. Raises Stop."""
    missing = []
    for each in packages:
        ended, said = machine.ask("dpkg-query", "-W", "-f=${db:Status-Abbrev}", each)
        if ended or not said.startswith("ii"):
            missing.append(each)
    if missing:
        machine.say(f"Packages: {', '.join(missing)}.")
        advice = "The packages could not be installed: is the network there? Run this again when it is."
        quietly = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
        machine.must(advice, *quietly, "update", "-qq")
        machine.must(advice, *quietly, "install", "-y", "-qq", "--no-install-recommends", *missing)


def settle_variables(site: Site, release: str, wanted: dict[str, str | None]) -> None:
    """Write the variables, once the code has read them without complaint. Raises Stop."""
    more = {name: value for name, value in wanted.items() if value is not None}
    ended, said = site.manage(release, "check", more=more, quiet=True)
    if ended:
        raise Stop(said.strip().rpartition("\n")[2] or "The variables are not good.")
    variables.write(site.machine, wanted)


def switch(site: Site, release: str) -> None:
    """Let `release` serve: backed up first, and back again when it does not start. Raises Stop."""
    releases, before = site.releases, site.releases.in_use()
    state = releases.state()
    pending = state.get("pending") or {}
    if pending and pending["release"] != release and before == pending["release"]:  # of a run that was killed
        releases.remember(history=[*state["history"], pending], pending=None)
        pending = {}
    history = releases.state()["history"]
    is_new = not history or history[-1]["release"] != release
    if is_new and pending.get("release") != release:
        backup = ""
        if before and site.has_data:
            backup = str(site.backup(before, f"before-{release}.zip"))
        releases.remember(pending={"release": release, "backup": backup})
    site.write_units(release)
    releases.turn(release)
    if releases.state().get("started") != site.wanted(release) or not site.is_running():
        if not site.start():
            back.after_a_failed_start(site, before, release)
        releases.remember(started=site.wanted(release))
    if is_new and not site.machine.dry:
        pending = releases.state()["pending"]
        releases.remember(history=[*releases.state()["history"], pending], pending=None)


def template(site: Site, release: str) -> str:
    """The configuration of nginx that a release brings."""
    folder = site.releases.path(release)
    if site.machine.dry and not folder.exists():
        folder = Path(__file__).resolve().parents[2]
    return (folder / "deploy" / "nginx.conf").read_text()


def certificate(site: Site, release: str, name: str, options: Namespace) -> str:
    """Get a certificate that browsers trust, and promise HTTPS from then on; what is still to be done."""
    machine, state = site.machine, site.releases.state()
    advice = ""
    if options.no_certbot:
        advice = "No certificate yet: see docs/operators.md for one of your own."
    elif not web.is_trusted(machine) or state.get("certificate") not in (variables.names(name), None):
        advice = web.certify(machine, name, site.variables().get("OPERATOR_EMAIL", "").partition(",")[0])
        if not advice:
            site.releases.remember(certificate=variables.names(name))
    if not web.is_trusted(machine):
        return advice
    if not state.get("promised"):
        variables.write(machine, {"HSTS": None})
        site.start()
        site.releases.remember(started=site.wanted(release), promised=True)
    web.set_up(machine, template(site, release), name, site.port())
    return "" if options.no_certbot else advice


def say_how_it_is(site: Site, release: str, name: str, advice: str) -> int:
    """Ask the doctor, and say what comes next."""
    machine = site.machine
    machine.say("The doctor:")
    ended, _said = site.manage(release, "doctor")
    if advice:
        machine.say(advice)
    if machine.dry:
        machine.say("Nothing was changed.")
        return 0
    machine.say(f"Release {release} serves https://{name}/. The first superuser: sudo resoc createsuperuser")
    return DOCTOR_COMPLAINS if ended else 0
