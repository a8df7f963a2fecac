"""A restore that is killed between its files and its rows: what it left is made good by what comes next."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from publishing.backup.media_swap import BEGUN, left_over, settle
from publishing.backup.restore import restore_archive
from publishing.backup.unfinished import held
from publishing.models import Event
from publishing.models.records.events import record
from tests.publishing.backup.archives import silent

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(settings) -> Path:
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def aside(root) -> Path:
    """What a restore that was killed left: other files in place, and those of before in a folder beside them."""
    folder = root.parent / f".{root.name}-old-abcd1234"
    folder.mkdir()
    (folder / BEGUN).write_text((timezone.now() - timedelta(seconds=5)).isoformat())
    root.rename(folder / root.name)
    (root / "staff").mkdir(parents=True)
    (root / "staff" / "archive.jpg").write_bytes(b"of the archive")
    return folder


def test_without_its_rows_the_files_of_before_come_back(root, aside):
    said = []
    settle(said.append)
    assert (root / "staff" / "foto.jpg").read_bytes() == b"pixels"
    assert (root / "variants" / "staff" / "foto.jpg" / "x.webp").exists()
    assert (root / "staff" / "archive.jpg").exists(), "for sweep: nothing names it"
    assert not aside.exists()
    assert said == ["a restore was killed before its end: the uploaded files of before are back"]


def test_when_the_files_were_taken_away_only_they_come_back(root, aside):
    (root / "staff" / "archive.jpg").unlink()
    (root / "staff").rmdir()
    root.rmdir()
    settle(silent)
    assert (root / "staff" / "foto.jpg").read_bytes() == b"pixels"


def test_with_its_rows_the_files_of_before_go(root, aside):
    record(Event.Kind.RESTORED, detail="site.zip")
    settle(pytest.fail)
    assert not (root / "staff" / "foto.jpg").exists()
    assert not aside.exists()


def test_a_restore_of_before_says_nothing_of_this_one(root, aside):
    record(Event.Kind.RESTORED, detail="site.zip")
    Event.objects.update(at=timezone.now() - timedelta(days=1))
    settle(silent)
    assert (root / "staff" / "foto.jpg").exists()


def test_what_a_restore_is_at_work_on_is_left_alone(root, aside):
    with held(aside):
        assert left_over() == []
        settle(pytest.fail)
    assert left_over() == [aside]


def test_the_next_restore_makes_it_good_and_leaves_nothing_beside(root, archive, aside):
    restore_archive(archive, silent)
    assert (root / "staff" / "foto.jpg").read_bytes() == b"pixels"
    assert [path.name for path in root.parent.glob(".*")] == []


def test_while_a_restore_runs_its_folders_are_not_left_over(root, archive, monkeypatch):
    seen = []

    def stop(*_arguments: object) -> None:
        seen.extend([left_over(), len(list(root.parent.glob(f".{root.name}-*")))])
        raise RuntimeError

    monkeypatch.setattr("publishing.backup.restore.load_rows", stop)
    with pytest.raises(RuntimeError):
        restore_archive(archive, silent)
    assert seen == [[], 2]
    assert list(root.parent.glob(f".{root.name}-*")) == []
