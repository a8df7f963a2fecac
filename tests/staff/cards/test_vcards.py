import io

import pytest
import vobject
from django.core.files.images import ImageFile
from PIL import Image

from publishing.workflow import changed, publish
from staff.cards.vcards import qr_code, vcard
from staff.models import StaffMember
from tests.dirty import dirty
from tests.staff.conftest import photo_file

pytestmark = pytest.mark.django_db


def unfold(card: str) -> list[str]:
    return card.replace("\r\n ", "").split("\r\n")


def test_a_card_is_vcard_3_in_utf8_with_the_number_in_international_form(client):
    response = client.get("/contact/stephanie-thybaert.vcf")
    assert response.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert 'filename="stephanie-thybaert.vcf"' in response.headers["Content-Disposition"]
    lines = unfold(response.content.decode())
    assert lines[:5] == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Thybaert;Stéphanie;;;",
        "FN:Stéphanie Thybaert",
        "ORG:RESOC Westhoek",
    ]
    assert "TEL;TYPE=CELL,VOICE:+32472051783" in lines
    assert "URL:http://testserver/contact/stephanie-thybaert/" in lines
    assert lines[-2:] == ["END:VCARD", ""]
    assert all(len(line.encode()) <= 75 for line in response.content.decode().split("\r\n"))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Stéphanie Thybaert", "N:Thybaert;Stéphanie;;;"),
        ("Jan\N{NO-BREAK SPACE}Janssens", "N:Janssens;Jan;;;"),
        ("Jan van den Berg", "N:van den Berg;Jan;;;"),
        ("Madonna", "N:Madonna;;;;"),
        ("Dr. Ir. An Peeters", "N:Peeters;An;;Dr. Ir.;"),
        ("Dr. Peeters", "N:Peeters;;;Dr.;"),
        ("Janssens, Jan", "N:Janssens;Jan;;;"),
        ("Van den Berg, Ir. An Lieve", "N:Van den Berg;An Lieve;;Ir.;"),
        ("An Peeters, Ph.D.", "N:Peeters;An;;;Ph.D."),
        ("Peeters, An, PhD, MSc", "N:Peeters;An;;;PhD\\, MSc"),
        ("Jan Janssens,", "N:Janssens;Jan;;;"),
    ],
)
def test_a_card_always_has_a_family_name(name, line):
    assert line in unfold(vcard(StaffMember(pk=1, name=name)))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("04 221 21 21", "WORK"),  # Liège
        ("051 51 93 56", "WORK"),
        ("0472 05 17 83", "CELL"),
        ("+33 6 12 34 56 78", "CELL"),
        ("+33 3 20 12 34 56", "WORK"),
        ("+1 212 555 0123", "WORK"),  # a plan that does not tell the two apart
    ],
)
def test_a_card_tells_a_mobile_number_from_a_landline(number, kind):
    assert any(line.startswith(f"TEL;TYPE={kind},VOICE:+") for line in unfold(vcard(StaffMember(pk=1, phone=number))))


def test_a_card_that_is_saved_again_replaces_itself(client):
    uids = [
        next(line for line in unfold(client.get(address).content.decode()) if line.startswith("UID:"))
        for address in ("/contact/dorine-sioen.vcf", "/fr/contact/dorine-sioen.vcf", "/contact/johan-halsberghe.vcf")
    ]
    assert uids[0] == uids[1] != uids[2]


@pytest.mark.parametrize(
    ("name", "file"),
    [("Оксана Шевченко", "oksana-shevchenko.vcf"), ("Łukasz Żak", "lukasz-zak.vcf"), ("…", "contact.vcf")],
)
def test_a_file_always_has_a_name(client, editor, name, file):
    publish(StaffMember.objects.create(name=name, slug="iemand"), editor)
    assert f'filename="{file}"' in client.get("/contact/iemand.vcf").headers["Content-Disposition"]


def test_the_function_is_in_the_language_of_the_address(client):
    assert "TITLE:Secrétariat" in client.get("/fr/contact/dorine-sioen.vcf").content.decode()


def test_signs_with_a_meaning_are_escaped_and_a_long_line_is_folded_between_characters():
    member = StaffMember(name="É, B; C\\D\nE", function_nl="é" * 80)
    card = vcard(member)
    lines = unfold(card)
    assert "FN:É\\, B\\; C\\\\D E" in lines
    assert f"TITLE:{'é' * 80}" in lines


def test_all_cards_come_in_one_file_that_the_contact_page_leads_to(client):
    assert 'href="/contact/resoc-westhoek.vcf"' in client.get("/contact/").content.decode()
    assert client.get("/contact/resoc-westhoek.vcf").content.decode().count("BEGIN:VCARD") == 4


def test_a_withdrawn_card_is_no_file_any_more(client, editor):
    from publishing.workflow import withdraw

    withdraw(StaffMember.objects.get(slug="dorine-sioen"), editor, "Weg")
    assert client.get("/contact/dorine-sioen.vcf").status_code == 410
    assert "Dorine" not in client.get("/contact/resoc-westhoek.vcf").content.decode()


def test_the_qr_code_is_plain_svg_without_style_or_script():
    svg = qr_code(StaffMember.published().first())
    assert svg.startswith("<svg")
    assert "style" not in svg
    assert "script" not in svg
    assert 'fill="#fff"' in svg


def test_an_independent_reader_understands_every_card(client):
    cards = list(vobject.readComponents(client.get("/contact/resoc-westhoek.vcf").content.decode()))
    assert [(card.fn.value, card.tel.value) for card in cards] == [
        ("Sigrid Verhaeghe", "+32494535478"),
        ("Johan Halsberghe", "+32495587571"),
        ("Dorine Sioen", "+3251519356"),
        ("Stéphanie Thybaert", "+32472051783"),
    ]
    assert cards[3].n.value.family == "Thybaert"
    assert cards[1].title.value == "Stafmedewerker: projectmanager regiomarketing"


def test_the_file_for_address_books_has_accents_numbers_and_the_photo(client):
    member = StaffMember.objects.get(slug="stephanie-thybaert")
    member.mobile, member.shows_mobile = "+32470123456", True
    member.photo, member.shows_photo = ImageFile(photo_file(), name="p.jpg"), True
    member.save()
    publish(member, None)
    card = vobject.readOne(client.get("/contact/stephanie-thybaert.vcf").content.decode())
    assert card.n.value.given == "Stéphanie"
    assert {each.value for each in card.contents["tel"]} == {"+32472051783", "+32470123456"}
    with Image.open(io.BytesIO(card.photo.value)) as photo:
        assert photo.format == "JPEG"
        assert photo.width * 5 == photo.height * 4


def test_a_card_of_before_is_clean_in_an_address_book(client, johan):
    dirty(johan, name="Jo\u200bhan\x0bHalsberghe\u2060", function_nl="Coördinator\x1b", email="johan\u200b@example.org")
    card = client.get("/contact/johan-halsberghe.vcf").content.decode()
    assert "\r\nN:Halsberghe;Johan;;;\r\nFN:Johan Halsberghe\r\n" in card
    assert "\r\nTITLE:Coördinator\r\n" in card
    assert "\r\nEMAIL;TYPE=INTERNET:johan@example.org\r\n" in card
    assert changed(StaffMember) == set()
