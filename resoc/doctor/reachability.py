"""What the doctor finds when it asks for the site as a visitor does: by its own address, over the network.

A machine that does not reach its public name, as behind some routers, asks itself at the same port: then
only the way there is not looked at. No certificate is trusted that a browser would not trust.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from publishing.i18n.languages import CODES
from publishing.i18n.urls import address
from publishing.models import Revision
from resoc.operations.findings import ODD, OK, WRONG, Finding

WITHIN = 10  # seconds for one answer
RENEWED_BEFORE = timedelta(days=14)  # the end of a certificate
DRIFT = timedelta(minutes=1)  # that two clocks may differ
AHEAD = timedelta(minutes=5)  # by which what is written down may lie in the future
PORTS = {"http": 80, "https": 443}
ITSELF = "127.0.0.1"
NO_ADDRESS = "The site does not know its own address (SITE_URL), so it was not asked for {}."


@dataclass(frozen=True)
class Response:
    """What came back for one address."""

    status: int
    at: datetime | None = None  # by the clock of the server that answered
    is_from_itself: bool = False  # this machine asked itself, because its public name led nowhere


def connect(context: ssl.SSLContext | None) -> tuple[HTTPConnection, bool]:
    """A connection to the site, and whether it leads to this machine past the public name.

    Raises OSError when neither leads anywhere; ssl.SSLError when the certificate is not one to trust.
    """
    parts = urlsplit(settings.SITE_URL)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    if context:
        made: HTTPConnection = HTTPSConnection(host, port, timeout=WITHIN, context=context)
    else:
        made = HTTPConnection(host, port, timeout=WITHIN)
    try:
        made.connect()
    except ssl.SSLError:
        raise
    except OSError as error:
        made._create_connection = partial(_to_itself, port)  # type: ignore[attr-defined]  # of http.client
        try:
            made.connect()
        except ssl.SSLError:
            raise
        except OSError:
            raise error from None
        return made, True
    return made, False


def _to_itself(port: int, _address: object, timeout: float, _source: object = None) -> socket.socket:
    return socket.create_connection((ITSELF, port), timeout)


def ask(path: str) -> Response:
    """The answer to a GET of `path`, whoever vouches for the certificate. Raises OSError or HTTPException."""
    context = None
    if settings.HTTPS:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # `certificate_is_good` looks at that
    asked, is_from_itself = connect(context)
    with closing(asked):
        asked.request("GET", path, headers={"User-Agent": "RESOC-Westhoek-doctor", "Connection": "close"})
        response = asked.getresponse()
        response.read(1_000_000)
        at = None
        with suppress(TypeError, ValueError):  # no such header, or one that makes no sense
            at = parsedate_to_datetime(response.headers["Date"])
        return Response(response.status, at, is_from_itself)


def pages_answer() -> Iterator[Finding]:
    """Whether pages are there for somebody who requests them over the network, and the site behind them."""
    if not settings.SITE_URL:
        yield Finding(OK, NO_ADDRESS.format("its pages"))
        return
    is_from_itself = False
    for path in (*(address(code, "home") for code in CODES), "/healthz"):  # files of nginx; then the site itself
        try:
            found = ask(path)
        except (OSError, HTTPException) as error:
            yield Finding(WRONG, f"{settings.SITE_URL}{path} does not answer: {_why(error)}.")
            return  # nor would the next
        is_from_itself = found.is_from_itself
        if found.status != HTTPStatus.OK:
            yield Finding(WRONG, f"{settings.SITE_URL}{path} answers {found.status} instead of 200.")
            return
    if is_from_itself:
        said = f"This machine does not reach {settings.SITE_URL} by that name, and asked itself: the pages answer."
        yield Finding(ODD, f"{said} Let a monitor elsewhere ask for them.")
    else:
        yield Finding(OK, f"The pages answer at {settings.SITE_URL}.")


def certificate_is_good() -> Iterator[Finding]:
    """Whether browsers trust the certificate, and for how long it lasts."""
    if not settings.HTTPS:
        yield Finding(OK, "The address of the site has no HTTPS, so no certificate was looked at.")
        return
    host = urlsplit(settings.SITE_URL).hostname
    try:
        asked, _is_from_itself = connect(ssl.create_default_context())
        with closing(asked):
            ends = _end_of(asked)
    except ssl.SSLCertVerificationError as error:
        advice = "renew it (certbot renew), and let nginx read it again (systemctl reload nginx)"
        if not settings.SECURE_HSTS_SECONDS:  # deploy/install waits with that promise for the first real one
            advice = "run sudo deploy/install again once the name leads here and port 80 is open"
        yield Finding(WRONG, f"Browsers do not trust the certificate of {host} ({error.verify_message}): {advice}.")
        return
    except ssl.SSLError as error:
        yield Finding(WRONG, f"No safe connection to {host} can be made: {error.reason or error}.")
        return
    except OSError:
        yield Finding(OK, f"The certificate of {host} could not be looked at: see above, the pages do not answer.")
        return
    left = ends - timezone.now()
    if left < RENEWED_BEFORE:
        advice = "look why it is not renewed (certbot renew), then systemctl reload nginx"
        yield Finding(WRONG, f"The certificate of {host} ends on {ends:%Y-%m-%d}, in {left.days} days: {advice}.")
    else:
        yield Finding(OK, f"The certificate of {host} lasts until {ends:%Y-%m-%d}.")


def _end_of(asked: HTTPConnection) -> datetime:
    found = cast(ssl.SSLSocket, asked.sock).getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came within {WITHIN} seconds"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def clock_is_right() -> Iterator[Finding]:
    """Whether this machine’s clock agrees with others that it meets, and lies behind nothing that is written down.

    On a site of one machine there is no other clock but that of a proxy elsewhere; then what was written down
    is all there is: a version that was published, and the files of this code.
    """
    advice = "let the clock follow a time server (timedatectl set-ntp true)"
    for name, their, ours in other_clocks():
        if abs(their - ours) > DRIFT:
            seconds = abs(their - ours).total_seconds()
            yield Finding(WRONG, f"The clocks of this machine and of {name} differ by {seconds:.0f} seconds: {advice}.")
            return
    for name, moment in written_down():
        if moment > timezone.now() + AHEAD:
            yield Finding(WRONG, f"The clock is behind, or was ahead: {name} is of {moment:%Y-%m-%d %H:%M}: {advice}.")
            return
    yield Finding(OK, "The clock agrees with all that the site knows.")


def other_clocks() -> Iterator[tuple[str, datetime, datetime]]:
    """What other clocks say, each with what ours says at that moment."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            yield "the database", cursor.fetchone()[0], timezone.now()
    if settings.SITE_URL:
        with suppress(OSError, HTTPException):  # told by `pages_answer`
            if at := ask("/healthz").at:
                yield "whoever answers for the site", at, timezone.now()


def written_down() -> Iterator[tuple[str, datetime]]:
    """Moments that have passed, whatever the clock says."""
    newest = Revision.objects.order_by("-pk").values_list("created_at", flat=True).first()
    if newest:
        yield "the newest version", newest
    code = Path(settings.BASE_DIR) / "manage.py"
    yield "the code of the site", datetime.fromtimestamp(code.stat().st_mtime, UTC)
