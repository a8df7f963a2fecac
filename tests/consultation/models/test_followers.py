import pytest
from django.db import IntegrityError

from consultation.models import Follower
from publishing.models.values.encryption import DecryptionError
from tests.consultation.followers import ADDRESS, follower

pytestmark = pytest.mark.django_db


def test_an_address_stands_nowhere_in_clear():
    made = follower()
    assert made.address == ADDRESS
    row = repr(Follower.objects.values().get()) + str(made) + repr(made)
    assert "voorbeeld" not in row


def test_without_the_key_nobody_reads_it(settings):
    made = follower()
    settings.SECRET_KEY = "een andere sleutel"  # noqa: S105
    with pytest.raises(DecryptionError):
        made.address  # noqa: B018


def test_an_address_follows_once_in_a_language(db):
    follower()
    follower(language="fr")
    with pytest.raises(IntegrityError):
        follower("AN@Voorbeeld.example")
