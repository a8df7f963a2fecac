import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from tests.staff.accounts.test_adapter import sign_in, totp
from tests.staff.accounts.test_second_factor import set_up_app
from tests.staff.conftest import PASSWORD
from tests.staff.passkey import Passkey, add_passkey

pytestmark = pytest.mark.django_db


def test_after_making_a_passkey_they_see_their_card(colleague):
    User.objects.filter(pk=colleague.pk).update(password="!")
    client = Client()
    client.force_login(User.objects.get(pk=colleague.pk))  # as a link in a mail does
    response = add_passkey(client, Passkey())
    assert response.headers["Location"] == "/mijn-kaart/"
    assert client.get("/account/2fa/recovery-codes/").status_code == 200


def test_the_file_of_recovery_codes_says_whose_they_are(fresh):
    client = Client()
    sign_in(client, "nieuw")
    set_up_app(client)
    text = client.get("/account/2fa/recovery-codes/download/").content.decode()
    assert "RESOC Westhoek" in text
    assert "nieuw" in text
    assert len([line for line in text.splitlines() if line.isdecimal()]) == 10


def test_who_sets_up_an_app_reads_the_recovery_codes_at_once(client):
    User.objects.create_user("nieuw", password=PASSWORD, is_staff=True)
    sign_in(client, "nieuw")
    form = client.get("/account/2fa/totp/activate/")
    assert f'value="{form.context["form"].secret}"' in form.content.decode()
    response = client.post("/account/2fa/totp/activate/", {"code": totp(form.context["form"].secret)}, follow=True)
    codes = response.context["unused_codes"]
    assert len(codes) == 10
    for code in codes:
        assert f"<li>{code}</li>" in response.content.decode()
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "",
        "recovery-codes/",
        "recovery-codes/generate/",
        "recovery-codes/download/",
        "totp/deactivate/",
        "webauthn/keys/{pk}/remove/",
        "webauthn/keys/{pk}/edit/",
        "webauthn/",
        "../password/change/",
        "../password/set/",
        "../reauthenticate/",
        "reauthenticate/",
        "../logout/",
        "../password/reset/key/1-x/",
        "../password/reset/done/",
        "../password/reset/key/done/",
        "../inactive/",
    ],
)
def test_every_page_of_an_account_opens(client, editor, address):
    sign_in(client, "dorine")
    client.post("/account/2fa/authenticate/", {"code": totp()})
    key = Authenticator.objects.create(user=editor, type=Authenticator.Type.WEBAUTHN, data={"name": "Sleutel"})
    client.get("/account/2fa/recovery-codes/generate/")
    client.post("/account/2fa/recovery-codes/generate/")
    url = f"/account/2fa/{address.format(pk=key.pk)}".replace("2fa/../", "")
    response = client.get(url, follow=True)
    assert response.status_code == 200, url
