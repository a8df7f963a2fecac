"""Archives that are refused, before anything is touched."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from publishing.backup.archive import ArchiveError
from publishing.backup.restore import restore_archive
from tests.publishing.backup.archives import everything, rewritten, silent

pytestmark = pytest.mark.django_db


def flip(archive: Path, member: zipfile.ZipInfo) -> None:
    """Damage what `member` holds; of what stands around it some bytes say nothing that anybody reads."""
    data = bytearray(archive.read_bytes())
    place = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    data[place : place + 8] = bytes(byte ^ 0xFF for byte in data[place : place + 8])
    archive.write_bytes(data)


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


def lacks_a_table(members, manifest):
    del members["rows/auth.user.jsonl"]
    del manifest["rows"]["auth.user"]


def test_a_damaged_or_broken_archive_is_refused_before_anything_is_touched(archive):
    before, whole = everything(), archive.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        archive.write_bytes(whole[:length])
        with pytest.raises(ArchiveError):
            restore_archive(archive, silent)
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        members = sorted(file.infolist(), key=lambda member: member.compress_size)[-5:]
    for member in members:
        archive.write_bytes(whole)
        flip(archive, member)
        with pytest.raises(ArchiveError):
            restore_archive(archive, silent)
    assert everything() == before


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
        restore_archive(rewritten(archive, change, digests), silent)
    assert everything() == before
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_what_is_no_archive_is_said_in_a_sentence(tmp_path):
    (tmp_path / "a.zip").write_text("geen archief")
    for name in ("a.zip", "missing.zip"):
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("restore", tmp_path / name)


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
    monkeypatch.setattr("publishing.backup.reading.shutil.disk_usage", lambda _path: usage)
    monkeypatch.setattr("publishing.backup.reading._check_members", lambda *_arguments: pytest.fail("it was unpacked"))
    refused(path, "the disk has room for 25 MB", tmp_path)


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
