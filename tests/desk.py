"""A way into the desk for tests, bench and tools; how one signs in is tested in `tests/staff/accounts/`."""

from typing import Any

from allauth.account.internal.flows import login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.test import Client

TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105  (of everybody who has an authenticator app)


def give_second_factor(user: User) -> None:
    """An authenticator app; without one nobody gets into the admin."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, TOTP_SECRET)


def enter(client: Client, user: User) -> None:
    """Sign `user` in, as with a password and a code of the authenticator app."""
    client.force_login(user)
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": 0}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()


def answer(page: Any, button: str = "Publiceer") -> None:
    """Say in a browser that the proposal of what is new for the reader is right."""
    question = page.locator(".asks")
    question.wait_for()
    question.get_by_role("button", name=button, exact=True).click()
