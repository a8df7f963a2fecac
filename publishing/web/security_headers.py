"""The headers that limit what a browser does with a page, and how long it keeps a redirect or an error."""

from http import HTTPStatus

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from publishing.types import GetResponse


def never_kept(get_response: GetResponse) -> GetResponse:
    """Let no browser keep a redirect or an error without asking again: what it says is true until the next change.

    Without a word browsers keep a 301, 404 or 410 for as long as they like (RFC 9111 4.2.2). So a page that came
    back would stay gone, and an address that was changed back would lead in a circle.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        status = response.status_code
        if status >= HTTPStatus.MULTIPLE_CHOICES and status != HTTPStatus.NOT_MODIFIED:
            asked_for = response.headers.get("Cache-Control", "")
            if not any(word in asked_for for word in ("no-store", "no-cache")):
                response.headers["Cache-Control"] = "no-cache"
        return response

    return middleware


# The features of a browser that a page may use: only passkeys, which signing in needs.
PERMISSIONS = ", ".join(
    [
        *(f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)


# What `SecurityMiddleware` and its like say of a page.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Content-Security-Policy": build_policy(),
}


def may_be_early(response: HttpResponse) -> bool:
    """Whether a middleware may have answered before those that make pages safe: a 405, a 400, the way to HTTPS.

    With DEBUG the pages about errors need more than our policy allows.
    """
    is_answer = response.status_code >= HTTPStatus.MULTIPLE_CHOICES and response.status_code != HTTPStatus.NOT_MODIFIED
    return is_answer and not settings.DEBUG


def strict_transport(request: HttpRequest) -> dict[str, str]:
    """The header that keeps browsers to HTTPS (RFC 6797), where that is set and this request came over it."""
    seconds = settings.SECURE_HSTS_SECONDS
    return {"Strict-Transport-Security": f"max-age={seconds}"} if seconds and request.is_secure() else {}


def limit_browser(get_response: GetResponse) -> GetResponse:
    """Say what no page of ours does, also one that was made to, and that no other site may show our parts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if may_be_early(response):
            for name, value in (SAFE | strict_transport(request)).items():
                response.headers.setdefault(name, value)
        if policy := response.headers.get("Content-Security-Policy"):
            # Its order comes from a set, so it is another in each process; caches want the same page from all.
            response.headers["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
            response.headers["Reporting-Endpoints"] = 'csp="/csp-report/"'
        return response

    return middleware
