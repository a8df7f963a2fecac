"""Asking for consent by mail: a link with which somebody says yes to a photo or a mobile number being public."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.workflow import amend, amend_waiting, lock
from staff.cards import notices
from staff.cards.consent import NOT_SHOWN, TEXTS, hidden_details
from staff.models import CardLink, Consent, StaffMember
from staff.my_card.views import basis_of, begins, small

PURPOSES = (CardLink.Purpose.PHOTO, CardLink.Purpose.MOBILE)  # each called as the detail that it asks about


@dataclass(frozen=True)
class Hidden:
    """A detail that visitors don't see for want of consent, and the last link with which that was asked for."""

    detail: Consent.Detail
    link: CardLink | None  # None: not asked, or not about this photo or number

    @property
    def told(self) -> str:
        """That visitors don't see it, in a sentence."""
        return str(NOT_SHOWN[self.detail])


def hidden(member: StaffMember) -> list[Hidden]:
    """The details in the working copy of `member` that visitors don't see for want of consent."""
    found = []
    for detail in hidden_details(member):
        link = CardLink.objects.filter(member=member, purpose=detail.value).select_related("member__user").first()
        found.append(Hidden(detail, link if link and link.is_as_made else None))
    return found


def ask(request: HttpRequest, member: StaffMember, detail: str) -> str:
    """Ask `member` by mail whether `detail` may be public; returns the address that is written to.

    Raises ValidationError.
    """
    with transaction.atomic():
        lock(StaffMember)
        row = StaffMember._base_manager.select_related("user").get(pk=member.pk)
        asked = next((each for each in hidden_details(row) if each.value == detail), None)
        if asked is None:
            raise ValidationError(_("There is nothing to ask: visitors see this, or the card has none."))
        if not row.mail_address:
            raise ValidationError(_("Fill in an e-mail address first: the question goes there."))
        if row.user and not row.user.is_active:
            raise ValidationError(_("This account is switched off."))
        link, token = CardLink.objects.make(row, asked.value)
        notices.ask_for_consent(request, row, asked, link, token)
    return row.mail_address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page with what may become public, and buttons for yes and no; following the link alone changes nothing."""
    if done := CardLink.objects.used(token, *PURPOSES):
        return _done(request, done)
    link = CardLink.objects.find(token, *PURPOSES)
    if link is None:
        return render(request, "staff/link_over.html", status=410)
    member, detail = link.member, Consent.Detail(link.purpose)
    with translation.override(member.language):
        errors: list[str] = []
        if request.method == "POST":
            try:
                with transaction.atomic():
                    lock(StaffMember)
                    if link.use() and request.POST.get("answer") == "yes":
                        agree(link)
                link.refresh_from_db()
                return _done(request, link)
            except ValidationError as error:
                errors = error.messages
        context = {
            "member": member,
            "detail": detail,
            "text": TEXTS[detail],
            "photo": small(member) if detail == Consent.Detail.PHOTO else "",
            "errors": errors,
        }
        return render(request, "staff/consent.html", context)


def agree(link: CardLink) -> None:
    """Show the detail that `link` asks about, at once when the card is public. Raises ValidationError."""
    detail = link.purpose
    row: Any = StaffMember._base_manager.select_related("user").get(pk=link.member_id)
    flag, how = f"shows_{detail}", f"{detail}_consent"
    setattr(row, how, _("with a link in a mail"))
    row.save(update_fields=[how])
    base = basis_of(row)
    if base is None:
        setattr(row, flag, True)
        row.save(update_fields=[flag])
    elif begins(row):
        amend_waiting(row, {flag: True}, row.user)
    else:
        amend(row, {flag: True}, row.user, note=_("Agreed with a link in a mail."))


def _done(request: HttpRequest, link: CardLink) -> HttpResponse:
    """The answer that was given with `link`."""
    member = link.member
    with translation.override(member.language):
        said_yes = getattr(StaffMember._base_manager.get(pk=member.pk), f"shows_{link.purpose}")
        published = StaffMember.published().filter(pk=member.pk).first()
        return render(request, "staff/consent_done.html", {"said_yes": said_yes, "member": published})
