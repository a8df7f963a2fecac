"""Backups that the site makes by itself: each night one, in `STATE_DIR/backups`, of which old ones go.

`retention` says which are kept. The work is done in a process of its own; of all workers, on all machines,
one claims it. The machine that made the last one goes first, so that they lie together.
"""

import logging
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from publishing.backup.archive import ArchiveError, Manifest, Tell, write
from publishing.backup.rehearsal import page_digests, recall, remember
from publishing.backup.restore import last_line
from publishing.backup.retention import first_to_go, kept
from publishing.models import NightlyBackup, Revision

AT = time(2)  # by the clock of this site
AGAIN_AFTER = timedelta(hours=1)  # since a try that failed, or was killed
REHEARSE_EVERY = timedelta(days=28)
OTHERS_WAIT = timedelta(hours=6)  # for the machine that made the last one
MADE_WITHIN = timedelta(days=2)  # of now; else something is wrong
AHEAD = timedelta(days=1)  # a moment later than this is of a clock that ran ahead, and counts for nothing
FREE = 0.2  # of the disk stays free
OF_UPGRADES, LONGEST = ("before-*.zip", "back-from-*.zip"), timedelta(days=365)
LEAST = 300_000_000  # bytes that stay free in any case
NAMED = re.compile(r"(\d{4}-\d\d-\d\d-\d{6})\.zip")
FORM = "%Y-%m-%d-%H%M%S"
THE_ROW = 1

logger = logging.getLogger(__name__)


class BackupProblem(Enum):
    """What is wrong with the backups of a site."""

    NEVER = "none was made"
    OLD = "none was made for two days"
    GONE = "the last one is no longer there"


@dataclass(frozen=True)
class BackupStatus:
    """How it is with backups: when the last one was made that still is there, and the file of one that is gone."""

    at: datetime | None = None
    gone: str = ""

    def lack(self, now: datetime) -> BackupProblem | None:
        """What is wrong; a new site has two days."""
        if self.at and self.at > now - MADE_WITHIN:
            return None
        if self.gone:
            return BackupProblem.GONE
        if self.at:
            return BackupProblem.OLD
        first = Revision.objects.order_by("pk").values_list("created_at", flat=True).first()
        return None if first is None or first > now - MADE_WITHIN else BackupProblem.NEVER


def folder() -> Path:
    """Where the backups of each night are."""
    return Path(settings.STATE_DIR) / "backups"


def name_at(now: datetime) -> str:
    """The name of an archive that is made `now`."""
    return f"{timezone.localtime(now):{FORM}}.zip"


def archives(where: Path) -> dict[datetime, Path]:
    """The archives in a folder that have such a name, by when they were made; no other file counts."""
    found = {}
    for path in where.iterdir() if where.is_dir() else ():
        if (named := NAMED.fullmatch(path.name)) and (made := moment_of(named[1])):
            found[made] = path
    return found


def moment_of(name: str) -> datetime | None:
    """The moment in the name of an archive; None when there is no such moment."""
    try:
        return timezone.make_aware(datetime.strptime(name, FORM))  # noqa: DTZ007  (made aware here)
    except ValueError:
        return None


def last_night(now: datetime) -> datetime:
    """When the last backup before `now` was due."""
    local = timezone.localtime(now)
    night = datetime.combine(local.date(), AT, local.tzinfo)
    return night if night <= local else night - timedelta(days=1)


def make_due() -> None:
    """Make the backup of last night, unless it is made or somebody else is at it; try it out once a month."""
    if not claim(timezone.now()):
        return
    if _succeeds("backup", "--nightly", "--quiet") and is_rehearsal_due(timezone.now()):
        _succeeds("rehearse")


def is_rehearsal_due(now: datetime) -> bool:
    """Whether it is a month ago that a backup was seen to bring everything back."""
    last = recall("rehearsal")
    return not last.get("good") or not now - REHEARSE_EVERY <= last["at"] <= now + AHEAD


def _succeeds(*command: str) -> bool:
    """Run a management command in a process of its own; what goes wrong is in the log."""
    whole = [sys.executable, str(settings.BASE_DIR / "manage.py"), *command]
    done = subprocess.run(whole, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        logger.error("'manage.py %s' failed in the night: %s", command[0], last_line(done))
    return not done.returncode


def claim(now: datetime) -> bool:
    """Whether a backup is due and ours to make."""
    if not settings.BACKUPS:
        return False
    row, _is_new = NightlyBackup.objects.get_or_create(pk=THE_ROW, defaults={"since": now})
    night = last_night(now)
    if night <= (row.made_at or row.since) <= now + AHEAD:
        return False
    if row.tried_at and abs(now - row.tried_at) < AGAIN_AFTER:
        return False
    if row.machine not in ("", socket.gethostname()) and now < night + OTHERS_WAIT:
        return False
    mine = NightlyBackup.objects.filter(pk=THE_ROW, tried_at=row.tried_at)
    return bool(mine.update(tried_at=now))


def make(tell: Tell) -> tuple[Path, Manifest]:
    """Make a backup in our folder, and let old ones go. Raises ArchiveError or OSError."""
    where, now = folder(), timezone.now()
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    dropped = make_room(where)
    target = where / name_at(now)
    manifest = write(target, page_digests, tell)
    made = archives(where)
    for each in made.keys() - kept(made):
        made[each].unlink(missing_ok=True)
    forget_upgrades(where, now)
    dropped += make_room(where, target.stat().st_size)
    remember("backup", file=str(target), dropped=dropped, is_tight=is_tight(where))
    said = {"made_at": now, "machine": socket.gethostname(), "file": str(target)}
    NightlyBackup.objects.update_or_create(pk=THE_ROW, defaults=said, create_defaults={"since": now, **said})
    return target, manifest


def forget_upgrades(where: Path, now: datetime) -> None:
    """Delete what `deploy/install` backed up before an upgrade or a way back, when it is as old as ours get."""
    for pattern in OF_UPGRADES:
        for path in where.glob(pattern):
            if path.stat().st_mtime < (now - LONGEST).timestamp():
                path.unlink(missing_ok=True)


def make_room(where: Path, needed: int | None = None) -> int:
    """Delete archives, the least worth first and never the newest, until one more fits; returns how many.

    Raises ArchiveError when the disk would be full all the same.
    """
    made, dropped = archives(where), 0
    if needed is None:
        needed = made[max(made)].stat().st_size if made else size_of_site()
    for each in first_to_go(made):
        disk = shutil.disk_usage(where)
        if disk.free - needed >= FREE * disk.total:
            break
        made[each].unlink(missing_ok=True)
        dropped += 1
    if shutil.disk_usage(where).free - needed < LEAST:
        raise ArchiveError(
            f"There is no room for a backup in {where}: it needs {needed // 1_000_000} MB, and {LEAST // 1_000_000} MB "
            "more stay free for the site."
        )
    return dropped


def size_of_site() -> int:
    """About as many bytes as the first archive has, at most."""
    files = [Path(settings.DATABASES["default"]["NAME"]), *Path(settings.MEDIA_ROOT).rglob("*")]
    return sum(file.stat().st_size for file in files if file.is_file())


def is_tight(where: Path) -> bool:
    """Whether less of the disk is free than must stay so."""
    disk = shutil.disk_usage(where)
    return disk.free < FREE * disk.total


def thin(where: Path, number: int) -> int:
    """Delete all archives in a folder but the newest `number`; returns how many."""
    made = archives(where)
    old = sorted(made)[:-number]
    for each in old:
        made[each].unlink(missing_ok=True)
    return len(old)


def standing() -> BackupStatus:
    """How it is with the backups of this site, on this machine or another."""
    there = [*archives(folder())]
    last, gone = recall("backup"), ""
    if last:
        file = last.get("file")
        if file is None or _is_there(Path(file)):
            there.append(last["at"])
        else:
            gone = str(file)
    row = NightlyBackup.objects.first()
    if row and row.made_at and row.machine != socket.gethostname():
        there.append(row.made_at)
    return BackupStatus(max((each for each in there if each <= timezone.now() + AHEAD), default=None), gone)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that is not for us
        return True
