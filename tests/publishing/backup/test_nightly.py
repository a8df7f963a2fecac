import os
import shutil
import subprocess
from collections import namedtuple
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from publishing.backup import nightly
from publishing.backup.archive import ArchiveError
from publishing.backup.rehearsal import recall, remember
from publishing.models import Event, NightlyBackup

pytestmark = pytest.mark.django_db


def at(said: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(said))


@pytest.fixture
def where() -> Path:
    return nightly.folder()


def put(where: Path, *names: str, size: int = 10) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for name in names:
        (where / name).write_bytes(b"x" * size)


def test_each_night_after_two_one_of_all_workers_makes_a_backup():
    assert not nightly.claim(at("2026-03-03 12:00")), "the first night is still to come"
    assert not nightly.claim(at("2026-03-04 01:59"))
    assert [nightly.claim(at("2026-03-04 02:00")) for _worker in range(3)] == [True, False, False]
    assert not nightly.claim(at("2026-03-04 02:59")), "it may still be at work"
    assert nightly.claim(at("2026-03-04 03:01")), "it failed, or was killed"
    NightlyBackup.objects.update(made_at=at("2026-03-04 03:02"))
    assert not nightly.claim(at("2026-03-05 01:59"))
    assert nightly.claim(at("2026-03-05 09:00")), "the machine was off that night"


def test_of_several_machines_the_one_that_made_the_last_goes_first():
    NightlyBackup.objects.create(pk=1, since=at("2026-01-01"), made_at=at("2026-03-03 02:00"), machine="another")
    assert not nightly.claim(at("2026-03-04 02:00"))
    assert not nightly.claim(at("2026-03-04 07:59"))
    assert nightly.claim(at("2026-03-04 08:00"))


def test_a_clock_that_ran_ahead_stops_no_backup_and_hides_none_that_lacks(where, time_machine):
    now, ahead = at("2026-03-04 02:00"), at("2036-03-04 02:00")
    time_machine.move_to(now, tick=False)
    NightlyBackup.objects.create(pk=1, since=ahead, made_at=ahead, tried_at=ahead)
    put(where, nightly.name_at(ahead))
    assert nightly.standing().at is None
    assert nightly.claim(now)
    assert not nightly.claim(now - timedelta(seconds=5)), "the clock of another machine is a little behind"
    remember("rehearsal", good=True)
    assert nightly.is_rehearsal_due(at("2016-03-04 02:00"))


def test_a_night_of_another_length_has_one_backup():
    """The clock goes from 2 to 3 on 29 March, and from 3 to 2 on 25 October."""
    assert nightly.last_night(at("2026-03-29 12:00")).date() == at("2026-03-29 12:00").date()
    assert nightly.last_night(at("2026-10-25 12:00")) < nightly.last_night(at("2026-10-26 12:00"))


def test_it_can_be_switched_off(settings):
    settings.BACKUPS = False
    NightlyBackup.objects.create(pk=1, since=at("2026-01-01"))
    assert not nightly.claim(at("2026-03-04 12:00"))


def test_a_backup_of_the_night_is_private_and_old_ones_go(where, time_machine):
    time_machine.move_to(at("2026-03-04 02:00"), tick=False)
    put(where, *(f"2026-02-{day:02}-020000.zip" for day in range(1, 20)), "mine.zip", "2026-13-99-020000.zip")
    call_command("backup", nightly=True, quiet=True)
    made = where / "2026-03-04-020000.zip"
    assert (made.stat().st_mode & 0o777, where.stat().st_mode & 0o077) == (0o600, where.stat().st_mode & 0o077)
    there = {path.name for path in where.iterdir()}
    assert {"mine.zip", "2026-13-99-020000.zip"} < there, "what we did not make is not ours to delete"
    assert "2026-02-03-020000.zip" not in there
    assert len(there) == 2 + 14 + 1  # a Sunday of before these days
    assert recall("backup")["file"] == str(made)
    assert NightlyBackup.objects.get().made_at == timezone.now()
    assert Event.objects.filter(kind=Event.Kind.BACKUP, detail=made.name).exists()
    assert nightly.standing() == nightly.BackupStatus(timezone.now())


def test_without_room_old_ones_go_and_the_newest_stays(where, monkeypatch):
    names = ["2026-01-31-020000.zip", "2026-02-28-020000.zip", "2026-03-03-020000.zip"]
    put(where, *names, size=100)
    Disk = namedtuple("Disk", "total used free")
    total = nightly.LEAST * 10

    def disk(_path, other=0):
        used = sum(path.stat().st_size for path in where.iterdir()) + taken
        return Disk(total, used, total - used)

    monkeypatch.setattr(shutil, "disk_usage", disk)
    taken = total * 8 // 10 - 300  # with these three a fifth is free, and one more does not fit
    assert nightly.make_room(where) == 1
    assert sorted(path.name for path in where.iterdir()) == names[1:]
    taken = total * 8 // 10
    assert nightly.make_room(where) == 1
    assert [path.name for path in where.iterdir()] == names[2:]
    assert nightly.is_tight(where)
    taken = total - nightly.LEAST
    with pytest.raises(ArchiveError, match="There is no room for a backup"):
        nightly.make_room(where)
    assert [path.name for path in where.iterdir()] == names[2:]


def test_a_folder_keeps_as_many_as_the_operator_says(tmp_path, capsys, time_machine):
    where = tmp_path / "elsewhere"
    put(where, "2026-01-01-020000.zip", "2026-01-02-020000.zip", "2026-01-03-020000.zip", "mine.zip")
    time_machine.move_to(at("2026-03-04 02:00"), tick=False)
    call_command("backup", str(where), keep=2, quiet=True)
    assert sorted(path.name for path in where.iterdir()) == [
        "2026-01-03-020000.zip", "2026-03-04-020000.zip", "mine.zip",
    ]  # fmt: skip
    assert capsys.readouterr().out == ""
    assert recall("backup")["file"] == str(where / "2026-03-04-020000.zip")


@pytest.mark.parametrize(
    ("file", "options"),
    [("x.zip", {"keep": 2}), ("folder/", {"keep": 0}), (None, {}), ("x.zip", {"nightly": True})],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, file, options):
    with pytest.raises(CommandError):
        call_command(
            "backup", *([str(tmp_path / file) + ("/" if file.endswith("/") else "")] if file else []), **options
        )
    assert not list(tmp_path.rglob("*.zip"))


@pytest.fixture
def commands(monkeypatch) -> list[str]:
    """The commands that would be run; each fails of which the name stands in there with a "!"."""
    ran: list[str] = []

    def run(command, **options):
        ran.append(command[2])
        return subprocess.CompletedProcess(command, f"{command[2]}!" in ran, "", "CommandError: There is no room.\n")

    monkeypatch.setattr(subprocess, "run", run)
    NightlyBackup.objects.create(pk=1, since=at("2026-01-01"))
    return ran


def test_a_backup_that_fails_is_in_the_log_and_not_tried_out(commands, caplog):
    commands.append("backup!")
    nightly.make_due()
    assert commands == ["backup!", "backup"]
    assert "There is no room." in caplog.text


def test_a_backup_is_tried_out_once_a_month_and_again_when_that_was_not_good(commands, time_machine):
    def night(days: int) -> list[str]:
        commands.clear()
        time_machine.move_to(at("2026-03-04 02:00") + timedelta(days=days), tick=False)
        nightly.make_due()
        return commands

    assert night(0) == ["backup", "rehearse"]
    remember("rehearsal", good=False)
    assert night(1) == ["backup", "rehearse"]
    remember("rehearsal", good=True)
    assert night(2) == ["backup"]
    assert night(31) == ["backup", "rehearse"]


def test_a_backup_that_somebody_deleted_and_one_of_another_machine(tmp_path, time_machine):
    time_machine.move_to(at("2026-03-04 02:00"), tick=False)
    call_command("backup", str(tmp_path / "a.zip"), quiet=True)
    assert nightly.standing() == nightly.BackupStatus(timezone.now())
    os.unlink(tmp_path / "a.zip")
    assert nightly.standing() == nightly.BackupStatus(None, str(tmp_path / "a.zip"))
    assert nightly.standing().lack(timezone.now()) is nightly.BackupProblem.GONE
    row = NightlyBackup.objects.create(pk=1, since=at("2026-01-01"), made_at=timezone.now(), machine="another")
    assert nightly.standing().at == timezone.now()
    assert nightly.standing().lack(timezone.now() + timedelta(days=1)) is None
    assert row.machine == "another"


def test_backups_of_upgrades_live_no_longer_than_ours(tmp_path):
    where = tmp_path / "there"
    put(where, "x")
    now = timezone.now()
    old, young = (now - timedelta(days=366)).timestamp(), (now - timedelta(days=364)).timestamp()
    for name, at in (
        ("before-1.1.0.zip", old),
        ("back-from-1.1.0.zip", old),
        ("mine.zip", old),
        ("before-2.0.zip", young),
    ):
        (where / name).write_text("x")
        os.utime(where / name, (at, at))
    nightly.forget_upgrades(where, now)
    assert sorted(path.name for path in where.iterdir()) == ["before-2.0.zip", "mine.zip", "x"]
