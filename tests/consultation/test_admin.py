"""The forms of opinions and meetings: what is wrong stands beside its field, and nothing that was typed is lost."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from consultation.models import Mandate, Meeting, NameConsent, Opinion
from priorities.models import Document
from publishing.workflow import publish, take_back, withdraw
from tests.consultation.making import NAME, adopted, agreed, at, body, meeting, member, requested
from tests.priorities.pdf_files import pdf, upload
from tests.publishing.admin.test_publishable import form_data

pytestmark = pytest.mark.django_db
OPINION, MEETING = "/admin/consultation/opinion/add/", "/admin/consultation/meeting/add/"
NONE = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "200"}


def sent(children: tuple[str, ...], **values: str) -> dict[str, str]:
    """A form with these values, and no child rows but those that `values` has."""
    rows = {f"{name}-{key}": value for name in children for key, value in NONE.items()}
    return rows | {"basis": "request", "outcome": "opinion", "title_nl": "Ontsluiting"} | values


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"requested_on": "2026-03-12", "adopted_on": "2026-03-11"}, "adopted_on"),
        ({"adopted_on": "2026-03-12", "sent_on": "2026-03-11"}, "sent_on"),
        ({"decision": "vote", "votes_for": "0", "votes_against": "0", "abstentions": "0"}, "votes_for"),
        ({"decision": "vote", "votes_for": "501"}, "votes_for"),
        ({"decision": "vote", "votes_for": "-1"}, "votes_for"),
        ({"due_on": "1026-03-12"}, "due_on"),
        ({"due_on": "9999-03-12"}, "due_on"),
        ({"decision": "consensus", "votes_for": "3"}, "votes_for"),
        ({"reference": "2026-004-x"}, "reference"),
    ],
)
def test_an_opinion_that_cannot_be_comes_back_with_a_sentence_and_all_that_was_typed(editor_client, values, field):
    data = sent(Opinion.children, body_nl="<p>Lang getypt</p>", **values)
    response = editor_client.post(OPINION, data)
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors
    assert {name: len(said) for name, said in errors.items()} == {field: 1}, "one sentence a field"
    html = response.content.decode()
    assert "Lang getypt" in html
    assert f'id="id_{field}_error"' in html
    assert not Opinion.objects.exists()


def test_the_same_reference_in_another_spelling_is_taken(editor_client, editor):
    publish(adopted(reference="2026-04"), editor)
    response = editor_client.post(OPINION, sent(Opinion.children, reference="2026-4"))
    assert "2026-05" in str(response.context["adminform"].form.errors["reference"])


def test_a_published_reference_cannot_be_changed(editor_client, editor):
    opinion = adopted()
    publish(opinion, editor)
    page = editor_client.get(f"/admin/consultation/opinion/{opinion.pk}/change/").content.decode()
    assert re.search(r'name="reference" value="2026-01"', page)
    assert "2026-02" in page  # what the next one gets


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_at": "2027-03-28T02:30"}, "starts_at"),  # the hour that the clock skips
        ({"starts_at": "1026-12-03T19:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:30"}, "starts_at"),
        ({"starts_at": "2026-12-03T19:00", "ends_at": "9999-12-31T23:30"}, "ends_at"),
        ({"starts_at": "2026-12-03T19:00", "ends_at": "2026-12-03T18:00"}, "ends_at"),
        ({"starts_at": "2026-03-05T19:00", "minutes_approved_on": "2026-03-04"}, "minutes_approved_on"),
        ({"starts_at": "2026-03-05T19:00", "cancelled_reason_nl": "Te laat"}, "cancelled_reason_nl"),
        ({"starts_at": "2026-03-05T19:00", "cancelled_reason_fr": "Trop tard"}, "cancelled_reason_fr"),
        ({"minutes_approved_on": "1026-03-04"}, "minutes_approved_on"),
    ],
)
def test_a_meeting_that_cannot_be_comes_back_too(editor_client, values, field):
    response = editor_client.post(MEETING, sent(Meeting.children, place_nl="Lange zaal", **values))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert "Lange zaal" in response.content.decode()
    assert not Meeting.objects.exists()


def test_the_end_of_the_calendar_is_refused_when_it_is_cancelled_too(editor_client):
    values = {"starts_at": "9999-12-31T23:30", "cancelled_reason_nl": "Te ver"}
    response = editor_client.post(MEETING, sent(Meeting.children, **values))
    assert list(response.context["adminform"].form.errors) == ["starts_at"]


def test_two_items_on_one_opinion_are_refused(editor_client):
    opinion = adopted()
    items = {"items-TOTAL_FORMS": "2", "items-0-opinion": str(opinion.pk), "items-1-opinion": str(opinion.pk)}
    items |= {"items-0-position": "1", "items-1-position": "2"}
    response = editor_client.post(MEETING, sent(Meeting.children, **items))
    assert response.status_code == 200
    assert "Een ander punt gaat al over dit advies." in response.content.decode()


def test_a_meeting_needs_a_body_and_a_moment_and_gets_a_name(editor_client):
    values = {"title_nl": "", "body": str(body().pk), "starts_at": "2026-12-03T19:00", "_publish": "1"}
    response = editor_client.post(MEETING, sent(Meeting.children, **values))
    assert response.status_code == 302, response.context["adminform"].form.errors
    (held,) = Meeting.published()
    assert (held.title_nl, held.starts_at) == ("Dagelijks bestuur, 3 december 2026", at(2026, 12, 3, 19))


def test_minutes_that_are_not_approved_are_not_published(editor):
    from priorities.models import Document
    from tests.priorities.pdf_files import pdf, upload

    held = meeting(timezone.now() - timedelta(days=1))
    held.minutes = Document.objects.create(title_nl="Verslag", slug_nl="verslag", file=upload(pdf()))
    held.save()
    with pytest.raises(Exception, match="goedgekeurd verslag"):
        publish(held, editor)


def test_the_form_says_that_this_site_is_no_safe(editor_client):
    page = editor_client.get(f"/admin/consultation/meeting/{meeting(at(2026, 12, 3, 19)).pk}/change/").content.decode()
    assert "Deze site is geen kluis" in page


@pytest.mark.parametrize("is_adopted", [False, True])
def test_a_pdf_goes_with_an_opinion_once_that_is_adopted_and_not_before(
    editor_client, client, settings, tmp_path, is_adopted
):
    settings.MEDIA_ROOT = tmp_path
    opinion = adopted() if is_adopted else requested()
    address = f"/admin/consultation/opinion/{opinion.pk}/change/"
    data = form_data(editor_client, f"{address}?extra=1")
    number = int(data["documents-TOTAL_FORMS"]) - 1
    data[f"documents-{number}-new_file"] = upload(pdf(1, "Ontwerp van advies"))
    said = editor_client.post(address, data | {"_publish": "1"}, follow=True).content.decode()
    assert Opinion.published().filter(pk=opinion.pk).exists()
    made = Document.objects.get()
    assert [row.document for row in opinion.documents.all()] == [made], "the working copy keeps it"
    assert made.revisions.exists() == is_adopted
    assert ("is bewaard. Bezoekers krijgen het nog niet." in said) != is_adopted
    page = client.get(Opinion.published().get(pk=opinion.pk).get_absolute_url()).content.decode()
    assert ("Ontwerp van advies" in page) == is_adopted
    response = client.get("/documenten/ontwerp-van-advies.pdf")
    assert response.status_code == (200 if is_adopted else 404)
    assert len(response.getvalue()) > 0


def test_closing_an_item_that_was_public_asks_about_the_versions_that_say_what_it_is_about(editor_client, editor):
    held = meeting(timezone.now() + timedelta(days=3))
    opinion = adopted("Advies over personeel")
    item = held.items.create(title_nl="Personeel", opinion=opinion)
    publish(opinion, editor)
    old = publish(held, editor)
    item.is_closed, item.opinion = True, None
    item.save()
    address = f"/admin/consultation/meeting/{held.pk}/change/"
    moment = f"{timezone.localtime(held.starts_at):%Y-%m-%dT%H:%M:%S}"
    data = form_data(editor_client, address) | {"starts_at": moment, "_publish": "1"}
    data.pop("_asks", None)
    html = editor_client.post(address, data, follow=True).content.decode()
    assert "Eerdere versies zeggen nog waarover het besloten punt gaat." in html
    assert f'href="/admin/consultation/meeting/{held.pk}/history/"' in html
    still = f'<a href="/admin/consultation/opinion/{opinion.pk}/change/">Advies over personeel</a>'
    assert f"Wat het besloten punt noemt, blijft openbaar op zijn eigen adres: {still}." in html
    (_column, said), (_column, of_page) = held.doubts()
    assert said.startswith("1 openbare versie zegt waarover een besloten punt gaat.")
    assert of_page.endswith("eigen adres: Advies over personeel.")
    withdraw(opinion, editor, "Besloten.")
    assert len(list(held.doubts())) == 1
    take_back(old, editor, "Besloten.")
    assert list(held.doubts()) == []


def test_an_item_that_always_was_closed_asks_nothing(editor):
    held = meeting(timezone.now() + timedelta(days=3))
    held.items.create(title_nl="Personeel", is_closed=True)
    publish(held, editor)
    assert list(held.doubts()) == []


def test_a_meeting_begins_from_the_previous_one_of_its_body_in_three_clicks(editor_client):
    board, other = body(), body("Werkgroep")
    for day in (1, 8):
        held = meeting(at(2026, 10, day, 19), body=board, place_nl="Zaal 1")
        held.items.create(title_nl="Verslag vorige vergadering", position=1)
        held.items.create(opinion=adopted(f"Advies {day}"), position=2)
    meeting(at(2026, 9, 1, 19), body=other)
    html = editor_client.get(MEETING).content.decode()
    begin = html.partition("Begin van de vorige:")[2].partition("</p>")[0]
    assert re.findall(r'href="\?from=(\d+)"', begin)[0] == str(held.pk)
    assert re.findall(r">([^<]+)</a>", begin) == ["Dagelijks bestuur, 8 oktober 2026", "Werkgroep, 1 september 2026"]
    data = form_data(editor_client, f"{MEETING}?from={held.pk}")
    assert (data["body"], data["place_nl"]) == (board.pk, "Zaal 1")
    assert not {"starts_at", "title_nl", "slug_nl"} & set(data)
    assert data["items-0-title_nl"] == "Verslag vorige vergadering"
    assert "items-1-opinion" not in data
    assert "Begin van de vorige" not in editor_client.get(f"{MEETING}?from={held.pk}").content.decode()


def test_the_documents_of_the_previous_one_stay_with_it(editor_client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    held = meeting(at(2026, 10, 1, 19))
    held.documents.create(document=Document.objects.create(title_nl="Nota", slug_nl="nota", file=upload(pdf())))
    response = editor_client.get(f"{MEETING}?from={held.pk}")
    assert form_data(editor_client, f"{MEETING}?from={held.pk}")["documents-TOTAL_FORMS"] == 0
    assert "Documenten" in str([str(message) for message in response.context["messages"]])


MANDATE = "/admin/consultation/mandate/add/"


def seat(**values: str) -> dict[str, str]:
    """The form of a member of a public body."""
    return {"body": str(body().pk), "group": "employers", "role": "chair", "name": NAME} | values


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"shows_name": "on"}, "agreed_on", "Zeg wanneer"),
        ({"shows_name": "on", "agreed_on": "2026-11-02"}, "agreed_how", "Zeg hoe"),
        ({"shows_name": "on", "agreed_how": "brief"}, "agreed_on", "Zeg wanneer"),
        ({"agreed_on": "2026-11-02", "agreed_how": "brief"}, "shows_name", "Vink dit ook aan"),
        ({"shows_name": "on", "agreed_on": "2099-11-02", "agreed_how": "brief"}, "agreed_on", "nog komen"),
        ({"shows_name": "on", "agreed_on": "1026-11-02", "agreed_how": "brief"}, "agreed_on", "1026"),
    ],
)
def test_a_name_is_shown_only_with_when_and_how_the_person_agreed(editor_client, values, field, words):
    form = editor_client.post(MANDATE, seat(_publish="1", **values)).context["adminform"].form
    assert words in form.errors[field][0]
    assert not Mandate.objects.exists()


def test_a_member_without_a_name_that_is_shown_is_published_as_any_page(editor_client):
    assert editor_client.post(MANDATE, seat(_publish="1")).status_code == 302
    assert Mandate.published().get().name == ""
    assert not NameConsent.objects.exists()


def test_the_form_writes_the_consent_down_shows_the_name_and_takes_it_off_at_once(client, editor, editor_client):
    said = {"shows_name": "on", "agreed_on": "2026-11-02", "agreed_how": "brief"}
    editor_client.post(MANDATE, seat(_publish="1", **said))
    row = Mandate.objects.get()
    consent = row.consents.get()
    assert (consent.name, str(consent.given_on), consent.how, consent.recorded_by) == (
        NAME, "2026-11-02", "brief", editor,
    )  # fmt: skip
    url = f"/admin/consultation/mandate/{row.pk}/change/"
    assert NAME in client.get("/leden/").content.decode().replace("\u00a0", " ")
    panel = " ".join(editor_client.get(url).content.decode().split())
    assert f"{NAME}: akkoord op 2 november 2026, brief; genoteerd op" in panel

    values = form_data(editor_client, url) | {"role": "member", "shows_name": "on"}
    assert editor_client.post(url, values | {"_publish": "1"}).status_code == 302, "a name that stays asks nothing"
    assert row.consents.count() == 1
    other = editor_client.post(url, values | {"name": "Iemand Anders"})
    assert "Zeg wanneer" in str(other.context["adminform"].form.errors)

    values.pop("shows_name")
    response = editor_client.post(url, values, follow=True)
    assert "De naam is van de site" in response.content.decode()
    assert "Vandromme" not in client.get("/leden/").content.decode(), "saving is enough"
    assert Mandate.objects.get().name == NAME
    assert row.consents.get().withdrawn_by == editor
    assert "geëindigd op" in editor_client.get(url).content.decode()
    again = editor_client.post(url, values | {"shows_name": "on", "_publish": "1"})
    assert "Zeg wanneer" in str(again.context["adminform"].form.errors), "and is asked anew"


def test_saving_another_name_with_consent_says_that_the_one_before_is_gone(editor, editor_client):
    row = agreed(member(), editor)
    publish(row, editor)
    url = f"/admin/consultation/mandate/{row.pk}/change/"
    said = {"shows_name": "on", "name": "Iemand Anders", "agreed_on": "2026-11-20", "agreed_how": "brief"}
    page = editor_client.post(url, form_data(editor_client, url) | said, follow=True).content.decode()
    assert "De vorige naam is van de site" in page
    assert Mandate.published().get().name == ""


def test_correcting_what_is_public_asks_for_consent_too_and_can_take_the_name_off(client, editor, editor_client):
    row = agreed(member(), editor)
    publish(row, editor)
    url = f"/admin/consultation/mandate/{row.pk}/change/?op=site"
    values = form_data(editor_client, url) | {"shows_name": "on", "_publish": "1"}
    refused = editor_client.post(url, values | {"name": "Iemand Anders"})
    assert "Zeg wanneer" in str(refused.context["adminform"].form.errors)
    said = {"name": "Iemand Anders", "agreed_on": "2026-11-20", "agreed_how": "brief"}
    assert editor_client.post(url, values | said).status_code == 302
    row = Mandate.objects.get(pk=row.pk)
    assert (row.name, row.shows_name, Mandate.published().get().name) == ("Iemand Anders", True, "Iemand Anders")
    values = form_data(editor_client, url) | {"_publish": "1"}
    values.pop("shows_name", None)
    assert editor_client.post(url, values).status_code == 302
    assert Mandate.published().get().name == ""
    assert not NameConsent.objects.filter(withdrawn_at=None).exists()


def test_the_secretariat_may_keep_members(editor):
    assert editor.has_perms([f"consultation.{what}_mandate" for what in ("view", "add", "change", "delete")])


def test_a_new_member_that_starts_from_another_takes_no_name_over(editor, editor_client):
    row = agreed(member(starts_on=timezone.localdate()), editor)
    initial = editor_client.get(f"{MANDATE}?from={row.pk}").context["adminform"].form.initial
    assert initial["group"] == "employers"
    assert not {"name", "shows_name", "starts_on"} & {name for name, value in initial.items() if value}


def test_what_is_new_of_a_meeting_says_nothing_of_hours_that_stayed(editor_client, editor):
    row = meeting(at(2026, 3, 12, 14), ends_at=at(2026, 3, 12, 16))
    publish(row, editor)
    address = f"/admin/consultation/meeting/{row.pk}/change/"
    data = form_data(editor_client, address) | {"place_nl": "Diksmuide", "_asks": "1", "_publish": "1"}
    assert editor_client.post(address, data).context["question"].field.value == "Nieuw: plaats."
