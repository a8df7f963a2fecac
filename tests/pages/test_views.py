import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.db.models import URLField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from pages.models import ContactDetails, TextPage
from pages.models.statements import AccessibilityStatement, PrivacyStatement
from publishing.i18n.languages import CODES, translated_fields
from publishing.workflow import publish, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def details(editor) -> ContactDetails:
    """What the secretariat fills in, published (an invented address, for this test only)."""
    details = ContactDetails.objects.get()
    details.email, details.street = "iemand@example.org", "Teststraat 1"
    details.postal_code, details.municipality = "8900", "Ieper"
    details.save()
    publish(details, editor)
    return details


def security_txt(client) -> str:
    return client.get("/.well-known/security.txt").content.decode()


def organisation(client) -> dict:
    html = client.get("/").content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])["@graph"][0]


def test_security_txt_has_a_contact_and_expires_within_a_year(client):
    text = security_txt(client)
    assert "Contact: http://testserver/contact/" in text
    expires = datetime.fromisoformat(re.search("Expires: (.*)Z", text)[1] + "+00:00")
    assert timezone.now() < expires < timezone.now() + timedelta(days=365)


def test_a_new_site_names_no_address_and_reads_well_without(client):
    for address in ("/", "/toegankelijkheid/", "/privacy/", "/contact/"):
        html = client.get(address).content.decode()
        assert "mailto:" not in html, address
        assert not re.search(r"None|<address[^>]*>\s*</address>", html), address
    assert "mailto:" not in security_txt(client)
    assert {"email", "address"}.isdisjoint(organisation(client))
    statement = client.get("/toegankelijkheid/").content.decode().split("<footer")[0]
    assert "Hoe je ons bereikt" in statement
    assert "tel:+3251519356" in statement


def test_what_the_secretariat_fills_in_is_everywhere_once_it_is_published(client, details):
    for address in ("/", "/fr/accessibilite/", "/en/privacy/", "/contact/", "/nergens/"):
        html = client.get(address).content.decode()
        assert "mailto:iemand@example.org" in html, address
        assert re.search(r"Teststraat 1<br>\s*8900 Ieper", html), address
    assert security_txt(client).startswith("Contact: mailto:iemand@example.org\nContact: http")
    found = organisation(client)
    assert found["email"] == "iemand@example.org"
    assert found["address"]["addressLocality"] == "Ieper"


def test_a_part_of_the_address_is_shown_without_the_rest(client, editor):
    ContactDetails.objects.update(municipality="Ieper")
    publish(ContactDetails.objects.get(), editor)
    html = client.get("/privacy/").content.decode()
    assert re.search(r"RESOC Westhoek<br>\s*Ieper", html)
    assert organisation(client)["address"].keys() == {"@type", "addressLocality", "addressCountry"}


def test_a_saved_address_is_no_public_address(client, details):
    details.email = "geheim@example.org"
    details.save()
    assert "geheim" not in client.get("/").content.decode()


def test_only_a_page_that_asks_for_it_ends_with_how_to_reach_us(client, editor):
    publish(TextPage.objects.create(title_nl="Over ons", slug_nl="over-ons"), editor)
    assert "Hoe je ons bereikt" not in client.get("/over-ons/").content.decode()


def test_there_is_one_set_of_details_and_its_list_leads_straight_to_it(editor_client):
    response = editor_client.get("/admin/pages/contactdetails/")
    assert response.headers["Location"] == f"/admin/pages/contactdetails/{ContactDetails.objects.get().pk}/change/"
    html = editor_client.get(response.headers["Location"]).content.decode()
    assert "_withdraw" not in html
    assert editor_client.get("/admin/pages/contactdetails/add/").status_code == 403


def main(client, address: str) -> str:
    """The words of a page, in one line, without the hyphens that are only seen where a line ends."""
    html = client.get(address).content.decode().replace("\xad", "").split("<main")[1].split("</main>")[0]
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_a_new_accessibility_statement_claims_nothing_that_nobody_chose(client):
    said = main(client, "/toegankelijkheid/")
    assert "geldt voor testserver." in said
    assert "Vlaamse Ombudsdienst" in said
    for claim in ("streeft ernaar", "voldoet", "opgesteld op", "binnen", "kennen we niet", "nagelezen"):
        assert claim not in said, claim


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/toegankelijkheid/", ("streeft ernaar", "voldoet gedeeltelijk aan", "1 november 2026", "binnen 10 dagen")),
        ("/fr/accessibilite/", ("s’engage à", "est partiellement conforme", "1er novembre 2026", "de 10 jours")),
        ("/en/accessibility/", ("is committed to", "is partially compliant", "1 November 2026", "within 10 days")),
    ],
)
def test_what_is_filled_in_stands_around_the_text_in_each_language(client, editor, address, words):
    statement = AccessibilityStatement.objects.get()
    statement.status, statement.response_days, statement.made_on = "partial", 10, date(2026, 11, 1)
    statement.save()
    statement.exceptions.create(what_nl="Scans", kind="burden", alternative_nl="Bel ons")
    assert "Scans" not in main(client, address), "visitors do not read a draft"
    publish(statement, editor)
    said = main(client, address)
    for each in (*words, "Scans", "Bel ons"):
        assert each in said, each
    assert said.index("Scans") < said.index("Web Content Accessibility Guidelines (WCAG) 2.2"), "before the text"
    assert said.index(words[2]) > said.index("Web Content Accessibility Guidelines (WCAG) 2.2"), "after it"


def test_the_privacy_page_prints_what_is_filled_in_and_no_empty_heading(client, editor):
    assert "verwerkingsverantwoordelijke" not in main(client, "/privacy/")
    statement = PrivacyStatement.objects.create(controller="Een vereniging")
    publish(statement, editor)
    said = main(client, "/privacy/")
    assert "Een vereniging is verwerkingsverantwoordelijke" in said
    for heading in ("Rechtsvorm", "Functionaris", "Wie nog gegevens", "Hoelang", "Waarom we", "Waar je een klacht"):
        assert heading not in said, heading
    assert "blijft nog hoogstens 12 maanden in zulke kopieën" in said
    statement.authority, statement.no_officer_nl = "both", "we zijn klein"
    statement.save()
    statement.flows.create(kind="messages", ground="e", explanation_nl="artikel 3")
    statement.flows.create(kind="staff")
    publish(statement, editor)
    html = client.get("/fr/confidentialite/").content.decode()
    assert 'href="https://www.autoriteprotectiondonnees.be/"' in html
    assert 'href="https://www.vlaanderen.be/vlaamse-toezichtcommissie"' in html
    assert '<span lang="nl">we zijn klein</span>' in html
    assert "mission d’intérêt public" in html
    assert "artikel 6.1.e AVG) – artikel 3" in main(client, "/privacy/")
    assert "Données des collaborateurs sur la page de contact" not in html, "a flow without a ground"


def filled(row, **values):
    """`row` with a text of its own in every field and language, and these values, saved."""
    for name in translated_fields(type(row)):
        for code in CODES:
            setattr(row, f"{name}_{code}", f"{name}-{code}")
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@pytest.mark.parametrize("code", CODES)
def test_every_field_of_the_statements_is_read_in_each_language(client, editor, code):
    links = {"complaints_url": "https://k.example/", "enforcement_url": "https://h.example/"}
    access = filled(AccessibilityStatement.objects.get(), method="third_party", assessor="Bureau", **links)
    filled(access.exceptions.model(statement=access))
    privacy = filled(
        PrivacyStatement(), controller="Vereniging", number="0123", address="Straat 1", email="a@b.example"
    )
    filled(privacy.flows.model(statement=privacy, ground="e"))
    asked = filled(ContactDetails.objects.get(), documents_appeal_url="https://b.example/")
    for row in (access, privacy, asked):
        publish(row, editor)
    for row, page in ((access, "toegankelijkheid"), (privacy, "privacy"), (asked, None)):
        with override(code):
            address = TextPage.objects.get(slug_nl=page).get_absolute_url() if page else reverse("contact")
        said = client.get(address).content.decode()
        rows = [type(row), *(getattr(row, name).model for name in row.children)]
        names = [name for model in rows for name in translated_fields(model)]
        assert [name for name in names if f"{name}-{code}" not in said] == [], address
        urls = [field.name for field in row._meta.fields if isinstance(field, URLField)]
        assert [name for name in urls if f'href="{getattr(row, name)}"' not in said] == [], address


def test_how_long_backups_live_is_not_said_by_a_site_that_makes_none_by_itself(client, editor, settings):
    assert "blijft nog hoogstens 12 maanden in zulke kopieën" in main(client, "/privacy/")
    settings.BACKUPS = False
    publish(PrivacyStatement.objects.create(controller="Een vereniging"), editor)
    assert "kopieën" not in main(client, "/privacy/")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/privacy/", ("na te lezen of te vertalen", "kopieën")),
        ("/fr/confidentialite/", ("relire ou traduire", "copies")),
        ("/en/privacy/", ("read or translate", "copies")),
    ],
)
def test_what_the_software_keeps_is_told_also_when_nobody_filled_in_anything(client, address, words):
    said = main(client, address)
    for each in words:
        assert each in said, each


def test_no_sentence_of_a_statement_ends_in_two_full_stops(client, editor):
    statement = AccessibilityStatement.objects.get()
    for name in ("other_sites", "responsible", "complaints", "enforcement_body"):
        setattr(statement, f"{name}_nl", "Dienst X.")
    statement.enforcement_address, statement.method, statement.assessor = "Straat 1.", "third_party", "Bureau nv."
    statement.save()
    publish(statement, editor)
    publish(PrivacyStatement.objects.create(controller="Een vzw", no_officer_nl="we zijn klein."), editor)
    for address in ("/toegankelijkheid/", "/privacy/"):
        assert not re.search(r"\.\s*\.", main(client, address)), address


def test_a_statement_stays_with_its_page_when_that_moves(client, editor):
    page = TextPage.objects.get(slug_nl="toegankelijkheid")
    page.slug_nl = "voor-iedereen"
    page.save()
    publish(page, editor)
    assert "Vlaamse Ombudsdienst" in main(client, "/voor-iedereen/")


def test_a_site_in_use_reads_as_before_until_somebody_fills_it_in(client):
    withdraw(AccessibilityStatement.objects.get(), None, "nog niet ingevuld")
    said = main(client, "/toegankelijkheid/")
    assert "geldt voor" not in said
    assert "Vlaamse Ombudsdienst" not in said


def test_a_licence_is_named_only_when_one_was_chosen(client, editor, details):
    address = "https://data.vlaanderen.be/id/licentie/modellicentie-gratis-hergebruik/v1.0"
    for page in ("/", "/feed/", "/privacy/"):
        assert address not in client.get(page).content.decode()
        assert "<rights>" not in client.get(page).content.decode()
        assert 'rel="license"' not in client.get(page).content.decode(), "that of the map is not that of the page"
    details.licence = "free"
    details.save()
    publish(details, editor)
    assert f'href="{address}" rel="license"' in client.get("/").content.decode()
    assert f"Vlaanderen v1.0: {address}</rights>" in client.get("/feed/").content.decode()
    assert f'"license": "{address}"' in client.get("/privacy/").content.decode()
    assert f'"license": "{address}"' in client.get("/contact/").content.decode(), "an overview has texts too"


def test_the_contact_page_says_whom_to_ask_for_documents_once_that_is_known(client, editor, details):
    assert "bestuursdocumenten" not in main(client, "/contact/")
    details.documents_to_nl = "het secretariaat"
    details.save()
    publish(details, editor)
    said = main(client, "/contact/")
    assert (
        "Iedereen kan bestuursdocumenten opvragen (Bestuursdecreet, titel II). Vraag ze aan: het secretariaat" in said
    )
    assert "beroep" not in said


def test_the_text_has_a_heading_of_its_own_between_what_was_filled_in(client, editor):
    assert "Wat wij voor toegankelijkheid doen" in main(client, "/toegankelijkheid/")
    assert "Wat er met gegevens gebeurt" not in main(client, "/privacy/"), "nothing was filled in"
    page = TextPage.objects.get(slug_nl="toegankelijkheid")
    page.body_nl = "<h2>Eigen titel</h2><p>Tekst.</p>"
    page.save()
    publish(page, editor)
    assert "Wat wij voor toegankelijkheid doen" not in main(client, "/toegankelijkheid/")
