"""Reports of browsers about our Content-Security-Policy, kept without anything about their sender.

A report can be sent by anybody, with any content. So each is small, is about a page of this host, and
counts for one row of few; nothing of it but a directive, an origin and a path is kept.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from django.db import DatabaseError, models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from publishing.models import PolicyReport
from publishing.operations.logs import masked

OLD, NEW = "application/csp-report", "application/reports+json"  # CSP 2's `report-uri`, and the Reporting API
LARGEST = 16_000  # bytes
MOST_AT_ONCE = 20  # reports in one body
MOST = 200  # rows that are kept: those told last
MOST_A_MINUTE = 30  # rows that change in one minute
AGAIN_AFTER = timedelta(seconds=10)  # before which the same report counts as one
DIRECTIVE = re.compile(r"[a-z]{2,20}(-[a-z]{2,20}){0,3}")
WORDS = {"inline", "eval", "wasm-eval", "self", "data", "blob", "filesystem", "trusted-types-policy"}


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take the reports of a browser: 204, or 400, 413 or 415 for what is none."""
    if request.content_type not in (OLD, NEW):
        return HttpResponse(status=415)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > LARGEST:
        return HttpResponse(status=413)
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError, OSError):  # no JSON, no text, too deep, or the browser went away
        return HttpResponse(status=400)
    for directive, blocked, page in set(read(said, request.get_host())):
        try:
            keep(directive, blocked, page, timezone.now())
        except DatabaseError:  # a report is worth no error
            break
    return HttpResponse(status=204)


def read(said: object, host: str) -> Iterator[tuple[str, str, str]]:
    """The directive, the blocked origin and the path of each report about a page of `host` in what a browser said."""
    for each in (said if isinstance(said, list) else [said])[:MOST_AT_ONCE]:
        body = each.get("csp-report", each.get("body")) if isinstance(each, dict) else None
        if not isinstance(body, dict):
            continue
        texts = {name: value for name, value in body.items() if isinstance(value, str) and value.isprintable()}
        directive = texts.get("effectiveDirective") or texts.get("effective-directive")
        directive = (directive or texts.get("violated-directive", "")).partition(" ")[0]
        blocked = origin(texts.get("blockedURL") or texts.get("blocked-uri", ""))
        source = texts.get("sourceFile") or texts.get("source-file", "")
        page = _split(texts.get("documentURL") or texts.get("document-uri", ""))
        # The additions of a browser's extension to a page are no business of ours.
        if origin(source) and blocked and page and page.netloc == host and DIRECTIVE.fullmatch(directive):
            yield directive[:40], blocked[:200], masked(page.path)[:200]


def origin(address: str) -> str:
    """The scheme and host of a web address, or the word that stands for one; "" when no page of ours loads such."""
    if not address or address in WORDS:
        return address or "self"
    parts = _split(address)
    if parts and parts.scheme in WORDS:
        return parts.scheme
    is_web = parts and parts.hostname and parts.scheme in ("http", "https", "ws", "wss")
    return f"{parts.scheme}://{parts.hostname}" if parts and is_web else ""


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def keep(directive: str, blocked: str, page: str, now: datetime) -> None:
    """Count one report, unless there are too many already."""
    same = PolicyReport.objects.filter(directive=directive, blocked=blocked, page=page)
    last = same.values_list("last_at", flat=True).first()
    if last and last > now - AGAIN_AFTER:
        return
    if PolicyReport.objects.filter(last_at__gt=now - timedelta(minutes=1)).count() >= MOST_A_MINUTE:
        return
    if not same.update(count=models.F("count") + 1, last_at=now):
        new = PolicyReport(directive=directive, blocked=blocked, page=page, first_at=now, last_at=now)
        # Another worker may have been first.
        PolicyReport.objects.bulk_create([new], ignore_conflicts=True)
        kept = PolicyReport.objects.order_by("-last_at").values("pk")[:MOST]
        PolicyReport.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
