"""A restore of an older archive brings back nothing that was erased since."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.utils import timezone

from priorities.models import Document, Theme
from publishing.backup.archive import write
from publishing.backup.restore import restore_archive
from publishing.models import Discarded, Draft, Erasure, Revision
from publishing.models.immutability import permit
from publishing.workflow import keep, live_users, publish, repoint, take_back, withdraw
from publishing.workflow.erasure import memory
from publishing.workflow.erasure.memory import remember, write_down
from publishing.workflow.erasure.objects import erase
from publishing.workflow.erasure.redaction import redact, redact_remark
from publishing.workflow.erasure.stored_files import erasable_files, erase_file
from publishing.workflow.erasure.traces import scrub
from publishing.workflow.erasure.versions import erase_version
from staff.forgetting.departures import forget_account
from staff.models import StaffMember
from tests.publishing.secret import SECRET, publish_secret, saying, stored, where_it_stands
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def saved(tmp_path):
    """Makes an archive of the site as it is."""

    def make() -> Path:
        path = tmp_path / "site.zip"
        write(path)
        return path

    return make


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def put_back(told, django_capture_on_commit_callbacks):
    """Restores an archive; `forgetful` as on another database, which knows of no erasure."""

    def go(path: Path, *, forgetful: bool = False) -> None:
        write_down()
        if forgetful:
            Erasure.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            restore_archive(path, told.append)

    return go


@pytest.mark.parametrize("forgetful", [False, True])
def test_an_old_version_stays_erased(theme, editor, saved, put_back, forgetful):
    bad, _good = publish_secret(theme, editor)
    archive = saved()
    erase_version(bad)
    put_back(archive, forgetful=forgetful)
    assert where_it_stands(theme) == []
    assert stored(bad).erased_at
    assert Erasure.objects.count() == 1


def test_what_the_archive_is_younger_than_is_left_alone(theme, editor, saved, put_back, told):
    bad, _good = publish_secret(theme, editor)
    erase_version(bad)
    archive = saved()
    put_back(archive)
    assert not [line for line in told if "erased" in line]
    assert Erasure.objects.count() == 1


def test_a_version_that_was_public_in_the_archive_goes_too(theme, editor, saved, put_back, client):
    bad = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    archive = saved()
    publish(saying(theme, body_nl="<p>Niets</p>"), editor)
    erase_version(bad)
    put_back(archive)
    assert where_it_stands(theme) == []
    assert Theme.objects.filter(pk=theme.pk).exclude(body_nl__contains=SECRET).exclude(title_nl="").exists()
    assert client.get(theme.get_absolute_url("nl")).status_code == 410


def test_a_version_that_waited_in_the_archive_never_comes(theme, editor, saved, put_back, client):
    moment = timezone.now() + timedelta(days=1)
    publish(theme, editor)
    bad = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor, live_from=moment)
    archive = saved()
    publish(saying(theme, body_nl="<p>Niets</p>"), editor)
    erase_version(bad)
    put_back(archive)
    with time_machine.travel(moment + timedelta(hours=1)):
        assert client.get(theme.get_absolute_url("nl")).status_code == 200
    assert where_it_stands(theme) == []


def test_another_version_that_got_the_same_number_is_left_alone(theme, editor, saved, put_back):
    """Numbers are given out again after a restore."""
    bad, good = publish_secret(theme, editor)
    with permit():
        Revision.objects.filter(pk=good.pk).update(data=good.data | {"body_nl": "<p>Onschuldig</p>"})
    archive = saved()
    with permit():
        Revision.objects.filter(pk=bad.pk).update(created_at=bad.created_at - timedelta(seconds=1))
    erase_version(bad)
    put_back(archive)
    assert not stored(bad).erased_at
    assert stored(good).data["body_nl"] == "<p>Onschuldig</p>"


def test_redacted_words_stay_away(theme, editor, saved, put_back):
    bad, _good = publish_secret(theme, editor)
    archive = saved()
    redact(bad, ("body_nl",), "<p>[…] van Jan</p>")
    put_back(archive)
    assert stored(bad).data["body_nl"] == "<p>[…] van Jan</p>"
    assert where_it_stands(theme) == []


def test_redacted_words_go_from_the_working_copy_and_the_public_version_of_then(theme, editor, saved, put_back):
    bad = publish(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    archive = saved()
    publish(saying(theme, body_nl="<p>Niets</p>"), editor)
    redact(bad, ("body_nl",), "<p>[…]</p>")
    put_back(archive)
    assert where_it_stands(theme) == []
    assert Theme.objects.filter(pk=theme.pk, body_nl="<p>[…]</p>").exists()
    assert Theme.published().get(pk=theme.pk).body_nl == "<p>[…]</p>"


def test_redacted_remarks_and_the_reason_of_an_erased_withdrawal_stay_away(theme, editor, saved, put_back):
    noted = publish(saying(theme, body_nl="<p>Eerste</p>"), editor, note=f"Op vraag van {SECRET}")
    publish(saying(theme, body_nl="<p>Tweede</p>"), editor)
    take_back(noted, editor, f"{SECRET} stond erin")
    withdraw(theme, editor, f"{SECRET} werd ontslagen")
    archive = saved()
    redact_remark(noted, "note", "Op vraag van […]")
    redact_remark(noted, "taken_back_reason", "[…] stond erin")
    erase_version(theme.revisions.first())
    write_down()
    assert SECRET not in memory.address().read_text()
    put_back(archive)
    assert where_it_stands(theme) == []
    assert (stored(noted).note, stored(noted).taken_back_reason) == ("Op vraag van […]", "[…] stond erin")


def test_redacting_twice_leaves_nothing_of_the_first_in_what_is_remembered(theme, editor, saved, put_back):
    bad, _good = publish_secret(theme, editor)
    archive = saved()
    for words in (f"<p>{SECRET} van […]</p>", "<p>[…] van […]</p>"):
        redact(bad, ("body_nl",), words)
        write_down()  # what each of them does after its transaction
        scrub()
    assert SECRET not in memory.address().read_text()
    assert where_it_stands(theme) == []
    put_back(archive)
    assert stored(bad).data["body_nl"] == "<p>[…] van […]</p>"


def test_a_text_that_is_not_what_it_was_is_left_and_told(theme, editor, saved, put_back, told):
    bad, _good = publish_secret(theme, editor)
    archive = saved()
    redact(bad, ("body_nl",), "<p>[…]</p>")
    Erasure.objects.update(digest="0" * 64)
    put_back(archive)
    assert SECRET in stored(bad).data["body_nl"]
    assert [line for line in told if f"priorities.theme {theme.pk}" in line]


def test_a_kept_save_stays_erased_and_its_words_leave_the_working_copy(theme, editor, saved, put_back):
    draft: Any = keep(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    archive = saved()
    saying(theme, body_nl="<p>Niets</p>")
    erase_version(draft)
    put_back(archive)
    assert where_it_stands(theme) == []
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_an_erased_file_is_not_put_back_though_it_was_public_then(editor, saved, put_back):
    name = default_storage.save("documents/eerste.pdf", ContentFile(b"first"))
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag-van-toen")
    Document.objects.filter(pk=document.pk).update(file=name, size=5, page_count=1)
    old = publish(Document.objects.get(pk=document.pk), editor)
    archive = saved()
    Document.objects.filter(pk=document.pk).update(file=default_storage.save("documents/x.pdf", ContentFile(b"x")))
    publish(Document.objects.get(pk=document.pk), editor)
    erase_file(document, name)
    put_back(archive)
    assert not default_storage.exists(name)
    assert (stored(old).data["file"], stored(old).data["size"]) == ("", None)
    assert Document.objects.get(pk=document.pk).file.name == ""


def test_a_photo_that_was_replaced_unseen_is_not_put_back(saved, put_back, django_capture_on_commit_callbacks):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    names = []
    for name in ("eerste.jpg", "tweede.jpg"):
        member.photo = ImageFile(photo_file(), name)
        member.save()
        names.append(member.photo.name)
    archive = saved()
    with django_capture_on_commit_callbacks(execute=True):
        erase_file(member, names[0])
    put_back(archive)
    assert [default_storage.exists(name) for name in names] == [False, True]
    assert erasable_files(member) == []


def test_another_file_of_the_same_name_comes_back(editor, saved, put_back):
    name = default_storage.save("documents/a.pdf", ContentFile(b"innocent"))
    archive = saved()
    remember(Erasure.Kind.FILE, "priorities.document", 1, digest=memory.digest_of(name, "f" * 64))
    put_back(archive)
    assert default_storage.exists(name)


@pytest.fixture
def johan(db) -> StaffMember:
    return StaffMember.objects.get(slug="johan-halsberghe")


def leave(member: StaffMember, editor: User) -> None:
    for user in live_users(member):
        for field in ("contact", "lead", "stand_in"):
            if getattr(user, f"{field}_id", None) == member.pk:
                repoint(type(user)._base_manager.get(pk=user.pk), field, None, editor)
    withdraw(member, editor, "Weg")
    erase(member)


def test_a_person_stays_forgotten_with_the_photo_and_the_account(johan, editor, colleague, saved, put_back, client):
    photo = default_storage.save("staff/johan.jpg", ContentFile(b"pixels"))
    StaffMember.objects.filter(pk=johan.pk).update(photo=photo, shows_photo=True, user=colleague)
    johan = StaffMember.objects.get(pk=johan.pk)
    publish(johan, editor)
    url = johan.get_absolute_url("nl")
    archive = saved()
    leave(johan, editor)
    forget_account(colleague)
    put_back(archive, forgetful=True)
    assert not StaffMember.objects.filter(pk=johan.pk).exists()
    assert [each.data for each in Revision.objects.of(johan)] == [{}]
    assert not default_storage.exists(photo)
    assert client.get(url).status_code == 410
    account = User.objects.get(pk=colleague.pk)
    assert (account.is_active, account.username) == (False, f"forgotten-{account.pk}")


def test_somebody_else_with_the_same_number_is_left_alone(johan, editor, colleague, saved, put_back):
    archive = saved()
    for kind, model, pk in (("object", "staff.staffmember", johan.pk), ("account", "auth.user", colleague.pk)):
        mark = memory.mark("u" if kind == "account" else "r", pk, timezone.now())
        remember(Erasure.Kind(kind), model, pk, [mark])
    put_back(archive)
    assert StaffMember.objects.filter(pk=johan.pk).exists()
    assert Revision.objects.of(johan).public().exists()
    assert User.objects.get(pk=colleague.pk).is_active


def test_something_from_the_bin_that_was_only_logged_stays_erased(editor, saved, put_back):
    row = Theme.objects.create(title_nl=SECRET)
    LogEntry.objects.log_actions(editor.pk, [row], ADDITION, [{"added": {}}])
    archive = saved()
    row.delete()
    erase(Theme(pk=Discarded.objects.in_bin()[0].object_id))
    put_back(archive)
    assert where_it_stands(row) == []


def test_what_cannot_be_told_apart_is_told_to_the_operator(saved, put_back, told):
    row = Theme.objects.create(title_nl="Zonder spoor")
    archive = saved()
    remember(Erasure.Kind.OBJECT, "priorities.theme", row.pk)
    put_back(archive)
    assert Theme.objects.filter(pk=row.pk).exists()
    assert [line for line in told if f"priorities.theme {row.pk}" in line]
