"""Mails about accounts: what somebody else changed of one. Those about signing in are allauth's; see `adapter`."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from publishing.i18n.urls import absolute
from publishing.operations.mail import send
from staff.accounts.adapter import language_of


class AccountChange(StrEnum):
    """A change of an account by a superuser."""

    PASSWORD = "password"  # noqa: S105
    ADDRESS = "address"
    FACTOR = "factor"


def tell_account(request: HttpRequest | None, user: User, change: AccountChange, to: Collection[str] = ()) -> None:
    """Write to `user`, or to the addresses `to`, what somebody else changed of the account.

    Without a `request` it was done by a command on the server.
    """
    path = reverse("account_login")
    sign_in = absolute(request, path) if request else settings.SITE_URL and f"{settings.SITE_URL}{path}"
    for address in filter(None, to or {user.email}):
        with translation.override(language_of(user) or translation.get_language()):
            author: Any = request and request.user
            by = author.get_full_name() or author.get_username() if author else _("Who runs this site")
            context = {"change": change, "by": by, "user": user, "sign_in": sign_in}
            subject = _("Your account on the website of RESOC Westhoek changed")
            send(address, subject, "account_changed", context, is_security=True)
