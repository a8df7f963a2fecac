import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from pages.models import ContactDetails, TextPage
from pages.models.statements import (
    AccessibilityStatement,
    DataFlow,
    InaccessibleContent,
    PrivacyStatement,
    a_year_after,
)
from publishing.workflow import check_publishable, publish, withdraw

pytestmark = pytest.mark.django_db


def test_a_statement_is_reviewed_a_year_after_its_last_review():
    statement = AccessibilityStatement(made_on=date(2026, 3, 1))
    assert statement.review_due == date(2027, 3, 1)
    statement.reviewed_on = date(2027, 1, 5)
    assert statement.review_due == date(2028, 1, 5)
    assert AccessibilityStatement().review_due is None
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_what_is_not_accessible_stands_by_ground_in_the_order_of_the_model():
    statement = AccessibilityStatement.objects.get()
    scope, breach = InaccessibleContent.Kind.SCOPE, InaccessibleContent.Kind.NON_COMPLIANCE
    for kind, what in ((scope, "Kaart"), (breach, "Scan"), (scope, "Film")):
        statement.exceptions.create(kind=kind, what_nl=what)
    assert [(label, [str(row) for row in rows]) for label, rows in statement.reasons] == [
        (str(breach.label), ["Scan"]),
        (str(scope.label), ["Kaart", "Film"]),
    ]


def test_what_contradicts_itself_is_doubted():
    statement = AccessibilityStatement.objects.get()
    assert not list(statement.doubts())
    statement.status = "partial"
    assert [field for field, _said in statement.doubts()] == ["status"]
    privacy = PrivacyStatement(officer_nl="Functionaris", no_officer_nl="we zijn klein")
    assert [field for field, _said in privacy.doubts()] == ["no_officer_nl"]


def test_what_would_be_printed_nowhere_is_doubted():
    statement = AccessibilityStatement(
        assessor="Bureau", complaints_url="https://a.example/", enforcement_url="https://b.example/", method="self"
    )
    assert [field for field, _said in statement.doubts()] == ["assessor", "complaints_nl", "enforcement_body_nl"]
    statement.method, statement.complaints_nl, statement.enforcement_body_nl = "third_party", "Wij", "Zij"
    assert not list(statement.doubts())


def test_a_website_that_complies_fully_has_nothing_that_does_not():
    statement = AccessibilityStatement.objects.get()
    statement.status = "full"
    assert not list(statement.doubts())
    statement.exceptions.create(what_nl="Scans")
    assert [field for field, _said in statement.doubts()] == ["status"]


def refused(row) -> list[str]:
    """The fields that are refused before anything is saved."""
    try:
        row.clean()
    except ValidationError as error:
        return sorted(error.error_dict)
    return []


def test_what_cannot_be_is_refused_beside_its_field():
    today = timezone.localdate()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    for values, fields in (
        ({"made_on": tomorrow, "reviewed_on": tomorrow}, ["made_on", "reviewed_on"]),
        ({"made_on": today, "reviewed_on": yesterday}, ["reviewed_on"]),
        ({"response_days": 0}, ["response_days"]),
        ({"response_days": 366}, ["response_days"]),
        (
            {"enforcement_url": "http://a.example/", "complaints_url": "ftp://a.example/"},
            ["complaints_url", "enforcement_url"],
        ),
        (
            {"made_on": yesterday, "reviewed_on": today, "response_days": 30, "enforcement_url": "https://a.example/"},
            [],
        ),
        ({}, []),
    ):
        assert refused(AccessibilityStatement(**values)) == fields, values
    assert refused(ContactDetails(documents_appeal_url="http://a.example/")) == ["documents_appeal_url"]
    assert refused(ContactDetails(documents_appeal_url="https://a.example/")) == []
    assert refused(InaccessibleContent(since=tomorrow)) == ["since"]
    assert refused(InaccessibleContent(since=today, until=yesterday)) == ["until"]
    assert refused(InaccessibleContent(since=yesterday, until=tomorrow)) == []


def test_a_secretary_reads_what_cannot_be_beside_its_field(editor_client):
    statement = AccessibilityStatement.objects.get()
    address = f"/admin/pages/accessibilitystatement/{statement.pk}/change/"
    sent = {"made_on": "01-01-2100", "enforcement_url": "http://a.example/", "enforcement_body_nl": "x" * 151}
    rows = {f"exceptions-{name}_FORMS": number for name, number in (("TOTAL", 0), ("INITIAL", 0))}
    html = editor_client.post(address, {**sent, **rows, "_publish": "1"}).content.decode()
    for name in ("made_on", "enforcement_url", "enforcement_body_nl"):
        assert f'id="id_{name}_error"' in html, name
    assert AccessibilityStatement.objects.get().made_on is None


def test_what_has_no_page_of_its_own_is_not_asked_for_a_title():
    for row, field in ((PrivacyStatement(), "controller"), (AccessibilityStatement(), "enforcement_body_nl")):
        with pytest.raises(ValidationError) as found:
            check_publishable(row, timezone.now())
        assert found.value.message_dict[field] == ["Vul dit in voor je publiceert."]
    with pytest.raises(ValidationError, match="zonder titel"):
        check_publishable(TextPage(), timezone.now())


def test_every_field_of_a_statement_says_what_it_is_for():
    models = (AccessibilityStatement, InaccessibleContent, PrivacyStatement, DataFlow)
    ours = [
        field
        for model in models
        for field in model._meta.local_fields
        if field.editable and field.blank and not field.primary_key
    ]
    assert [f"{field.model.__name__}.{field.name}" for field in ours if not field.help_text] == []


def test_no_authority_is_chosen_for_anybody():
    assert PrivacyStatement().authorities == []
    assert [address for _name, address in PrivacyStatement(authority="vtc").authorities] == [
        "https://www.vlaanderen.be/vlaamse-toezichtcommissie"
    ]
    assert len(PrivacyStatement(authority="both").authorities) == 2


def test_what_nobody_chose_is_no_answer(editor_client):
    statement = AccessibilityStatement.objects.get()
    html = editor_client.get(f"/admin/pages/accessibilitystatement/{statement.pk}/change/").content.decode()
    assert html.count("Nog niet gekozen") == 2


def found(client, query: str, address: str = "/zoeken/") -> list[str]:
    html = client.get(address, {"q": query}).content.decode()
    return re.findall(r'<h2 class="cap"><a href="([^"]*)"', html)


def filled_in(**values: object) -> AccessibilityStatement:
    statement = AccessibilityStatement.objects.get()
    for name, value in values.items():
        setattr(statement, name, value)
    statement.save()
    publish(statement, None)
    return statement


@pytest.mark.parametrize(
    "query", ["ombudsdienst", "voldoet gedeeltelijk", "beoordeling door onze organisatie", "Cel Welzijn"]
)
def test_visitors_find_what_the_accessibility_statement_prints_from_its_fields(client, query):
    filled_in(status="partial", method="self", responsible_nl="Cel Welzijn")
    assert "/toegankelijkheid/" in found(client, query)


def test_they_find_it_in_their_language_and_read_the_words(client):
    statement = filled_in(status="partial", responsible_nl="Cel Welzijn", responsible_fr="Cellule Bien-être")
    assert found(client, "cellule bien-être", "/fr/recherche/") == ["/fr/accessibilite/"]
    assert "<mark>Cellule</mark>" in client.get("/fr/recherche/", {"q": "cellule"}).content.decode()
    statement.responsible_fr = statement.responsible_nl = ""
    statement.save()
    publish(statement, None)
    assert found(client, "cellule bien-être", "/fr/recherche/") == []


def test_they_find_what_the_privacy_statement_prints(client):
    statement = PrivacyStatement.objects.create(
        controller="Regionaal Comité", authority="gba", processors_nl="Gastheer Zomerwind"
    )
    statement.flows.create(kind="messages", ground="e")
    publish(statement, None)
    for query in ("zomerwind", "gegevensbeschermingsautoriteit", "taak van algemeen belang"):
        assert "/privacy/" in found(client, query), query


def test_what_is_no_longer_printed_is_not_found(client, editor):
    filled_in(responsible_nl="Cel Welzijn")
    withdraw(TextPage.objects.get(slug_nl="toegankelijkheid"), editor, "weg")
    assert found(client, "cel welzijn") == []
