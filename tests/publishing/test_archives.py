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
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.utils import timezone

from pages.models import Organisation
from priorities.models import Theme
from publishing import stamp
from publishing.archives import MANIFEST, ArchiveError, files_in, opened, write
from publishing.models import Revision
from publishing.restoring import compare, remember, restore
from publishing.search_index import find
from publishing.workflow import publish
from staff.models import StaffMember
from tests.conftest import new_bucket
from tests.desk import enter

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def silent(line: str) -> None:
    pass


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("staff/foto.jpg", ContentFile(b"pixels"))
    default_storage.save("variants/staff/foto.jpg/x.webp", ContentFile(b"can be made again"))


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "backups" / "site.zip"
    write(path)
    return path


def rewritten(archive: Path, change, digests: bool = True) -> Path:
    """The archive with `change(members, manifest)` done to it, and its digests set right."""
    import hashlib

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
        new.writestr(MANIFEST, json.dumps(manifest))
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
    members["rows/staff.unknown.jsonl"] = b""
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
    return run


PHOTO = """
import io
from PIL import Image
from django.core.files.base import ContentFile
from publishing.workflow import publish
from staff.models import StaffMember
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

    bad = installation("rehearse", str(rewritten(path, other)))
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
        for table in (*gone, "publishing.linkcheck", "publishing.deadlink"):
            del members[f"rows/{table}.jsonl"]
            del manifest["rows"][table]
        new = {"staff.staffmember": ("mobile", "shows_phone", "shows_mobile", "shows_email", "shows_photo")}
        new["staff.staffmember"] += ("absent_until", "stand_in_id", "language")
        new["publishing.revision"] = ("turns_at", "carried_by_id")
        for table, columns in new.items():
            rows = [json.loads(line) for line in members[f"rows/{table}.jsonl"].splitlines()]
            kept = [{name: value for name, value in row.items() if name not in columns} for row in rows]
            members[f"rows/{table}.jsonl"] = "".join(json.dumps(row) + "\n" for row in kept).encode()

    path = installation.data / "backups" / "twee.zip"
    installation("backup", str(path))
    result = installation("restore", str(rewritten(path, older)))
    assert result.returncode == 0, result.stderr
    shown = installation("shell", "-v0", "-c", "from staff.models import *; print(StaffMember.published().count())")
    assert shown.stdout.strip() == "4"


def test_an_archive_from_sqlite_is_restored_into_whatever_database_this_is(installation, tmp_path):
    path = installation.data / "backups" / "drie.zip"
    installation("backup", str(path))
    Theme.objects.create(title_nl="Weg straks")
    restore(path, silent)
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
    assert words in editor_client.get("/admin/").content.decode()
    remember("rehearsal", good=True)
    assert words not in editor_client.get("/admin/").content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=36))
    enter(editor_client, editor)
    assert words in editor_client.get("/admin/").content.decode()
    remember("rehearsal", good=False)
    assert words in editor_client.get("/admin/").content.decode()
