"""The steps of signing in that ask for a second factor: apart from `second_factor`, because they load cryptography.

A worker that only serves pages for visitors needs none of this.
"""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from publishing.models.values.encryption import DecryptionError
from staff.accounts.second_factor import FactorAdapter, Type
from staff.rights import has_rights


class FactorStage(AuthenticateStage):
    """The step of signing in that asks for the second factor: only for people with rights in the desk."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        return user is not None and has_rights(user) and super()._should_handle(request)


def fits(authenticator: Authenticator, code: str) -> bool:
    """Whether `code` is one of this app or of these recovery codes; none fits a secret that can't be read."""
    try:
        return bool(authenticator.wrap().validate_code(code))
    except (DecryptionError, KeyError):
        return False


class _Codes:
    """The part of both forms for codes that compares: allauth's own fails on a secret that can't be read."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code. Raises ValidationError when it is wrong, or after too many wrong ones."""
        forget_attempts = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]
        found = list(Authenticator.objects.filter(user=self.user).exclude(type=Type.WEBAUTHN).order_by("-type"))
        for authenticator in found:
            if fits(authenticator, code):
                authenticator.user = self.user
                self.authenticator = authenticator
                forget_attempts()
                return code
        if found:
            self._emit_authentication_failed(found[0])  # type: ignore[attr-defined]
        raise FactorAdapter().validation_error("incorrect_code")


class CodeForm(_Codes, AuthenticateForm):
    """Asks for a code while somebody signs in: the first field of its page, for people without a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Authenticator.objects.filter(user=self.user, type=Type.WEBAUTHN).exists():
            self.fields["code"].widget.attrs["autofocus"] = True


class CodeAgainForm(_Codes, ReauthenticateForm):
    """Asks for a code before something that matters."""
