from datetime import date, timedelta

import pytest
from django.utils import timezone

from pages import work
from pages.models import ContactDetails, Synonym, TextPage
from pages.models.statements import AccessibilityStatement, PrivacyStatement
from pages.search_words import leading_nowhere
from publishing.admin.work_list import Asked
from publishing.workflow import publish
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


def test_the_address_lacks_until_all_of_it_is_public(editor):
    asked = Asked(editor, timezone.now())
    details = ContactDetails.objects.get()
    assert work.email_address(asked).url == f"/admin/pages/contactdetails/{details.pk}/change/#id_email"
    details.email, details.street = "info@example.org", "Grote Markt 1"
    details.save()
    assert work.email_address(asked) is not None, "visitors do not read a draft"
    publish(details, editor)
    assert work.email_address(asked) is None
    assert work.postal_address(asked).url.endswith("#id_postal_code")
    details.postal_code, details.municipality = "8900", "Ieper"
    details.save()
    publish(details, editor)
    assert work.postal_address(asked) is None


def test_somebody_who_may_not_fill_it_in_is_not_asked():
    assert work.email_address(Asked(staff_user("leeg"), timezone.now())) is None


def statement(editor, **fields) -> AccessibilityStatement:
    found = AccessibilityStatement.objects.get()
    for name, value in fields.items():
        setattr(found, name, value)
    found.save()
    publish(found, editor)
    return found


def test_a_new_site_asks_for_controller_status_and_term_at_their_fields(editor):
    asked = Asked(editor, timezone.now())
    pk = AccessibilityStatement.objects.get().pk
    assert work.controller(asked).url == "/admin/pages/privacystatement/add/#id_controller"
    assert work.statement_status(asked).url == f"/admin/pages/accessibilitystatement/{pk}/change/#id_status"
    assert work.response_term(asked).url.endswith("#id_response_days")
    assert list(work.incomplete(asked)) == [], "one line at a time"
    statement(editor, status="full", response_days=10)
    assert work.statement_status(asked) is None
    assert work.response_term(asked) is None
    nobody = Asked(staff_user("leeg"), timezone.now())
    assert work.controller(nobody) is None
    assert [*work.incomplete(nobody), *work.review(nobody), *work.claims(nobody)] == []


def test_what_a_statement_lacks_leads_to_the_first_field(editor):
    asked = Asked(editor, timezone.now())
    statement(editor, status="full", response_days=10, made_on=date(2026, 11, 1))
    (item,) = work.incomplete(asked)
    assert item.url.endswith("#id_method")
    statement(editor, method="self", enforcement_url="https://a.example/")
    (item,) = work.incomplete(asked)
    assert item.url.endswith("#id_responsible_nl")
    statement(editor, responsible_nl="het secretariaat")
    assert list(work.incomplete(asked)) == []
    privacy = PrivacyStatement.objects.create(controller="Iemand", address="Straat 1", email="a@example.org")
    publish(privacy, editor)
    (item,) = work.incomplete(asked)
    assert item.url.endswith("#id_officer_nl")
    privacy.no_officer_nl, privacy.processors_nl, privacy.authority = "we zijn klein", "Een host", "gba"
    privacy.mailbox_retention_nl = "twee jaar"
    privacy.save()
    privacy.flows.create(kind="staff")
    publish(privacy, editor)
    (item,) = work.incomplete(asked)
    assert (item.url.endswith("#flows-group"), item.said) == (True, "nog in te vullen: rechtsgrond")
    privacy.flows.update(ground="e")
    publish(privacy, editor)
    assert list(work.incomplete(asked)) == []


@pytest.mark.parametrize(("days", "is_due"), [(334, False), (336, True), (400, True)])
def test_a_review_is_announced_a_month_before(editor, days, is_due):
    today = timezone.localdate()
    statement(editor, made_on=today - timedelta(days=days))
    assert bool(list(work.review(Asked(editor, timezone.now())))) is is_due


def test_a_text_of_before_is_kept_and_named(editor):
    asked = Asked(editor, timezone.now())
    assert list(work.claims(asked)) == [], "a new site says nothing of the kind"
    page = TextPage.objects.get(slug_nl="toegankelijkheid")
    page.body_fr = "<p>Nous ne connaissons pas d’autres problèmes.</p>"
    page.save()
    publish(page, editor)
    (item,) = work.claims(asked)
    assert item.url == f"/admin/pages/textpage/{page.pk}/change/#id_body_fr"
    assert "d’autres problèmes" in item.said


def test_search_words_that_lead_nowhere_are_one_line_for_who_keeps_them(editor):
    asked = Asked(editor, timezone.now())
    Synonym.objects.create(language="nl", said="boot", meant="vuurtorenwachter")
    (line,) = work.pointless_synonyms(asked)
    assert "vuurtorenwachter" in line.said
    assert line.url == "/admin/pages/synonym/"
    Synonym.objects.filter(pk__in=leading_nowhere()).delete()
    assert list(work.pointless_synonyms(asked)) == []
    Synonym.objects.create(language="nl", said="boot", meant="vuurtorenwachter")
    assert list(work.pointless_synonyms(Asked(staff_user("leeg"), timezone.now()))) == []
