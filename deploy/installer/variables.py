"""`/etc/resoc.env`: the variables of the site, as systemd and a shell both read them."""

import re
from collections.abc import Mapping
from pathlib import Path

from installer.machine import Machine, Stop

PLAIN = re.compile(r"[A-Za-z0-9:/.,@_+%=-]*")
LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"({LABEL}\.)+{LABEL}")


def path(machine: Machine) -> Path:
    """The file."""
    return machine.at("/etc/resoc.env")


def read(machine: Machine) -> dict[str, str]:
    """The variables that it sets."""
    found = {}
    for number, line in enumerate(machine.read(path(machine)).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        if not (match := LINE.fullmatch(line.strip())):
            raise Stop(f"Line {number} of {path(machine)} is not NAME=value: mend it and run this again.")
        value = match[2].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[match[1]] = value
    return found


def write(machine: Machine, values: Mapping[str, str | None]) -> None:
    """Set these variables, and take away those that are None; all other lines stay as they are."""
    left = dict(values)
    lines = []
    for line in machine.read(path(machine)).splitlines():
        name = match[1] if (match := LINE.fullmatch(line.strip())) else ""
        if name in values:
            if name in left and (value := left.pop(name)) is not None:
                lines.append(f"{name}={quoted(value)}")
        else:
            lines.append(line)
    lines += [f"{name}={quoted(value)}" for name, value in left.items() if value is not None]
    machine.write(path(machine), "".join(f"{line}\n" for line in lines), 0o600)


def quoted(value: str) -> str:
    """`value` as systemd and a shell both read it. Raises Stop when no way of writing does for both."""
    if PLAIN.fullmatch(value):
        return value
    if "'" in value or "\\" in value or not value.isprintable():
        raise Stop("A variable may hold no ' and no \\, and be one line: in an address, write them as %27 and %5C.")
    return f"'{value}'"


def setting(raw: str) -> tuple[str, str]:
    """Parse NAME=value. Raises Stop."""
    if not (match := LINE.fullmatch(raw)):
        raise Stop(f"--set {raw.partition('=')[0]}: expected NAME=value, such as --set WEB_CONCURRENCY=4.")
    quoted(match[2])
    return match[1], match[2]


def domain(raw: str) -> str:
    """Parse the name of the site. Raises Stop."""
    name = raw.lower().rstrip(".")
    if not NAME.fullmatch(name) or len(name) > 253 or name.rpartition(".")[2].isdigit():
        raise Stop(f"{raw!r} is no name of a site: give the name alone, such as www.example.org.")
    return name


def names(name: str) -> list[str]:
    """The name of the site, and the bare one that leads to it."""
    bare = name.removeprefix("www.")
    return [name] if bare == name else [name, bare]
