"""The screen with which an editor takes a version out of the public list, and what the history says of it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from pages.models import Organisation
from priorities.models import Priority, Theme
from publishing.models import Revision
from publishing.operations import audit_log
from publishing.review import history
from publishing.workflow import Listing, list_again, listings, publish, refusal, take_back, withdraw
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.history.test_history_views import of, words
from tests.publishing.workflow.test_take_back import DAY, LIST, REASON, SECRET, again, html, retitled

pytestmark = pytest.mark.django_db


@pytest.fixture
def mistake(theme, editor) -> Revision:
    return retitled(theme, editor, SECRET, then="Verbeterd")


def test_the_history_and_the_log_say_who_when_and_why(editor_client, editor, theme, mistake):
    take_back(mistake, editor, REASON)
    page = words(editor_client.get(of(theme, "history")))
    assert "Niet meer openbaar" in page
    assert f"<p>Uit de openbare lijst gehaald door dorine, {history.when(timezone.now())[:7]}" in page
    assert REASON in page
    assert f"{REASON}</p>" in page, "what changed stands in another line"
    assert "haalde de versie van" in page
    with translation.override("nl"):
        line = next(audit_log.lines(audit_log.everything()[:1]))
    assert (line.who, line.what) == ("dorine", "haalde een versie uit de openbare lijst")
    assert line.details == [f"Thema: {SECRET}"]
    list_again(mistake, editor)
    page = words(editor_client.get(of(theme, "history")))
    assert "weer in de openbare lijst" in page
    assert "Niet meer openbaar" not in page
    assert REASON in page, "history still says why it was out of the list"


def test_the_history_offers_it_where_it_can_be_done_and_says_why_not_elsewhere(editor_client, editor, theme, mistake):
    theme.title_nl = "Maandag"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + DAY)
    found = listings(theme)
    assert [found[f"r{pk}"] for pk in theme.revisions.values_list("pk", flat=True)] == [
        Listing.PLANNED,
        Listing.NOW,
        Listing.OLD,
        Listing.OLD,
    ]
    page = words(editor_client.get(of(theme, "history")))
    assert page.count(">Haal uit de openbare lijst<") == 2
    assert "Bezoekers lezen dit nu." in page
    assert "Staat nog niet op de site." in page
    take_back(mistake, editor, REASON)
    page = words(editor_client.get(of(theme, "history")))
    assert page.count(">Haal uit de openbare lijst<") == 1
    assert page.count(">Zet weer in de openbare lijst<") == 1


@pytest.mark.parametrize("model", [Organisation, StaffMember])
def test_kinds_without_public_versions_offer_nothing(editor_client, editor, model):
    obj = model.objects.first()
    publish(obj, editor)
    assert listings(obj) == {}
    assert "openbare lijst" not in words(editor_client.get(of(obj, "history")))
    assert editor_client.get(of(obj, "public-list"), {"version": f"r{obj.revisions.last().pk}"}).status_code in (
        302,
        404,
    )


def take(client, theme, revision, **sent):
    return client.post(of(theme, "public-list"), {"version": f"r{revision.pk}", **sent}, follow=True)


def test_an_editor_takes_a_version_back_in_two_clicks(editor_client, client, editor, theme, mistake):
    asked = words(editor_client.get(of(theme, "public-list"), {"version": f"r{mistake.pk}"}))
    assert "Bezoekers kunnen de versie van vandaag" in asked
    assert "kijk die ook na" in asked
    assert "Lees het zoals het was" in asked
    assert again(mistake).taken_back_at is None
    response = take(editor_client, theme, mistake, reason=f" {REASON} ")
    assert response.redirect_chain[-1][0] == of(theme, "history")
    assert "Uit de openbare lijst gehaald." in words(response)
    stored = again(mistake)
    assert (stored.taken_back_by, stored.taken_back_reason) == (editor, REASON)
    assert html(client, f"{LIST}{mistake.pk}/", 410)
    asked = words(editor_client.get(of(theme, "public-list"), {"version": f"r{mistake.pk}"}))
    assert "mogen de versie van vandaag" in asked
    response = take(editor_client, theme, mistake, _again="1")
    assert "De versie staat weer in de openbare lijst." in words(response)
    assert SECRET in html(client, f"{LIST}{mistake.pk}/")


def test_without_a_reason_the_screen_says_so_at_the_field(editor_client, theme, mistake):
    response = take(editor_client, theme, mistake, reason=" ")
    page = words(response)
    assert "Zeg in enkele woorden waarom" in page
    assert 'aria-invalid="true"' in page
    assert again(mistake).taken_back_at is None


def test_the_screen_of_the_second_editor_says_who_was_first_and_offers_the_way_back(
    editor_client, colleague, theme, mistake
):
    take_back(mistake, colleague, REASON)
    page = words(take(editor_client, theme, mistake, reason="Ook ik"))
    assert "uit de openbare lijst gehaald door johan" in page
    assert "Zet weer in de openbare lijst" in page
    assert again(mistake).taken_back_reason == REASON
    list_again(mistake, colleague)
    assert "staat al in de openbare lijst" in words(take(editor_client, theme, mistake, _again="1"))


def test_the_screen_refuses_what_is_public_and_offers_no_button(editor_client, theme):
    shown = theme.revisions.public().get()
    for page in (
        words(editor_client.get(of(theme, "public-list"), {"version": f"r{shown.pk}"})),
        words(take(editor_client, theme, shown, reason=REASON)),
    ):
        assert "Bezoekers lezen dit nu. Publiceer eerst iets anders" in page
        assert 'name="reason"' not in page
    assert again(shown).taken_back_at is None


def test_versions_of_other_pages_and_odd_keys_are_not_found(editor_client, editor, theme):
    other = Priority.objects.get(number=2).revisions.first()
    withdrawn = withdraw(theme, editor, "Weg")
    for key in (f"r{other.pk}", f"r{withdrawn.pk}", "", "r", "rx", "d1", "working", f"r{10**30}"):
        for answer in (
            editor_client.get(of(theme, "public-list"), {"version": key}),
            editor_client.post(of(theme, "public-list"), {"version": key, "reason": REASON}),
        ):
            assert answer.status_code == 404, key


def test_who_may_not_change_the_page_or_has_no_second_factor_is_refused(editor, theme, mistake):
    sent = {"version": f"r{mistake.pk}", "reason": REASON}
    stranger, member = Client(), Client()
    enter(member, staff_user("lezer"))
    without = Client()
    without.force_login(editor)
    for each in (stranger, member, without):
        assert each.post(of(theme, "public-list"), sent).status_code in (302, 403)
        assert SECRET not in each.get(of(theme, "public-list"), {"version": sent["version"]}).content.decode()
    assert again(mistake).taken_back_at is None


def test_a_form_from_elsewhere_is_refused(editor, theme, mistake):
    client = Client(enforce_csrf_checks=True)
    enter(client, editor)
    sent = {"version": f"r{mistake.pk}", "reason": REASON}
    assert client.post(of(theme, "public-list"), sent).status_code == 403
    assert again(mistake).taken_back_at is None


def test_putting_back_a_version_that_was_taken_back_says_so_first(editor_client, editor, theme, mistake):
    key = {"version": f"r{mistake.pk}"}
    assert REASON not in words(editor_client.get(of(theme, "restore"), key))
    take_back(mistake, editor, REASON)
    page = words(editor_client.get(of(theme, "restore"), key))
    assert "Bezoekers mogen deze versie niet meer lezen" in page
    assert REASON in page


def test_a_refusal_is_a_sentence_in_three_languages(theme):
    shown = theme.revisions.public().get()
    said = set()
    for language in ("nl", "fr", "en"):
        with translation.override(language):
            said.add(refusal(shown))
    assert len(said) == 3
    assert all(said)


STAYS = "Oude versies blijven voor bezoekers te lezen"


def test_before_the_first_publication_the_desk_says_that_old_versions_are_public(editor_client, editor):
    assert STAYS in words(editor_client.get(reverse("admin:priorities_theme_add")))
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    form = reverse("admin:priorities_theme_change", args=[theme.pk])
    assert STAYS in words(editor_client.get(form))
    publish(theme, editor)
    assert STAYS not in words(editor_client.get(form))


def test_where_no_old_version_is_public_it_is_not_said(editor_client):
    assert STAYS not in words(editor_client.get(reverse("admin:pages_organisation_add")))
