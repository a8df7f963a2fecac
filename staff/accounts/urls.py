"""The addresses under `/account/`: django-allauth's, without those by which people sign up or change who they are."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from staff.accounts import views
from staff.accounts.sessions import my_sessions


def nothing(request: HttpRequest) -> NoReturn:
    """Nobody has business at this address."""
    raise Http404


urlpatterns = [
    re_path(r"^(?:signup|email|confirm-email)/", nothing),
    path("login/", views.login, name="account_login"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("password/set/", views.set_password, name="account_set_password"),
    path("2fa/", views.HowISignIn.as_view(), name="mfa_index"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index")),  # that page lists them too
    path("2fa/webauthn/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", views.RecoveryCodesFile.as_view(), name="mfa_download_recovery_codes"),
    path("sessions/", my_sessions, name="usersessions_list"),
    path("", include("allauth.urls")),
]
