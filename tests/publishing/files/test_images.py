import io
import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pillow_heif import register_heif_opener

from publishing.files import images
from publishing.files.images import MAX_SIDE, check_picture, one_at_a_time, redrawn
from staff.models import StaffMember
from tests.publishing.admin.test_publishable import address, form_data
from tests.publishing.files.photos import photo, refuse, upload, variants

pytestmark = pytest.mark.django_db


def test_a_photo_is_turned_upright_and_keeps_nothing_but_its_pixels(editor_client, member):
    upload(editor_client, member, photo())
    assert (member.photo_width, member.photo_height) == (20, 40)
    for name in [member.photo.name, *variants(member.photo)]:
        with default_storage.open(name) as file:
            content = file.read()
        assert b"Geheim" not in content
        assert b"Exif" not in content
        with Image.open(io.BytesIO(content)) as picture:
            assert not picture.getexif()


def test_a_large_photo_is_made_smaller_and_other_formats_become_jpeg(editor_client, member):
    upload(editor_client, member, photo(size=(3000, 60), kind="TIFF", name="scan.tiff"))
    assert member.photo_height == MAX_SIDE
    assert member.photo.name.endswith(".jpg")


def test_a_transparent_picture_stays_transparent(editor_client, member):
    upload(editor_client, member, photo(size=(400, 320), kind="PNG", name="logo.png", mode="RGBA", colour="#ff000000"))
    with member.photo.open() as file, Image.open(file) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
    for name in variants(member.photo):
        with default_storage.open(name) as file, Image.open(file) as picture:
            if name.endswith(".jpg"):  # which knows no transparency
                assert picture.getpixel((0, 0)) == (255, 255, 255)
            else:
                assert picture.mode == "RGBA"
                assert picture.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    ("make", "words"),  # made when its turn has come: to draw them takes a second
    [
        (lambda: SimpleUploadedFile("foto.jpg", b"<script>alert(1)</script>"), "foto"),
        (lambda: SimpleUploadedFile("foto.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "foto"),
        (lambda: photo(size=(10_000, 6_000), kind="PNG", name="reus.png"), "60 miljoen"),
        (lambda: photo(size=(20_000, 20_000), kind="PNG", name="bom.png", mode="1", colour=1), "veel te groot"),
        (lambda: SimpleUploadedFile("half.jpg", photo(size=(400, 400)).read()[:900]), "geen foto"),
    ],
)
def test_what_is_no_usable_picture_is_refused_beside_its_field_and_nothing_is_lost(
    editor_client, member, make, words, media
):
    response = upload(editor_client, member, make())
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["photo"]
    assert words in str(errors["photo"])
    assert not member.photo
    assert "Dorine Sioen" in response.content.decode()
    assert not any(media.rglob("*"))


def test_saving_again_does_not_draw_again(editor_client, member, monkeypatch):
    upload(editor_client, member, photo())
    name = member.photo.name
    monkeypatch.setattr(Image, "open", refuse)
    member.save()
    assert member.photo.name == name


# What drawing takes


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "IMG_48.jpg"), ("HEIF", "IMG_48.heic")])
def test_what_a_phone_makes_of_48_million_pixels_is_taken(kind, name):
    register_heif_opener()
    data = io.BytesIO()
    Image.new("RGB", (8064, 6048), "teal").save(data, kind, quality=30)
    clean = Image.open(redrawn(SimpleUploadedFile(name, data.getvalue())))
    assert (clean.format, clean.size) == ("JPEG", (2400, 1800))
    red, green, blue = clean.getpixel((1200, 900))
    assert (red < 20, 110 < green < 145, 110 < blue < 145) == (True, True, True)


@pytest.mark.parametrize(
    ("kind", "size", "options", "words"),
    [
        ("JPEG", (8192, 6144), {}, ("50,4 miljoen", "hoogstens 50 miljoen")),
        ("JPEG", (7000, 5000), {"progressive": True, "subsampling": 0}, ("35 miljoen", "hoogstens 26 miljoen", "jpg")),
        ("PNG", (5000, 4000), {}, ("20 miljoen", "hoogstens 16 miljoen", "jpg")),
        ("WEBP", (5000, 4000), {}, ("20 miljoen", "hoogstens 12 miljoen")),
        ("AVIF", (7000, 7000), {"speed": 10}, ("49 miljoen", "hoogstens 20 miljoen")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_with_too_many_pixels_for_its_format_is_refused_unread(monkeypatch, kind, size, options, words):
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, kind, **options)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", _never)
    with pytest.raises(ValidationError) as refused:
        check_picture(SimpleUploadedFile("a.jpg", data.getvalue()))
    (message,) = refused.value.messages
    assert [each for each in words if each not in message] == []


def test_a_progressive_photo_of_a_phone_is_taken():
    data = io.BytesIO()
    Image.new("RGB", (8064, 6048), "teal").save(data, "JPEG", progressive=True, quality=30)
    assert Image.open(redrawn(SimpleUploadedFile("a.jpg", data.getvalue()))).size == (2400, 1800)


def _never(*_arguments, **_options):
    raise AssertionError("read")


def test_a_picture_that_is_saved_is_read_once(editor_client, member, monkeypatch):
    drawn, draw = [], images._drawn
    monkeypatch.setattr(images, "_drawn", lambda *arguments: drawn.append(1) or draw(*arguments))
    upload(editor_client, member, photo(size=(400, 300)))
    assert member.photo
    assert drawn == [1]


def test_a_preview_reads_no_picture(client, colleague, member, editor_client, monkeypatch):
    StaffMember.objects.filter(pk=member.pk).update(user=colleague)
    client.force_login(colleague)
    monkeypatch.setattr(images, "_drawn", _never)
    data = {"name": "Dorine", "preview": "1", "photo": photo(size=(400, 300))}
    assert "Dorine" in client.post("/mijn-kaart/", data).content.decode()
    url = address(member)
    data = form_data(editor_client, url) | {"photo": photo(size=(400, 300))}
    assert editor_client.post(url.replace("change/", "preview/nl/"), data).status_code == 200


def test_who_waits_too_long_for_another_picture_is_told_so_and_nothing_is_drawn(monkeypatch, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(images, "WAIT_FOR_TURN", 0.1)
    with one_at_a_time(), pytest.raises(ValidationError, match="minuut"):
        check_picture(photo(size=(400, 300)))
    check_picture(photo(size=(400, 300)))


def test_pictures_are_drawn_one_after_another(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    inside, most = [], []

    def draw():
        with one_at_a_time():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=draw) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]
