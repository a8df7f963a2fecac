"""Uploaded files in a bucket, on a server that truly speaks the S3 protocol."""

import socket
from pathlib import Path
from threading import Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from priorities.models import Document, Theme
from publishing.backup.archive import stored_files, write
from publishing.backup.rehearsal import compare
from publishing.backup.restore import restore_archive
from publishing.files import s3 as module
from publishing.files.storage import StorageUnavailable
from publishing.workflow import publish, withdraw
from staff.models import StaffMember
from tests.priorities.pdf_files import body, pdf
from tests.publishing.admin.test_publishable import address, form_data
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db


def silent(line: str) -> None:
    pass


@pytest.fixture
def member() -> StaffMember:
    return StaffMember.objects.get(slug="johan-halsberghe")


def upload(client, obj, **changes):
    url = address(obj)
    data = form_data(client, url)
    data.pop("photo", None)  # of which a browser sends only what was chosen
    response = client.post(url, data | changes | {"_publish": "1"}, follow=True)
    obj.refresh_from_db()
    return response


def uploaded(kind="JPEG") -> SimpleUploadedFile:
    file = photo_file(kind, size=(80, 120))
    return SimpleUploadedFile(file.name, file.read())


@pytest.fixture
def with_photo(bucket, editor_client, member):
    """Johan's card, public with a photo in the bucket."""
    upload(editor_client, member, photo=uploaded(), shows_photo="on", photo_agreed="op papier")
    assert default_storage.exists(member.photo.name)
    return member


def move(settings, **options) -> None:
    """The same bucket at another server."""
    one = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": one | {"OPTIONS": one["OPTIONS"] | options}}


@pytest.fixture
def away(settings):
    """A function that lets the server of the bucket be gone."""
    return lambda: move(settings, endpoint_url="http://127.0.0.1:1")


# While it works


def test_a_photo_from_a_telephone_goes_to_the_bucket_and_is_public_only_while_published(
    bucket, editor_client, member, client
):
    upload(editor_client, member, photo=uploaded("HEIF"), shows_photo="on", photo_agreed="op papier")
    html = client.get("/contact/").content.decode()
    name = next(name for name, _size, kind in member.photo.cut.files if kind == "avif")
    assert f"/media/{name}" in html
    response = client.get(f"/media/{name}")
    assert response.headers["Content-Type"] == "image/avif"
    assert body(response)[4:12] == b"ftypavif"
    withdraw(member, None, "Weg")
    assert client.get(f"/media/{name}").status_code == 404


def test_files_come_with_the_same_headers_from_a_folder_and_from_a_bucket(settings, tmp_path, request, client, member):
    settings.MEDIA_ROOT = tmp_path
    from_folder = files_and_headers(client, member)
    request.getfixturevalue("bucket")
    from_bucket = files_and_headers(client, member)
    for headers in (*from_folder, *from_bucket):
        headers.pop("Last-Modified", None)  # each was saved at a moment of its own
    assert from_bucket == from_folder
    document, photo = from_folder
    assert document["Content-Disposition"] == 'attachment; filename="Verslag.pdf"'
    assert photo["Content-Disposition"] == 'inline; filename="4-5-50-33-80.jpg"'
    for headers in (document, photo):
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert int(headers["Content-Length"]) > 0


def files_and_headers(client, member) -> list[dict[str, str]]:
    """The headers of a document and of a photo, both public, whose content is right."""
    data = pdf()
    document = Document.objects.get_or_create(slug_nl="verslag", defaults={"title_nl": "Verslag"})[0]
    document.file = ContentFile(data, "verslag.pdf")
    document.save()
    publish(document, None)
    member.photo, member.shows_photo = ContentFile(photo_file(size=(80, 120)).read(), "ik.jpg"), True
    member.save()
    publish(member, None)
    address = document.get_absolute_url()
    response = client.get(address)
    assert body(response) == data
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    shown = client.get(f"/media/{member.photo.cut.largest}")
    assert body(shown)[:3] == b"\xff\xd8\xff"
    of_each = {"ETag", "X-Request-ID"}
    return [{k: v for k, v in each.headers.items() if k not in of_each} for each in (response, shown)]


def test_of_two_uploads_under_one_name_at_once_both_are_kept(bucket):
    kept = []
    threads = [
        Thread(target=lambda each=each: kept.append(bucket.save("a/foto.jpg", ContentFile(each * 9))))
        for each in (b"1", b"2", b"3")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = set()
    for name in kept:
        with bucket.open(name) as file:
            found.add(file.read(1))
    assert found == {b"1", b"2", b"3"}


def test_no_bucket_gives_away_what_was_cut_away(with_photo, client, editor_client):
    original = f"/media/{with_photo.photo.name}"
    response = client.get(original)
    assert (response.status_code, response.headers["Location"]) == (302, f"/media/{with_photo.photo.cut.largest}")
    assert len(body(editor_client.get(original))) == with_photo.photo.size


def test_a_size_that_was_not_made_is_made_when_it_is_asked_for(with_photo, client):
    name = next(name for name, _size, kind in with_photo.photo.cut.files if kind == "webp")
    default_storage.delete(name)
    assert body(client.get(f"/media/{name}"))[8:12] == b"WEBP"
    assert default_storage.exists(name)


def test_who_is_forgotten_leaves_nothing_in_the_bucket(with_photo, editor_client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        editor_client.post(f"/admin/staff/staffmember/{with_photo.pk}/leave/", {"reason": "Weg", "sure": "on"})
    assert not StaffMember.objects.filter(pk=with_photo.pk).exists()
    assert default_storage.listdir("staff")[1] == []
    assert default_storage.listdir(f"variants/{with_photo.photo.name}") == ([], [])


# Backing up and restoring


@pytest.fixture
def archive(with_photo, tmp_path) -> Path:
    path = tmp_path / "site.zip"
    write(path)
    return path


def test_a_backup_of_a_bucket_restores_into_a_bucket_and_removes_what_came_after(archive, with_photo):
    photo = with_photo.photo.name
    with default_storage.open(photo) as file:
        before = file.read()
    kept = set(stored_files(default_storage))
    default_storage.delete(photo)
    default_storage.save(photo, ContentFile(b"another picture under this name"))
    default_storage.save("staff/later.jpg", ContentFile(b"later"))
    restore_archive(archive, silent)
    with default_storage.open(photo) as file:
        assert file.read() == before
    assert set(stored_files(default_storage)) == kept
    assert with_photo.photo.cut.is_whole(default_storage)
    assert compare(archive) == []


def test_a_restore_into_a_bucket_that_fails_at_the_end_leaves_its_files(archive, with_photo, monkeypatch):
    photo = with_photo.photo.name
    default_storage.delete(photo)
    default_storage.save(photo, ContentFile(b"newer"))

    def fails(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("publishing.backup.restore.load_rows", fails)
    default_storage.save("staff/later.jpg", ContentFile(b"later"))
    kept = set(stored_files(default_storage))
    with pytest.raises(IntegrityError):
        restore_archive(archive, silent)
    assert set(stored_files(default_storage)) == kept
    with default_storage.open(photo) as file:
        assert file.read() == b"newer"


def test_a_site_moves_from_a_bucket_to_a_folder_and_back(archive, with_photo, settings, tmp_path, client):
    in_bucket = settings.STORAGES
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = in_bucket | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    restore_archive(archive, silent)
    assert (tmp_path / "media" / with_photo.photo.name).exists()
    assert compare(archive) == []
    write(tmp_path / "folder.zip")
    settings.STORAGES = in_bucket
    default_storage.delete(with_photo.photo.name)
    restore_archive(tmp_path / "folder.zip", silent)
    assert body(client.get(f"/media/{with_photo.photo.cut.largest}"))


# While it is away


def test_no_page_waits_for_the_bucket(with_photo, away, client):
    before = client.get("/contact/johan-halsberghe/").content
    assert b"PHOTO" in client.get("/contact/johan-halsberghe.vcf").content
    away()
    response = client.get("/contact/johan-halsberghe/")
    assert response.status_code == 200
    assert response.content == before
    assert b"variants/" in before
    card = client.get("/contact/johan-halsberghe.vcf")
    assert b"FN:Johan Halsberghe" in card.content
    assert b"PHOTO" not in card.content
    assert card.headers["Cache-Control"] == "no-store"
    response = client.get(f"/media/{with_photo.photo.cut.largest}")
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"


def test_an_editor_reads_beside_the_field_that_a_file_could_not_be_kept_and_nothing_was_saved(
    with_photo, away, editor_client
):
    away()
    before = with_photo.photo.name
    response = upload(editor_client, with_photo, photo=uploaded("PNG"), photo_agreed="op papier", function_nl="Anders")
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert "niet worden bewaard" in str(form.errors["photo"])
    assert 'value="Anders"' in response.content.decode() or "Anders</textarea>" in response.content.decode()
    assert with_photo.photo.name == before
    assert with_photo.function_nl != "Anders"


def test_a_new_document_that_could_not_be_kept_is_not_there(bucket, away, editor_client):
    away()
    url = "/admin/priorities/document/add/"
    files = {"file": SimpleUploadedFile("verslag.pdf", pdf()), "title_nl": "Verslag"}
    response = editor_client.post(url, form_data(editor_client, url) | files | {"_publish": "1"})
    assert "niet worden bewaard" in str(response.context["adminform"].form.errors["file"])
    assert not Document.objects.exists()


def test_texts_are_saved_and_published_while_the_bucket_is_away(with_photo, away, editor_client):
    away()
    upload(editor_client, with_photo, function_nl="Nieuwe functie")
    assert StaffMember.published().get(object_id=with_photo.pk).function_nl == "Nieuwe functie"


def test_who_keeps_a_card_reads_that_the_photo_could_not_be_kept(with_photo, away, client, colleague):
    with_photo.user = colleague
    with_photo.save()
    away()
    client.force_login(colleague)
    form = client.get("/mijn-kaart/").context["form"]
    data = {name: form[name].value() or "" for name in ("name", "base", "photo_focus_x", "photo_focus_y", "language")}
    response = client.post("/mijn-kaart/", data | {"photo": uploaded("PNG"), "shows_photo": "on"})
    assert "niet worden bewaard" in str(response.context["form"].errors["photo"])


def test_nobody_is_half_forgotten_while_the_bucket_is_away(with_photo, away, editor_client):
    away()
    data = {"reason": "Weg", "sure": "on"}
    response = editor_client.post(f"/admin/staff/staffmember/{with_photo.pk}/leave/", data)
    assert "dus er is niets gebeurd" in response.content.decode()
    assert StaffMember.published().filter(object_id=with_photo.pk).exists()


def test_the_site_starts_while_the_bucket_is_away_and_says_so(with_photo, away, capsys):
    away()
    call_command("pictures", verbosity=0)
    assert "storage is away" in capsys.readouterr().err


def test_restoring_while_the_bucket_is_away_says_so_and_changes_nothing(archive, away):
    Theme.objects.create(title_nl="Sinds de reservekopie")
    away()
    with pytest.raises(CommandError, match="does not answer"):
        call_command("restore", archive)
    assert Theme.objects.filter(title_nl="Sinds de reservekopie").exists()


def test_a_server_that_is_silent_is_given_up(bucket, settings, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.2)
    with socket.socket() as silent_server:
        silent_server.bind(("127.0.0.1", 0))
        silent_server.listen()
        move(settings, endpoint_url=f"http://127.0.0.1:{silent_server.getsockname()[1]}")
        for ask in (
            lambda: default_storage.exists("a.jpg"),
            lambda: default_storage.open("a.jpg"),
            lambda: default_storage.save("a.jpg", ContentFile(b"a")),
            lambda: default_storage.delete("a.jpg"),
            lambda: default_storage.listdir(""),
            lambda: default_storage.size("a.jpg"),
        ):
            with pytest.raises(StorageUnavailable):
                ask()
