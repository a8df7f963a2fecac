"""Files that somebody made to do harm: what they are follows from their content, and the site has room for so many."""

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from priorities.models import Document, Theme
from publishing.files.images import MAX_PIXELS
from publishing.models import Draft
from tests.desk import enter, give_second_factor
from tests.priorities.pdf_files import body, pdf
from tests.publishing.admin.test_publishable import address, form_data

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media").mkdir()
    return tmp_path / "media"


def stored(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def picture(kind="PNG", size=(40, 30), **options) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "blue").save(data, kind, **options)
    return data.getvalue()


def send(client, theme: Theme, name: str, content: bytes, kind="image/png"):
    """Save the theme with this picture, as a browser that lies about its kind would."""
    url = address(theme)
    form = form_data(client, url) | {"image": SimpleUploadedFile(name, content, kind), "_save": "1"}
    response = client.post(url, form, follow=True)
    theme.refresh_from_db()
    return response


def desk_client(*permissions: str) -> Client:
    """A browser of somebody who gets into the desk, with these rights."""
    user = User.objects.create_user("hulp", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    give_second_factor(user)
    client = Client()
    enter(client, user)
    return client


def got(client: Client, url: str) -> int:
    response = client.get(url)
    body(response)
    return response.status_code


@pytest.mark.parametrize(
    ("rights", "status"), [((), 404), (("view_staffmember", "change_document"), 404), (("view_theme",), 200)]
)
def test_a_file_of_a_draft_is_for_who_may_see_the_draft(editor_client, theme, rights, status):
    send(editor_client, theme, "klad.png", picture())
    client = desk_client(*rights)
    addresses = [theme.image.url, theme.image.storage.url(next(theme.image.cut.files)[0])]
    assert {got(client, each) for each in addresses} == {status}
    theme.image = ""  # only what was saved before names it now
    theme.save()
    assert got(client, addresses[0]) == status
    assert got(editor_client, addresses[0]) == 200


def test_a_file_of_what_is_in_the_bin_is_for_who_may_see_its_kind(editor_client, theme):
    new = Theme.objects.create(title_nl="Nieuw")
    send(editor_client, new, "klad.png", picture())
    url = new.image.url
    new.delete()
    QuerySet(Draft).delete()
    assert got(editor_client, url) == 200
    assert got(desk_client("view_document"), url) == 404


def test_nobody_gets_a_file_that_nothing_names(editor_client):
    default_storage.save("themes/niemand.png", ContentFile(picture()))
    assert editor_client.get("/media/themes/niemand.png").status_code == 404


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.class", bytes(1_000_000))
    return data.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that would take gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def png_with_a_text(size: int) -> bytes:
    """A small picture with a remark that is `size` bytes when unpacked."""
    info = PngInfo()
    info.add_text("Comment", "a" * size, zip=True)
    return picture(pnginfo=info)


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", SVG),
        ("a.png", SVG),
        ("a.svg.png", SVG),
        ("a.png", HTML),
        ("a.gif", b"GIF89a/*" + HTML),
        ("a.png", b"\x89PNG\r\n\x1a\n" + HTML),
        ("a.jpg", HTML + picture("JPEG")),
        ("a.png", archive()),
        ("a.png", pdf()),
        ("a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n"),
        ("a.png", picture("EPS")),
        ("a.eps", picture("EPS")),
        ("a.ppm", picture("PPM")),
        ("a.png", picture("PPM")),
        ("a.png", picture("ICO")),
        ("a.html", picture()),
        ("a.php", picture()),
        ("a.png", png_that_claims(30_000, 30_000)),
        ("a.png", png_that_claims(2**31 - 1, 2**31 - 1)),
        ("a.png", png_that_claims(0, 0)),
        ("a.png", png_that_claims(7000, 7000)),  # few enough, and then they are not there
        ("a.png", png_with_a_text(80_000_000)),
        ("a.png", picture()[:-30]),
        ("a.jpg", picture("JPEG")[:-40]),
        ("a.gif", picture("GIF")[:40]),
        ("a.webp", picture("WEBP")[:-9]),
        ("a.tiff", picture("TIFF")[:60]),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(200)),
        ("a.png", b""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_picture_is_refused_whatever_it_says_and_leaves_no_file(editor_client, theme, media, name, content):
    response = send(editor_client, theme, name, content)
    assert list(response.context["adminform"].form.errors) == ["image"]
    assert not theme.image
    assert not stored(media)


KINDS_TAKEN = {"JPEG", "PNG", "WebP", "GIF", "TIFF", "BMP", "AVIF", "HEIC"}


def test_the_refusal_lists_the_kinds_that_are_taken_and_no_other(editor_client, theme):
    for name in ("brief", "brief.pdf", "a.eps", "a.jpg"):
        errors = send(editor_client, theme, name, b"%!PS-Adobe-3.0 EPSF-3.0").context["adminform"].form.errors
        (message,) = errors["image"]
        assert set(message.partition(": ")[2].rstrip(".").split(", ")) == KINDS_TAKEN


@pytest.mark.parametrize("name", ["noext", "IMG_0042.", "Scan 29.11.2026", "foto.JPG", "foto.jfif"])
def test_what_is_a_picture_is_taken_without_an_ending_in_its_name(editor_client, theme, name):
    send(editor_client, theme, name, picture("JPEG"))
    assert theme.image.name.endswith(".jpg")


def test_a_kind_of_picture_that_the_site_cannot_draw_safely_is_not_taken(editor_client, theme, media):
    response = send(editor_client, theme, "a.ppm", picture("PPM"))
    assert "JPEG" in str(response.context["adminform"].form.errors["image"])
    assert not stored(media)


def test_a_picture_is_measured_by_the_reader_that_draws_it(editor_client, theme, media, monkeypatch):
    """Whatever the first look at its head said."""
    monkeypatch.setattr("django.core.files.images.get_image_dimensions", lambda *arguments, **options: (None, None))
    side = int(MAX_PIXELS**0.5) + 100
    response = send(editor_client, theme, "a.png", picture(size=(side, side)))
    assert "miljoen" in str(response.context["adminform"].form.errors["image"])
    assert not stored(media)


@pytest.mark.parametrize(
    "content",
    [
        picture("GIF") + archive(),  # which a browser of old ran as a program
        picture("GIF", comment=b"*/=1;alert(1)//" + HTML),
        picture("JPEG") + HTML,
        picture("JPEG", comment=HTML),
        picture("PNG") + b"<?php echo 1 ?>" + archive(),
        picture("WEBP", exif=b"Exif\0\0" + HTML),  # nor can its EXIF be read
        picture("TIFF", description=HTML.decode()),
    ],
)
def test_of_what_is_a_picture_and_something_else_only_the_picture_is_kept(editor_client, theme, media, content):
    send(editor_client, theme, "a.png.html.gif", content)
    assert theme.image.name.rpartition(".")[2] in ("jpg", "png", "webp")
    assert theme.image.name.count(".") == 1
    for path in stored(media):
        kept = path.read_bytes()
        assert not any(bad in kept for bad in (b"<script", b"<?php", b"PK\3\4", b"alert"))
    response = editor_client.get(theme.image.url)
    assert response.headers["Content-Type"] in ("image/jpeg", "image/png", "image/webp")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    response.close()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_the_first_one_is_kept(editor_client, theme, kind):
    data = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "green")]
    frames[0].save(data, kind, save_all=True, append_images=frames[1:], duration=100)
    send(editor_client, theme, f"a.{kind.lower()}", data.getvalue())
    with default_storage.open(theme.image.name) as file, Image.open(file) as kept:
        assert getattr(kept, "n_frames", 1) == 1
        red, green, blue = kept.convert("RGB").getpixel((30, 20))
        assert red > 240
        assert green < 15
        assert blue < 15


@pytest.mark.parametrize(
    "name",
    [
        *(
            "字" * 200 + ".png",
            "é" * 255,
            "🦆" * 90 + ".png",
            "../../etc/passwd.png",
            "..\\..\\x.png",
            "a/b.png",
            "CON.png",
        ),
        *("con", ".png", "a" * 300 + ".png", "-rf.png", "\u202egnp.exe.png", "a b\tc.png", "x\0y.png", ".htaccess.png"),
        *("%2e%2e%2fx.png", "....png", "x.php.png"),
    ],
)
def test_of_a_name_only_what_is_harmless_remains(theme, media, name):
    theme.image = SimpleUploadedFile(name, picture())
    theme.save()
    kept = theme.image.name
    assert kept.startswith("themes/")
    assert kept.endswith(".png")
    assert kept.isascii()
    assert kept.isprintable()
    assert not set(kept.removeprefix("themes/")) & set("/\\% <>:\"'")
    assert not kept.removeprefix("themes/").startswith((".", "-"))
    assert theme.image.is_made
    assert all(media in path.parents for path in stored(media))


# Room


# PDF files


def test_a_document_that_unpacks_to_much_more_is_refused_and_takes_no_memory():
    packed = zlib.compress(b" " * 300_000_000, 9)
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    body = b"%PDF-1.5\n1 0 obj\n" + stream + packed + b"\nendstream\nendobj\n"
    entries = b"\1\0\0\0\0\0\1" + b"\2\0\0\0\1\0\0"
    start = len(body)
    body += b"3 0 obj\n<< /Type /XRef /Size 4 /Index [1 2] /W [1 4 2] /Root 2 0 R /Length %d >>\nstream\n" % len(
        entries
    )
    body += struct.pack(">BIH", 1, 9, 0) + struct.pack(">BIH", 2, 1, 0)
    body += b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % start
    tracemalloc.start()
    try:
        with pytest.raises(ValidationError):
            Document(title_nl="D", file=SimpleUploadedFile("d.pdf", body)).clean()
        assert tracemalloc.get_traced_memory()[1] < 250_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content",
    [
        HTML + pdf(),
        b"GIF89a\n" + pdf(),
        b"%PDF-1.7\n" + HTML + b"\n%%EOF",
        picture("GIF") + pdf(),
        b"%PDF-1.7\n" + b"[" * 20_000 + b"\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF",
        pdf() + archive() * 2,
    ],
)
def test_what_is_a_document_and_something_else_is_refused(content, media):
    with pytest.raises(ValidationError):
        Document.objects.create(title_nl="D", slug_nl="d", file=SimpleUploadedFile("d.pdf", content))
    assert not stored(media)
