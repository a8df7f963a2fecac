"""The contact form: what a visitor writes to the secretariat, without a cookie, a script or a copy.

The message exists in the mail queue, encrypted, until a mail server takes it, and then in the mailbox of the
secretariat. See decision 59.
"""

import hmac
import ipaddress
import re
import unicodedata
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from pages.models import ContactDetails
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import absolute
from publishing.operations.mail import AUTOMATIC, Handling, entrust
from publishing.text.numbers import parse_int
from publishing.web.known_paths import exists
from publishing.web.lapsed import is_from_here, refused

LONGEST, LONGEST_SUBJECT = 5000, 150  # characters
MOST_LINKS = 5
LINK = re.compile(r"(?i)https?://|www\.")
TRAP = "website"
SEALED = signing.Signer(salt="pages.contact_form")
OLDEST = 45  # days; the page cache renders each page again within 30
MOST_OF_ONE, MOST_OF_ALL = 5, 60  # messages in an hour
HOUR = 3600  # seconds
KEPT_FOR = timedelta(days=7)  # while no mail server takes it


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


class ContactForm(forms.Form):
    """A message to the secretariat; only the message itself is required."""

    message = forms.CharField(
        label=_("Your message"),
        help_text=_("Please leave out health details and other sensitive information."),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write your message here.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        help_text=_("Without an address we can’t answer you."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("This is not a full e-mail address, such as name@example.org.")},
    )
    subject = forms.CharField(label=_("Subject"), required=False)
    page = forms.CharField(label=_("About which page of this website"), required=False)
    website = forms.CharField(required=False, label=_("Leave this empty"))
    seal = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_message(self) -> str:
        """The message, if it is not too long and not full of links."""
        text = "\n".join(self.cleaned_data["message"].splitlines())
        if len(text) > LONGEST:
            said = gettext("Your message has %(number)d characters. Shorten it to at most %(most)d.")
            raise ValidationError(said % {"number": len(text), "most": LONGEST})
        if len(LINK.findall(text)) > MOST_LINKS:
            said = gettext("Your message has more than %d links. Leave some out.")
            raise ValidationError(said % MOST_LINKS)
        return text

    def clean_email(self) -> str:
        """The address, without signs that would begin another line in the head of the message."""
        email: str = self.cleaned_data["email"]
        if not email.isprintable():  # within quotes an address may hold some
            raise ValidationError(self.fields["email"].error_messages["invalid"])
        return email

    def clean_subject(self) -> str:
        """The subject, on one line."""
        subject: str = self.cleaned_data["subject"]
        if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in subject):
            raise ValidationError(gettext("Write the subject on one line."))
        if len(subject) > LONGEST_SUBJECT:
            raise ValidationError(gettext("Shorten the subject to at most %d characters.") % LONGEST_SUBJECT)
        return subject

    def clean_page(self) -> str:
        """A path of this site that exists."""
        path: str = self.cleaned_data["page"]
        if path and not is_page(path):
            raise ValidationError(gettext("This website has no such page. Leave it empty, or correct it."))
        return path

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get(TRAP):
            raise ValidationError(gettext("The field that must stay empty was filled in. Send your message again."))
        if not self.errors and not is_recent(self.cleaned_data.get("seal", "")):
            raise ValidationError(gettext("This page stood open for long. Send your message again."))
        return self.cleaned_data


def is_page(path: str) -> bool:
    """Whether `path` is one of this site, as a page links to it: no other site, no query."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= 500
    return is_path and path.isprintable() and not set(path) & set("?#\\ ") and path.endswith("/") and exists(path)


@csrf_exempt  # there is no cookie that another site could use; see `publishing.contributions.secret_pages`
def contact_form(request: HttpRequest) -> HttpResponse:
    """The form, while the secretariat has a public e-mail address; by POST its message goes there."""
    details = ContactDetails.published().first()
    to = details.email if details else ""
    if request.method != "POST":
        if not to:
            raise Http404
        page = request.GET.get("page", "")
        return _page(request, ContactForm(initial={"page": page if is_page(page) else "", "seal": seal()}))
    if not is_from_here(request):
        return refused(request)
    form = ContactForm(request.POST)
    is_valid = form.is_valid()
    form.data = {**request.POST.dict(), TRAP: "", "seal": seal()}  # what was typed, to be sent again
    if not to:
        why = gettext("The secretariat can’t get messages from this website now. Call it instead.")
        return _refused(request, form, HTTPStatus.NOT_FOUND, why)
    if not is_valid:
        return _refused(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    said = form.cleaned_data
    digest = _digest("message", said["email"], said["subject"], said["page"], said["message"], _network(request))
    if cache.get(digest) is None:  # else it was sent already: a second click
        if not may_send(request):
            why = gettext("Too many messages came in. Try again in an hour, or call us.")
            return _refused(request, form, HTTPStatus.TOO_MANY_REQUESTS, why)
        try:
            _send(request, to, said)
        except DatabaseError:
            why = gettext("Your message could not be sent now. Try again in a while, or call us.")
            return _refused(request, form, HTTPStatus.SERVICE_UNAVAILABLE, why)
        cache.set(digest, True, HOUR)
    return _private(render(request, "pages/contact_form_sent.html", {"section": "contact", "email": said["email"]}))


def _refused(request: HttpRequest, form: ContactForm, status: int, why: str = "") -> HttpResponse:
    """The form with what was typed and what is wrong; `why` is about the message as a whole."""
    if why:
        form.add_error(None, why)
    return _private(_page(request, form, status))


def _page(request: HttpRequest, form: ContactForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "pages/contact_form.html", {"section": "contact", "form": form}, status=status)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _send(request: HttpRequest, to: str, said: dict[str, str]) -> None:
    """Give the message to the mail queue, in the language of the secretariat."""
    written_in = NAMES[get_language() or settings.LANGUAGE_CODE]
    with override(settings.LANGUAGE_CODE):
        listed_as = gettext("Message by the contact form")
        lines = [
            gettext("From: %s") % (said["email"] or gettext("no address given, so no answer is possible")),
            *([gettext("About the page: %s") % absolute(request, said["page"])] if said["page"] else []),
            gettext("Written in: %s") % written_in,
        ]
        subject = f"{listed_as}: {said['subject']}" if said["subject"] else listed_as
    body = "\n".join(lines) + f"\n\n{said['message']}\n"
    reply_to = [said["email"]] if said["email"] else None
    message = EmailMessage(subject, body, to=[to], reply_to=reply_to, headers=AUTOMATIC)
    entrust(message, Handling(expires_at=timezone.now() + KEPT_FOR, listed_as=listed_as))
    message.send()


# Limits: a keyed hash of the address, in the cache, for an hour


def may_send(request: HttpRequest) -> bool:
    """Whether one more message may be sent from this network, and at all; True counts it."""
    return _has_place(_digest("network", _network(request)), MOST_OF_ONE) and _has_place(_digest("all"), MOST_OF_ALL)


def _has_place(key: str, places: int) -> bool:
    return any(cache.add(f"{key}-{place}", True, HOUR) for place in range(places))


def _network(request: HttpRequest) -> str:
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


def _digest(*parts: str) -> str:
    key = f"pages.contact_form:{settings.SECRET_KEY}".encode()
    return "contact-" + hmac.new(key, "\0".join(parts).encode(), sha256).hexdigest()
