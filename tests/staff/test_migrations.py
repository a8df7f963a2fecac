"""The migration to sessions that know their factor: everybody is out once, and secrets are encrypted."""

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from staff.accounts.second_factor import unreadable
from tests.desk import TOTP_SECRET

pytestmark = pytest.mark.django_db


def test_it_ends_all_sessions_and_encrypts_and_can_be_undone():
    from importlib import import_module

    migration = import_module("staff.migrations.0006_sessions_and_secrets")
    user = User.objects.create_user("nieuw")
    Client().force_login(user)
    seed = "0123456789abcdef" * 5
    Authenticator.objects.create(user=user, type="totp", data={"secret": TOTP_SECRET})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": seed, "used_mask": 5})
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Sleutel", "credential": {}})
    migration.end_sessions(apps, None)
    migration.encrypt(apps, None)
    assert not Session.objects.exists()
    stored = {each.type: each.data for each in Authenticator.objects.all()}
    assert TOTP_SECRET not in str(stored)
    assert seed not in str(stored)
    assert stored["recovery_codes"]["used_mask"] == 5
    assert stored["webauthn"] == key.data
    assert unreadable() == []
    migration.decrypt(apps, None)
    stored = {each.type: each.data for each in Authenticator.objects.all()}
    assert stored["totp"] == {"secret": TOTP_SECRET}
    assert stored["recovery_codes"] == {"seed": seed, "used_mask": 5}
