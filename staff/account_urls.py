"""The addresses under `/account/`: django-allauth's, without those by which people sign up or change who they are."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path


def nothing(request: HttpRequest) -> NoReturn:
    """Nobody has business at this address."""
    raise Http404


urlpatterns = [
    re_path(r"^(?:signup|email|confirm-email)/", nothing),
    path("", include("allauth.urls")),
]
