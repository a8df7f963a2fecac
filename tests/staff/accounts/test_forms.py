import re

import pytest
from django.core import mail

from tests.staff.accounts.test_adapter import sign_in
from tests.staff.conftest import ADDRESS
from tests.staff.test_emails import TYPED

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", TYPED)
def test_a_code_comes_however_the_address_is_typed(client, person, typed):
    client.post("/account/login/code/", {"email": typed})
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    code = re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", message.body, re.MULTILINE)[0]
    client.post("/account/login/code/confirm/", {"code": code})
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("typed", TYPED)
def test_so_does_a_link_to_choose_another_password(client, person, typed):
    client.post("/account/password/reset/", {"email": typed})
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert "/account/password/reset/key/" in message.body


@pytest.mark.parametrize("typed", TYPED)
def test_so_does_a_password_let_in(client, person, typed):
    sign_in(client, typed)
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_name_lets_in_as_before(client, person):
    sign_in(client, "Voornaam")
    assert client.session["_auth_user_id"] == str(person.pk)
