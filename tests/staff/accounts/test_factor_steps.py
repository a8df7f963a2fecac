from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from publishing.models.values.encryption import encrypt
from staff.accounts.second_factor import PURPOSE, unreadable
from tests.desk import TOTP_SECRET, give_second_factor
from tests.staff.accounts.test_second_factor import DESK, code, sign_in
from tests.staff.conftest import PASSWORD
from tests.staff.passkey import Passkey, add_passkey

pytestmark = pytest.mark.django_db


def test_who_only_keeps_a_card_is_asked_for_one_proof(colleague):
    give_second_factor(colleague)
    client = sign_in("johan")
    assert client.get("/mijn-kaart/").status_code == 404  # no card, but in


@pytest.mark.parametrize("rights", ["staff", "superuser", "right"])
def test_who_has_any_right_is_asked_for_two(colleague, rights):
    give_second_factor(colleague)
    if rights == "right":
        colleague.user_permissions.add(Permission.objects.first())
    setattr(colleague, f"is_{rights}", True)
    colleague.save()
    client = Client()
    response = client.post("/account/login/", {"login": "johan", "password": PASSWORD})
    assert response.headers["Location"] == "/account/2fa/authenticate/"


def test_nobody_is_asked_for_a_code_that_they_cannot_have(colleague, time_machine):
    User.objects.filter(pk=colleague.pk).update(password="!")
    client = Client()
    client.force_login(User.objects.get(pk=colleague.pk))
    add_passkey(client, Passkey())
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    page = client.get("/account/2fa/recovery-codes/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/account/2fa/webauthn/reauthenticate/")
    assert "code die we je mailen" in page.content.decode()
    assert 'name="code"' not in page.content.decode()
    assert not page.context["reauthentication_alternatives"]
    client.post("/account/logout/")
    client.force_login(User.objects.get(pk=colleague.pk))
    with_app = client.get("/account/2fa/totp/activate/", follow=True)
    assert with_app.redirect_chain[-1][0].startswith("/account/2fa/webauthn/reauthenticate/")


def test_an_unreadable_secret_is_a_factor_that_no_code_fits(fresh):
    give_second_factor(fresh)
    RecoveryCodes.activate(fresh)
    for broken in ("", "rommel", "één", encrypt(TOTP_SECRET, PURPOSE)[:-4], encrypt(TOTP_SECRET, "mail")):
        Authenticator.objects.filter(type="totp").update(data={"secret": broken})
        Authenticator.objects.filter(type="recovery_codes").update(data={"seed": broken, "used_mask": 0})
        cache.clear()
        client = Client()
        response = client.post("/account/login/", {"login": "nieuw", "password": PASSWORD})
        assert response.headers["Location"] == "/account/2fa/authenticate/"
        for guess in (code(), "000000", "12345678", ""):
            assert client.post("/account/2fa/authenticate/", {"code": guess}).status_code == 200
        assert client.get(DESK).status_code == 302
        assert {each.type for each in unreadable()} == {"totp", "recovery_codes"}
    Authenticator.objects.all().update(data={})
    assert len(unreadable()) == 2


def test_a_readable_recovery_code_works_beside_an_unreadable_app(fresh):
    give_second_factor(fresh)
    codes = RecoveryCodes.activate(fresh).get_unused_codes()
    Authenticator.objects.filter(type="totp").update(data={"secret": "rommel"})
    client = sign_in("nieuw")
    client.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert client.get(DESK).status_code == 200
