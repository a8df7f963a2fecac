"""Another e-mail address on the card of somebody with an account: it counts once that person proved to have it.

The address of an account is where codes and links to sign in go, so whoever changes it on a card changes who
gets in. The forms keep the old one; a link in a mail to the new one, when it is used, changes the account, the
working copy and what is public together. That nothing else publishes an address that was not proven is a rule
of the card: see `StaffMember.check_complete`.
"""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.models import Event
from publishing.models.records.events import acting, record
from publishing.operations.mail_limits import mailbox
from publishing.workflow import lock, replace
from staff.cards import notices
from staff.emails import is_taken, normal
from staff.models import CardLink, StaffMember
from staff.rights import check_may_touch

ONCE_IN = timedelta(days=1)  # one address gets no more than one such mail
ASKS_A_DAY = 5  # for one card, of different addresses


class NewAddressMixin:
    """A form of a card that keeps the address of somebody with an account, and notes what was typed instead."""

    new_address = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        field = form.fields.get("email")
        if field and form.instance.user_id:
            field.help_text = _(
                "Another address counts once it is confirmed with a link in a mail to it. The old address is told."
            )

    def clean_email(self) -> str:
        """The address of before, when another one must be proven first; ValidationError when it can't be asked for."""
        form: Any = self
        typed: str = form.cleaned_data["email"]
        before: str = form.initial.get("email") or ""
        saved = StaffMember._base_manager.select_related("user").filter(pk=form.instance.pk).first()
        if saved is None or saved.user is None or typed in ("", normal(before), saved.email, saved.user.email):
            return typed
        check_may_ask(acting(), saved, typed)
        self.new_address = typed
        return before

    @cached_property
    def changed_data(self) -> list[str]:
        names: list[str] = super().changed_data  # type: ignore[misc]
        return [name for name in names if name != "email" or not self.new_address]


def pending(member: StaffMember) -> CardLink | None:
    """The link with which another address of `member` can still be proven."""
    link = CardLink.objects.valid().filter(member=member, purpose=CardLink.Purpose.ADDRESS).first()
    return link if link and link.is_as_made else None


def drop(member: StaffMember) -> None:
    """Let the address of before stay."""
    CardLink.objects.filter(member=member, purpose=CardLink.Purpose.ADDRESS).end()


def check_may_ask(actor: Any, member: StaffMember, email: str) -> None:
    """Raise ValidationError, with a sentence for `actor`, when `email` can't become the address of `member`."""
    user = member.user
    if actor != user:
        check_may_touch(actor, user)
    if is_taken(email, but=user):
        raise ValidationError(_("Another account has this e-mail address."))
    asked = CardLink.objects.filter(purpose=CardLink.Purpose.ADDRESS, made_at__gt=timezone.now() - ONCE_IN)
    mine = asked.filter(member=member)
    written = {mailbox(each) for each in asked.values_list("email", flat=True)}
    if not mine.filter(email=email, used_at=None).exists() and (
        mailbox(email) in written or mine.count() >= ASKS_A_DAY
    ):
        raise ValidationError(_("Enough mails went out for this today. Try again tomorrow."))


def ask(request: HttpRequest, member: StaffMember, email: str) -> str:
    """Mail a link to `email` with which `member` proves to have it, and tell the old address; returns what to say.

    Raises ValidationError as `check_may_ask` does.
    """
    with transaction.atomic():
        lock(StaffMember)
        row = StaffMember._base_manager.select_related("user").get(pk=member.pk)
        check_may_ask(request.user, row, email)
        again = CardLink.objects.filter(member=row, purpose=CardLink.Purpose.ADDRESS, email=email, used_at=None)
        if link := again.filter(made_at__gt=timezone.now() - ONCE_IN).first():
            drop(row)
            link.renew()
            return _("A mail went to %s earlier today: with its link the new address is confirmed.") % email
        link, token = CardLink.objects.make(row, CardLink.Purpose.ADDRESS, email)
        record(Event.Kind.ASKED, about=row.user)
        notices.ask_for_proof(request, row, link, token)
        said = _("A mail is on its way to %s. The new address counts once its link is used; until then the old one.")
        return said % email


def prove(token: str) -> tuple[StaffMember, str] | None:
    """Let the address that the link with this token went to be that of the account and of the card.

    Returns the card and the address of before, or None when the link works no longer. Raises ValidationError
    when somebody else has the address by now.
    """
    with transaction.atomic():
        lock(StaffMember)
        link = CardLink.objects.find(token, CardLink.Purpose.ADDRESS)
        if link is None or link.member.user is None:
            return None
        member, user, new = link.member, link.member.user, link.email
        if is_taken(new, but=user):
            raise ValidationError(_("Another account has this e-mail address."))
        if not link.use():
            return None
        old, shown = user.email, member.email
        _move(user, new)
        note = _("%s changed.") % _("E-mail address")
        before = {old, shown} - {""}
        if not shown and member.shows_email:  # the card had none
            before.add("")
        replace(member, "email", before, new, user, note)
        record(Event.Kind.PROVED, by=user, about=user)
        return member, old


def _move(user: User, new: str) -> None:
    """Give the account another address, and the same name where that was the address."""
    others = User.objects.exclude(pk=user.pk)
    if normal(user.username) == user.email and not others.filter(username__iexact=new[:150]).exists():
        user.username = new[:150]
    user.email = new
    user.save(update_fields=["email", "username"])
    EmailAddress.objects.filter(email=new).exclude(user=user).delete()  # of an account that has it no longer
    EmailAddress.objects.update_or_create(user=user, email=new, defaults={"verified": True, "primary": True})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove_address(request: HttpRequest, token: str) -> HttpResponse:
    """The button that confirms a new address; following the link alone changes nothing."""
    link = CardLink.objects.find(token, CardLink.Purpose.ADDRESS)
    if link is None:
        return render(request, "staff/link_over.html", status=410)
    with translation.override(link.member.language):
        errors: list[str] = []
        if request.method == "POST":
            try:
                done = prove(token)
                if done is None:
                    return render(request, "staff/link_over.html", status=410)
                notices.tell_new_address(request, *done)
                return render(request, "staff/address_done.html", {"email": link.email})
            except ValidationError as error:
                errors = error.messages
        return render(request, "staff/address.html", {"member": link.member, "email": link.email, "errors": errors})
