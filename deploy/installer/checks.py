"""What must hold before anything is changed. Each question raises Stop with the one line that says what to do."""

import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from installer.machine import OURS, Machine, Stop

LEAST = 1_000_000_000  # bytes: a release with its packages, and the backup before it
SYSTEMS = ("debian 12", "debian 13", "ubuntu 24.04")
LISTENS = "0A"  # https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
WRITTEN = (
    "/etc/nginx/conf.d/resoc.conf",
    "/etc/systemd/system/resoc.service",
    "/etc/systemd/system/resoc-task@.service",
    "/etc/systemd/system/resoc-doctor.timer",
    "/etc/systemd/system/resoc-rehearse.timer",
    "/usr/local/sbin/resoc",
)


def system_is_known(machine: Machine) -> None:
    """Debian or Ubuntu with systemd, as root."""
    if machine.is_real and os.geteuid():
        raise Stop("Run this as root: put sudo before it.")
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', machine.read(machine.at("/etc/os-release")), re.MULTILINE))
    if f"{release.get('ID')} {release.get('VERSION_ID')}" not in SYSTEMS:
        found = release.get("PRETTY_NAME", "something else")
        raise Stop(f"This is for Debian 12 and 13 and Ubuntu 24.04; here is {found}. See docs/operators.md, by hand.")
    if not machine.at("/run/systemd/system").is_dir():
        raise Stop("Systemd does not run here: in a container, use the Containerfile.")


def there_is_room(machine: Machine, least: int = LEAST) -> None:
    """Room for a release, and for the data."""
    for where in ("/srv", "/var/lib"):
        path = machine.at(where)
        while not path.exists():
            path = path.parent
        if (free := shutil.disk_usage(path).free) < least:
            raise Stop(
                f"{path} has room for {free // 1_000_000} MB, and {least // 1_000_000} MB are needed: make room first."
            )


def files_are_ours(machine: Machine) -> None:
    """What would be written is not somebody else's."""
    for path in map(machine.at, WRITTEN):
        if path.is_symlink() or (path.exists() and OURS not in machine.read(path)):
            raise Stop(f"{path} was not made by deploy/install: look at it, move it away, and run this again.")


def name_is_free(machine: Machine, names: list[str]) -> None:
    """No other site of nginx has one of these names."""
    for path in other_sites(machine):
        taken = {each for said in re.findall(r"server_name\s+([^;]*);", machine.read(path)) for each in said.split()}
        if both := sorted(taken & {*names}):
            raise Stop(f"{path} already has a site {both[0]}: move it away, or choose another name.")


def other_sites(machine: Machine) -> Iterator[Path]:
    """The files of nginx that are not ours."""
    for folder, pattern in (("conf.d", "*.conf"), ("sites-enabled", "*")):
        for path in sorted(machine.at(f"/etc/nginx/{folder}").glob(pattern)):
            if path.is_file() and path != machine.at(WRITTEN[0]):
                yield path


def ports_are_free(machine: Machine, port: int, *, is_running: bool) -> None:
    """80 and 443 are nobody's or nginx's, and that of the site is nobody's, unless the site runs there."""
    for each in (80, 443):
        for program in listeners(machine.at("/proc"), each):
            if program != "nginx":
                raise Stop(f"Port {each} belongs to {program}: stop that program, or use another machine.")
    for program in [] if is_running else listeners(machine.at("/proc"), port):
        raise Stop(f"Port {port} belongs to {program}: choose another, such as --port {port + 1}.")


def listeners(proc: Path, port: int) -> list[str]:
    """The names of the programs that listen on `port`."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENS and int(columns[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{columns[9]}]")
    found = {}
    if sockets:
        for link in proc.glob("[0-9]*/fd/*"):
            with suppress(OSError):
                if (to := os.readlink(link)) in sockets:
                    found[to] = (link.parents[1] / "comm").read_text().strip()
    return sorted({found.get(each, "another program") for each in sockets})


def is_known(machine: Machine, name: str) -> bool:
    """Whether DNS knows a name."""
    return machine.ask("getent", "ahosts", name)[0] == 0


def has_ipv6(machine: Machine) -> bool:
    """Whether this machine has IPv6 at all: without it nginx does not start on such an address."""
    return socket.has_ipv6 and bool(machine.read(machine.at("/proc/net/if_inet6")).strip())
