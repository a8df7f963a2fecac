"""The addresses under `/account/`: django-allauth's, without those by which people sign up or change who they are."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from staff import account_views
from staff.sessions import my_sessions


def nothing(request: HttpRequest) -> NoReturn:
    """Nobody has business at this address."""
    raise Http404


urlpatterns = [
    re_path(r"^(?:signup|email|confirm-email)/", nothing),
    path("login/", account_views.login, name="account_login"),
    path("password/change/", account_views.change_password, name="account_change_password"),
    path("password/set/", account_views.set_password, name="account_set_password"),
    path("2fa/", account_views.HowISignIn.as_view(), name="mfa_index"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index")),  # that page lists them too
    path("2fa/webauthn/add/", account_views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/recovery-codes/", account_views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", account_views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", account_views.RecoveryCodesFile.as_view(), name="mfa_download_recovery_codes"),
    path("sessions/", my_sessions, name="usersessions_list"),
    path("", include("allauth.urls")),
]
