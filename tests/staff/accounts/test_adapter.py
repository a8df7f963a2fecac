import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from publishing.models import Mail
from publishing.operations.mail_limits import CEILING
from staff.accounts.adapter import AccountAdapter
from staff.models import StaffMember
from tests.desk import TOTP_SECRET
from tests.staff.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def totp(secret: str = TOTP_SECRET) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client: Client, login: str, password: str = PASSWORD, **extra):
    return client.post("/account/login/", {"login": login, "password": password}, **extra)


# Signing in


def test_a_password_alone_leads_to_the_own_card(client, colleague):
    response = sign_in(client, "johan")
    assert response.headers["Location"] == "/mijn-kaart/"


def test_an_editor_gives_a_code_too_and_then_is_at_the_desk(client, editor):
    assert sign_in(client, "dorine").headers["Location"] == "/account/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302
    assert client.post("/account/2fa/authenticate/", {"code": totp()}).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_wrong_code_does_not_let_in(client, editor):
    sign_in(client, "dorine")
    response = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert response.status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_code_in_a_mail_signs_in_without_a_password(client, colleague):
    colleague.email = "johan@example.org"
    colleague.save()
    client.post("/account/login/code/", {"email": "johan@example.org"})
    (message,) = mail.outbox
    code = re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", message.body, re.MULTILINE)[0]
    response = client.post("/account/login/code/confirm/", {"code": code})
    assert response.headers["Location"] == "/mijn-kaart/"


def test_mails_speak_the_language_of_the_person_and_are_text_and_html(client, colleague):
    colleague.email = "johan@example.org"
    colleague.save()
    StaffMember.objects.filter(slug="johan-halsberghe").update(user=colleague, language="fr")
    assert StaffMember.objects.filter(user=colleague).exists()
    client.post("/account/login/code/", {"email": "johan@example.org"}, headers={"Accept-Language": "nl"})
    (message,) = mail.outbox
    assert "code" in message.body
    ((html, kind),) = [(each.content, each.mimetype) for each in message.alternatives]
    assert kind == "text/html"
    assert 'lang="fr"' in html
    assert "Bonjour" in message.body


# The second factor


def test_who_edits_gets_in_only_after_making_a_second_factor(client, editor):
    Authenticator.objects.all().delete()
    assert sign_in(client, "dorine").headers["Location"] == "/admin/"
    first = client.get("/admin/", follow=True)
    assert first.redirect_chain[-1][0] == "/account/2fa/"
    assert "tweede" in first.content.decode()
    assert client.get("/admin/priorities/theme/", follow=True).redirect_chain[-1][0] == "/account/2fa/"
    form = client.get("/account/2fa/totp/activate/")
    secret = form.context["form"].secret
    client.post("/account/2fa/totp/activate/", {"code": totp(secret)})
    assert client.get("/admin/").status_code == 200
    assert Authenticator.objects.filter(user=editor, type=Authenticator.Type.RECOVERY_CODES).exists()


def test_a_superuser_needs_a_second_factor_too(client):
    User.objects.create_superuser("baas", "baas@example.org", PASSWORD)
    sign_in(client, "baas")
    assert client.get("/admin/auth/user/", follow=True).redirect_chain[-1][0] == "/account/2fa/"


def test_a_recovery_code_works_once(client, editor):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    codes = RecoveryCodes.activate(editor).get_unused_codes()
    for expected in ("/admin/", None):
        client.logout()
        sign_in(client, "dorine")
        response = client.post("/account/2fa/authenticate/", {"code": codes[0]})
        assert response.headers.get("Location") == expected


def test_a_wrong_number_of_an_app_is_refused_and_the_key_stays(client):
    User.objects.create_user("nieuw", password=PASSWORD, is_staff=True)
    sign_in(client, "nieuw")
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    response = client.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert secret in response.content.decode()
    assert not Authenticator.objects.exists()


# What nobody may


@pytest.mark.parametrize("address", ["signup/", "email/", "confirm-email/", "signup/passkey/", "3rdparty/"])
def test_nobody_signs_up_or_changes_who_they_are(client, colleague, address):
    assert client.get(f"/account/{address}").status_code == 404
    assert client.post(f"/account/{address}", {"email": "x@example.org", "username": "x"}).status_code == 404
    client.force_login(colleague)
    assert client.get(f"/account/{address}").status_code == 404


@pytest.mark.parametrize("address", ["login/", "password/reset/", "login/code/"])
def test_no_answer_tells_whether_an_address_exists(colleague, address):
    colleague.email = "johan@example.org"
    colleague.save()
    answers = []
    for email in ("johan@example.org", "niemand@example.org"):
        client = Client()
        response = client.post(f"/account/{address}", {"login": email, "email": email, "password": "fout"}, follow=True)
        html = re.sub(r'value="[^"]*"|[\w.]+@example.org', "", response.content.decode())
        answers.append((response.status_code, response.redirect_chain, html))
    assert answers[0] == answers[1]
    if address != "login/":
        assert [message.to for message in mail.outbox] == [["johan@example.org"], ["niemand@example.org"]]


@pytest.mark.parametrize("address", ["password/reset/", "login/code/"])
def test_a_stranger_is_written_to_once_a_day_by_whatever_form_and_spelling(address):
    spellings = [
        "jan.peeters@example.org",
        "Jan.Peeters@example.org",
        "janpeeters@example.org",
        "jan.peeters+1@example.org",
    ]
    answers = set()
    for form in (address, "login/code/", "password/reset/"):
        for email in spellings:
            client = Client(REMOTE_ADDR=f"192.0.2.{len(answers) + 1}")
            response = client.post(f"/account/{form}", {"email": email})
            answers.add((form, response.status_code, response.headers.get("Location")))
        cache.clear()
    assert sum(not is_decoy(message) for message in mail.outbox) == 1
    assert len(answers) == len({address, "login/code/", "password/reset/"}), "the same answer each time"


def is_decoy(message) -> bool:
    return message.handling.is_decoy


def test_a_mail_that_a_stranger_does_not_get_is_made_and_kept_nowhere(settings, client):
    settings.EMAIL_BACKEND = "publishing.operations.mail.Queue"
    for _time in range(2):
        assert client.post("/account/password/reset/", {"email": "jan@example.org"}).status_code == 302
    assert [each.recipients for each in Mail.objects.all()] == [["jan@example.org"]]


def test_the_site_writes_to_no_more_than_some_strangers_a_day():
    for number in range(CEILING + 5):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/account/login/code/", {"email": f"iemand{number}@example.org"})
    assert sum(not is_decoy(message) for message in mail.outbox) == CEILING


def test_somebody_with_an_account_gets_some_mails_an_hour_and_no_more(colleague, time_machine):
    User.objects.filter(pk=colleague.pk).update(email="johan@example.org")
    now = timezone.now()
    for minute in range(20):
        time_machine.move_to(now + timedelta(minutes=minute))
        Client().post("/account/login/code/", {"email": "Johan@example.org"})
    assert len(mail.outbox) == 10
    assert not any(is_decoy(message) for message in mail.outbox)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "testserver"])
def test_links_in_mails_lead_to_the_address_of_the_site_whatever_host_was_asked(colleague, settings, host):
    settings.SITE_URL = "https://www.example.org"
    User.objects.filter(pk=colleague.pk).update(email="johan@example.org")
    client = Client(HTTP_HOST=host)
    for form, email in (("password/reset/", "johan"), ("password/reset/", "niemand"), ("login/code/", "johan")):
        client.post(f"/account/{form}", {"email": f"{email}@example.org"})
    assert len(mail.outbox) == 3
    assert "https://www.example.org/account/password/reset/key/" in mail.outbox[0].body
    for message in mail.outbox:
        for part in (message.body, message.alternatives[0].content):
            assert host not in part
            assert set(re.findall(r"https?://[^/\s\"]*", part)) <= {"https://www.example.org"}


def test_without_an_address_of_the_site_links_lead_where_one_asked(colleague, settings):
    settings.SITE_URL = ""
    User.objects.filter(pk=colleague.pk).update(email="johan@example.org")
    Client(HTTP_HOST="localhost:8000").post("/account/password/reset/", {"email": "johan@example.org"})
    assert "http://localhost:8000/account/password/reset/key/" in mail.outbox[0].body


def test_too_many_attempts_are_stopped_and_told_also_with_the_right_password(client, colleague):
    for _attempt in range(12):
        response = sign_in(client, "johan", "fout")
    response = sign_in(Client(), "johan")
    assert response.status_code in (200, 429)
    assert "Te veel" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_attempts_are_counted_for_all_workers_together(settings):
    backend = settings.CACHES[settings.CACHES["default"]["LOCATION"][0]]["BACKEND"]
    assert "LocMem" not in backend
    assert "Dummy" not in backend


def test_a_person_who_was_switched_off_is_out_at_once(client, colleague):
    client.force_login(colleague)
    assert client.get("/mijn-kaart/").status_code == 404  # no card, but in
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert client.get("/mijn-kaart/").headers["Location"].startswith("/account/login/")


def test_a_colleague_who_asks_for_the_admin_is_refused_and_not_sent_in_circles(client, colleague):
    client.force_login(colleague)
    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_in_never_leads_to_another_site(client, colleague):
    response = client.post("/account/login/?next=https://example.org/", {"login": "johan", "password": PASSWORD})
    assert response.headers["Location"] == "/mijn-kaart/"


def test_pages_for_users_are_kept_by_nobody(client):
    for address in ("/account/login/", "/account/password/reset/"):
        response = client.get(address)
        assert "no-store" in response.headers["Cache-Control"] or "no-cache" in response.headers["Cache-Control"]


def test_what_is_wrong_with_a_second_factor_is_said_beside_the_field(client, editor):
    sign_in(client, "dorine")
    html = client.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert 'id="id_code_error"' in html
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "forwarded",
    ["1.2.3.4", "junk", "", ",", " , ", "1.2.3.4,", "1.2.3.4, junk", "unknown, _hidden", "[::1]:80, 1.2.3.4:5"],
)
@pytest.mark.parametrize("address", ["/account/login/", "/account/login/code/", "/account/password/reset/"])
def test_no_list_of_proxies_makes_a_form_fail(client, settings, count, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    form = {"login": "niemand@example.org", "email": "niemand@example.org", "password": "x"}
    assert client.get(address, headers={"x-forwarded-for": forwarded}).status_code == 200
    assert client.post(address, form, headers={"x-forwarded-for": forwarded}).status_code in (200, 302)


def test_who_names_fewer_proxies_is_counted_by_who_asked_us(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    adapter = AccountAdapter()
    for forwarded, counted in (
        ("9.9.9.9", "127.0.0.1"),
        ("8.8.8.8, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        ("x, y", "127.0.0.1"),
    ):
        assert adapter.get_client_ip(rf.get("/", headers={"x-forwarded-for": forwarded})) == counted


@pytest.mark.parametrize("login", ["johan", "johan@example.org", "niemand", "niemand@example.org", "leeg@example.org"])
def test_a_sign_in_compares_one_password_whether_there_is_an_account_or_not(colleague, login, monkeypatch):
    hasher = type(get_hasher())
    colleague.email = "johan@example.org"
    colleague.save()
    User.objects.create_user("leeg@example.org", "leeg@example.org")  # as an invitation makes one, without a password
    encoded = []
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda self, *given, **more: encoded.append(1) or encode(self, *given, **more)
    )
    assert sign_in(Client(), login, "fout").status_code == 200
    assert len(encoded) == 1


def test_who_asked_for_a_code_may_choose_another_way(client, colleague):
    colleague.email = "johan@example.org"
    colleague.save()
    client.post("/account/login/code/", {"email": "johan@example.org"})
    assert client.get("/account/login/code/confirm/").status_code == 200
    assert client.get("/account/login/").status_code == 200
    assert sign_in(client, "johan").headers["Location"] == "/mijn-kaart/"


# What a superuser changes for somebody
