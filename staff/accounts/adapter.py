"""Accounts: nobody signs up, and everybody with rights in the desk has a second factor.

Signing in itself is django-allauth's; here stands what is different for us. See also `second_factor` and `sessions`.
"""

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.userkit import get_user_by_username
from allauth.core import context
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from publishing.i18n.urls import absolute
from publishing.operations.mail import AUTOMATIC, Handling, as_html, entrust
from publishing.operations.mail_limits import may_write_to
from staff.accounts.second_factor import distrust, knows_codes, must_give_factor
from staff.emails import account_of
from staff.models import StaffMember

ASKS_FACTOR = "allauth.mfa.stages.AuthenticateStage"


class AuthenticationBackend(AllauthBackend):
    """allauth's; it compares one password for a name or an address, whether there is such an account or not.

    allauth looks an address up as a user name too, and compared the password of an account that was
    found twice a second time, so that how long it took told which addresses have an account.
    """

    __module__ = "staff.accounts"  # sessions name it by this path: under another one everybody would be signed out

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        found: dict[int, Any] = {}
        for typed in {credentials.get("username"), credentials.get("email")} - {None, ""}:
            found |= {user.pk: user for user in (get_user_by_username(typed), account_of(typed)) if user}
        for user in found.values():
            if self._check_password(user, credentials["password"]):
                return user
        return None


UNKNOWN = "account/email/unknown_account"  # the mail to somebody who has no account
# How long what is in these mails works, in seconds.
LASTS = {
    "account/email/login_code": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
    "account/email/password_reset_key": settings.PASSWORD_RESET_TIMEOUT,
}

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Closed to the public; speaks to each person in their own language."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the outermost trusted proxy saw, by which attempts are counted.

        Where X-Forwarded-For names fewer than there are proxies, or something else than an address, the one
        that sent the request counts: then all who come that way are slowed down together, and nobody gets an error.
        """
        try:
            return get_client_ip(request) or request.META.get("REMOTE_ADDR", "")
        except ImproperlyConfigured:
            logger.warning("X-Forwarded-For names fewer addresses than TRUSTED_PROXY_COUNT says.")
            return request.META.get("REMOTE_ADDR", "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether the person must prove again who they are; not just after signing in."""
        request = context.request
        if must_give_factor(request):
            distrust(request)
            return True
        records = get_authentication_records(request, request.user)
        is_fresh = any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)
        return super().is_reauthentication_required(app=app, **kwargs) and not is_fresh

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Not the password of an account of the desk whose second factor was not given in this session.

        And no code of somebody who has no app and never saw recovery codes, but has another way.
        """
        methods = super().get_reauthentication_methods(user)
        if must_give_factor(context.request):
            methods = [each for each in methods if each["id"] != "reauthenticate"]
        known = methods if knows_codes(user) else [each for each in methods if each["id"] != "mfa_reauthenticate"]
        return known or methods

    def get_login_stages(self) -> list[str]:
        stages = super().get_login_stages()
        return ["staff.accounts.factor_steps.FactorStage" if each == ASKS_FACTOR else each for each in stages]

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the address of the site, and not at the one that the request names."""
        return absolute(self.request, urlsplit(super().get_reset_password_from_key_url(key)).path)

    def render_mail(self, template_prefix: str, *args: Any, **kwargs: Any) -> Any:
        message = super().render_mail(template_prefix, *args, **kwargs)
        message.extra_headers |= AUTOMATIC
        lasts = LASTS.get(template_prefix)
        expires_at = timezone.now() + timedelta(seconds=lasts) if lasts else None
        is_decoy = template_prefix == UNKNOWN and not may_write_to(message.to[0])
        entrust(message, Handling(expires_at, is_security=True, is_decoy=is_decoy))
        message.attach_alternative(as_html(message.subject, message.body), "text/html")
        return message

    def send_mail(self, template_prefix: str, email: str, words: dict[str, Any]) -> None:
        user = words.get("user") or account_of(email)
        with translation.override(language_of(user) or translation.get_language()):
            super().send_mail(template_prefix, email, words)


def home_of(user: User | AnonymousUser | AbstractBaseUser) -> str:
    """Where this user works: the admin, or their own card."""
    return reverse("admin:index") if getattr(user, "is_staff", False) else reverse("my_card")


def language_of(user: Any) -> str | None:
    """The language that mails to this user speak; None when nobody said."""
    member = StaffMember.objects.filter(user=user).first() if user and user.pk else None
    return member.language if member else None
