import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from staff.models import CardLink, StaffMember
from tests.publishing.test_admin import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def dorine() -> StaffMember:
    """A card without an account."""
    return StaffMember.objects.get(slug="stephanie-thybaert")


def invited(editor_client: Client, member: StaffMember, email: str = "nieuw@example.org", **changes) -> str:
    """Press the button; gives the path of the link in the mail."""
    submit(editor_client, member, "_invite", email=email, **changes)
    return re.search(r"http://testserver(/mijn-kaart/uitnodiging/\S+)", mail.outbox[-1].body)[1]


def test_the_secretariat_invites_and_the_link_leads_to_the_own_card(editor_client, dorine, client):
    path = invited(editor_client, dorine)
    assert mail.outbox[-1].to == ["nieuw@example.org"]
    assert client.get(path).status_code == 200
    assert "_auth_user_id" not in client.session, "a program that follows links signs nobody in"
    response = client.post(path, follow=True)
    assert "Je bent aangemeld" in response.content.decode()
    form = client.get("/mijn-kaart/").context["form"]
    assert form.instance == dorine
    user = StaffMember.objects.get(pk=dorine.pk).user
    assert [group.name for group in user.groups.all()] == ["Medewerkers"]
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)


def test_the_mail_speaks_the_language_of_the_person(editor_client, dorine):
    invited(editor_client, dorine, language="fr")
    assert "Bonjour" in mail.outbox[-1].body
    assert 'lang="fr"' in mail.outbox[-1].alternatives[0].content


def test_a_link_works_once(editor_client, dorine):
    path = invited(editor_client, dorine)
    Client().post(path)
    for method in (Client().get, Client().post):
        response = method(path)
        assert response.status_code == 410
        assert "werkt niet meer" in response.content.decode()


def test_a_link_is_too_old_after_thirty_days(editor_client, dorine, client, time_machine):
    path = invited(editor_client, dorine)
    time_machine.move_to(timezone.now() + timezone.timedelta(days=30, seconds=1))
    assert client.post(path).status_code == 410


def test_a_newer_link_ends_an_older_one(editor_client, dorine, client):
    old, new = invited(editor_client, dorine), invited(editor_client, dorine)
    assert client.post(old).status_code == 410
    assert client.post(new).status_code == 302
    assert User.objects.filter(email="nieuw@example.org").count() == 1


def test_who_was_switched_off_cannot_use_a_link(editor_client, dorine, client):
    path = invited(editor_client, dorine)
    User.objects.filter(email="nieuw@example.org").update(is_active=False)
    assert client.post(path).status_code == 410


def test_a_link_is_kept_nowhere_in_a_form_that_can_be_used(editor_client, dorine):
    token = invited(editor_client, dorine).rstrip("/").rpartition("/")[2]
    link = CardLink.objects.get()
    assert token not in "".join(str(getattr(link, field.attname)) for field in link._meta.concrete_fields)


def test_without_an_address_nobody_is_invited(editor_client, dorine):
    response = submit(editor_client, dorine, "_invite", email="")
    assert "Vul eerst een e-mailadres in" in response.content.decode()
    assert mail.outbox == []


def test_two_cards_never_share_an_account(editor_client, dorine, johan):
    submit(editor_client, dorine, "_invite", email=johan.email)
    assert mail.outbox == []
    dorine.refresh_from_db()
    assert dorine.user is None


def test_an_editor_with_a_card_keeps_the_account_they_have(editor, editor_client, dorine):
    editor.email = "nieuw@example.org"
    editor.save()
    invited(editor_client, dorine)
    dorine.refresh_from_db()
    assert dorine.user == editor


def test_a_link_does_not_pass_by_the_second_factor(editor, editor_client, dorine):
    editor.email = "nieuw@example.org"
    editor.save()
    client = Client()
    response = client.post(invited(editor_client, dorine))
    assert response.headers["Location"] == "/account/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302


def test_only_who_may_edit_cards_invites(client, colleague, dorine):
    client.force_login(colleague)
    client.post(f"/admin/staff/staffmember/{dorine.pk}/change/", {"_invite": "1", "email": "x@example.org"})
    assert mail.outbox == []
