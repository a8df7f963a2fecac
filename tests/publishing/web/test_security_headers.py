import pytest
from django.db import OperationalError
from django.test import Client

from publishing.web.middleware import MAX_BODY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/", "/nergens/", "/admin/", "/account/login/", "/feed/", "/robots.txt", "/healthz"]
)
def test_every_answer_limits_what_a_browser_does_with_it(client, address):
    headers = client.get(address).headers
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy.split("; ")
    assert "unsafe" not in policy


SAFE = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
)


EARLY = {
    "another method": ("PUT", "/contact/", {}, 405),
    "another method for the desk": ("DELETE", "/admin/", {}, 405),
    "another method for a file": ("OPTIONS", "/static/none.css", {}, 405),
    "another host": ("GET", "/contact/", {"HTTP_HOST": "evil.example"}, 400),
    "no host": ("GET", "/contact", {"HTTP_HOST": ""}, 400),
    "too large": ("POST", "/contact/", {"CONTENT_LENGTH": str(MAX_BODY + 1)}, 413),
    "without a slash": ("GET", "/contact", {}, 301),
    "nowhere": ("GET", "/nergens/", {}, 404),
    "a form without its token": ("POST", "/admin/language/", {}, 403),
}


@pytest.mark.parametrize(("method", "path", "extra", "status"), EARLY.values(), ids=EARLY)
def test_every_early_answer_is_as_safe_as_a_page(method, path, extra, status):
    response = Client(enforce_csrf_checks=True).generic(method, path, **extra)
    assert response.status_code == status
    page = Client().get("/contact/")
    for name in SAFE:
        assert set(response.headers[name].split("; ")) >= set(page.headers[name].split("; ")), name
    assert response.headers.get("Reporting-Endpoints") == page.headers["Reporting-Endpoints"]


def test_the_way_to_https_and_what_comes_early_over_it_are_safe_too(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    plain = Client().get("/contact/")
    assert plain.status_code == 301
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in plain.headers, "browsers must ignore it there"
    assert Client().put("/contact/", secure=True).headers["Strict-Transport-Security"] == "max-age=60"


def test_an_outage_is_as_safe_as_a_page(monkeypatch):
    monkeypatch.setattr(
        "staff.cards.views.StaffMember.published", lambda: (_ for _ in ()).throw(OperationalError("gone"))
    )
    response = Client(raise_request_exception=False).get("/contact/")
    assert response.status_code == 503
    assert set(SAFE) <= set(response.headers)
