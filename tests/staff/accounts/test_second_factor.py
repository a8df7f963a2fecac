import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from staff.accounts.second_factor import encrypt_anew, unreadable
from tests.desk import TOTP_SECRET, enter, give_second_factor
from tests.staff.conftest import PASSWORD
from tests.staff.passkey import Passkey, add_passkey, passkey_login

pytestmark = pytest.mark.django_db
DESK = "/admin/priorities/theme/"


def code(secret: str = TOTP_SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(name: str) -> Client:
    """A browser in which the password was given."""
    client = Client()
    client.post("/account/login/", {"login": name, "password": PASSWORD})
    return client


def enter_new(user: User) -> Client:
    """A browser in which a code of the app was given."""
    client = Client()
    client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    client.post("/account/2fa/authenticate/", {"code": code()})
    return client


def set_up_app(client: Client):
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    return client.post("/account/2fa/totp/activate/", {"code": code(secret)})


# Which session gets in


def test_a_session_without_factor_stays_out_when_its_account_gets_one_elsewhere(fresh):
    thief, owner = sign_in("nieuw"), sign_in("nieuw")
    set_up_app(owner)
    assert owner.get(DESK).status_code == 200
    assert thief.get(DESK).status_code == 302
    assert thief.get("/account/2fa/").status_code == 302  # it ended


def test_also_when_that_session_was_not_found_to_be_ended(fresh):
    thief = Client()
    thief.force_login(fresh)
    give_second_factor(fresh)
    thief.force_login(fresh)
    assert thief.get(DESK).status_code == 302
    page = thief.get(DESK, follow=True)
    assert page.redirect_chain[-1][0].startswith("/account/2fa/reauthenticate/")


def test_a_session_that_gave_no_factor_can_add_none_to_an_account_that_has_one(fresh):
    give_second_factor(fresh)
    thief = Client()
    thief.force_login(fresh)
    for address in ("2fa/webauthn/add/", "2fa/recovery-codes/generate/", "2fa/totp/deactivate/"):
        asked = thief.get(f"/account/{address}")
        assert asked.headers["Location"].startswith("/account/2fa/reauthenticate/"), address
    thief.post("/account/reauthenticate/", {"password": PASSWORD})
    assert thief.get("/account/2fa/webauthn/add/").status_code == 302
    assert thief.get(DESK).status_code == 302


def test_who_has_rights_since_a_moment_shows_the_factor_and_goes_on(fresh):
    give_second_factor(fresh)
    client = Client()
    client.force_login(fresh)
    asked = client.get(client.get(DESK).headers["Location"])
    response = client.post(asked.headers["Location"], {"code": code()})
    assert response.headers["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_a_password_that_was_just_given_changes_no_factor_of_who_got_rights_meanwhile():
    user = User.objects.create_user("later", "later@example.org", PASSWORD)
    give_second_factor(user)
    client = sign_in("later")  # without rights a password is enough
    for _time in range(2):
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/account/2fa/totp/deactivate/").status_code == 200
    user.is_staff = True
    user.save()
    for path in ("totp/deactivate/", "recovery-codes/generate/", "webauthn/add/"):
        for response in (client.get(f"/account/2fa/{path}"), client.post(f"/account/2fa/{path}")):
            assert response.status_code == 302
            assert response.headers["Location"].startswith("/account/2fa/reauthenticate/")
    assert [each.type for each in Authenticator.objects.filter(user=user)] == [Authenticator.Type.TOTP]


@pytest.mark.parametrize("path", ["change", "set"])
def test_a_session_without_the_factor_changes_no_password_of_who_got_rights_meanwhile(path):
    user = User.objects.create_user("later", "later@example.org", PASSWORD if path == "change" else None)
    give_second_factor(user)
    client = Client()
    client.force_login(user)
    address, before = f"/account/password/{path}/", user.password
    assert client.get(address).status_code == 200
    user.is_staff = True
    user.save()
    new = {"oldpassword": PASSWORD, "password1": "iets heel anders", "password2": "iets heel anders"}
    for response in (client.get(address), client.post(address, new)):
        assert response.headers["Location"].startswith("/account/2fa/reauthenticate/")
    user.refresh_from_db()
    assert user.password == before
    client.post("/account/2fa/reauthenticate/", {"code": code()})
    assert client.post(address, new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("iets heel anders")


def test_recovery_codes_alone_are_no_factor(fresh):
    codes = RecoveryCodes.activate(fresh).get_unused_codes()
    client = sign_in("nieuw")
    assert client.get(DESK, follow=True).redirect_chain[-1][0] == "/account/2fa/"
    client.post("/account/2fa/reauthenticate/", {"code": codes[0]})
    assert client.get(DESK).status_code == 302
    set_up_app(client)
    assert client.get(DESK).status_code == 200


def test_a_recovery_code_opens_the_desk_of_who_has_a_factor(fresh):
    give_second_factor(fresh)
    codes = RecoveryCodes.activate(fresh).get_unused_codes()
    client = sign_in("nieuw")
    client.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert client.get(DESK).status_code == 200


def test_who_takes_away_the_last_factor_sets_one_up_again(fresh):
    client = sign_in("nieuw")
    set_up_app(client)
    client.post("/account/2fa/totp/deactivate/")
    assert client.get(DESK, follow=True).redirect_chain[-1][0] == "/account/2fa/"


def test_adding_and_removing_a_factor_ends_the_other_sessions(fresh):
    give_second_factor(fresh)
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/account/login/", {"login": "nieuw", "password": PASSWORD})
        client.post("/account/2fa/authenticate/", {"code": code()})
        cache.clear()  # the same code once more
    assert there.get(DESK).status_code == 200
    add_passkey(here, Passkey())
    assert (here.get(DESK).status_code, there.get(DESK).status_code) == (200, 302)
    enter(there, fresh)
    key = Authenticator.objects.get(user=fresh, type="webauthn")
    here.post(f"/account/2fa/webauthn/keys/{key.pk}/remove/")
    assert (here.get(DESK).status_code, there.get(DESK).status_code) == (200, 302)
    enter(there, fresh)
    here.post("/account/2fa/recovery-codes/generate/")
    assert (here.get(DESK).status_code, there.get(DESK).status_code) == (200, 302)


def test_using_a_factor_ends_no_session(editor, editor_client):
    other = Client()
    other.post("/account/login/", {"login": "dorine", "password": PASSWORD})
    other.post("/account/2fa/authenticate/", {"code": code()})
    assert editor_client.get(DESK).status_code == 200


# Passkeys


def test_a_passkey_with_a_pin_opens_the_desk(fresh):
    key = Passkey()
    assert add_passkey(sign_in("nieuw"), key).headers["Location"] == "/account/2fa/recovery-codes/"
    client = Client()
    assert passkey_login(client, key).headers["Location"] == "/admin/"
    assert client.get(DESK).status_code == 200


def test_a_passkey_without_its_pin_can_neither_be_made_nor_used(fresh):
    client = sign_in("nieuw")
    response = add_passkey(client, Passkey(verifies=False))
    assert response.status_code == 200
    assert not Authenticator.objects.exists()
    key = Passkey()
    add_passkey(client, key)
    key.verifies = False
    thief = Client()
    passkey_login(thief, key)
    assert "_auth_user_id" not in thief.session


def test_the_challenge_of_a_second_step_signs_nobody_in_without_a_pin(fresh, colleague):
    key = Passkey()
    add_passkey(sign_in("nieuw"), key)
    give_second_factor(fresh)
    key.verifies = False
    thief = sign_in("nieuw")
    page = thief.get("/account/2fa/authenticate/")
    answer = key.sign(page.context["js_data"]["request_options"])
    thief.post("/account/2fa/authenticate/", {"credential": answer})
    thief.post("/account/2fa/webauthn/login/", {"credential": answer})
    assert "_auth_user_id" not in thief.session


# Who only keeps a card


def test_who_has_no_passkey_is_offered_none_at_the_second_step(fresh):
    give_second_factor(fresh)
    page = sign_in("nieuw").get("/account/2fa/authenticate/").content.decode()
    assert "passkey" not in page
    assert "autofocus" in page
    add_passkey(enter_new(fresh), Passkey())
    page = sign_in("nieuw").get("/account/2fa/authenticate/").content.decode()
    assert "Gebruik mijn passkey" in page
    assert "autofocus" not in page


# Secrets


def test_no_secret_is_stored_in_clear(fresh):
    client = sign_in("nieuw")
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    client.post("/account/2fa/totp/activate/", {"code": code(secret)})
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert not all(letter in "0123456789abcdef" for letter in seed)


def test_unreadable_recovery_codes_are_replaced_and_break_no_page(fresh):
    give_second_factor(fresh)
    RecoveryCodes.activate(fresh)
    Authenticator.objects.filter(type="recovery_codes").update(data={"seed": "rommel", "used_mask": 0})
    client = sign_in("nieuw")
    client.post("/account/2fa/authenticate/", {"code": code()})
    assert client.get("/account/2fa/").status_code == 200
    for address in ("", "download/"):
        response = client.get(f"/account/2fa/recovery-codes/{address}", follow=True)
        assert response.redirect_chain[-1][0] == "/account/2fa/recovery-codes/generate/"
        assert response.status_code == 200
    response = client.post("/account/2fa/recovery-codes/generate/", follow=True)
    assert len(response.context["unused_codes"]) == 10


def test_secrets_in_clear_and_under_an_older_key_are_encrypted_with_the_newest(fresh, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de oude sleutel", []
    give_second_factor(fresh)
    RecoveryCodes.activate(fresh)
    other = User.objects.create_user("ander")
    Authenticator.objects.create(user=other, type="totp", data={"secret": TOTP_SECRET})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de nieuwe sleutel", ["de oude sleutel"]
    assert not unreadable()
    assert encrypt_anew(Authenticator.objects.all()) == 3
    assert encrypt_anew(Authenticator.objects.all()) == 0
    settings.SECRET_KEY_FALLBACKS = []
    assert not unreadable()
    assert TOTP(Authenticator.objects.get(user=other)).validate_code(code())
    settings.SECRET_KEY = "een sleutel die niemand kent"  # noqa: S105
    assert len(unreadable()) == 3
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    assert encrypt_anew(Authenticator.objects.all()) == 0
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before


# Who lost the telephone
