from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from publishing.admin.work_list import Asked
from publishing.backup import work
from publishing.backup.rehearsal import remember

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


def of(kind, now):
    return [each for each in work.backups(Asked(None, now)) if each.kind == kind]


def test_a_new_site_has_two_days():
    assert of(work.BACKUP, NOW + timedelta(days=1)) == []
    (item,) = of(work.BACKUP, NOW + timedelta(days=400))
    assert item.url.startswith("mailto:?")


def test_two_days_after_the_last_one():
    remember("backup")
    assert of(work.BACKUP, NOW + timedelta(days=1)) == []
    (item,) = of(work.BACKUP, NOW + timedelta(days=3))
    assert item.since is not None


def test_a_file_that_is_gone(tmp_path):
    file = tmp_path / "x.zip"
    file.touch()
    remember("backup", file=str(file))
    assert of(work.BACKUP, NOW) == []
    file.unlink()
    with override("en"):
        (item,) = of(work.BACKUP, NOW)
        assert item.label == "The last backup is gone"


def test_a_site_without_any_is_not_ready():
    assert work.backup_is_made(Asked(None, NOW)) is not None
    remember("backup")
    assert work.backup_is_made(Asked(None, NOW)) is None
