"""The addresses under `/account/`: django-allauth's, without those by which people sign up or change who they are."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path
from django.views.generic import RedirectView


def nothing(request: HttpRequest) -> NoReturn:
    """Nobody has business at this address."""
    raise Http404


urlpatterns = [
    re_path(r"^(?:signup|email|confirm-email)/", nothing),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index")),  # that page lists them too
    path("", include("allauth.urls")),
]
