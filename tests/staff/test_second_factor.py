import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from publishing.encryption import encrypt
from staff.second_factor import PURPOSE, encrypt_anew, unreadable
from tests.desk import TOTP_SECRET, enter, give_second_factor
from tests.staff.passkey import Passkey, add_passkey, passkey_login

pytestmark = pytest.mark.django_db
PASSWORD = "een lang wachtwoord"  # noqa: S105
DESK = "/admin/priorities/theme/"


@pytest.fixture(autouse=True)
def no_earlier_attempts():
    cache.clear()


@pytest.fixture
def fresh(db) -> User:
    """Somebody for the desk who has no second factor yet."""
    user = User.objects.create_user("nieuw", "nieuw@example.org", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__contains="theme"))
    return user


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


def test_after_making_a_passkey_they_see_their_card(colleague):
    User.objects.filter(pk=colleague.pk).update(password="!")
    client = Client()
    client.force_login(User.objects.get(pk=colleague.pk))  # as a link in a mail does
    response = add_passkey(client, Passkey())
    assert response.headers["Location"] == "/mijn-kaart/"
    assert client.get("/account/2fa/recovery-codes/").status_code == 200


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


def test_who_has_no_passkey_is_offered_none_at_the_second_step(fresh):
    give_second_factor(fresh)
    page = sign_in("nieuw").get("/account/2fa/authenticate/").content.decode()
    assert "passkey" not in page
    assert "autofocus" in page
    add_passkey(enter_new(fresh), Passkey())
    page = sign_in("nieuw").get("/account/2fa/authenticate/").content.decode()
    assert "Gebruik mijn passkey" in page
    assert "autofocus" not in page


def test_the_file_of_recovery_codes_says_whose_they_are(fresh):
    client = sign_in("nieuw")
    set_up_app(client)
    text = client.get("/account/2fa/recovery-codes/download/").content.decode()
    assert "RESOC Westhoek" in text
    assert "nieuw" in text
    assert len([line for line in text.splitlines() if line.isdecimal()]) == 10


# Secrets


def test_no_secret_is_stored_in_clear(fresh):
    client = sign_in("nieuw")
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    client.post("/account/2fa/totp/activate/", {"code": code(secret)})
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert not all(letter in "0123456789abcdef" for letter in seed)


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


def test_the_desk_shows_no_list_of_secrets(client):
    boss = User.objects.create_superuser("baas", "baas@example.org", PASSWORD)
    give_second_factor(boss)
    enter(client, boss)
    pk = Authenticator.objects.get().pk
    assert client.get(f"/admin/mfa/authenticator/{pk}/change/").status_code == 404
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert client.get("/admin/usersessions/usersession/").status_code == 404


# Who lost the telephone


@pytest.fixture
def boss_client(db) -> Client:
    boss = User.objects.create_superuser("baas", "baas@example.org", PASSWORD)
    give_second_factor(boss)
    client = Client()
    enter(client, boss)
    return client


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
