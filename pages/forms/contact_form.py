"""The contact form: what a visitor writes to the secretariat, without a cookie, a script or a copy.

The message exists in the mail queue, encrypted, until a mail server takes it, and then in the mailbox of the
secretariat. See decision 59.
"""

import re
import unicodedata
from datetime import timedelta
from http import HTTPStatus

from django import forms
from django.conf import settings
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

from pages.forms.visitor_forms import HOUR, SealedForm, VisitorEmailField, digest, may_send, network, private, seal
from pages.models import ContactDetails
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import absolute
from publishing.operations.mail import AUTOMATIC, Handling, entrust
from publishing.web.addresses.known_paths import exists
from publishing.web.sent_forms.lapsed import is_from_here, refused

LONGEST, LONGEST_SUBJECT = 5000, 150  # characters
MOST_LINKS = 5
LINK = re.compile(r"(?i)https?://|www\.")
MOST_OF_ONE, MOST_OF_ALL = 5, 60  # messages in an hour
KEPT_FOR = timedelta(days=7)  # while no mail server takes it


class ContactForm(SealedForm):
    """A message to the secretariat; only the message itself is required."""

    message = forms.CharField(
        label=_("Your message"),
        help_text=_("Please leave out health details and other sensitive information."),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write your message here.")},
    )
    email = VisitorEmailField(
        label=_("Your e-mail address"), required=False, help_text=_("Without an address we can’t answer you.")
    )
    subject = forms.CharField(label=_("Subject"), required=False)
    page = forms.CharField(label=_("About which page of this website"), required=False)

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
    form.offer_again()
    if not to:
        why = gettext("The secretariat can’t get messages from this website now. Call it instead.")
        return _refused(request, form, HTTPStatus.NOT_FOUND, why)
    if not is_valid:
        return _refused(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    said = form.cleaned_data
    sent = digest(
        "contact", "message", *(said[each] for each in ("email", "subject", "page", "message")), network(request)
    )
    if cache.get(sent) is None:  # else it was sent already: a second click
        if not may_send(request, "contact", MOST_OF_ONE, MOST_OF_ALL):
            why = gettext("Too many messages came in. Try again in an hour, or call us.")
            return _refused(request, form, HTTPStatus.TOO_MANY_REQUESTS, why)
        try:
            _send(request, to, said)
        except DatabaseError:
            why = gettext("Your message could not be sent now. Try again in a while, or call us.")
            return _refused(request, form, HTTPStatus.SERVICE_UNAVAILABLE, why)
        cache.set(sent, True, HOUR)
    return private(render(request, "pages/contact_form_sent.html", {"section": "contact", "email": said["email"]}))


def _refused(request: HttpRequest, form: ContactForm, status: int, why: str = "") -> HttpResponse:
    """The form with what was typed and what is wrong; `why` is about the message as a whole."""
    if why:
        form.add_error(None, why)
    return private(_page(request, form, status))


def _page(request: HttpRequest, form: ContactForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "pages/contact_form.html", {"section": "contact", "form": form}, status=status)


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
