"""E-mail addresses: the one form in which they are typed, stored and compared, and whose account each is."""

import unicodedata
from typing import Any

from allauth.account.fields import EmailField as AccountEmailField
from django import forms
from django.contrib.auth.models import User
from django.db import models

from publishing.text.cleaning import clean_identifier


def normal(email: Any) -> str:
    """`email` in its one form: lower case, no white space around it, no letters that nobody sees.

    Compatibility forms, such as the ligature that a PDF writes for “fi”, become plain letters (NFKC), so that
    two addresses that look alike to a mail program are not two to us. Look-alikes of another alphabet stay
    what they are: a dotless i is no i. The result may be no address at all; validating it comes after.
    """
    text = unicodedata.normalize("NFKC", str(email or ""))
    # A zero byte stays, as white space within an address does, and is refused: nobody should guess what was meant.
    text = "\0".join(map(clean_identifier, text.split("\0")))
    return unicodedata.normalize("NFKC", text.lower()).strip()


class AddressFormField(forms.EmailField):
    """An address as a form asks for it: judged, and given, in its one form."""

    def to_python(self, value: Any) -> Any:
        return normal(super().to_python(value))


class AccountAddressFormField(AccountEmailField):
    """The same with the label and the hints of django-allauth's forms."""

    def to_python(self, value: Any) -> Any:
        return normal(super().to_python(value))


class AddressField(models.EmailField):
    """An address that is stored and compared in its one form, also one from before there was one."""

    def to_python(self, value: Any) -> Any:
        return normal(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else normal(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = normal(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**({"form_class": AddressFormField} | kwargs))


def accounts_with(email: Any) -> models.QuerySet[User]:
    """The accounts with this address, the oldest first; more than one only where they were there before us."""
    address = normal(email)
    found = User.objects.filter(email=address) if address and "\0" not in address else User.objects.none()
    return found.order_by("date_joined", "pk")


def account_of(email: Any) -> User | None:
    """The account that signs in with this address: the oldest active one that has it."""
    return accounts_with(email).filter(is_active=True).first()


def is_taken(email: Any, but: User | None = None) -> bool:
    """Whether an account other than `but` has this address."""
    others = accounts_with(email)
    return (others.exclude(pk=but.pk) if but and but.pk else others).exists()


def in_conflict() -> list[list[User]]:
    """The accounts that have one address together, the oldest first, which is the one that signs in with it."""
    found: dict[str, list[User]] = {}
    for user in User.objects.exclude(email="").order_by("date_joined", "pk"):
        found.setdefault(normal(user.email), []).append(user)
    return [users for users in found.values() if len(users) > 1]
