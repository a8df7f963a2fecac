import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import boto3
import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client, override_settings
from django.utils import timezone

from pages.models import Organisation
from priorities.models import Theme
from publishing import stamp
from publishing.archives import (
    MANIFEST,
    ArchiveError,
    Manifest,
    Origin,
    accounts_with_rights,
    files_in,
    opened,
    origin,
    signed,
    write,
)
from publishing.immutability import permit
from publishing.models import Event, Mail, Revision, ShareLink
from publishing.restoring import compare, in_scratch, recall, remember, restore
from publishing.search_index import find
from publishing.workflow import publish
from staff.models import CardLink, StaffMember
from staff.reset_tokens import ResetTokenGenerator
from tests.conftest import new_bucket
from tests.desk import enter

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def silent(line: str) -> None:
    pass


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.STATE_DIR = tmp_path / "state"
    settings.STATE_DIR.mkdir()
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("staff/foto.jpg", ContentFile(b"pixels"))
    default_storage.save("variants/staff/foto.jpg/x.webp", ContentFile(b"can be made again"))


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "backups" / "site.zip"
    write(path)
    return path


def rewritten(archive: Path, change, digests: bool = True, key: str = "") -> Path:
    """The archive with `change(members, manifest)` done to it, its digests set right, and signed anew.

    Signed with `key`, by default that of these tests: what it holds must be judged also when we trust who made it.
    """
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    change(members, manifest)
    if digests:
        manifest["members"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members.items()
        }
    path = archive.with_name("rewritten.zip")
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
        new.writestr(MANIFEST, json.dumps(signed_with(manifest, key)))
    return path


def signed_with(manifest: dict, key: str) -> dict:
    """`manifest` as whoever has that secret key signs it; as it is when it is too odd for that."""
    said = {name: value for name, value in manifest.items() if name != "format"}
    with override_settings(SECRET_KEY=key or settings.SECRET_KEY):
        try:
            return {"format": manifest["format"], **vars(signed(Manifest(**said)))}
        except (TypeError, KeyError):
            return manifest


def without_signature(members, manifest):
    """As archives were before they had one."""


def unsigned(archive: Path, change=without_signature) -> Path:
    """The archive with `change` done to it, and no signature."""
    path = rewritten(archive, change)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
        new.writestr(MANIFEST, json.dumps({k: v for k, v in manifest.items() if k not in ("key", "signature")}))
    return path


def everything() -> dict[str, list]:
    """What the tables and the folder of files hold, to compare."""
    tables = (Theme, StaffMember, Organisation, Revision, User)
    rows = {table.__name__: list(table._base_manager.order_by("pk").values()) for table in tables}
    files = sorted(path.name for path in Path(default_storage.location).rglob("*") if path.is_file())
    return {**rows, "files": files}


def test_a_restore_brings_back_everything_and_removes_what_came_after(archive, editor):
    before, number = everything(), stamp.number()
    theme = Theme.objects.first()
    theme.title_nl = "Na de reservekopie"
    theme.save()
    publish(theme, editor)
    Organisation.objects.create(name="Nieuw")
    default_storage.delete("staff/foto.jpg")
    default_storage.save("staff/later.jpg", ContentFile(b"later"))
    restore(archive, silent)
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
    restore(archive, silent)
    assert Revision.objects.get(pk=revision.pk).live_from == revision.live_from


def test_a_new_row_after_a_restore_gets_a_free_key(archive):
    restore(archive, silent)
    taken = set(Revision.objects.of(Theme).values_list("object_id", flat=True))
    assert Theme.objects.create(title_nl="Nieuw").pk not in taken


def test_sizes_of_pictures_and_sessions_are_left_out(archive):
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
    assert "media/staff/foto.jpg" in names
    assert not [name for name in names if "variants" in name or "session" in name]


def flip(archive: Path, member: zipfile.ZipInfo) -> None:
    """Damage what `member` holds; of what stands around it some bytes say nothing that anybody reads."""
    data = bytearray(archive.read_bytes())
    place = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    data[place : place + 8] = bytes(byte ^ 0xFF for byte in data[place : place + 8])
    archive.write_bytes(data)


def test_a_damaged_or_broken_archive_is_refused_before_anything_is_touched(archive):
    before, whole = everything(), archive.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        archive.write_bytes(whole[:length])
        with pytest.raises(ArchiveError):
            restore(archive, silent)
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        members = sorted(file.infolist(), key=lambda member: member.compress_size)[-5:]
    for member in members:
        archive.write_bytes(whole)
        flip(archive, member)
        with pytest.raises(ArchiveError):
            restore(archive, silent)
    assert everything() == before


def newer(members, manifest):
    manifest["migrations"]["staff"].append("0999_from_the_future")


def unknown_table(members, manifest):
    members["rows/staff.unknown.jsonl"] = b"{}"
    manifest["rows"]["staff.unknown"] = 0


def other_format(members, manifest):
    manifest["format"] = 99


def one_less(members, manifest):
    del members["media/staff/foto.jpg"]


def escape(members, manifest):
    members["media/../../escaped.txt"] = b"x"


@pytest.mark.parametrize(
    ("change", "digests", "words"),
    [
        (newer, True, "newer version"),
        (other_format, True, "format 99"),
        (unknown_table, True, "a table that this site has not"),
        (one_less, False, "damaged"),
        (escape, True, "no name of a file"),
    ],
)
def test_an_archive_of_another_kind_is_refused_with_the_reason(archive, change, digests, words, tmp_path):
    before = everything()
    with pytest.raises(ArchiveError, match=words):
        restore(rewritten(archive, change, digests), silent)
    assert everything() == before
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_a_restore_that_fails_at_the_end_leaves_all_as_it_was(archive):
    def orphan(members, manifest):
        lines = members["rows/priorities.theme.jsonl"].splitlines()
        row = json.loads(lines[0])
        row["contact_id"] = 999_999
        members["rows/priorities.theme.jsonl"] = b"\n".join([json.dumps(row).encode(), *lines[1:]])

    before = everything()
    with pytest.raises(IntegrityError):
        restore(rewritten(archive, orphan), silent)
    assert everything() == before
    assert [path.name for path in Path(default_storage.location).parent.iterdir() if path.name.startswith(".")] == []


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("publishing.archives.stored_files", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", tmp_path / "b" / "site.zip")
    assert list((tmp_path / "b").iterdir()) == []


def test_what_is_no_archive_is_said_in_a_sentence(tmp_path):
    (tmp_path / "a.zip").write_text("geen archief")
    for name in ("a.zip", "missing.zip"):
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("restore", tmp_path / name)


def test_before_the_first_backup_there_is_nothing_to_rehearse(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    with pytest.raises(CommandError, match="no backup yet"):
        call_command("rehearse")


# With the commands, on installations of their own


@pytest.fixture(scope="module")
def installation(prepared, tmp_path_factory):
    """Runs a command on a seeded site with its own folder; gives what it said."""
    data = copytree(prepared, tmp_path_factory.mktemp("installation") / "data")
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data)}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment | more, capture_output=True, text=True)  # noqa: S603

    run.data = data
    run.key = (data / "var" / "secret_key").read_text()
    return run


PHOTO = """
import io
from PIL import Image
from django.core.files.base import ContentFile
from publishing.workflow import publish
from staff.models import CardLink, StaffMember
from staff.reset_tokens import ResetTokenGenerator
from tests.conftest import new_bucket

data = io.BytesIO()
Image.new("RGB", (80, 120), "red").save(data, "PNG")
member = StaffMember.objects.get(slug="johan-halsberghe")
member.photo, member.shows_photo = ContentFile(data.getvalue(), "ik.png"), True
member.save()
publish(member, None)
"""


def test_a_backup_is_rehearsed_with_rows_files_and_twenty_pages(installation):
    path = installation.data / "backups" / "een.zip"
    assert installation("shell", "-v0", "-c", PHOTO).returncode == 0
    made = installation("backup", str(path))
    assert "Backup:" in made.stdout
    with opened(path) as (_archive, manifest):
        assert len(manifest.pages) == 20
        assert all(said.startswith("200 ") for said in manifest.pages.values())
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
        for app, first in (("staff", "0003"), ("publishing", "0005")):
            manifest["migrations"][app] = [name for name in manifest["migrations"][app] if name < first]
        gone = ["staff.consent", "staff.cardlink", "publishing.mail", "publishing.event", "publishing.revisionword"]
        gone += ["publishing.act", "publishing.actline", "publishing.draft"]
        for table in (*gone, "publishing.linkcheck", "publishing.deadlink"):
            del members[f"rows/{table}.jsonl"]
            del manifest["rows"][table]
        new = {"staff.staffmember": ("mobile", "shows_phone", "shows_mobile", "shows_email", "shows_photo")}
        new["staff.staffmember"] += ("absent_from", "absent_until", "stand_in_id", "language")
        new["staff.staffmember"] += ("mobile_consent", "photo_consent")
        new["publishing.revision"] = ("turns_at", "turns_again_at", "carried_by_id", "taken_back_at")
        for table, columns in new.items():
            rows = [json.loads(line) for line in members[f"rows/{table}.jsonl"].splitlines()]
            kept = [{name: value for name, value in row.items() if name not in columns} for row in rows]
            members[f"rows/{table}.jsonl"] = "".join(json.dumps(row) + "\n" for row in kept).encode()

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
        restore(path, silent)
    restore(path, silent, foreign=True)
    assert not Theme.objects.filter(title_nl="Weg straks").exists()
    assert StaffMember.published().count() == 4


ONE_MOMENT = """
import threading
from datetime import timedelta
from pathlib import Path
from django.db import connection
from priorities.models import Theme
from publishing.archives import opened, write
from publishing.models import Revision
from publishing.workflow import publish

theme, done = Theme.objects.first(), threading.Event()

def edit():  # in a connection of its own, in the middle of the backup
    publish(theme, None)
    connection.close()
    done.set()

def tell(line):
    if line == "rows of priorities.theme":
        threading.Thread(target=edit).start()
        assert done.wait(15), "an editor has to wait for the backup"

path = Path(PATH)
write(path, tell=tell)
with opened(path) as (_archive, manifest):
    print(Revision.objects.count() - manifest.rows["publishing.revision"])
"""


@pytest.mark.django_db(transaction=True)
def test_a_backup_shows_one_moment_while_editing_goes_on(installation, tmp_path, capsys):
    script = ONE_MOMENT.replace("PATH", repr(str(tmp_path / "site.zip")))
    if connection.vendor == "sqlite":  # in memory, where the tests are, there is but one moment
        said = installation("shell", "-v0", "-c", script)
        assert said.stdout.strip() == "1", said.stderr
    else:
        exec(script, {})  # noqa: S102
        assert capsys.readouterr().out.strip().endswith("1")


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


# What a hostile or broken archive holds, though it has the right digests and is signed


def refused(path: Path, words: str, tmp_path: Path) -> None:
    """A restore of `path` ends in one sentence and leaves everything as it was, also beside the folder of files."""
    before, beside = everything(), sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandError) as raised:
        call_command("restore", path, stdout=io.StringIO())
    said = str(raised.value)
    assert words in said
    assert said.endswith("Nothing was changed.")
    assert "\n" not in said
    assert everything() == before
    assert sorted(tmp_path.rglob("*")) == beside


@pytest.mark.parametrize(
    "name",
    [
        "media//{folder}/escaped",
        "media/../escaped",
        "media/a/../../../escaped",
        "media/./a",
        "media/a//b",
        "media/a/",
        "media/",
        "media/a\\..\\b",
        "media/C:/escaped",
        "media/C:escaped",
        "media/a\nb",
        "media/a\x1b[2J",
        f"media/{'a' * 300}",
        "/{folder}/escaped",
        "../escaped",
        "rows/../escaped",
        "rows/Staff.jsonl",
        "rows//tmp/x.jsonl",
        "rows/staff.staffmember.jsonl/x",
        "Media/a",
        "anything.txt",
    ],
)
def test_no_member_leaves_its_folder(archive, tmp_path, name):
    named = name.replace("{folder}", str(tmp_path).lstrip("/"))
    path = rewritten(archive, lambda members, _manifest: members.update({named: b"x"}))
    refused(path, "This archive is damaged", tmp_path)
    assert not list(tmp_path.rglob("*escaped*"))


def test_a_file_that_is_a_folder_as_well_is_refused(archive, tmp_path):
    path = rewritten(archive, lambda members, _manifest: members.update({"media/a": b"x", "media/a/b": b"x"}))
    refused(path, "is a file and a folder", tmp_path)


def with_entry(archive: Path, info: zipfile.ZipInfo, data: bytes) -> Path:
    """A signed archive with one more entry, as the manifest says."""
    path = rewritten(archive, lambda members, _manifest: members.update({info.filename: data}))
    with zipfile.ZipFile(path) as old:
        members = {each: old.read(each) for each in old.namelist() if each != info.filename}
    with zipfile.ZipFile(path, "w") as new:
        for each, content in members.items():
            new.writestr(each, content)
        new.writestr(info, data)
    return path


def test_a_symbolic_link_is_refused(archive, tmp_path):
    link = zipfile.ZipInfo("media/link")
    link.external_attr = 0o120777 << 16
    refused(with_entry(archive, link, str(tmp_path).encode()), "is no plain file", tmp_path)


def test_a_packing_that_this_site_does_not_use_is_refused(archive, tmp_path):
    packed = zipfile.ZipInfo("media/packed")
    packed.compress_type = zipfile.ZIP_LZMA
    refused(with_entry(archive, packed, b"x"), "is no plain file", tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(archive, tmp_path):
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("media/staff/foto.jpg", b"another")
    refused(archive, "does not hold what it says", tmp_path)


def test_an_encrypted_member_is_refused(archive, tmp_path):
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as file:
        place = file.getinfo("media/staff/foto.jpg").header_offset
    central = data.index(b"PK\x01\x02")
    while data[central + 46 : central + 66] != b"media/staff/foto.jpg":
        central = data.index(b"PK\x01\x02", central + 4)
    data[place + 6] |= 1
    data[central + 8] |= 1
    archive.write_bytes(data)
    refused(archive, "media/staff/foto.jpg can't be read", tmp_path)


def test_more_than_the_disk_can_hold_is_refused_before_it_is_unpacked(archive, tmp_path, monkeypatch):
    packed = zipfile.ZipInfo("media/zeros")
    packed.compress_type = zipfile.ZIP_DEFLATED
    path = with_entry(archive, packed, bytes(30_000_000))
    assert path.stat().st_size < 30_000_000
    usage = type("Usage", (), {"free": 25_000_000})
    monkeypatch.setattr("publishing.archives.shutil.disk_usage", lambda _path: usage)
    monkeypatch.setattr("publishing.archives._check_members", lambda *_arguments: pytest.fail("it was unpacked"))
    refused(path, "the disk has room for 25 MB", tmp_path)


ROW = {"id": 990001, "name": "x", "domain": "x.be"}


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("pages.organisation", b"{"),
        ("pages.organisation", b"[]"),
        ("pages.organisation", b"null"),
        ("pages.organisation", b'"a"'),
        ("pages.organisation", b"\xff\xfe"),
        ("pages.organisation", b"[" * 100_000),
        ("pages.organisation", b'{"id": 1}'),
        ("auth.group", b'{"id": "een", "name": "x"}'),
        ("auth.group", b'{"id": {}, "name": "x"}'),
        ("auth.group", b'{"id": 1e400, "name": "x"}'),
        ("auth.group", b'{"id": 99999999999999999999999, "name": "x"}'),
        ("auth.group", b'{"id": 990001, "name": "\\ud800"}'),
        ("auth.group", b'{"id": 990001, "name": "x"}\n{"id": 990001, "name": "y"}'),
        ("auth.group", b'{"id": 990001, "name": null}'),
    ],
)
def test_rows_that_are_none_are_refused_in_one_sentence(archive, tmp_path, table, lines):
    path = rewritten(archive, lambda members, _manifest: members.update({f"rows/{table}.jsonl": lines}))
    refused(path, "The rows of", tmp_path)


def lacks_a_table(members, manifest):
    del members["rows/auth.user.jsonl"]
    del manifest["rows"]["auth.user"]


@pytest.mark.parametrize(
    "change",
    [
        lacks_a_table,
        lambda members, manifest: manifest["rows"].pop("auth.user"),
        lambda members, manifest: manifest["rows"].update({"auth.nothing": 1}),
        lambda members, manifest: manifest.update(rows=[]),
        lambda members, manifest: manifest.update(rows={"auth.user": "x"}),
        lambda members, manifest: manifest.update(migrations={"staff": 1}),
        lambda members, manifest: manifest.update(migrations={"staff": [1]}),
        lambda members, manifest: manifest.update(pages=None),
        lambda members, manifest: manifest.update(made_at=1),
        lambda members, manifest: manifest.update(more=1),
        lambda members, manifest: manifest.pop("pages"),
        lambda members, manifest: manifest.pop("format"),
    ],
)
def test_a_manifest_that_is_none_is_refused_in_one_sentence(archive, tmp_path, change):
    refused(rewritten(archive, change), "damaged", tmp_path)


@pytest.mark.parametrize("members", [None, [], {"media/x": 1}, {"media/x": {"size": "1", "sha256": "x"}}])
def test_members_that_are_none_are_refused_in_one_sentence(archive, tmp_path, members):
    path = rewritten(archive, lambda _members, manifest: manifest.update(members=members), digests=False)
    refused(path, "damaged", tmp_path)


def test_a_file_that_may_not_be_read_is_told_so_and_no_bad_rehearsal(archive, tmp_path, monkeypatch):
    remember("rehearsal", file="x.zip", good=True)
    with pytest.raises(CommandError, match=r"can't be read by this user: Is a directory"):
        call_command("restore", tmp_path)

    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("publishing.archives.zipfile.ZipFile", refuse)
    for command in ("restore", "rehearse"):
        with pytest.raises(CommandError, match=r"can't be read by this user: Permission denied"):
            call_command(command, archive, stdout=io.StringIO())
    assert recall("rehearsal")["good"]


# Whose it is


@pytest.fixture
def hostile(archive, editor) -> Path:
    """An archive from elsewhere: it brings in accounts with rights, and scripts in rich text."""
    boss = User.objects.create_superuser("baas\x1b[2J")
    User.objects.create_user("niemand")
    closed = User.objects.create_user("dicht", is_staff=True, is_active=False)
    User.objects.create_user("lid").groups.add(Group.objects.get(name="Medewerkers"))
    theme = Theme.objects.first()
    publish(theme, boss)
    script = "<p>Tekst<script>alert(1)</script><img src=x onerror=alert(1)></p>"
    Theme.objects.filter(pk=theme.pk).update(body_nl=script)
    kept = []
    for model, name in (("priorities.theme", "body_nl"), ("pages.textpage", "body_fr")):
        revision = Revision.objects.filter(model=model).last()
        kept.append((revision.pk, revision.data))
        with permit():
            Revision.objects.filter(pk=revision.pk).update(data=revision.data | {name: script})
    assert closed
    with override_settings(SECRET_KEY="van een ander"):
        write(archive)
    with permit():
        for pk, data in kept:
            Revision.objects.filter(pk=pk).update(data=data)
    theme.save()
    User.objects.exclude(pk=editor.pk).delete()
    return archive


def test_archives_say_whose_they_are(archive, settings):
    def of(path: Path) -> Origin:
        with opened(path) as (_archive, manifest):
            return origin(manifest)

    key = settings.SECRET_KEY
    assert of(archive) is Origin.OURS
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "een nieuwe", [key]
    assert of(archive) is Origin.OURS
    settings.SECRET_KEY_FALLBACKS = []
    assert of(archive) is Origin.OTHER_KEY
    settings.SECRET_KEY = key
    assert of(unsigned(archive)) is Origin.UNSIGNED
    path = archive.with_name("rewritten.zip")
    data = zipfile.ZipFile(archive).read(MANIFEST).replace(b'"pages": {}', b'"pages": {"/": "x"}')
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == MANIFEST else old.read(name))
    assert of(path) is Origin.CHANGED
    assert key not in data.decode()


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


def test_a_backup_says_that_the_key_must_be_kept_apart(tmp_path):
    out = io.StringIO()
    call_command("backup", tmp_path / "b" / "site.zip", stdout=out)
    assert "Keep a copy of the secret key" in out.getvalue()
    assert "apart from the backups" in out.getvalue()
    assert (tmp_path / "b" / "site.zip").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700


# What ends


def test_a_restore_ends_sessions_links_and_waiting_mails_and_says_so(tmp_path, editor, editor_client):
    theme, member = Theme.objects.first(), StaffMember.objects.first()
    shared = ShareLink.objects.renew(theme, editor)
    _link, token = CardLink.objects.make(member, CardLink.Purpose.INVITATION)
    mail = {"sender": "a@example.org", "recipients": ["b@example.org"], "subject": "x", "message": b"x"}
    Mail.objects.create(**mail, next_try_at=timezone.now())
    tokens = ResetTokenGenerator()
    reset = tokens.make_token(editor)
    write(tmp_path / "a.zip")
    assert editor_client.get("/admin/").status_code == 200
    CardLink.objects.update(used_at=timezone.now())
    ShareLink.objects.revoke(theme)
    Mail.objects.all().delete()
    editor.set_password("een ander lang wachtwoord")
    editor.save()
    out = io.StringIO()
    call_command("restore", tmp_path / "a.zip", stdout=out)
    said = (
        "ended 1 sessions, 1 links to share a page, 1 waiting mails, 1 links to cards, and every link to set a password"
    )
    assert said in out.getvalue()
    assert not Session.objects.exists()
    assert editor_client.get("/admin/").status_code == 302
    assert not ShareLink.objects.valid().exists()
    assert Client().get(shared.get_absolute_url("nl")).status_code in (404, 410)
    assert CardLink.objects.find(token, CardLink.Purpose.INVITATION) is None
    assert not Mail.objects.exists()
    editor.refresh_from_db()
    assert editor.check_password("een lang wachtwoord")  # with which the session would be valid again
    assert not tokens.check_token(editor, reset)
    assert tokens.check_token(editor, tokens.make_token(editor))
    assert Event.objects.filter(kind=Event.Kind.RESTORED, detail="a.zip").count() == 1
    assert "Sign in again" in out.getvalue()
