import pyrage
import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.management import CommandError, call_command
from django.utils import timezone

from publishing.backup import nightly, offsite
from publishing.backup.archive import ArchiveError
from publishing.backup.reading import opened
from publishing.backup.rehearsal import recall

pytestmark = pytest.mark.django_db


@pytest.fixture
def identity(bucket_options, settings, monkeypatch):
    """The key of who may read the copies, which go to an empty bucket."""
    key = pyrage.x25519.Identity.generate()
    monkeypatch.setattr(offsite, "PAUSE", 0)
    settings.BACKUP_COPY = {
        "bucket": bucket_options["bucket_name"],
        "folder": "site",
        "recipient": str(key.to_public()),
        "endpoint": bucket_options["endpoint_url"],
    }
    return key


def keys(settings) -> set[str]:
    found = offsite.bucket().list_objects_v2(Bucket=settings.BACKUP_COPY["bucket"]).get("Contents", [])
    return {each["Key"] for each in found}


def test_a_copy_of_the_night_is_read_by_its_recipient_alone_and_can_be_restored(identity, settings, tmp_path):
    call_command("backup", nightly=True, quiet=True)
    (made,) = nightly.folder().iterdir()
    assert keys(settings) == {f"site/{made.name}.age"}
    client = offsite.bucket()
    body = client.get_object(Bucket=settings.BACKUP_COPY["bucket"], Key=f"site/{made.name}.age")["Body"].read()
    assert body.startswith(b"age-encryption.org/")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(body, [pyrage.x25519.Identity.generate()])
    plain = tmp_path / "plain.zip"
    plain.write_bytes(pyrage.decrypt(body, [identity]))
    assert plain.read_bytes() == made.read_bytes()
    with opened(plain) as (_archive, manifest):
        assert manifest.rows
    assert recall("copy")["file"] == f"s3://{settings.BACKUP_COPY['bucket']}/site/{made.name}.age"


def test_old_copies_go_and_what_is_not_ours_stays(identity, settings, tmp_path):
    client, bucket = offsite.bucket(), settings.BACKUP_COPY["bucket"]
    mine = ["site/notes.txt", "site/2026-02-01-020000.zip", "other/2026-02-01-020000.zip.age"]
    for key in (*(f"site/2026-02-{day:02}-020000.zip.age" for day in range(1, 20)), *mine):
        client.put_object(Bucket=bucket, Key=key, Body=b"x")
    archive = tmp_path / "2026-03-04-020000.zip"
    archive.write_bytes(b"zip")
    offsite.send(archive)
    found = keys(settings)
    assert {*mine, "site/2026-03-04-020000.zip.age"} < found
    assert "site/2026-02-03-020000.zip.age" not in found
    assert len(found) == len(mine) + 14 + 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".copy")] == []


def test_without_the_bucket_the_backup_is_there_and_the_command_fails(identity, settings):
    settings.BACKUP_COPY = settings.BACKUP_COPY | {"bucket": "nowhere-at-all"}
    with pytest.raises(CommandError, match="no copy of it is in s3://nowhere-at-all"):
        call_command("backup", nightly=True, quiet=True)
    assert nightly.standing().lack(timezone.now()) is None
    assert recall("copy") == {}
    assert "does not exist" in recall("copy_failure")["error"]
    assert {path.suffix for path in nightly.folder().iterdir()} == {".zip"}


def test_a_key_that_is_none_is_told(identity, settings, tmp_path):
    settings.BACKUP_COPY = settings.BACKUP_COPY | {"recipient": "age1" + "q" * 58}
    (tmp_path / "x.zip").write_bytes(b"zip")
    with pytest.raises(ArchiveError, match="no copy"):
        offsite.send(tmp_path / "x.zip")


def test_a_bucket_that_was_away_for_a_moment_gets_its_copy(identity, settings, tmp_path, monkeypatch):
    (tmp_path / "x.zip").write_bytes(b"zip")
    asked, waited = [], []

    def put(name, key, put=offsite.put):
        asked.append(key)
        if len(asked) == 1:
            raise EndpointConnectionError(endpoint_url="https://s3.example.org")
        put(name, key)

    monkeypatch.setattr(offsite, "put", put)
    monkeypatch.setattr(offsite.time, "sleep", waited.append)
    monkeypatch.setattr(offsite, "PAUSE", 300)
    offsite.send(tmp_path / "x.zip")
    assert (len(asked), waited) == (2, [300])
    assert keys(settings) == {"site/x.zip.age"}
    assert recall("copy_failure") == {}


def test_the_bucket_has_keys_of_its_own_or_those_of_the_other(identity, settings):
    def used():
        return offsite.bucket()._request_signer._credentials.access_key

    assert used() == "testing"
    settings.BACKUP_COPY |= {"access_key_id": "own", "secret_access_key": "secret", "region": "eu-west-3"}
    assert used() == "own"
    assert offsite.bucket().meta.region_name == "eu-west-3"
