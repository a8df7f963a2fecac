"""Invitations: the secretariat asks somebody to keep their own card, and a link in a mail lets them in."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from staff import notices
from staff.models import CardLink, StaffMember

GROUP = "Medewerkers"  # their own card only; see `resoc.groups`


def invite(request: HttpRequest, member: StaffMember) -> None:
    """Give `member` an account if there is none, and mail a link to it. Raises ValidationError."""
    if not member.email:
        raise ValidationError(_("Fill in an e-mail address first, and save: the invitation goes there."))
    with transaction.atomic():
        if member.user is None:
            member.user = _account(member)
            member.save(update_fields=["user"])
        elif not member.user.is_active:
            raise ValidationError(_("This account is switched off."))
        _link, token = CardLink.objects.make(member, CardLink.Purpose.INVITATION)
        notices.invite(request, member, token, days=CardLink.LASTS.days)


def _account(member: StaffMember) -> User:
    """The account of the person with the address of `member`; a new one has no password."""
    found = User.objects.filter(email__iexact=member.email).first()
    if found is None:
        found = User.objects.create_user(member.email[:150], member.email)
        found.groups.add(Group.objects.get(name=GROUP))
    elif StaffMember._base_manager.filter(user=found).exists():
        raise ValidationError(_("Somebody else's card has an account with this e-mail address."))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: Any, token: str) -> HttpResponse:
    """Let in who was invited; the button does it, because programs that read mail follow links too."""
    link = CardLink.objects.find(token, CardLink.Purpose.INVITATION)
    if link is None or link.member.user is None:
        return render(request, "staff/link_over.html", status=410)
    if request.method != "POST":
        return render(request, "staff/invitation.html", {"member": link.member})
    if not link.use():
        return render(request, "staff/link_over.html", status=410)
    response = perform_login(request, link.member.user, email_verification="none")
    return response if link.member.user.is_staff else redirect("my_card_welcome")


@never_cache
def welcome(request: HttpRequest) -> HttpResponse:
    """How somebody who was just let in comes in next time."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return render(request, "staff/welcome.html")
