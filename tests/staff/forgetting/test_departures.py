import json
import os
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage

from priorities.models import Theme
from publishing.backup.rehearsal import remember
from publishing.files.orphans import all_files
from publishing.models import Discarded, Draft, Event, Mail, ReplacedFile, Revision
from publishing.operations.mail import Queue
from publishing.workflow import keep, list_again, publish, take_back
from staff.models import StaffMember
from tests.staff.conftest import photo_file, save
from tests.staff.forgetting.test_views import all_stored, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(johan) -> Theme:
    """A theme that names Johan in an older version, in a kept save and in what was deleted, and no more today."""
    gone = Theme.objects.create(title_nl="Weg", summary_nl="Vraag het Johan Halsberghe", slug_nl="weg")
    gone.delete()
    theme = Theme.objects.first()
    theme.body_nl = "<p>Contacteer Johan&nbsp;Hals<em>berghe</em> op <strong>0495 58 75 71</strong>.</p>"
    theme.save()
    publish(theme, None)
    theme.body_nl = "<p>Bewaard: mail Johan Halsberghe</p>"
    theme.save()
    keep(theme, None)
    theme.body_nl = "<p>Contacteer ons.</p>"
    theme.save()
    publish(theme, None)
    johan.phone = "+32495587571"
    johan.save()
    return theme


def test_what_is_ticked_becomes_illegible_in_older_versions_kept_saves_and_the_bin(
    editor_client, johan, named, client, django_capture_on_commit_callbacks
):
    version = named.revisions.citable().filter(data__body_nl__icontains="58 75 71").get()
    address_ = Theme.published().get(object_id=named.pk).get_versions_url(version.pk)
    assert "58 75 71" in client.get(address_).content.decode()
    response = editor_client.post(page_of(johan), {"tick": "all", "reason": "Met pensioen"})
    assert StaffMember.objects.filter(pk=johan.pk).exists()
    assert response.content.decode().count(" checked") == len(response.context["redacted"]) == 4
    data = {"redact": list(response.context["redacted"]), "reason": "Met pensioen", "sure": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        report = editor_client.post(page_of(johan), data).context["report"]
    assert (report.certain, report.possible) == ([], [])
    assert "Halsberghe" not in all_stored()
    assert "58 75 71" not in all_stored()
    shown = client.get(address_).content.decode()
    assert "58 75 71" not in shown
    assert "Contacteer […]<em></em> op <strong>[…]</strong>." in shown
    assert "Vraag het […]" in str(Discarded.objects.get(deleted=True).data)
    assert "Bewaard: mail […]" in str([draft.data for draft in Draft.objects.all()])


def test_remarks_about_versions_become_illegible_too(
    editor_client, editor, johan, named, client, django_capture_on_commit_callbacks
):
    version = named.revisions.citable().filter(data__body_nl__icontains="58 75 71").get()
    take_back(version, editor, "Johan Halsberghe wou dit weg")
    public = publish(named, editor, note="Nagelezen door J. Halsberghe")
    address_ = Theme.published().get(object_id=named.pk).get_versions_url(version.pk)
    assert "Halsberghe wou" in client.get(address_).content.decode()
    response = editor_client.post(page_of(johan), {"tick": "all", "reason": "Met pensioen"})
    data = {"redact": list(response.context["redacted"]), "reason": "Met pensioen", "sure": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        report = editor_client.post(page_of(johan), data).context["report"]
    assert report.certain == []
    assert "Halsberghe" not in all_stored()
    assert "[…] wou dit weg" in client.get(address_).content.decode()
    assert Revision.objects.get(pk=public.pk).note == "Nagelezen door […]"


def test_a_reason_that_only_the_log_keeps_becomes_illegible(editor_client, editor, johan, named):
    version = named.revisions.citable().filter(data__body_nl__icontains="58 75 71").get()
    take_back(version, editor, "Johan Halsberghe wou dit weg")
    list_again(version, editor)
    assert "report" in editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).context
    said = "".join(LogEntry.objects.values_list("change_message", flat=True))
    assert json.dumps("[…] wou dit weg") in said
    assert "Halsberghe" not in said


def test_what_is_not_ticked_stays_and_the_report_says_where(editor_client, johan, named):
    places = editor_client.get(page_of(johan)).context["kept"]
    [number] = [place for some in places for place in some if place.first.hit.kind == "number"]
    data = {"redact": [number.key], "reason": "Met pensioen", "sure": "on"}
    report = editor_client.post(page_of(johan), data).context["report"]
    assert {(place.first.text.state, place.first.hit.marked) for [place] in report.certain} == {
        ("old", "Johan Halsberghe"),
        ("saved", "Johan Halsberghe"),
        ("bin", "Johan Halsberghe"),
    }
    assert "58 75 71" not in all_stored()


def test_the_report_tells_of_backups_copies_mails_and_files(editor_client, johan, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    for number, name in enumerate(("a.zip", "b.zip")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_700_000_000 + number * 86_400,) * 2)
    remember("backup", file=str(tmp_path / "b.zip"))
    Event.objects.create(kind=Event.Kind.EXPORTED, at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    told = "J. Halsberghe wijzigde zijn kaart"
    EmailMessage("Kaart gewijzigd", told, to=["dorine@example.org"], connection=Queue()).send()
    report = editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).context["report"]
    told = "\n".join(report.remains)
    assert "2 reservekopieën" in told
    assert "14\xa0november 2023" in told
    assert "wist de site de persoon opnieuw" in told
    assert "1\xa0maart 2026" in told
    assert "1 mail aan iemand anders" in told
    assert "archive.org" in told
    assert Mail.objects.count() == 1


def test_the_report_claims_nothing_about_backups_that_it_does_not_know(editor_client, johan, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    report = editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).context["report"]
    assert any("kent geen reservekopie" in line for line in report.remains)


def test_a_photo_goes_that_only_the_working_copy_named_before_it_was_replaced(
    editor_client, his, johan, django_capture_on_commit_callbacks
):
    before = set(all_files(default_storage))
    save(his, photo=photo_file())
    save(his, photo=photo_file(size=(900, 1300)))
    assert set(all_files(default_storage)) > before
    with django_capture_on_commit_callbacks(execute=True):
        assert "report" in editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).context
    assert set(all_files(default_storage)) == before
    assert not ReplacedFile.objects.exists()


def test_a_photo_goes_that_only_a_kept_save_named(editor_client, editor, johan, django_capture_on_commit_callbacks):
    before = set(all_files(default_storage))
    for size in ((800, 1200), (900, 1300)):
        johan.photo = ImageFile(photo_file(size=size), name="p.jpg")
        johan.save()
        assert keep(johan, editor, begins=True) is None or Draft.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert "report" in editor_client.post(page_of(johan), {"reason": "Met pensioen", "sure": "on"}).context
    assert set(all_files(default_storage)) == before
