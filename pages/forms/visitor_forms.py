"""What the forms of visitors have in common: no cookie, no script, no token, and limits that keep no address.

There is no token against forgery, because nothing lets a visitor in; see decision 59.
"""

import hmac
import ipaddress
from hashlib import sha256
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.text.numbers import parse_int

TRAP = "website"
SEALED = signing.Signer(salt="pages.contact_form")  # stays: a form that stood open during an upgrade is still ours
OLDEST = 45  # days; the page cache renders each page again within 30
HOUR = 3600  # seconds
LOCAL = {"localhost", "localdomain", "local", "internal", "invalid"}  # no mail of ours gets there (RFC 6761, 6762)


def seal() -> str:
    """The day of today, signed. It changes no more often, so that the page cache may keep the page."""
    return SEALED.sign(str(timezone.localdate().toordinal()))


def is_recent(sealed: str) -> bool:
    """Whether this site made `sealed`, and not too long ago."""
    try:
        day = parse_int(SEALED.unsign(sealed))
    except signing.BadSignature:
        return False
    return 0 <= timezone.localdate().toordinal() - day <= OLDEST


class SealedForm(forms.Form):
    """A form with a field that people leave empty, on a page that was rendered not too long ago."""

    website = forms.CharField(required=False, label=_("Leave this empty"))
    seal = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get(TRAP):
            raise ValidationError(gettext("The field that must stay empty was filled in. Send the form again."))
        if not self.errors and not is_recent(self.cleaned_data.get("seal", "")):
            raise ValidationError(gettext("This page stood open for long. Send the form again."))
        return self.cleaned_data

    def offer_again(self) -> None:
        """Have the form show what was typed, to be sent again."""
        self.data = {**self.data.dict(), TRAP: "", "seal": seal()}  # type: ignore[attr-defined]


class VisitorEmailField(forms.EmailField):
    """An address that mail gets to from elsewhere: with a name of a domain, and none within quotes.

    RFC 5321 (4.1.2, 4.1.3) knows more, which only programs write: `a@[127.0.0.1]`, or signs that would begin another
    line in the head of a message.
    """

    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    default_error_messages = {
        "required": _("Write your e-mail address here."),
        "invalid": _("This is not a full e-mail address, such as name@example.org."),
    }

    def validate(self, value: Any) -> None:
        super().validate(value)
        name, _at, domain = str(value or "").rpartition("@")
        top = domain.rpartition(".")[2].casefold()
        is_local = top in LOCAL or top.isdigit() or "." not in domain or domain.startswith("[")
        if value and (is_local or name.startswith('"') or not value.isprintable()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


def private(response: HttpResponse) -> HttpResponse:
    """`response` as one that nobody keeps."""
    response.headers["Cache-Control"] = "no-store, private"
    return response


# Limits: a keyed hash of the address, in the cache, for an hour


def may_send(request: HttpRequest, form: str, of_one: int, of_all: int) -> bool:
    """Whether one more may be sent by `form` from this network, and at all; True counts it."""
    own = digest(form, "network", network(request))
    return _has_place(own, of_one) and _has_place(digest(form, "all"), of_all)


def _has_place(key: str, places: int) -> bool:
    return any(cache.add(f"{key}-{place}", True, HOUR) for place in range(places))


def network(request: HttpRequest) -> str:
    """The address that the outermost trusted proxy saw; of IPv6 the network, in which one household has all."""
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXY_COUNT
    text = said[-proxies] if 0 < proxies <= len(said) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:  # as a server that listens to both calls it: no network of one household
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def digest(form: str, *parts: str) -> str:
    """A key for the cache, from which nobody learns `parts`."""
    key = f"pages.{form}:{settings.SECRET_KEY}".encode()
    return f"{form}-" + hmac.new(key, "\0".join(parts).encode(), sha256).hexdigest()
