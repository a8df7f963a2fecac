"""django-allauth's and Django's forms of accounts, with addresses in their one form."""

from typing import Any

from allauth.account import forms as allauth
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from staff.emails import AccountAddressFormField, AddressFormField, account_of, is_taken, normal


class LoginForm(allauth.LoginForm):
    """By password: with a name, or with an address however it is typed."""

    def clean_login(self) -> str:
        login: str = super().clean_login()
        return normal(login) if "@" in normal(login) else login


class LoginCodeForm(allauth.RequestLoginCodeForm):
    """By a code in a mail."""

    email = AccountAddressFormField()

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = account_of(email)
        return email


class ResetPasswordForm(allauth.ResetPasswordForm):
    """A link in a mail to choose another password."""

    email = AccountAddressFormField()

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        user = account_of(email)
        self.users = [user] if user else []
        return email


class AccountForm(UserChangeForm):
    """An account in the admin: no two get one address."""

    class Meta(UserChangeForm.Meta):
        field_classes = {**UserChangeForm.Meta.field_classes, "email": AddressFormField}

    def clean_email(self) -> Any:
        """The address in its one form, free or the own one; one that two accounts had before may stay."""
        email = self.cleaned_data["email"]
        if email and email != normal(self.instance.email) and is_taken(email, but=self.instance):
            raise ValidationError(_("Another account has this e-mail address."))
        return email
