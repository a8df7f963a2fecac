"""`deploy/install` on a machine that has the site: upgrades, the way back, a move, and runs that are killed."""

import json
import re
from pathlib import Path

import pytest

from tests.deploy.installing import Scratch
from tests.deploy.test_install import one_line, state

pytestmark = pytest.mark.slow  # as test_install


@pytest.fixture
def scratch(tmp_path) -> Scratch:
    return Scratch(tmp_path)


def release(scratch: Scratch) -> str:
    return (scratch.root / "srv/resoc/current").readlink().name


def database(scratch: Scratch) -> Path:
    return scratch.root / "var/lib/resoc/db.sqlite3"


def upgrade(scratch: Scratch, version: str, **variables: str) -> None:
    scratch.make_source(version)
    scratch.installed(name=None, **variables)


# Upgrades


def test_an_upgrade_backs_up_first_and_turns_to_the_new_release(scratch):
    scratch.installed()
    scratch.calls.unlink()
    upgrade(scratch, "1.1.0")
    assert release(scratch) == "1.1.0"
    backup = scratch.root / "var/lib/resoc/var/backups/before-1.1.0.zip"
    assert backup.read_text().startswith("1.0.0 "), "made by the code of before"
    restart = scratch.called("manage.py backup|systemctl restart resoc")
    assert ["backup" in each for each in restart] == [True, False]
    assert [each["release"] for each in state(scratch)["history"]] == ["1.0.0", "1.1.0"]


def test_other_code_under_the_same_number_is_another_release(scratch):
    scratch.installed()
    (scratch.source / "more.txt").write_text("more")
    scratch.installed()
    assert re.fullmatch(r"1\.0\.0-[0-9a-f]{8}", release(scratch))


def test_the_last_three_releases_stay(scratch):
    scratch.installed()
    for number in range(1, 5):
        upgrade(scratch, f"1.{number}.0")
    assert sorted(path.name for path in (scratch.root / "srv/resoc/releases").iterdir()) == ["1.2.0", "1.3.0", "1.4.0"]
    backups = sorted(path.name for path in (scratch.root / "var/lib/resoc/var/backups").iterdir())
    assert backups == ["before-1.2.0.zip", "before-1.3.0.zip", "before-1.4.0.zip"]


def test_without_a_backup_there_is_no_upgrade(scratch):
    scratch.installed()
    (scratch.root / "srv/resoc/releases/1.0.0/manage.py").write_text(
        "import sys; sys.exit('no room' * ('backup' in sys.argv))"
    )
    scratch.make_source("1.1.0")
    one_line(scratch.install(), "The backup failed")
    assert release(scratch) == "1.0.0"


def test_a_release_that_does_not_start_gives_way_to_the_one_before(scratch):
    scratch.installed()
    scratch.make_source("1.1.0")
    one_line(scratch.install(NO_START="1.1.0"), "did not start, so 1.0.0 serves again")
    assert release(scratch) == "1.0.0"
    assert scratch.read("running").strip() == "releases/1.0.0"
    scratch.installed()
    assert release(scratch) == "1.1.0", "once it is mended"


def test_a_release_that_changed_the_data_and_does_not_start_names_the_way_back(scratch):
    scratch.installed()
    upgrade(scratch, "1.1.0")
    database(scratch).write_text("newer")
    (scratch.root / "srv/resoc/releases/1.0.0/manage.py").write_text(
        (scratch.root / "srv/resoc/releases/1.1.0/manage.py")
        .read_text()
        .replace("VERSION = '1.1.0'", "VERSION = '1.0.0'")
    )
    scratch.make_source("1.0.0")
    (scratch.source / "more.txt").write_text("another 1.0.0, which did not migrate")
    done = scratch.install(NO_START="none")
    assert done.returncode == 0
    scratch.make_source("1.2.0")
    (scratch.root / "srv/resoc/current/manage.py").write_text("import sys\nprint('unknown: 1')\n")
    one_line(scratch.install(NO_START="1.2.0"), "1.2.0 does not start", "deploy/install --back")
    assert release(scratch) == "1.2.0"


# The way back

POSTGRESQL = ("--set", "DATABASE_URL=postgres://resoc@localhost/resoc")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request) -> tuple[str, ...]:
    """Options for a site on each database. The tables of the one are a file here too: what it is asked, it is told."""
    return POSTGRESQL if request.param == "postgresql" else ()


def test_the_way_back_loses_nothing_when_the_code_of_before_reads_the_data(scratch):
    scratch.installed()
    upgrade(scratch, "1.1.0")
    database(scratch).write_text("same tables, new words")
    done = scratch.install("--back", said="yes\n", name=None)
    assert done.returncode == 0, done.stderr
    assert "Nothing is lost" in done.stdout
    assert (release(scratch), database(scratch).read_text()) == ("1.0.0", "same tables, new words")
    assert (scratch.root / "var/lib/resoc/var/backups/back-from-1.1.0.zip").exists()
    one_line(scratch.install("--back", said="yes\n", name=None), "There is no release before this one")


def test_when_the_data_must_go_back_too_it_says_what_is_lost_backs_up_and_asks(scratch, kind):
    scratch.installed(*kind)
    upgrade(scratch, "1.1.0")
    old = database(scratch).read_text()
    database(scratch).write_text("newer tables")
    one_line(scratch.install("--back", said="no\n", name=None), "You did not say yes", "Nothing was changed")
    assert (release(scratch), database(scratch).read_text()) == ("1.1.0", "newer tables")
    done = scratch.install("--back", said="yes\n", name=None)
    assert done.returncode == 0, done.stderr
    assert "What is lost: 5 saves and 2 publications" in done.stdout
    assert (release(scratch), database(scratch).read_text()) == ("1.0.0", old)
    saved = (scratch.root / "var/lib/resoc/var/backups/back-from-1.1.0.zip").read_text()
    assert saved.endswith("newer tables")
    assert not list((scratch.root / "var/lib/resoc").glob("*set-aside"))
    asked = scratch.called("systemctl stop|manage.py backup --quiet .*back-from|manage.py restore")
    assert ["stop" in each or "backup --q" in each for each in asked] == [True, True, False], "nobody saves meanwhile"


def test_data_that_do_not_go_back_stay_and_the_new_release_runs_on(scratch, kind):
    scratch.installed(*kind)
    upgrade(scratch, "1.1.0")
    database(scratch).write_text("newer tables")
    (scratch.root / "var/lib/resoc/var/backups/before-1.1.0.zip").write_text("1.0.0 another-key words")
    one_line(scratch.install("--back", "--yes", name=None), "The data did not go back", "1.1.0 runs on")
    assert (release(scratch), database(scratch).read_text()) == ("1.1.0", "newer tables")
    assert scratch.read("running").strip() == "releases/1.1.0"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "backup of then is gone"),
        ((*POSTGRESQL, "--set", "NO_RIGHT=yes"), "must own the database and its schema"),
        (("--set", "DATABASE_URL=sqlite:////elsewhere"), "restore --into-empty"),
    ],
)
def test_what_the_way_back_needs_is_asked_for_before_anything_is_done(scratch, options, words):
    scratch.installed()
    upgrade(scratch, "1.1.0")
    database(scratch).write_text("newer tables")
    if options:
        scratch.installed(*options)
    else:
        (scratch.root / "var/lib/resoc/var/backups/before-1.1.0.zip").unlink()
    one_line(scratch.install("--back", "--yes", name=None), words)
    assert (release(scratch), database(scratch).read_text()) == ("1.1.0", "newer tables")
    assert scratch.read("running").strip() == "releases/1.1.0"


def test_without_a_backup_of_now_the_data_do_not_go_back_and_the_site_runs_on(scratch, kind):
    scratch.installed(*kind)
    upgrade(scratch, "1.1.0")
    database(scratch).write_text("newer tables")
    program = scratch.root / "srv/resoc/releases/1.1.0/manage.py"
    program.write_text(
        program.read_text().replace('command == "backup":', 'command == "backup":\n    sys.exit("no room")')
    )
    one_line(scratch.install("--back", "--yes", name=None), "The backup failed", "Nothing was changed")
    assert (release(scratch), database(scratch).read_text()) == ("1.1.0", "newer tables")
    assert scratch.read("running").strip() == "releases/1.1.0"


def test_a_dry_way_back_changes_nothing(scratch, kind):
    scratch.installed(*kind)
    upgrade(scratch, "1.1.0")
    database(scratch).write_text("newer tables")
    before = scratch.snapshot()
    done = scratch.install("--back", "--dry-run", name=None)
    assert (done.returncode, "5 saves" in done.stdout) == (0, True)
    assert scratch.snapshot() == before


# A move, and the recovery sheet


def test_the_recovery_sheet_is_made_once_and_says_what_a_new_machine_needs(scratch):
    done = scratch.installed("--set", "BACKUP_COPY=s3://bucket/folder")
    sheet = scratch.root / "root/resoc-recovery-sheet.txt"
    assert sheet.stat().st_mode & 0o777 == 0o600
    secret = scratch.read("var/lib/resoc/var/secret_key")
    assert len(secret) == 64
    for words in (secret, "AGE-SECRET-KEY-1QQQQ", "s3://bucket/folder", "deploy/install www.example.org --from FILE"):
        assert words in sheet.read_text()
    assert "BACKUP_RECIPIENT=age1qqqq" in scratch.read("etc/resoc.env")
    assert "AGE-SECRET-KEY" not in done.stdout + json.dumps(scratch.snapshot())
    assert secret not in done.stdout
    sheet.unlink()
    scratch.installed()
    assert not sheet.exists()
    scratch.installed("--sheet")
    assert secret in sheet.read_text()


def moved(scratch: Scratch, tmp_path, key: str = "k" * 64) -> Path:
    archive = tmp_path / "a backup.zip"
    archive.write_text(f"1.0.0 {key} words of before")
    return archive


def test_a_new_machine_begins_with_a_backup_and_its_key(scratch, tmp_path):
    archive = moved(scratch, tmp_path)
    done = scratch.install("--from", str(archive), said="k" * 64 + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert database(scratch).read_text() == "words of before"
    assert scratch.read("var/lib/resoc/var/secret_key") == "k" * 64
    assert not (scratch.root / "var/lib/resoc/var/restoring.zip").exists()
    one_line(scratch.install("--from", str(archive)), "has a site already")
    scratch.installed()


def test_a_wrong_key_restores_nothing_and_is_asked_for_again(scratch, tmp_path):
    archive = moved(scratch, tmp_path)
    one_line(scratch.install("--from", str(archive), said="mistyped\n"), "Nothing was restored")
    assert not database(scratch).exists()
    assert scratch.install("--from", str(archive), said="k" * 64 + "\n").returncode == 0
    assert database(scratch).read_text() == "words of before"


def test_without_its_key_a_backup_is_foreign(scratch, tmp_path):
    archive = moved(scratch, tmp_path)
    done = scratch.install("--from", str(archive), said="\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert scratch.called("manage.py restore --foreign --into-empty")


def test_an_encrypted_copy_is_decrypted_with_the_identity_of_the_sheet(scratch, tmp_path):
    archive = moved(scratch, tmp_path).rename(tmp_path / "copy.zip.age")
    given = '--identity) grep -q AGE-RIGHT "$2" || exit 1;; --output) to=$2;;'
    scratch.stub("age", f'#!/bin/sh\nwhile [ $# -gt 1 ]; do case "$1" in {given} esac; shift; done\ncp "$1" "$to"\n')
    wrong = scratch.install("--from", str(archive), said="k" * 64 + "\nAGE-WRONG\n")
    one_line(wrong, "could not be decrypted")
    done = scratch.install("--from", str(archive), said="AGE-RIGHT\n")  # the key it has
    assert done.returncode == 0, done.stdout + done.stderr
    assert database(scratch).read_text() == "words of before"
    assert not (scratch.root / "root/.resoc-age").exists()


def test_a_file_that_is_not_there_stops_it_at_once(scratch):
    one_line(scratch.install("--from", "nowhere.zip"), "There is no file")
    assert not (scratch.root / "srv/resoc").exists()


# Killed at any moment, and run again


def moments(total: int, number: int = 4) -> list[int]:
    return sorted({1 + (total - 1) * each // (number - 1) for each in range(number)})


def changes(done) -> int:
    return int(re.search(r"changes: (\d+)", done.stdout)[1])


def test_a_run_that_is_killed_at_any_moment_is_made_good_by_the_next(tmp_path):
    (tmp_path / "whole").mkdir()
    whole = Scratch(tmp_path / "whole")
    total = changes(whole.kill(0, BARE="yes", DNS="yes"))
    expected = whole.snapshot()
    for at in moments(total):
        folder = tmp_path / f"killed-{at}"
        folder.mkdir()
        scratch = Scratch(folder)
        assert scratch.kill(at, BARE="yes", DNS="yes").returncode == 137
        scratch.installed(DNS="yes")
        found = {name: text.replace(str(folder), str(tmp_path / "whole")) for name, text in scratch.snapshot().items()}
        assert found == expected, f"killed at change {at} of {total}"


def test_an_upgrade_that_is_killed_at_any_moment_is_made_good_by_the_next(tmp_path):
    total = 0
    for at in (0, *range(1, 5)):
        folder = tmp_path / str(at)
        folder.mkdir()
        scratch = Scratch(folder)
        scratch.installed()
        scratch.make_source("1.1.0")
        moment = 0 if at == 0 else moments(total)[at - 1]
        done = scratch.kill(moment)
        total = total or changes(done)
        if at:
            assert done.returncode == 137
            assert release(scratch) in ("1.0.0", "1.1.0")
        scratch.installed()
        assert release(scratch) == "1.1.0"
        assert [each["release"] for each in state(scratch)["history"]] == ["1.0.0", "1.1.0"]
        backup = scratch.root / "var/lib/resoc/var/backups/before-1.1.0.zip"
        assert backup.read_text().startswith("1.0.0 "), f"killed at change {moment} of {total}"
        assert scratch.read("running").strip() == "releases/1.1.0"


def test_a_way_back_that_is_killed_at_any_moment_loses_no_data(tmp_path, kind):
    total = 0
    for at in (0, *range(1, 5)):
        folder = tmp_path / str(at)
        folder.mkdir()
        scratch = Scratch(folder)
        scratch.installed(*kind)
        scratch.make_source("1.1.0")
        scratch.installed()
        old = database(scratch).read_text()
        database(scratch).write_text("newer tables")
        moment = 0 if at == 0 else moments(total)[at - 1]
        done = scratch.kill(moment, "--back", "--yes", name=None)
        total = total or changes(done)
        again = scratch.install("--back", "--yes", name=None)
        if release(scratch) == "1.0.0" and "There is no release before" not in again.stderr:
            assert again.returncode == 0, again.stderr
        assert (release(scratch), database(scratch).read_text()) == ("1.0.0", old), f"change {moment} of {total}"
        assert scratch.read("running").strip() == "releases/1.0.0"


def test_a_move_that_is_killed_at_any_moment_is_made_good_by_the_next(tmp_path):
    total = 0
    for at in (0, *range(1, 5)):
        folder = tmp_path / str(at)
        folder.mkdir()
        scratch = Scratch(folder)
        archive = moved(scratch, folder)
        moment = 0 if at == 0 else moments(total)[at - 1]
        done = scratch.kill(moment, "--from", str(archive), said="k" * 64 + "\n")
        total = total or changes(done)
        again = scratch.install("--from", str(archive), said="k" * 64 + "\n")
        if "has a site already" in again.stderr:  # it was killed after the restore
            scratch.installed()
        else:
            assert again.returncode == 0, again.stderr
        assert database(scratch).read_text() == "words of before", f"killed at change {moment} of {total}"
        assert scratch.read("var/lib/resoc/var/secret_key") == "k" * 64
