"""Opinions: what is withheld before they are adopted, and what of their dates and votes is refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from consultation.models import Opinion, Position
from priorities.models import Document
from publishing.models import Act, Revision, ShareLink
from publishing.models.snapshots import freeze, freeze_all
from publishing.review.change_proposal import proposals
from publishing.search.query import find
from publishing.workflow import amend, look, publish, record, restore, undo, withdraw
from tests.consultation.making import adopted, requested
from tests.priorities.pdf_files import pdf, upload

pytestmark = pytest.mark.django_db
SECRETS = ("Geheime tekst", "Geheim standpunt")


@pytest.fixture
def running() -> Opinion:
    opinion = requested(decision="vote", votes_for=12, votes_against=3, abstentions=2)
    opinion.positions.create(group="employers", text_nl="Geheim standpunt")
    return opinion


def test_before_it_is_adopted_nothing_of_text_decision_or_positions_is_frozen(running):
    snapshot = freeze(running)
    assert (snapshot["body_nl"], snapshot["decision"], snapshot["votes_for"], snapshot["positions"]) == (
        "",
        "",
        None,
        [],
    )
    whole = freeze_all(running)
    assert whole["body_nl"] == "<p>Geheime tekst</p>"
    assert [row["text_nl"] for row in whole["positions"]] == ["Geheim standpunt"]


def test_the_page_of_a_request_tells_nothing_of_the_draft_anywhere(client, editor, running):
    revision = publish(running, editor)
    assert not any(secret in str(revision.data) for secret in SECRETS)
    link = ShareLink.objects.renew(running, editor)
    pages = ("/adviezen/ontsluiting/", "/adviezen/", "/sitemap.xml", "/feed/", f"/voorbeeld/{link.token}/")
    for address in pages:
        response = client.get(address)
        assert response.status_code == 200, address
        assert not any(secret in response.content.decode() for secret in SECRETS), address
    assert not find("geheim").hits
    assert "nog niet goedgekeurd" in client.get("/adviezen/ontsluiting/").content.decode()


def test_why_there_is_none_and_to_whom_it_goes_are_not_found_before_it_is_adopted(editor):
    opinion = requested(outcome="none", none_reason_nl="Geheime reden", addressees_nl="Geheime minister")
    revision = publish(opinion, editor)
    assert not any(word in str(revision.data) for word in ("reden", "minister"))
    assert revision.data["outcome"] == "opinion", "what RESOC will decide is no news before it did"
    assert not find("geheime").hits


def test_a_draft_decision_is_not_told_as_what_is_new(running):
    before = freeze(running)
    running.outcome, running.none_reason_nl, running.votes_for = "none", "Geheime reden", 11
    assert proposals(Opinion, before, freeze(running)) == {}


def test_what_was_published_before_adoption_can_be_undone(editor, running):
    publish(running, editor)
    before = look(Opinion, running.pk)
    running.title_nl = "Anders"
    running.save()
    publish(running, editor)
    undo(record(Act.Kind.PUBLISHED, editor, [before]), editor)
    assert [each.title_nl for each in Opinion.published()] == ["Ontsluiting"]
    assert [row.text_nl for row in running.positions.all()] == ["Geheim standpunt"]


def test_the_preview_of_an_editor_shows_what_visitors_will_see(editor_client, running):
    response = editor_client.get(f"/admin/consultation/opinion/{running.pk}/preview/nl/")
    assert response.status_code == 200
    assert not any(secret in response.content.decode() for secret in SECRETS)


def test_once_adopted_all_of_it_is_read(client, editor, running):
    publish(running, editor)
    running.adopted_on, running.summary_nl = date(2026, 3, 12), "Kort."
    running.save()
    publish(running, editor)
    html = client.get("/adviezen/ontsluiting/").content.decode()
    assert all(secret in html for secret in SECRETS)
    assert "Goedgekeurd na stemming op 12\xa0maart 2026: 12 voor, 3 tegen, 2 onthoudingen" in html


def test_an_amendment_of_a_request_publishes_no_draft(editor, running):
    publish(running, editor)
    amend(running, {"title_nl": "Anders", "body_nl": "<p>Geheime tekst, anders</p>"}, editor)
    public = Opinion.published().get()
    assert (public.title_nl, public.body_nl) == ("Anders", "")


def test_an_old_version_put_back_leaves_the_draft_as_it_is(editor, running):
    first = publish(running, editor)
    restore(first, editor)
    running.refresh_from_db()
    assert running.body_nl == "<p>Geheime tekst</p>"
    assert [row.text_nl for row in running.positions.all()] == ["Geheim standpunt"]


def test_one_that_was_withdrawn_keeps_its_reference_and_is_gone(client, editor):
    opinion = adopted()
    publish(opinion, editor)
    withdraw(opinion, editor, "Vergissing.")
    assert client.get("/adviezen/ontsluiting/").status_code == 410


def errors(opinion: Opinion) -> dict[str, list[str]]:
    try:
        opinion.full_clean()
        opinion.check_complete()
    except ValidationError as error:
        return error.message_dict
    return {}


TOMORROW = timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"adopted_on": date(2026, 1, 7)}, "adopted_on"),  # before it was asked
        ({"adopted_on": date(2026, 3, 12), "sent_on": date(2026, 3, 11)}, "sent_on"),
        ({"sent_on": date(2026, 3, 11)}, "sent_on"),  # not adopted
        ({"requested_on": date(1026, 1, 1)}, "requested_on"),
        ({"due_on": date(2026, 1, 1)}, "due_on"),
        ({"decision": "vote"}, "votes_for"),
        ({"decision": "vote", "votes_for": 0, "votes_against": 0, "abstentions": 0}, "votes_for"),
        ({"decision": "vote", "votes_for": 501}, "votes_for"),
        ({"decision": "consensus", "votes_against": 1}, "votes_against"),
        ({"reference": "vier"}, "reference"),
        ({"reference": "2026-0"}, "reference"),
        ({"adopted_on": date(2026, 3, 12), "summary_nl": "Kort."}, "decision"),
        ({"adopted_on": date(2026, 3, 12), "decision": "consensus"}, "summary_nl"),
        ({"adopted_on": date(2026, 3, 12), "outcome": "none"}, "none_reason_nl"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(values, field):
    assert list(errors(requested(**values))) == [field]


def test_a_day_that_is_still_to_come_is_refused_but_for_the_day_on_which_it_is_due():
    tomorrow = timezone.localdate() + TOMORROW
    assert list(errors(requested(requested_on=tomorrow))) == ["requested_on"]
    assert errors(requested(due_on=tomorrow)) == {}


def test_an_answer_comes_after_the_opinion_was_sent():
    opinion = adopted(sent_on=date(2026, 3, 20))
    answer = opinion.answers.model(opinion=opinion, date=date(2026, 3, 19), result="partly")
    with pytest.raises(ValidationError) as caught:
        answer.full_clean()
    assert list(caught.value.message_dict) == ["date"]
    answer.date = date(2026, 4, 2)
    answer.full_clean()
    answer.opinion = requested("Ander")
    with pytest.raises(ValidationError):
        answer.full_clean()


def test_an_adopted_one_without_text_and_document_is_doubted_and_not_published(tmp_path, settings, editor):
    settings.MEDIA_ROOT = tmp_path
    opinion = adopted(body_nl="")
    assert [field for field, _said in opinion.doubts()] == ["body_nl"]
    with pytest.raises(ValidationError, match="zijn tekst of een document"):
        publish(opinion, editor)
    assert not opinion.revisions.exists()
    opinion.documents.create(document=Document.objects.create(title_nl="Advies", slug_nl="advies", file=upload(pdf())))
    assert not list(opinion.doubts())
    assert publish(opinion, editor)
    assert not list(adopted("Met tekst").doubts())
    assert publish(adopted("Geen advies", body_nl="", outcome="none", none_reason_nl="Te laat gevraagd."), editor)
    assert not list(requested("Loopt", body_nl="").doubts())


def test_a_position_is_of_an_organisation_or_of_a_group():
    opinion = adopted()
    with pytest.raises(ValidationError, match="organisatie"):
        Position(opinion=opinion).full_clean()
    Position(opinion=opinion, group="employers").full_clean()


def test_what_runs_comes_first_by_the_day_on_which_it_is_due_then_the_newest():
    made = [
        adopted("Oud", adopted_on=date(2025, 12, 31), requested_on=None),
        adopted("Nieuw"),
        requested("Later", due_on=date(2026, 9, 1)),
        requested("Eerst", due_on=date(2026, 5, 1)),
        requested("Zonder dag"),
    ]
    titles = [each.title_nl for each in sorted(made, key=lambda each: each.sort_key)]
    assert titles == ["Eerst", "Later", "Zonder dag", "Nieuw", "Oud"]


def test_an_address_is_made_of_the_title_and_of_no_other_opinion():
    assert [requested("Ontsluiting").slug_nl, requested("Ontsluiting").slug_nl] == ["ontsluiting", "ontsluiting-2"]
    assert not Revision.objects.of(Opinion).exists()


@pytest.mark.parametrize(
    ("reference", "expected"), [("2026-01", ("2026-01", "2026-1")), ("2026-10", ("2026-10",)), ("", ())]
)
def test_it_is_found_by_its_reference_also_without_the_zeros_before_its_number(reference, expected):
    assert Opinion(reference=reference).keywords == expected
