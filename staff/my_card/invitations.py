"""Invitations: the secretariat asks somebody to keep their own card, and a link in a mail lets them in.

Such a link signs in anybody who has the mail, so it goes to the address of the account only, and to nobody with
rights in the desk: they sign in themselves.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.models import Event
from publishing.models.records.events import record
from publishing.workflow import lock
from staff.cards import notices
from staff.emails import accounts_with, normal
from staff.models import CardLink, StaffMember
from staff.rights import STAFF_GROUP, check_may_touch, has_rights

SIGNS_IN = (CardLink.Purpose.INVITATION, CardLink.Purpose.CHANGE)


def invite(request: Any, member: StaffMember, links_existing: bool = False) -> str:
    """Give `member` an account if there is none, and mail a link to it; returns the address that is written to.

    An account that exists already is connected only when `links_existing` says that somebody wants it.
    Raises ValidationError.
    """
    with transaction.atomic():
        lock(StaffMember)
        row = StaffMember._base_manager.select_related("user").get(pk=member.pk)
        if row.user is None:
            if waits_with_another(row):
                raise ValidationError(
                    _("A planned version of this card has another e-mail address. Cancel it or change it first.")
                )
            row.user = _found(request.user, row, links_existing) or _made(row)
            row.save(update_fields=["user"])
        check_may_touch(request.user, row.user)
        if not row.user.is_active:
            raise ValidationError(_("This account is switched off."))
        if not row.user.email:
            raise ValidationError(_("This account has no e-mail address. A superuser fills it in."))
        record(Event.Kind.INVITED, about=row.user)
        if has_rights(row.user):
            notices.invite(request, row)
        else:
            link, token = CardLink.objects.make(row, CardLink.Purpose.INVITATION)
            notices.invite(request, row, link, token)
    member.user = row.user
    return row.user.email


def existing_account(member: StaffMember) -> User | None:
    """The account that has the address of `member`, whose card has no account yet."""
    return accounts_with(member.email).first() if member.user_id is None else None


def _found(actor: Any, member: StaffMember, links_existing: bool) -> User | None:
    """The account that is to be connected with the card of `member`; None when one must be made."""
    if not member.email:
        raise ValidationError(_("Fill in an e-mail address first, and save: the invitation goes there."))
    found = list(accounts_with(member.email))
    for user in found:
        if StaffMember._base_manager.filter(user=user).exists():
            raise ValidationError(_("Somebody else's card has an account with this e-mail address."))
        check_may_touch(actor, user)
    if len(found) > 1:
        raise ValidationError(_("More than one account has this e-mail address. A superuser puts that right first."))
    if not found:
        return None
    if not links_existing:
        raise ValidationError(
            _("There is an account with this e-mail address already. Use the button that connects it with this card.")
        )
    if not has_rights(found[0]):
        found[0].groups.add(Group.objects.get(name=STAFF_GROUP))
    return found[0]


def _made(member: StaffMember) -> User:
    """A new account for `member`, without a password, that may keep this card and nothing else."""
    name = member.email[:150]
    if User.objects.filter(username__iexact=name).exists():
        raise ValidationError(_("Another account has this e-mail address as its name. A superuser puts that right."))
    user = User.objects.create_user(name, member.email)
    user.groups.add(Group.objects.get(name=STAFF_GROUP))
    return user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: Any, token: str) -> HttpResponse:
    """Sign in the person who was invited; the button does it, because programs that read mail follow links too."""
    link = CardLink.objects.find(token, *SIGNS_IN)
    if link is None:
        return render(request, "staff/link_over.html", status=410)
    with translation.override(link.member.language):
        if request.method != "POST":
            return render(request, "staff/invitation.html", {"member": link.member, "link": link})
        user = used(token)
        if user is None:
            return render(request, "staff/link_over.html", status=410)
    record_authentication(request, user, method="link", email=user.email)
    response = perform_login(request, user, email_verification="none")
    if request.user != user:  # something more is asked first
        return response
    return redirect("my_card_welcome" if link.purpose == CardLink.Purpose.INVITATION else "my_card")


def may_be_let_in(member: StaffMember) -> bool:
    """Whether a link in a mail to `member` may sign them in, if need be with an account that is made then."""
    if member.user:
        return bool(member.user.email) and not has_rights(member.user)
    is_known = existing_account(member) or User.objects.filter(username__iexact=member.email[:150]).exists()
    return bool(member.email) and not is_known and not waits_with_another(member)


def waits_with_another(member: StaffMember) -> bool:
    """Whether a version that waits would publish an address that is not the one of the account to be."""
    waiting = member.revisions.pending().filter(withdrawn=False)
    return any(normal(each.data.get("email")) not in ("", member.email) for each in waiting)


def used(token: str) -> User | None:
    """Use up the link with this token; returns the user, or None when it lets in nobody (any more)."""
    with transaction.atomic():
        lock(StaffMember)
        link = CardLink.objects.find(token, *SIGNS_IN)
        member = link.member if link else None
        if link is None or member is None or not may_be_let_in(member) or link.email != member.mail_address:
            return None
        if not link.use():
            return None
        if member.user is None:
            member.user = _made(member)
            member.save(update_fields=["user"])
        record(Event.Kind.LET_IN, by=member.user, about=member.user)
        return member.user


@never_cache
def welcome(request: HttpRequest) -> HttpResponse:
    """How somebody who was just let in comes in next time."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return render(request, "staff/welcome.html")
