"""Photos as telephones make them, and what the site makes of one."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from staff.models import StaffMember
from tests.publishing.admin.test_publishable import address, form_data

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photo(size=(40, 20), kind="JPEG", name="IMG 0042.jpg", mode="RGB", colour="red") -> SimpleUploadedFile:
    """A photo that lies on its side and tells who took it and where, as telephones make them."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Geheim toestel"
    exif.get_ifd(GPS)[1] = "N"
    data = io.BytesIO()
    Image.new(mode, size, colour).save(data, kind, exif=exif)
    return SimpleUploadedFile(name, data.getvalue())


def upload(client, member: StaffMember, file: SimpleUploadedFile, button: str = "_publish", **changes):
    url, agreed = address(member), {"shows_photo": "on", "photo_agreed": "op papier"}
    response = client.post(url, form_data(client, url) | agreed | {"photo": file, button: "1"} | changes, follow=True)
    member.refresh_from_db()
    return response


def variants(picture) -> list[str]:
    return [name for name, _size, _kind in picture.cut.files]


def urls(picture) -> list[str]:
    return [f"/media/{name}" for name in variants(picture)]


def statuses(client, addresses) -> set[int]:
    found = set()
    for url in addresses:
        response = client.get(url)
        response.getvalue()  # read to its end, the file is closed
        found.add(response.status_code)
    return found


def page_of(client, obj) -> str:
    return client.get(obj.get_absolute_url()).content.decode()


def refuse(*args, **kwargs):
    raise AssertionError("A page opened a picture.")
