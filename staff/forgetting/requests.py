"""Requests to be forgotten: one open request of a person at a time, that the desk shows until it is done.

It goes when the person is forgotten (`departures`), when the secretariat answers otherwise, or when the person takes
it back. Meanwhile the card can't be put in the bin, where it would be neither here nor forgotten.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.i18n.languages import is_blank
from publishing.models import Event
from publishing.models.records.events import record
from publishing.models.rights import may
from publishing.text.cleaning import clean_text
from publishing.web.forms import CleanedForm
from publishing.workflow import lock
from staff.cards import notices
from staff.models import MAX_WORDS, ForgetRequest, StaffMember
from staff.rights import may_touch


class ForgetRequestForm(CleanedForm):
    """The form of the request, with a text by the person."""

    class Meta:
        model = ForgetRequest
        fields = ("words",)
        widgets = {"words": forms.Textarea(attrs={"rows": 4, "maxlength": MAX_WORDS})}


def open_requests() -> models.QuerySet[ForgetRequest]:
    """All open requests, the oldest first."""
    return ForgetRequest.objects.select_related("member__user")


def request_of(member: StaffMember | None) -> ForgetRequest | None:
    """The open request of `member`."""
    return open_requests().filter(member=member).first() if member else None


def may_decide(user: Any, member: StaffMember) -> bool:
    """Whether `user` forgets `member`, or answers otherwise: not of themselves, as in `views`."""
    return may(user, "delete", StaffMember) and member.user_id != user.pk and may_touch(user, member.user)


def ask(request: HttpRequest, member: StaffMember, words: str) -> bool:
    """Note that `member` asks to be forgotten, and mail the secretariat and the person; False when it was noted."""
    with transaction.atomic():
        lock(StaffMember)  # so that of two clicks the second finds the first
        asked, is_new = ForgetRequest.objects.get_or_create(member=member, defaults={"words": words})
        if is_new:
            record(Event.Kind.FORGET, about=member.user)
            notices.ask_to_forget(request, asked)
    return is_new


def take_back(request: HttpRequest, member: StaffMember) -> bool:
    """End the request of `member`, who no longer wants it, and tell the secretariat; False when there is none."""
    with transaction.atomic():
        number, _by_model = ForgetRequest.objects.filter(member=member).delete()
        if number:
            record(Event.Kind.STAYS, about=member.user)
            notices.tell_taken_back(request, member)
    return bool(number)


def answer(request: HttpRequest, member: StaffMember, words: str) -> str:
    """End the request of `member` with an answer by mail; returns the address that is written to.

    Raises ValidationError.
    """
    words = clean_text(words)
    if is_blank(words):
        raise ValidationError(_("Write an answer: the person gets it by mail."))
    if "\0" in words or len(words) > MAX_WORDS:
        raise ValidationError(_("The answer is longer than %d characters.") % MAX_WORDS)
    with transaction.atomic():
        asked: Any = ForgetRequest.objects.filter(member=member).select_related("member__user").first()
        if asked is None:
            raise ValidationError(_("There is no request to be forgotten any more."))
        if not asked.member.mail_address:
            raise ValidationError(_("Fill in an e-mail address first: the answer goes there."))
        asked.delete()
        record(Event.Kind.ANSWERED, about=asked.member.user)
        notices.answer_forget_request(request, asked, words)
    return asked.member.mail_address
