"""410 pages for withdrawn content, with the reason (RFC 9110 15.5.11)."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from publishing.i18n.languages import CODES, current
from publishing.models import Publishable, Revision
from publishing.workflow.undo import set_reason


def gone(request: HttpRequest, revision: Revision | None) -> HttpResponse:
    """Return the 410 page for a withdrawn object, with the reason of `revision`."""
    reason = revision.reason if revision and revision.withdrawn else ""
    # `page` lets the switcher find the other addresses.
    return _gone(request, reason, page=revision.thaw() if revision else None)


def version_gone(request: HttpRequest, obj: Publishable, revision: Revision) -> HttpResponse:
    """Return the 410 page for one withdrawn version of the public object `obj`."""
    addresses = {code: obj.get_versions_url(revision.pk, code) for code in CODES}
    return _gone(request, revision.taken_back_reason or "", page=obj, is_version=True, addresses=addresses)


def _gone(request: HttpRequest, reason: str, **context: object) -> HttpResponse:
    # The secretariat writes reasons in Dutch.
    reason_lang = settings.LANGUAGE_CODE if current() != settings.LANGUAGE_CODE else ""
    context |= {
        "reason": reason,
        "by_mistake": reason.strip().casefold() == set_reason().casefold(),
        "reason_lang": reason_lang,
    }
    return render(request, "410.html", context, status=HTTPStatus.GONE)
