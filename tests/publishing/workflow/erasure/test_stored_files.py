from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage

from priorities.models import Document
from publishing.files.storage import StorageUnavailable
from publishing.models import Erasure, ReplacedFile
from publishing.workflow import keep, publish, restore
from publishing.workflow.erasure.stored_files import erasable_files, erase_file
from publishing.workflow.erasure.versions import erase_version
from staff.models import StaffMember
from tests.publishing.secret import stored
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(settings, tmp_path):
    """A folder of files for this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return default_storage


@pytest.fixture
def replaced(files, editor):
    """A document of which the first file was replaced: the row, the first version and that file."""
    first = files.save("documents/eerste.pdf", ContentFile(b"first"))
    second = files.save("documents/tweede.pdf", ContentFile(b"second"))
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag-van-toen")
    Document.objects.filter(pk=document.pk).update(file=first, size=5, page_count=1)
    old = publish(Document.objects.get(pk=document.pk), editor)
    Document.objects.filter(pk=document.pk).update(file=second, size=6, page_count=2)
    document = Document.objects.get(pk=document.pk)
    publish(document, editor)
    return document, old, first


def test_a_replaced_file_goes_and_the_versions_stay_without_it(
    replaced, files, editor, django_capture_on_commit_callbacks
):
    document, old, name = replaced
    files.save(f"variants/{name}/1.webp", ContentFile(b"x"))
    assert erasable_files(document) == [name]
    with django_capture_on_commit_callbacks(execute=True):
        erase_file(document, name)
    assert not files.exists(name)
    assert not files.exists(f"variants/{name}/1.webp")
    left = stored(old).data
    assert (left["file"], left["size"], left["page_count"], left["title_nl"]) == ("", None, None, "Verslag")
    assert erasable_files(document) == []
    assert restore(stored(old), editor).file.name == ""


def test_a_file_in_use_is_not_erased(replaced, files):
    document, _old, _name = replaced
    with pytest.raises(ValidationError):
        erase_file(document, document.file.name)
    with pytest.raises(ValidationError):
        erase_file(document, "documents/van-iemand-anders.pdf")
    assert files.exists(document.file.name)


def test_a_photo_that_only_a_kept_save_names_can_be_erased(files, editor, django_capture_on_commit_callbacks):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    name = files.save("staff/oud.jpg", ContentFile(b"x"))
    StaffMember.objects.filter(pk=member.pk).update(photo=name, photo_width=4, photo_focus_x=9, function_nl="X")
    member = StaffMember.objects.get(pk=member.pk)
    draft: Any = keep(member, editor)
    assert erasable_files(member) == []
    StaffMember.objects.filter(pk=member.pk).update(photo="")
    with django_capture_on_commit_callbacks(execute=True):
        erase_file(member, name)
    assert not files.exists(name)
    left = stored(draft).data
    assert (left["photo"], left["photo_width"], left["photo_focus_x"], left["function_nl"]) == ("", None, 50, "X")


def test_a_photo_that_only_the_working_copy_named_can_be_erased(editor, django_capture_on_commit_callbacks):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    photos = []
    for name in ("eerste.jpg", "tweede.jpg"):
        member.photo = ImageFile(photo_file(), name)
        member.save()
        photos.append(member.photo.name)
    assert erasable_files(member) == photos[:1]
    with django_capture_on_commit_callbacks(execute=True):
        erase_file(member, photos[0])
    assert [default_storage.exists(name) for name in photos] == [False, True]
    assert erasable_files(member) == []
    assert not ReplacedFile.objects.exists()
    assert Erasure.objects.get().kind == Erasure.Kind.FILE


def test_a_file_that_went_with_its_version_is_not_offered_any_more(editor, django_capture_on_commit_callbacks):
    member = StaffMember.objects.get(slug="johan-halsberghe")
    versions = []
    for name in ("eerste.jpg", "tweede.jpg"):
        member.photo, member.shows_photo = ImageFile(photo_file(), name), True
        member.save()
        versions.append(publish(member, editor))
    assert ReplacedFile.objects.filter(name=versions[0].data["photo"]).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_version(versions[0]) == 1
    assert erasable_files(member) == []


def test_erasing_a_version_takes_the_files_that_only_it_names(replaced, files, django_capture_on_commit_callbacks):
    document, old, name = replaced
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_version(old) == 1
    assert not files.exists(name)
    assert files.exists(document.file.name)


def test_nothing_is_erased_while_files_are_away(replaced, files, monkeypatch, django_capture_on_commit_callbacks):
    document, old, name = replaced

    def away(*_args: Any) -> None:
        raise StorageUnavailable("away")

    monkeypatch.setattr(type(files._wrapped), "exists", away)
    for attempt in (partial(erase_version, old), partial(erase_file, document, name)):
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(StorageUnavailable):
            attempt()
    monkeypatch.undo()
    assert stored(old).data["file"] == name
    assert files.exists(name)
    assert not Erasure.objects.exists()
