"""Contact details and statements as `manage.py demo --full` fills them in."""

import pytest
from django.core.management import call_command

from pages.models import ContactDetails
from pages.models.statements import AccessibilityStatement, PrivacyStatement
from publishing.workflow import publish
from resoc.demo import statements as demo_statements
from resoc.demo.content import NOTE
from tests.site.crawl import words

pytestmark = pytest.mark.django_db


def test_all_that_can_be_filled_in_stands_there_in_each_language(client):
    assert demo_statements.fill(NOTE) == 3
    for code, addresses in {
        "nl": ("/contact/", "/toegankelijkheid/", "/privacy/"),
        "fr": ("/fr/contact/", "/fr/accessibilite/", "/fr/confidentialite/"),
        "en": ("/en/contact/", "/en/accessibility/", "/en/privacy/"),
    }.items():
        for address in addresses:
            said = words(client.get(address).content.decode().split("<main")[1])
            assert demo_statements.SAID[code] in said, address
    assert client.get("/contact/schrijf/").status_code == 200
    for model in (AccessibilityStatement, PrivacyStatement):
        row = model.published().get()
        texts = [name for name in ("responsible", "officer") if hasattr(row, f"{name}_nl")]
        assert all(getattr(row, f"{name}_{code}") for name in texts for code in ("nl", "fr", "en"))
    assert AccessibilityStatement.published().get().exceptions.count() == 3


def test_what_somebody_filled_in_stays(editor):
    details = ContactDetails.objects.get()
    details.email, details.reachable_nl = "info@example.com", "Altijd"
    details.save()
    publish(details, editor)
    demo_statements.fill(NOTE)
    details.refresh_from_db()
    assert (details.email, details.reachable_nl) == ("info@example.com", "Altijd")
    assert details.municipality == "Demonstratie"


def test_the_body_that_the_source_names_gets_no_invented_website():
    call_command("seed", verbosity=0)
    demo_statements.fill(NOTE)
    statement = AccessibilityStatement.objects.get()
    assert statement.enforcement_body_nl == "Vlaamse Ombudsdienst"
    assert statement.enforcement_url == ""
