"""Followers: who gets a mail a week, and how far the mail of this week is.

No row of the site is linked with one, and no page of the desk shows one: what is here is for the mail alone.
"""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from publishing.models.values.encryption import decrypt, encrypt
from publishing.operations.mail_limits import mailbox

PURPOSE = "follower"  # of the key


def new_uid() -> str:
    """128 random bits: they say nothing about anybody."""
    return secrets.token_hex(16)


class Follower(models.Model):
    """Somebody who gets a mail a week in one language, or who was asked whether they want it."""

    uid = models.CharField(max_length=32, unique=True, default=new_uid, editable=False)  # which links in mails sign
    sealed = models.TextField(editable=False)  # the address, encrypted
    digest = models.CharField(max_length=64, editable=False)  # of the address, by which it is found again
    mailbox = models.CharField(max_length=64, db_index=True, editable=False)  # of all spellings of it, for the limits
    language = models.CharField(max_length=10, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    mailed_at = models.DateTimeField(default=timezone.now, editable=False)  # when they were last asked to confirm
    mails = models.PositiveSmallIntegerField(default=1, editable=False)  # in which they were
    confirmed_at = models.DateTimeField(null=True, editable=False)
    words = models.TextField(blank=True, editable=False)  # to which they said yes
    refusals = models.PositiveSmallIntegerField(default=0, editable=False)  # of mails in a row, by a server, for good

    class Meta:
        default_permissions = ()  # nobody sees or changes one
        constraints = [models.UniqueConstraint(fields=["digest", "language"], name="follows_once_in_a_language")]

    def __str__(self) -> str:
        return self.uid[:8]  # never the address

    @property
    def address(self) -> str:
        """Where mail goes. Raises DecryptionError."""
        return decrypt(self.sealed, PURPOSE)

    @address.setter
    def address(self, text: str) -> None:
        self.sealed, self.digest, self.mailbox = encrypt(text, PURPOSE), digests(text)[0], mailbox_digests(text)[0]


def digests(address: str) -> list[str]:
    """The HMACs of an address with the key of today and with earlier ones."""
    return _digests("address", address.casefold())


def mailbox_digests(address: str) -> list[str]:
    """The same of all spellings that big mail providers deliver to one person."""
    return _digests("mailbox", mailbox(address))


def _digests(what: str, text: str) -> list[str]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(f"consultation.follower.{what}", text, key, algorithm="sha256").hexdigest() for key in keys]


class WeeklyMail(models.Model):
    """How far the mail of this week is, in one language."""

    language = models.CharField(max_length=10, unique=True)
    slot = models.DateTimeField()  # when it began, or should have
    since = models.DateTimeField()  # it tells what was published after this
    until = models.DateTimeField()  # and no later than this
    # The key of the last follower whose mail was made; None when all are.
    reached = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.language} {self.slot:%Y-%m-%d}"
