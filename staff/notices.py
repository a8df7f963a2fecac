"""Mails about cards: to the secretariat what changed, to staff members what is asked of them."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.addresses import absolute
from publishing.comparison import differences
from publishing.languages import resolve
from publishing.mail import send
from publishing.models import Revision
from publishing.snapshots import normalise
from staff.accounts import language_of
from staff.models import CardLink, StaffMember
from staff.vcards import absence

EDITORS = "staff.change_staffmember"


def secretariat() -> Iterator[User]:
    """Who may edit every card, and can be written to."""
    for user in User.objects.with_perm(EDITORS).filter(is_staff=True).exclude(email=""):
        if not user.is_superuser or user.groups.exists():  # a superuser who only keeps the machine is left alone
            yield user


def tell_secretariat(request: HttpRequest, member: StaffMember, old: Revision | None, new: Revision) -> None:
    """Write to the secretariat what somebody changed on their own card, and where one undoes it."""
    undo = absolute(request, reverse("admin:staff_staffmember_undo", args=[member.pk, new.pk]))
    for user in secretariat():
        if user.pk == member.user_id:
            continue
        with translation.override(language_of(user) or translation.get_language()):
            if changes := list(in_words(old, new)):
                context = {"member": member, "changes": changes, "undo": undo}
                send(user.email, _("%s changed their card") % member.name, "card_changed", context)


def in_words(old: Revision | None, new: Revision) -> Iterator[tuple[str, str, str]]:
    """The label of each field that differs, and what it said before and says now."""
    before = normalise(StaffMember, old.data) if old else {}
    for each in differences(StaffMember, before, normalise(StaffMember, new.data)):
        was = "".join(piece.text for piece in each.pieces if piece.kind in ("same", "gap", "removed"))
        now = "".join(piece.text for piece in each.pieces if piece.kind in ("same", "gap", "added"))
        yield each.label, was or _("nothing"), now or _("nothing")


def invite(request: HttpRequest, member: StaffMember, token: str, **context: Any) -> None:
    """Write to `member` how to get to their own card."""
    with translation.override(member.language):
        link = absolute(request, reverse("accept_invitation", args=[token]))
        subject = _("Your card on the website of RESOC Westhoek")
        send(member.email, subject, "invitation", {"member": member, "link": link} | context)


def ask_to_check(member: StaffMember, link: CardLink, token: str) -> None:
    """Ask `member` whether the public card is still right."""
    published = StaffMember.published().get(object_id=member.pk)
    with translation.override(member.language):
        context = {
            "member": member,
            "link": link,
            "details": list(details_of(published)),
            "right": settings.SITE_URL + reverse("check_card", args=[token]),
            "change": settings.SITE_URL + reverse("my_card"),
        }
        send(member.email, _("Is your card still right?"), "card_check", context)


def details_of(member: StaffMember) -> Iterator[tuple[str, str]]:
    """What visitors read on the card, each with its name."""
    values = {
        "name": member.name,
        "function": resolve(member, "function").value,
        "phone": member.phone_display,
        "mobile": member.mobile_display,
        "email": member.email,
    }
    for name, value in values.items():
        if value:
            field: Any = StaffMember._meta.get_field(name)
            yield capfirst(str(field.verbose_name)), value
    if member.is_absent:
        yield _("Absence"), absence(member)
