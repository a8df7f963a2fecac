"""Documents as the secretariat brings them in, by the words on the screen."""

import re
import struct
import zlib

import pytest

from priorities.models import Document, Theme
from tests.priorities.pdf_files import pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDING = re.compile("/document/add/")  # whatever follows: the address says which form it is


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def chosen(name: str, data: bytes, kind="application/pdf") -> dict:
    return {"name": name, "mimeType": kind, "buffer": data}


def huge_png() -> bytes:
    """A header that claims 400 megapixels, and hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_a_file_that_is_no_pdf_is_refused_beside_its_field_and_what_was_typed_stays(signed_in):
    page = signed_in
    page.goto("/admin/priorities/document/add/")
    page.get_by_label("Titel (nl)").fill("Verslag")
    page.get_by_role("tab", name="Français").click()
    page.get_by_label("Titel (fr)").fill("Rapport")
    page.get_by_label("Bestand").set_input_files(chosen("verslag.pdf", b"<html>geen pdf</html>"))
    page.locator(".field-file .errorlist", has_text="Dit bestand is geen pdf.").wait_for()
    page.get_by_role("button", name="Publiceer").click()
    page.locator(".field-file .errorlist", has_text="Kies een pdf voor je publiceert.").wait_for()
    assert page.get_by_label("Titel (nl)").input_value() == "Verslag"
    assert page.get_by_label("Titel (fr)").input_value() == "Rapport"
    assert not Document.objects.exists()


def test_a_picture_of_400_megapixels_is_refused_beside_its_field_and_what_was_typed_stays(signed_in):
    page, theme = signed_in, Theme.objects.get(slug_nl="regiomarketing")
    page.goto(f"/admin/priorities/theme/{theme.pk}/change/")
    page.get_by_label("Titel (nl)").fill("Nieuwe titel")
    page.get_by_label(re.compile("^Foto")).first.set_input_files(chosen("foto.png", huge_png(), "image/png"))
    page.get_by_role("button", name="Bewaar", exact=True).click()
    page.locator(".field-image .errorlist").wait_for()
    assert page.get_by_label("Titel (nl)").input_value() == "Nieuwe titel"
    theme.refresh_from_db()
    assert theme.title_nl != "Nieuwe titel"
    assert not theme.image


def test_a_lost_connection_loses_nothing_and_a_second_try_saves(signed_in):
    page = signed_in
    page.goto("/admin/priorities/document/add/")
    page.get_by_label("Titel (nl)").fill("Verslag")
    page.route(ADDING, lambda route: route.abort())
    page.get_by_label("Bestand").set_input_files(chosen("verslag.pdf", pdf()))
    page.get_by_text(re.compile(r"^verslag\.pdf, \d kB$")).wait_for()
    page.get_by_role("button", name="Publiceer").click()
    page.get_by_text("De verbinding viel weg voor het antwoord kwam").wait_for()
    assert page.get_by_label("Titel (nl)").input_value() == "Verslag"
    page.unroute(ADDING)
    page.get_by_role("button", name="Publiceer").click()
    page.get_by_text("Gepubliceerd: bezoekers zien het nu.").wait_for()
    assert Document.published().get().page_count == 3


def test_when_only_the_answer_got_lost_a_second_try_makes_no_second_document(signed_in):
    page = signed_in

    def lose_the_answer(route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.goto("/admin/priorities/document/add/")
    page.get_by_label("Titel (nl)").fill("Verslag")
    page.route(ADDING, lose_the_answer)
    page.get_by_label("Bestand").set_input_files(chosen("verslag.pdf", pdf()))
    page.get_by_text(re.compile(r"^verslag\.pdf, \d kB$")).wait_for()
    page.get_by_role("button", name="Publiceer").click()
    page.get_by_text("We weten dus niet of alles bewaard is").wait_for()
    assert Document.objects.count() == 1
    page.unroute(ADDING)
    page.get_by_label("Titel (nl)").fill("Verslag van mei")
    page.get_by_role("button", name="Publiceer").click()
    page.get_by_text("Gepubliceerd: bezoekers zien het nu.").first.wait_for()
    assert Document.published().get().title_nl == "Verslag van mei"
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_file_that_is_too_large_is_not_even_sent(signed_in, tmp_path):
    page, sent = signed_in, []
    file = tmp_path / "verslag.pdf"  # a path, because what is given as bytes goes through the line of the test
    file.write_bytes(b"%PDF-" + b"0" * 26_000_000)
    page.goto("/admin/priorities/document/add/")
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_label("Bestand").set_input_files(file)
    page.get_by_text("Dit bestand is te groot. Kies er een van hoogstens 25 MB.").wait_for()
    page.get_by_role("button", name="Publiceer").click()
    assert sent == []
