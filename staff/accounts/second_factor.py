"""The second factor: which accounts need one, whether this session gave it, and how its secrets are stored.

django-allauth keeps in the session by which ways somebody proved who they are. The desk opens only
in a session that has a record of an authenticator app, a passkey or a recovery code, so a session
that was opened with a password alone stays out also when the account gets a factor later.
"""

import re
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from publishing.models.values.encryption import DecryptionError, decrypt, encrypt, is_newest
from staff.accounts.sessions import end_sessions
from staff.rights import has_rights

Type = Authenticator.Type
FACTORS = (Type.TOTP, Type.WEBAUTHN)  # recovery codes only stand in for one of these
PURPOSE = "second factor"
# How allauth makes secrets. Rows were stored like this before they were encrypted; no encrypted one looks so.
CLEAR = re.compile(r"[A-Z2-7]{16,}=*|[0-9a-f]{80}")


# Which accounts need one


def has_factor(user: Any) -> bool:
    """Whether this account has an authenticator app or a passkey; the answer is kept on `user`."""
    if not hasattr(user, "has_factor"):  # asked several times a request
        user.has_factor = is_mfa_enabled(user, FACTORS)
    return bool(user.has_factor)


def forget_answer(user: Any) -> None:
    """Have `has_factor` ask the database again."""
    if hasattr(user, "has_factor"):
        del user.has_factor


def gave_factor(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session, and the account still has one."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records) and has_factor(request.user)


def must_give_factor(request: HttpRequest) -> bool:
    """Whether this session belongs to an account of the desk that has a factor, and did not give it."""
    user = request.user
    return user.is_authenticated and has_rights(user) and has_factor(user) and not gave_factor(request)


def knows_codes(user: Any) -> bool:
    """Whether this person has an app, or has seen recovery codes: the site makes those by itself."""
    found = Authenticator.objects.filter(user_id=user.pk, type__in=(Type.TOTP, Type.RECOVERY_CODES))
    return any(each.type == Type.TOTP or each.data.get("viewed_at") for each in found)


def distrust(request: HttpRequest) -> None:
    """Let no password that was given a moment ago in this session count as having proven again who this is.

    It did for an account without rights, which may have got some since.
    """
    for record in get_authentication_records(request, request.user):
        if record.pop("reauthenticated", False):
            request.session.modified = True


# Factors that come and go


@receiver(post_save, sender=Authenticator)
def factor_added(instance: Authenticator, created: bool, raw: bool, **kwargs: Any) -> None:
    """A session that sets its account's first factor up has given it; all other sessions of the account end."""
    if not created or raw:
        return
    request = own_request(instance.user_id)
    if request and instance.type in FACTORS:
        others = Authenticator.objects.filter(user_id=instance.user_id, type__in=FACTORS).exclude(pk=instance.pk)
        if gave_factor(request) or not others.exists():
            record_authentication(request, request.user, "mfa", id=instance.pk, type=instance.type)
        forget_answer(request.user)
    end_sessions(instance.user_id, but=request)


@receiver(post_delete, sender=Authenticator)
def factor_removed(instance: Authenticator, origin: Any, **kwargs: Any) -> None:
    """One factor less: the other sessions of the account end."""
    if getattr(origin, "model", type(origin)) is Authenticator:  # not when the whole account goes
        request = own_request(instance.user_id)
        if request:
            forget_answer(request.user)
        end_sessions(instance.user_id, but=request)


def forget_factors(user: Any) -> int:
    """Take away all factors of an account, and end its other sessions, also when it had none. Returns how many went."""
    with transaction.atomic():
        gone, _by_model = Authenticator.objects.filter(user=user).delete()
        end_sessions(user.pk, but=own_request(user.pk))
    return gone


def own_request(user_id: int) -> HttpRequest | None:
    """The request that is answered now, when the account with this key sent it."""
    request = context.request
    return request if request and request.user.pk == user_id else None


# Secrets


class FactorAdapter(DefaultMFAAdapter):
    """Stores the secrets of apps and recovery codes encrypted."""

    def encrypt(self, text: str) -> str:
        return encrypt(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises DecryptionError for one that this site can't read."""
        return encrypted_text if CLEAR.fullmatch(encrypted_text) else decrypt(encrypted_text, PURPOSE)


def is_readable(authenticator: Authenticator) -> bool:
    """Whether the secret of this factor can be read; a passkey has none that we know."""
    if authenticator.type == Type.WEBAUTHN:
        return True
    return _clear(_stored(authenticator)) is not None


def unreadable() -> list[Authenticator]:
    """The apps and recovery codes whose secrets no key of this site can read."""
    return [each for each in _with_secrets(Authenticator.objects.all()) if not is_readable(each)]


def not_newest() -> list[Authenticator]:
    """The apps and recovery codes whose secrets are in clear, or encrypted with an older key."""
    return [each for each in _with_secrets(Authenticator.objects.all()) if not _is_newest(_stored(each) or "")]


def encrypt_anew(authenticators: QuerySet[Any]) -> int:
    """Encrypt the secrets of `authenticators` with the newest key; what can't be read stays as it is.

    Returns how many rows were changed. Rows under the newest key already are left alone.
    """
    return _rewrite(authenticators, lambda text: encrypt(text, PURPOSE), lambda text: not _is_newest(text))


def decrypt_all(authenticators: QuerySet[Any]) -> int:
    """Store the secrets in clear again, as before they were encrypted. Returns how many rows were changed."""
    return _rewrite(authenticators, lambda text: text, lambda text: not CLEAR.fullmatch(text))


def _rewrite(authenticators: QuerySet[Any], written: Any, is_due: Any) -> int:
    changed = 0
    with transaction.atomic():
        for each in _with_secrets(authenticators).select_for_update():
            stored = _stored(each)
            if isinstance(stored, str) and is_due(stored) and (clear := _clear(stored)) is not None:
                each.data[_name(each)] = written(clear)
                authenticators.filter(pk=each.pk).update(data=each.data)  # without signals: it is the same factor
                changed += 1
    return changed


def _with_secrets(authenticators: QuerySet[Any]) -> QuerySet[Any]:
    return authenticators.filter(type__in=(Type.TOTP, Type.RECOVERY_CODES)).order_by("pk")


def _name(authenticator: Any) -> str:
    return "secret" if authenticator.type == Type.TOTP else "seed"


def _stored(authenticator: Any) -> Any:
    return authenticator.data.get(_name(authenticator))


def _clear(text: Any) -> str | None:
    """The secret in clear; None when it can't be read."""
    try:
        return FactorAdapter().decrypt(text)
    except (DecryptionError, TypeError):
        return None


def _is_newest(text: str) -> bool:
    """Whether `text` is encrypted with the newest key."""
    return bool(text) and not CLEAR.fullmatch(text) and is_newest(text, PURPOSE)
