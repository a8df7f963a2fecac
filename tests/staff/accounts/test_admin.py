from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.desk import enter, give_second_factor
from tests.staff.accounts.test_second_factor import DESK, sign_in
from tests.staff.conftest import ADDRESS, PASSWORD
from tests.staff.my_card.test_invitations import HOW, given_rights
from tests.staff.test_emails import TYPED, account_data

pytestmark = pytest.mark.django_db


def test_the_desk_shows_no_list_of_secrets(client):
    boss = User.objects.create_superuser("baas", "baas@example.org", PASSWORD)
    give_second_factor(boss)
    enter(client, boss)
    pk = Authenticator.objects.get().pk
    assert client.get(f"/admin/mfa/authenticator/{pk}/change/").status_code == 404
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert client.get("/admin/usersessions/usersession/").status_code == 404


def test_a_superuser_has_a_factor_forgotten(boss_client, editor, editor_client, mailoutbox):
    editor.email = "dorine@example.org"
    editor.save()
    address = reverse("admin:forget_second_factor", args=[editor.pk])
    form = boss_client.get(f"/admin/auth/user/{editor.pk}/change/").content.decode()
    assert address in form
    assert "Vergeet de tweede factor" in form
    assert editor_client.get(DESK).status_code == 200
    assert boss_client.get(address).status_code == 200
    assert Authenticator.objects.filter(user=editor).exists()  # asking changes nothing
    assert boss_client.post(address).headers["Location"] == f"/admin/auth/user/{editor.pk}/change/"
    assert not Authenticator.objects.filter(user=editor).exists()
    assert editor_client.get(DESK).status_code == 302
    assert [message.to for message in mailoutbox] == [["dorine@example.org"]]
    assert "baas" in mailoutbox[0].body
    again = sign_in("dorine")
    assert again.get(DESK, follow=True).redirect_chain[-1][0] == "/account/2fa/"


def test_nobody_else_has_one_forgotten(editor_client, editor, client, colleague):
    address = reverse("admin:forget_second_factor", args=[editor.pk])
    for each in (editor_client, client):
        assert each.post(address).status_code in (302, 403)
    manager = User.objects.create_user("beheerder", is_staff=True)
    manager.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))
    give_second_factor(manager)
    enter(client, manager)
    assert client.post(address).status_code == 403
    assert "Vergeet de tweede factor" not in client.get(f"/admin/auth/user/{editor.pk}/change/").content.decode()
    assert Authenticator.objects.filter(user=editor).exists()


def test_the_desk_has_no_page_of_its_own_to_change_a_password(editor_client):
    assert editor_client.get("/admin/password_change/").headers["Location"] == "/account/password/change/"
    new = {"old_password": PASSWORD, "new_password1": "iets heel anders", "new_password2": "iets heel anders"}
    editor_client.post("/admin/password_change/", new)
    assert User.objects.get(username="dorine").check_password(PASSWORD)
    assert editor_client.get("/admin/password_change/done/").status_code == 302


def test_somebody_whose_password_a_superuser_sets_hears_of_it_and_is_signed_out(boss_client, colleague):
    colleague.email = "johan@example.org"
    colleague.save()
    client = Client()
    client.force_login(colleague)
    address = f"/admin/auth/user/{colleague.pk}/password/"
    boss_client.post(address, {"password1": "een", "password2": "ander", "usable_password": "true"})
    assert mail.outbox == []
    new = {"password1": "iets heel anders", "password2": "iets heel anders", "usable_password": "true"}
    assert boss_client.post(address, new).status_code == 302
    (message,) = mail.outbox
    assert message.to == ["johan@example.org"]
    assert "wachtwoord" in message.body
    assert "baas" in message.body
    assert message.handling.is_security, "no secretary keeps it from arriving"
    assert client.get("/mijn-kaart/").status_code == 302


@pytest.mark.parametrize("number", ["999999", "nonsense", "\x00", "1\x00", "-1", "9" * 30, "٣"])
def test_an_account_that_cannot_be_is_not_found(boss_client, editor_client, number):
    address = f"/admin/auth/user/{quote(number)}/password/"
    for method in ("get", "post"):
        assert getattr(boss_client, method)(address).status_code == 404
        assert getattr(editor_client, method)(address).status_code in {403, 404}


def test_both_addresses_hear_that_a_superuser_changed_one(boss_client, colleague):
    colleague.email = "johan@example.org"
    colleague.save()
    address = f"/admin/auth/user/{colleague.pk}/change/"
    form = boss_client.get(address).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if isinstance(value, str | bool) and value}
    data |= {"groups": [each.pk for each in form.initial["groups"]]}
    data |= {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}
    assert boss_client.post(address, data).status_code == 302
    assert mail.outbox == []
    boss_client.post(address, data | {"email": "nieuw@example.org"})
    assert sorted(message.to for message in mail.outbox) == [["johan@example.org"], ["nieuw@example.org"]]
    assert all("nieuw@example.org" in message.body for message in mail.outbox)


@pytest.mark.parametrize("typed", TYPED)
def test_so_has_an_account_in_the_admin(boss_client, colleague, typed):
    data = account_data(boss_client, colleague, email=typed)
    assert boss_client.post(f"/admin/auth/user/{colleague.pk}/change/", data).status_code == 302
    colleague.refresh_from_db()
    assert colleague.email == ADDRESS


def test_no_two_accounts_get_one_address_there(boss_client, colleague, person):
    url = f"/admin/auth/user/{colleague.pk}/change/"
    response = boss_client.post(url, account_data(boss_client, colleague, email=TYPED[0]))
    assert "Een andere account heeft dit e-mailadres" in response.content.decode()
    colleague.refresh_from_db()
    assert colleague.email == ""


def test_who_may_change_accounts_gives_no_rights_and_touches_nobody_who_has_some(client, colleague):
    manager = User.objects.create_user("beheerder", is_staff=True)
    manager.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    give_second_factor(manager)
    enter(client, manager)
    url = f"/admin/auth/user/{colleague.pk}/change/"
    data = account_data(client, colleague, email=ADDRESS)
    assert "is_staff" not in data
    data |= {"is_staff": "on", "is_superuser": "on", "groups": "1", "user_permissions": "1"}
    assert client.post(url, data).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.email, colleague.is_staff, colleague.is_superuser) == (ADDRESS, False, False)
    assert [group.name for group in colleague.groups.all()] == ["Medewerkers"]
    assert not colleague.user_permissions.exists()
    for how in HOW:
        other = given_rights(User.objects.create_user(how), how)
        for address in (f"/admin/auth/user/{other.pk}/delete/", f"/admin/auth/user/{other.pk}/password/"):
            assert client.post(address, {"post": "yes", "password1": "x", "password2": "x"}).status_code == 403
        assert client.post(f"/admin/auth/user/{other.pk}/change/", {"username": "anders"}).status_code == 403
        client.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": other.pk, "post": "yes"})
        other.refresh_from_db()
        assert (other.username, other.is_active) == (how, True)
