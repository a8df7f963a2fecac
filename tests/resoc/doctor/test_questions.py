"""What the doctor says of a healthy site, and of one with each ailment; it never falls over itself."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from django.utils import timezone

from pages.models import TextPage
from publishing.backup.rehearsal import remember
from publishing.cache.failures import asked_for, note
from publishing.models import Mail, Revision, RevisionText, Stamp
from publishing.models.immutability import permit
from publishing.operations.link_check import check
from publishing.workflow import publish
from resoc.doctor import questions as doctor
from resoc.doctor.questions import ODD, OK, WRONG, examine
from resoc.operations.version import version

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def healthy(settings, tmp_path, monkeypatch):
    """A site on which nothing is wrong, with folders of its own."""
    settings.DATA_DIR, settings.STATE_DIR = tmp_path, tmp_path / "var"
    settings.MEDIA_ROOT, settings.STATIC_ROOT = tmp_path / "media", tmp_path / "static"
    for folder in (settings.STATE_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
        folder.mkdir(mode=0o700)
    (settings.STATIC_ROOT / "staticfiles.json").touch()
    (settings.STATE_DIR / "secret_key").touch(mode=0o600)
    monkeypatch.setattr(doctor, "is_collected", lambda: True)
    settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, "async.E001"]  # the tests in a browser need it
    return tmp_path


def said(level: str) -> list[str]:
    return [each.said for each in examine() if each.level == level]


def only(level: str) -> str:
    """The one finding of that level, of those that are not about settings."""
    (found,) = [each for each in said(level) if "(resoc." not in each and "(security." not in each]
    return found


def test_the_version_stands_first():
    first = next(iter(examine()))
    assert first.said.startswith(f"This is version {version()}, on Django 5.")


def test_a_healthy_site_is_well(healthy):
    assert said(WRONG) == []
    assert len(said(OK)) >= 9
    call_command("doctor", stdout=StringIO())
    assert list((healthy / "media").iterdir()) == []  # nothing is left of the file that was tried


def test_what_is_wrong_ends_with_an_error(monkeypatch):
    monkeypatch.setattr(doctor, "NO_ROOM", 10**18)
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 of these must be mended\.$"):
        call_command("doctor", stdout=out)
    assert "Make room" in out.getvalue()


def test_it_tells_what_the_settings_lack_by_severity(settings):
    assert any("resoc.W003" in each for each in said(ODD))
    settings.ALLOWED_HOSTS = ["*"]
    assert any("resoc.E006" in each for each in said(WRONG))
    assert not any("security.W012" in each for each in said(ODD))  # which follows from resoc.W003


def test_little_room_is_odd(monkeypatch):
    monkeypatch.setattr(doctor, "LITTLE_ROOM", 10**18)
    assert "Make room" in only(ODD)


def test_static_files_that_are_missing_or_old(healthy, monkeypatch):
    monkeypatch.setattr(doctor, "is_collected", lambda: False)
    assert "another version" in only(ODD)
    (healthy / "static" / "staticfiles.json").unlink()
    assert "not collected" in only(WRONG)


def test_a_folder_of_files_that_is_none(healthy):
    (healthy / "media").rmdir()
    (healthy / "media").touch()
    assert only(WRONG).startswith("Could not be asked: files can be written. ")


def test_a_restore_that_was_killed_is_wrong(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    aside = tmp_path / ".media-old-abcd1234"
    (aside / "media").mkdir(parents=True)
    assert [(each.level, str(aside) in each.said) for each in doctor.files_belong_to_the_database()] == [(WRONG, True)]


def test_a_stored_file_that_comes_back_as_another(monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "open", lambda *_arguments: ContentFile(b"other"))
    assert "another one" in only(WRONG)


def test_a_cache_that_forgets_or_is_away(settings, healthy):
    forgets = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.CACHES = settings.CACHES | {"shared": forgets}
    assert "forgets" in only(WRONG)
    in_a_file = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(healthy / "file")}
    (healthy / "file").touch()
    settings.CACHES = settings.CACHES | {"shared": in_a_file}
    assert any(each.startswith("Could not be asked: cache answers. ") for each in said(WRONG))


def test_a_page_that_fails_is_wrong():
    note(("https", "www.example.org", "/contact/", "page=2"), is_withheld=True, request="a017614d777fd10b")
    assert "/contact/ can't be made since" in only(WRONG)
    assert "visitors see an apology. The log says why: request a017614d777fd10b." in only(WRONG)
    assert "page=2" not in only(WRONG)


def test_a_page_of_the_desk_that_fails_is_wrong():
    note(asked_for("/admin/links/", "GET"), is_withheld=False)
    assert "whoever asks for it sees an error" in only(WRONG)


def test_a_database_that_is_away_is_told_and_asked_no_more(monkeypatch):
    def fail():
        raise DatabaseError("it is gone\nand more")

    monkeypatch.setattr(doctor, "ask_database", fail)
    assert only(WRONG) == "The database does not answer: it is gone"
    assert not any("Mail" in each for each in said(OK))


def test_a_migration_that_waits():
    ((app, name),) = MigrationExecutor(connection).loader.graph.leaf_nodes("staff")
    MigrationRecorder(connection).record_unapplied(app, name)
    assert f"wait, the first {app}.{name}" in only(WRONG)
    assert not any("Search" in each for each in said(OK))


def test_the_file_of_sqlite_is_damaged_or_in_another_mode(monkeypatch, tmp_path):
    path = tmp_path / "other.sqlite3"
    handler = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}})
    other = handler["default"]
    monkeypatch.setattr(doctor, "connection", other)
    with other.cursor() as cursor:
        cursor.execute("CREATE TABLE t (a TEXT)")
        cursor.execute("INSERT INTO t VALUES (hex(randomblob(20000)))")
    assert [each.level for each in doctor.database_is_whole()] == [ODD]  # no log beside it, so readers wait
    with other.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=wal")
    assert [each.level for each in doctor.database_is_whole()] == [OK]
    other.close()
    content = path.read_bytes()
    for begin, end in ((4096, 8192), (0, 100)):  # a page of it; its head
        path.write_bytes(content[:begin] + b"\xff" * (end - begin) + content[end:])
        (found,) = doctor.database_is_whole()
        assert found.level == WRONG
        assert "restore the newest backup" in found.said
        other.close()


def test_what_was_published_can_be_changed(monkeypatch):
    assert [each.level for each in doctor.history_is_protected()] == [OK]
    monkeypatch.setattr(doctor, "faults", lambda: ["publishing_revision_changed"])
    (found,) = doctor.history_is_protected()
    assert found.level == WRONG
    assert "publishing_revision_changed" in found.said


def test_mail_that_is_stuck():
    then = timezone.now() - timedelta(hours=1)
    mail = {"sender": "a@example.org", "recipients": ["b@example.org"], "subject": "x", "message": b"x"}
    Mail.objects.create(**mail, next_try_at=then, created_at=then)
    assert said(WRONG) == []
    Mail.objects.update(tries=2, error="550 no")
    assert "550 no" in only(WRONG)


def test_backups_that_are_not_made_or_not_rehearsed(tmp_path):
    assert "No backup yet; the site is new, and makes one each night." in said(OK)
    with permit():
        Revision.objects.update(created_at=timezone.now() - timedelta(days=60))
    wrong = said(WRONG)
    assert wrong[0].startswith("No backup was ever made")
    assert "five weeks" in wrong[1]
    file = tmp_path / "x.zip"
    file.touch(mode=0o600)
    remember("backup", file=str(file))
    remember("rehearsal", file=str(file), good=True)
    assert not [each for each in said(ODD) + said(WRONG) if "backup" in each]
    assert any(each.startswith("The last backup was made on ") for each in said(OK))


def test_two_days_without_a_backup_are_wrong_and_so_is_one_that_is_gone(tmp_path, time_machine, settings):
    file = tmp_path / "x.zip"
    file.touch(mode=0o600)
    remember("backup", file=str(file))
    assert said(WRONG) == []
    file.unlink()
    assert only(WRONG) == f"The last backup is gone: there is no {file}. Run 'manage.py backup FILE'."
    file.touch(mode=0o600)
    time_machine.move_to(timezone.now() + timedelta(hours=49))
    assert any(each.startswith("No backup was made since ") for each in said(WRONG))
    settings.BACKUPS = False
    assert any("BACKUPS is off" in each for each in said(WRONG))


def test_copies_elsewhere_that_are_not_made(settings, time_machine):
    settings.BACKUP_COPY = {"bucket": "elsewhere"}
    assert only(WRONG) == "No copy of a backup was put in s3://elsewhere ever. See the log."
    remember("copy_failure", error="the bucket is not there")
    assert "failed: the bucket is not there." in only(WRONG)
    remember("copy")
    assert said(WRONG) == []
    assert any("s3://elsewhere on " in each for each in said(OK))
    time_machine.move_to(timezone.now() + timedelta(hours=24))
    remember("copy_failure", error="the bucket is not there")
    assert "failed: the bucket is not there." in only(ODD)


def test_backups_that_leave_little_room(tmp_path):
    remember("backup", dropped=3, is_tight=True)
    assert only(ODD) == (
        "Less than 20% of the disk is free beside the backups; 3 older ones went to make room. Make the disk larger."
    )


def test_a_backup_that_others_may_read(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("a.zip", "b.zip", "notes.txt"):
        (tmp_path / "b" / name).touch()
        (tmp_path / "b" / name).chmod(0o644)
    (tmp_path / "b" / "b.zip").chmod(0o600)
    remember("backup", file=str(tmp_path / "b" / "b.zip"))
    assert only(WRONG) == (
        f"Others on this machine may read the backup {tmp_path}/b/a.zip: run 'chmod 600 {tmp_path}/b/a.zip'."
    )


def test_where_the_key_must_be_kept_is_said():
    remember("backup")
    assert any("secret key" in each and "apart from the backups" in each for each in said(OK))


def test_something_published_around_the_workflow():
    Stamp.objects.update(changed_at=timezone.now() - timedelta(days=1))
    with permit():
        Revision.objects.update(created_at=timezone.now())
    assert "around the workflow" in only(ODD)


def test_search_that_does_not_know_everything():
    number = RevisionText.objects.values("revision").distinct().count()
    RevisionText.objects.all().delete()
    assert f"{number} published versions" in only(ODD)
    call_command("reindex", verbosity=0)
    assert not any("reindex" in each for each in said(ODD))


def test_links_that_lead_nowhere_or_were_not_checked(time_machine):
    assert "The links were never checked; they will be soon." in said(OK)
    time_machine.move_to(timezone.now() + timedelta(days=22))
    assert any(
        each.startswith("The links were never checked: can this machine reach other sites?") for each in said(ODD)
    )
    page = TextPage.objects.get(slug_nl="privacy")
    page.body_nl = '<p><a href="/bestaat-niet/">Weg</a></p>'
    page.save()
    publish(page, None)
    check()
    assert not any("never checked" in each for each in said(ODD))
    assert "1 links lead nowhere: see /admin/links/." in said(ODD)
    page.body_nl = "<p>Zonder link.</p>"
    page.save()
    publish(page, None)
    assert any(each.startswith("The links were last checked on ") for each in said(OK))


def test_a_question_that_fails_in_any_way_is_a_finding(monkeypatch):
    def fail():
        raise RuntimeError("odd")

    monkeypatch.setattr(doctor, "stuck", fail)
    assert only(WRONG) == "Could not be asked: mail goes out. RuntimeError: odd"


def test_without_a_database_the_command_ends_in_lines(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data")}
    (tmp_path / "data" / "db.sqlite3").mkdir(parents=True)  # a folder in its place
    result = subprocess.run(
        [sys.executable, "manage.py", "doctor"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "wrong    The database does not answer: unable to open database file" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_second_factors_that_cannot_be_read_are_counted(editor, settings):
    assert "The second factors can be read, and are encrypted." in said(OK)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "een nieuwe sleutel van lengte"
    assert "1 second factors are not encrypted with the newest key" in only(ODD)
    settings.SECRET_KEY_FALLBACKS = []
    assert "1 second factors can't be read" in only(WRONG)


def test_for_a_program_it_is_one_object(monkeypatch):
    monkeypatch.setattr(doctor, "NO_ROOM", 10**18)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["status"], told["version"]) == ("wrong", version())
    (wrong,) = [each for each in told["findings"] if each["level"] == "wrong"]
    assert (wrong["part"], "Make room" in wrong["said"]) == ("there_is_room", True)
    assert all(each["part"] for each in told["findings"])


def test_for_a_timer_it_says_only_what_is_not_well(monkeypatch):
    monkeypatch.setattr(doctor, "LITTLE_ROOM", 10**18)
    out = StringIO()
    call_command("doctor", quiet=True, stdout=out)
    lines = out.getvalue().splitlines()
    assert any("Make room" in line for line in lines)
    assert not any(line.startswith("ok") for line in lines)


def test_nobody_is_told(settings, time_machine):
    settings.SITE_URL = "http://127.0.0.1:9"
    assert any("resoc.W013" in each for each in said(ODD))
    settings.SITE_URL, settings.OPERATOR_EMAIL = "", ["els@example.org"]
    assert only(ODD).startswith("No timer ran 'manage.py doctor --mail' ever")
    call_command("doctor", mail=True, stdout=StringIO())
    assert not any("timer" in each for each in said(ODD))
    time_machine.move_to(timezone.now() + timedelta(hours=49))
    assert any(each.startswith("No timer ran 'manage.py doctor --mail' since ") for each in said(ODD))
