"""The tokens in links to set a password."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from publishing.models import Event


class ResetTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that end when the password or an address of the account changes, and when a backup is put back.

    A restore brings back the password and the last sign-in that Django makes its tokens from, so
    that a link which was used, or replaced, would work once more.
    """

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        addresses = {user.email, *EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)} - {""}
        restored = Event.objects.filter(kind=Event.Kind.RESTORED).order_by("-pk").values_list("at", flat=True).first()
        return f"{super()._make_hash_value(user, timestamp)}{'|'.join(sorted(addresses))}{restored or ''}"
