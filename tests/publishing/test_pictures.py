import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from publishing.pictures import MAX_SIDE
from staff.models import StaffMember
from tests.publishing.test_admin import address, form_data

pytestmark = pytest.mark.django_db

ORIENTATION, MAKER = 0x0112, 0x010F


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def member() -> StaffMember:
    return StaffMember.objects.get(slug="dorine-sioen")


def photo(size=(40, 20), kind="JPEG", name="IMG 0042.jpg", mode="RGB") -> SimpleUploadedFile:
    """A photo that lies on its side and tells who took it, as telephones make them."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Geheim toestel"
    data = io.BytesIO()
    Image.new(mode, size, "red").save(data, kind, exif=exif)
    return SimpleUploadedFile(name, data.getvalue())


def upload(client, member: StaffMember, file: SimpleUploadedFile):
    url = address(member)
    response = client.post(url, form_data(client, url) | {"photo": file, "_publish": "1"}, follow=True)
    member.refresh_from_db()
    return response


def test_a_photo_is_turned_upright_and_keeps_nothing_but_its_pixels(editor_client, member):
    upload(editor_client, member, photo())
    assert (member.photo_width, member.photo_height) == (20, 40)
    with member.photo.open() as file:
        content = file.read()
    assert b"Geheim" not in content
    assert b"Exif" not in content
    assert member.photo.url in editor_client.get("/contact/").content.decode()


def test_a_large_photo_is_made_smaller_and_other_formats_become_jpeg(editor_client, member):
    upload(editor_client, member, photo(size=(3000, 60), kind="TIFF", name="scan.tiff"))
    assert member.photo_height == MAX_SIDE
    assert member.photo.name.endswith(".jpg")


def test_a_transparent_picture_stays_transparent(editor_client, member):
    upload(editor_client, member, photo(kind="PNG", name="logo.png", mode="RGBA"))
    with member.photo.open() as file, Image.open(file) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("foto.jpg", b"<script>alert(1)</script>"), "afbeelding"),
        (SimpleUploadedFile("foto.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "afbeelding"),
        (photo(size=(10_000, 6_000), kind="PNG", name="reus.png"), "60 miljoen"),
    ],
)
def test_what_is_no_usable_picture_is_refused_beside_its_field_and_nothing_is_lost(editor_client, member, file, words):
    response = upload(editor_client, member, file)
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["photo"]
    assert words in str(errors["photo"])
    assert not member.photo
    assert "Dorine Sioen" in response.content.decode()


def test_saving_again_does_not_draw_again(editor_client, member):
    upload(editor_client, member, photo())
    name = member.photo.name
    member.save()
    assert member.photo.name == name
