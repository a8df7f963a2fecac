import io
import json
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.utils import timezone

from consultation.models import Meeting
from pages.models import Organisation
from priorities.models import Theme
from publishing.backup.archive import ArchiveError, write
from publishing.backup.reading import accounts_with_rights, files_in, opened
from publishing.backup.rehearsal import compare, remember
from publishing.backup.restore import in_scratch, restore_archive
from publishing.cache import stamp
from publishing.models import Event, Mail, Revision, ShareLink, TranslationLink
from publishing.search.query import find
from publishing.workflow import publish
from staff.accounts.reset_tokens import ResetTokenGenerator
from staff.models import CardLink, StaffMember
from tests.conftest import new_bucket
from tests.desk import enter
from tests.publishing.backup.archives import everything, rewritten, silent, unsigned

pytestmark = pytest.mark.django_db


PHOTO = """
import io
from PIL import Image
from django.core.files.base import ContentFile
from publishing.workflow import publish
from staff.models import StaffMember

data = io.BytesIO()
Image.new("RGB", (80, 120), "red").save(data, "PNG")
member = StaffMember.objects.get(slug="johan-halsberghe")
member.photo, member.shows_photo = ContentFile(data.getvalue(), "ik.png"), True
member.save()
publish(member, None)
"""


def test_a_restore_brings_back_everything_and_removes_what_came_after(archive, editor):
    before, number = everything(), stamp.number()
    theme = Theme.objects.first()
    theme.title_nl = "Na de reservekopie"
    theme.save()
    publish(theme, editor)
    Organisation.objects.create(name="Nieuw")
    default_storage.delete("staff/foto.jpg")
    default_storage.save("staff/later.jpg", ContentFile(b"later"))
    restore_archive(archive, silent)
    after = everything()
    before["files"].remove("x.webp")  # is made again by `pictures`, when there is a picture to make it from
    before["User"] = [row for row in before["User"] if row["username"] != "dorine"]
    assert after == before
    with default_storage.open("staff/foto.jpg") as file:
        assert file.read() == b"pixels"
    assert stamp.number() > number, "every worker must ask again"
    assert compare(archive) == []
    assert [bool(find(word).hits) for word in ("regiomarketing", "reservekopie")] == [True, False]


def test_moments_come_back_to_the_microsecond(archive):
    revision = Revision.objects.first()
    restore_archive(archive, silent)
    assert Revision.objects.get(pk=revision.pk).live_from == revision.live_from


def test_the_identity_of_a_meeting_in_calendars_comes_back(tmp_path):
    meeting = Meeting.objects.create(title_nl="Vergadering", starts_at=timezone.now())
    write(tmp_path / "site.zip")
    Meeting.objects.all().delete()
    restore_archive(tmp_path / "site.zip", silent)
    assert Meeting.objects.get().uid == meeting.uid
    assert compare(tmp_path / "site.zip") == []


def test_a_new_row_after_a_restore_gets_a_free_key(archive):
    restore_archive(archive, silent)
    taken = set(Revision.objects.of(Theme).values_list("object_id", flat=True))
    assert Theme.objects.create(title_nl="Nieuw").pk not in taken


def test_a_restore_that_fails_at_the_end_leaves_all_as_it_was(archive):
    def orphan(members, manifest):
        lines = members["rows/priorities.theme.jsonl"].splitlines()
        row = json.loads(lines[0])
        row["contact_id"] = 999_999
        members["rows/priorities.theme.jsonl"] = b"\n".join([json.dumps(row).encode(), *lines[1:]])

    before = everything()
    with pytest.raises(IntegrityError):
        restore_archive(rewritten(archive, orphan), silent)
    assert everything() == before
    assert [path.name for path in Path(default_storage.location).parent.iterdir() if path.name.startswith(".")] == []


def test_before_the_first_backup_there_is_nothing_to_rehearse(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    with pytest.raises(CommandError, match="no backup yet"):
        call_command("rehearse")


def test_a_backup_is_rehearsed_with_rows_files_and_twenty_pages(installation):
    path = installation.data / "backups" / "een.zip"
    assert installation("shell", "-v0", "-c", PHOTO).returncode == 0
    made = installation("backup", str(path))
    assert "Backup:" in made.stdout
    with opened(path) as (_archive, manifest):
        assert len(manifest.pages) == 20
        empty = {path for path, said in manifest.pages.items() if not said.startswith("200 ")}
        assert empty == {"/nieuws/", "/adviezen/", "/agenda/", "/leden/"}
    good = installation("rehearse")
    assert good.returncode == 0, good.stderr
    assert "brings everything back" in good.stdout

    def other(members, manifest):
        manifest["rows"]["publishing.revisiontext"] += 1
        table = "rows/publishing.revision.jsonl"
        members[table] = members[table].replace(b"Dorine Sioen", b"Iemand Anders")

    before = installation("rehearse", str(unsigned(path)))  # as made before archives were signed
    assert before.returncode == 0, before.stderr
    bad = installation("rehearse", str(rewritten(path, other, key=installation.key)))
    assert bad.returncode == 1
    assert "publishing.revisiontext: " in bad.stderr
    assert "page /contact/: looks different" in bad.stderr


def test_a_backup_of_a_bucket_is_rehearsed_with_its_files_and_nothing_is_written_there(installation, s3_server):
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
    there = {"S3_BUCKET": new_bucket(s3_server), "S3_ENDPOINT_URL": s3_server} | keys
    bucket = boto3.resource(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).Bucket(there["S3_BUCKET"])

    def stored() -> list[tuple]:
        return [(each.key, each.e_tag, each.last_modified) for each in bucket.objects.all()]

    path = installation.data / "backups" / "emmer.zip"
    assert installation("shell", "-v0", "-c", PHOTO, **there).returncode == 0
    photo, *variants = sorted((each[0] for each in stored()), key=lambda name: name.startswith("variants/"))
    assert variants
    before = stored()
    made = installation("backup", str(path), **there)
    assert made.returncode == 0, made.stderr
    good = installation("rehearse", **there)
    assert good.returncode == 0, good.stderr
    assert f"{path} brings everything back" in good.stdout
    assert stored() == before
    with opened(path) as (archive, manifest):
        assert list(files_in(manifest)) == [photo]
        assert archive.read(f"media/{photo}") == bucket.Object(photo).get()["Body"].read()
    # A file that is another one by now is noticed, when this very installation is compared.
    bucket.Object(photo).put(Body=b"another picture")
    bad = installation("rehearse", str(path), "--compare", **there)
    assert bad.returncode == 1
    assert f"file {photo}: missing or other content" in bad.stdout


def test_an_archive_of_an_older_version_is_brought_up_to_date(installation):
    """As made before there was a mobile number, an absence, a queue of mail, a log, a check of links and an index."""

    def older(members, manifest):
        there = {"staff": "0003", "publishing": "0005", "priorities": "0005", "pages": "0003", "consultation": ""}
        for app, first in there.items():
            manifest["migrations"][app] = [name for name in manifest["migrations"].get(app, []) if name < first]
        seen = [(app, name) for app, names in manifest["migrations"].items() for name in names]
        state = MigrationLoader(None).project_state(seen).apps
        for table in list(manifest["rows"]):
            rows = [json.loads(line) for line in members.pop(f"rows/{table}.jsonl").splitlines()]
            try:
                known = {field.attname for field in state.get_model(table)._meta.concrete_fields}
            except LookupError:
                del manifest["rows"][table]
                continue
            kept = [{name: value for name, value in row.items() if name in known} for row in rows]
            members[f"rows/{table}.jsonl"] = "".join(json.dumps(row) + "\n" for row in kept).encode()
        assert "publishing.mail" not in manifest["rows"]

    path = installation.data / "backups" / "twee.zip"
    installation("backup", str(path))
    result = installation("restore", str(rewritten(path, older, key=installation.key)))
    assert result.returncode == 0, result.stderr
    shown = installation("shell", "-v0", "-c", "from staff.models import *; print(StaffMember.published().count())")
    assert shown.stdout.strip() == "4"


def test_an_archive_from_sqlite_is_restored_into_whatever_database_this_is(installation, tmp_path):
    path = installation.data / "backups" / "drie.zip"
    installation("backup", str(path))
    Theme.objects.create(title_nl="Weg straks")
    with pytest.raises(ArchiveError, match="another secret key"):
        restore_archive(path, silent)
    restore_archive(path, silent, foreign=True)
    assert not Theme.objects.filter(title_nl="Weg straks").exists()
    assert StaffMember.published().count() == 4


def test_the_desk_says_that_no_backup_was_tried_out_for_long(editor, editor_client, settings, tmp_path, time_machine):
    settings.STATE_DIR = tmp_path
    words = "De reservekopie is al vijf weken niet uitgeprobeerd"
    assert words not in editor_client.get("/admin/").content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=8))
    enter(editor_client, editor)
    assert words in editor_client.get("/admin/").content.decode()
    remember("rehearsal", good=True)
    assert words not in editor_client.get("/admin/").content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=36))
    enter(editor_client, editor)
    assert words in editor_client.get("/admin/").content.decode()
    remember("rehearsal", good=False)
    assert words in editor_client.get("/admin/").content.decode()


@pytest.mark.parametrize("arguments", [[], ["--yes"], ["--into-empty"]])
def test_a_foreign_archive_is_refused_until_the_operator_says_so(hostile, tmp_path, arguments):
    before = everything()
    for path, words in ((hostile, "another secret key"), (unsigned(hostile), "no signature")):
        with pytest.raises(
            CommandError, match=rf"This archive is foreign.*{words}.*add --foreign.*Nothing was changed"
        ):
            call_command("restore", path, *arguments, stdout=io.StringIO())
    assert everything() == before


@pytest.mark.parametrize("answer", ["", "no", "y", EOFError, KeyboardInterrupt])
def test_foreign_asks_and_lists_who_would_come_in(hostile, monkeypatch, answer):
    def ask(_words):
        if isinstance(answer, str):
            return answer
        raise answer

    monkeypatch.setattr("builtins.input", ask)
    before, out = everything(), io.StringIO()
    with pytest.raises(CommandError, match=r"^You did not say yes\. Nothing was changed\.$"):
        call_command("restore", hostile, "--foreign", stdout=out)
    assert everything() == before
    listed = [line.strip() for line in out.getvalue().splitlines() if line.startswith("  ")]
    assert listed == ["baas?[2J: superuser, staff", "dicht (closed): staff", "dorine: staff, Secretariaat"]
    assert "second" not in listed
    assert "authenticator app" in out.getvalue()


def test_a_foreign_archive_comes_in_clean_once_the_operator_says_yes(hostile, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _words: " Yes ")
    out = io.StringIO()
    call_command("restore", hostile, "--foreign", stdout=out)
    assert "sanitised the rich text; " in out.getvalue()
    held = json.dumps([list(Theme._base_manager.values()), [row.data for row in Revision.objects.all()]], default=str)
    assert held.count("<p>Tekst</p>") == 3
    for word in ("<script", "alert(1)", "onerror"):
        assert word not in held
    assert Theme.published().exists()
    page = Client().get("/").content.decode()
    assert "alert(1)" not in page
    assert User.objects.filter(username="niemand").exists()


def test_yes_is_given_beforehand_and_what_is_ours_is_not_asked_about(hostile, monkeypatch, tmp_path):
    monkeypatch.setattr("builtins.input", lambda _words: pytest.fail("asked"))
    call_command("restore", hostile, "--foreign", "--yes", stdout=io.StringIO())
    write(tmp_path / "ours.zip")
    out = io.StringIO()
    call_command("restore", tmp_path / "ours.zip", "--foreign", stdout=out)
    assert "sanitised" not in out.getvalue()


def test_versions_that_cannot_be_read_leave_all_as_it_was(archive, tmp_path):
    def odd(members, _manifest):
        table = "rows/publishing.revision.jsonl"
        rows = [json.loads(line) for line in members[table].splitlines()]
        members[table] = "".join(json.dumps(row | {"data": ["x"]}) + "\n" for row in rows).encode()

    path = rewritten(archive, odd, key="van een ander")
    before = everything()
    with pytest.raises(CommandError, match=r"^The versions in this archive can't be read\. Nothing was changed\.$"):
        call_command("restore", path, "--foreign", "--yes", stdout=io.StringIO())
    assert everything() == before


def test_a_foreign_archive_cannot_name_accounts_in_another_way(archive):
    path = rewritten(archive, lambda members, _manifest: members.update({"rows/auth.user.jsonl": b'{"id": 1}'}))
    with opened(path) as (file, manifest), pytest.raises(ArchiveError, match="accounts"):
        accounts_with_rights(file, manifest)


def test_a_scratch_installation_has_the_keys_of_this_site_and_sends_no_mail(tmp_path, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "sleutel 'van' ons $HOME", ["oud", "ouder"]
    code = "from django.conf import settings as s; print([s.SECRET_KEY, s.MAIL_SERVER_BACKEND])"
    said = in_scratch(tmp_path / "data", ["shell", "-v0", "-c", code])
    assert said.stdout.strip() == str([settings.SECRET_KEY, "django.core.mail.backends.dummy.EmailBackend"]), (
        said.stderr
    )


def test_a_restore_ends_sessions_links_and_waiting_mails_and_says_so(tmp_path, editor, editor_client):
    theme, member = Theme.objects.first(), StaffMember.objects.first()
    shared = ShareLink.objects.renew(theme, editor)
    TranslationLink.objects.make([theme], "fr", editor)
    _link, token = CardLink.objects.make(member, CardLink.Purpose.INVITATION)
    mail = {"sender": "a@example.org", "recipients": ["b@example.org"], "subject": "x", "message": b"x"}
    Mail.objects.create(**mail, next_try_at=timezone.now())
    tokens = ResetTokenGenerator()
    reset = tokens.make_token(editor)
    write(tmp_path / "a.zip")
    assert editor_client.get("/admin/").status_code == 200
    CardLink.objects.update(used_at=timezone.now())
    ShareLink.objects.revoke(theme)
    TranslationLink.objects.update(revoked_at=timezone.now())
    Mail.objects.all().delete()
    editor.set_password("een ander lang wachtwoord")
    editor.save()
    out = io.StringIO()
    call_command("restore", tmp_path / "a.zip", stdout=out)
    said = (
        "ended 1 sessions, 1 links to share a page, 1 links for translators, 1 links to cards, "
        "and every link to set a password"
    )
    assert said in out.getvalue()
    assert not Session.objects.exists()
    assert editor_client.get("/admin/").status_code == 302
    assert not ShareLink.objects.valid().exists()
    assert not TranslationLink.objects.valid().exists()
    assert Client().get(shared.get_absolute_url("nl")).status_code in (404, 410)
    assert CardLink.objects.find(token, CardLink.Purpose.INVITATION) is None
    assert not Mail.objects.exists()
    editor.refresh_from_db()
    assert editor.check_password("een lang wachtwoord")  # with which the session would be valid again
    assert not tokens.check_token(editor, reset)
    assert tokens.check_token(editor, tokens.make_token(editor))
    assert Event.objects.filter(kind=Event.Kind.RESTORED, detail="a.zip").count() == 1
    assert "Sign in again" in out.getvalue()
