import json
import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pages.models import ContactDetails, TextPage
from publishing.workflow import publish

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
