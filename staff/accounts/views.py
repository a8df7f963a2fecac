"""allauth's pages, where ours do something else. They have allauth's addresses and names: see `urls`."""

from typing import Any

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import view_recovery_codes
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from staff.accounts.second_factor import is_readable, must_give_factor
from staff.rights import has_rights


def login(request: HttpRequest) -> HttpResponse:
    """The page to sign in. Somebody who comes back to it from a later step begins anew, and may choose another way."""
    if request.method == "GET" and not request.user.is_authenticated:
        clear_login(request)
    return views.login(request)


# Where the account got rights and the session did not give the factor, a password is not enough for another one.
change_password = reauthentication_required(views.password_change, enabled=must_give_factor)
set_password = reauthentication_required(views.password_set, enabled=must_give_factor)


class HowISignIn(IndexView):
    """The ways to sign in; recovery codes that can't be read are none."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        left = codes.get_unused_codes() if codes and is_readable(codes.instance) else []
        return context | {"codes_left": len(left), "has_rights": has_rights(self.request.user)}


class AddPasskey(AddWebAuthnView):
    """Making a passkey; people who only keep a card go on to that, and need no recovery code."""

    def get_success_url(self) -> str:
        return super().get_success_url() if has_rights(self.request.user) else reverse("my_card")


class _OnlyReadable:
    """Codes that can't be read are not shown: whoever asks for them makes new ones."""

    request: HttpRequest

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            codes, _may_view = view_recovery_codes(request)
            if codes and not is_readable(codes.instance):
                messages.warning(request, _("Your recovery codes can no longer be read. Make new ones here."))
                return redirect("mfa_generate_recovery_codes")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class RecoveryCodes(_OnlyReadable, ViewRecoveryCodesView):
    """The recovery codes that are left."""


class RecoveryCodesFile(_OnlyReadable, DownloadRecoveryCodesView):
    """The same as a file."""


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Making new ones; of codes that can't be read none is left."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        codes = Authenticator.objects.filter(
            user_id=self.request.user.pk, type=Authenticator.Type.RECOVERY_CODES
        ).first()
        if codes is None or is_readable(codes):
            return super().get_context_data(**kwargs)
        return FormView.get_context_data(self, **kwargs) | {"unused_code_count": 0}
