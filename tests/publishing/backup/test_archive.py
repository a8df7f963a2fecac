import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from publishing.backup.archive import MANIFEST, ArchiveOrigin, origin
from publishing.backup.reading import opened
from publishing.backup.rehearsal import recall, remember
from tests.publishing.backup.archives import unsigned

pytestmark = pytest.mark.django_db


def test_sizes_of_pictures_and_sessions_are_left_out(archive):
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
    assert "media/staff/foto.jpg" in names
    assert not [name for name in names if "variants" in name or "session" in name]


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("publishing.backup.archive.stored_files", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", tmp_path / "b" / "site.zip")
    assert list((tmp_path / "b").iterdir()) == []


# With the commands, on installations of their own


ONE_MOMENT = """
import threading
from datetime import timedelta
from pathlib import Path
from django.db import connection
from priorities.models import Theme
from publishing.backup.archive import write
from publishing.backup.reading import opened
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


# What a hostile or broken archive holds, though it has the right digests and is signed


ROW = {"id": 990001, "name": "x", "domain": "x.be"}


def test_a_file_that_may_not_be_read_is_told_so_and_no_bad_rehearsal(archive, tmp_path, monkeypatch):
    remember("rehearsal", file="x.zip", good=True)
    with pytest.raises(CommandError, match=r"can't be read by this user: Is a directory"):
        call_command("restore", tmp_path)

    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("publishing.backup.archive.zipfile.ZipFile", refuse)
    for command in ("restore", "rehearse"):
        with pytest.raises(CommandError, match=r"can't be read by this user: Permission denied"):
            call_command(command, archive, stdout=io.StringIO())
    assert recall("rehearsal")["good"]


# Whose it is


def test_archives_say_whose_they_are(archive, settings):
    def of(path: Path) -> ArchiveOrigin:
        with opened(path) as (_archive, manifest):
            return origin(manifest)

    key = settings.SECRET_KEY
    assert of(archive) is ArchiveOrigin.OURS
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "een nieuwe", [key]
    assert of(archive) is ArchiveOrigin.OURS
    settings.SECRET_KEY_FALLBACKS = []
    assert of(archive) is ArchiveOrigin.OTHER_KEY
    settings.SECRET_KEY = key
    assert of(unsigned(archive)) is ArchiveOrigin.UNSIGNED
    path = archive.with_name("rewritten.zip")
    data = zipfile.ZipFile(archive).read(MANIFEST).replace(b'"pages": {}', b'"pages": {"/": "x"}')
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == MANIFEST else old.read(name))
    assert of(path) is ArchiveOrigin.CHANGED
    assert key not in data.decode()


def test_a_backup_says_that_the_key_must_be_kept_apart(tmp_path):
    out = io.StringIO()
    call_command("backup", tmp_path / "b" / "site.zip", stdout=out)
    assert "Keep a copy of the secret key" in out.getvalue()
    assert "apart from the backups" in out.getvalue()
    assert (tmp_path / "b" / "site.zip").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700


# What ends
