import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import TemporaryUploadedFile

from publishing.files.storage import AtomicFileSystemStorage


@pytest.fixture
def storage(tmp_path) -> AtomicFileSystemStorage:
    return AtomicFileSystemStorage(location=tmp_path)


def files(storage: AtomicFileSystemStorage) -> list[str]:
    root = Path(storage.location)
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


def content(storage: AtomicFileSystemStorage, name: str) -> bytes:
    return (Path(storage.location) / name).read_bytes()


def test_a_file_is_kept_under_its_name_and_the_next_one_beside_it(storage):
    names = [storage.save("a/foto.jpg", ContentFile(text)) for text in (b"1", b"2")]
    assert names[0] == "a/foto.jpg"
    assert sorted(names) == files(storage)
    assert [content(storage, name) for name in names] == [b"1", b"2"]


def test_a_name_that_somebody_took_meanwhile_is_not_overwritten(storage, monkeypatch):
    storage.save("foto.jpg", ContentFile(b"theirs"))
    name = storage._save("foto.jpg", ContentFile(b"ours"))  # as if it had been free a moment ago
    assert name != "foto.jpg"
    assert content(storage, "foto.jpg") == b"theirs"
    assert content(storage, name) == b"ours"


def test_a_large_upload_is_moved_and_readable_for_the_server(storage):
    upload = TemporaryUploadedFile("nota.pdf", "application/pdf", 3, None)
    upload.write(b"abc")
    upload.flush()
    assert storage.save("nota.pdf", upload) == "nota.pdf"
    upload.close()
    assert files(storage) == ["nota.pdf"]
    assert (Path(storage.location) / "nota.pdf").stat().st_mode & 0o777 == 0o644


FULL = """
import resource, sys
from django.conf import settings
settings.configure()
from django.core.files.base import ContentFile
from publishing.files.storage import AtomicFileSystemStorage
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    AtomicFileSystemStorage(location=sys.argv[1]).save("foto.jpg", ContentFile(b"x" * 3000))
except OSError as error:
    print(error.strerror)
"""


def test_on_a_disk_that_is_full_there_is_no_half_file(storage):
    command = [sys.executable, "-c", FULL, storage.location]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert said.stdout.strip() == "File too large"
    assert files(storage) == []
