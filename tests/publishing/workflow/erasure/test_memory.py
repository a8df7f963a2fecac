import json

import pytest

from publishing.files.storage import StorageUnavailable
from publishing.models import Erasure
from publishing.workflow.erasure import memory
from publishing.workflow.erasure.memory import remember, write_down
from publishing.workflow.erasure.redaction import redact
from publishing.workflow.erasure.versions import erase_version
from tests.publishing.secret import SECRET, publish_secret, stored, where_it_stands

pytestmark = pytest.mark.django_db


def test_erasing_a_version_takes_the_redacted_words_of_it_from_what_is_remembered(theme, editor):
    bad, _good = publish_secret(theme, editor)
    redact(bad, ("body_nl",), f"<p>{SECRET}</p>")
    write_down()
    erase_version(bad)
    write_down()
    assert SECRET not in memory.address().read_text()
    assert where_it_stands(theme) == []


def test_the_file_is_for_its_owner_and_holds_nothing_of_what_was_erased(theme, editor):
    bad, _good = publish_secret(theme, editor)
    erase_version(bad)
    write_down()
    file = memory.address()
    assert file.stat().st_mode & 0o777 == 0o600
    assert SECRET not in file.read_text()
    said = json.loads(file.read_text())
    assert (said["model"], said["object_id"]) == ("priorities.theme", theme.pk)


def test_the_file_keeps_what_the_table_lost_and_what_cannot_be_read(theme, editor):
    bad, _good = publish_secret(theme, editor)
    erase_version(bad)
    write_down()
    file = memory.address()
    file.write_text(f"half a li\n{file.read_text()}")
    Erasure.objects.all().delete()
    remember(Erasure.Kind.ACCOUNT, "auth.user", 1, ["u1@x"])
    assert memory.unwritten() == 1
    write_down()
    assert memory.unwritten() == 0
    assert len(file.read_text().splitlines()) == 3


def test_nothing_is_erased_that_cannot_be_remembered(theme, editor, settings, tmp_path):
    bad, _good = publish_secret(theme, editor)
    settings.STATE_DIR = tmp_path / "not" / "there"
    with pytest.raises(StorageUnavailable):
        erase_version(bad)
    with pytest.raises(StorageUnavailable):
        redact(bad, ("body_nl",), "")
    assert SECRET in stored(bad).data["body_nl"]
    assert not Erasure.objects.exists()
