"""The buttons of the desk that only the form of a card has: invitations, consent, answers to requests."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from publishing.admin import Button, Press
from staff.forgetting import requests as forget_requests
from staff.my_card import consent_requests
from staff.my_card.invitations import invite
from staff.my_card.new_address import drop

INVITE, LINK = "_invite", "_link"


def _drop_address(press: Press) -> None:
    drop(press.obj)
    press.tell(_("The old address stays: the link to confirm another one no longer works."))


def _invite(press: Press) -> HttpResponse | None:
    if press.obj.is_asked:
        messages.warning(press.request, _("Nobody is invited yet: the new address is confirmed first."))
        return press.stay()
    links = LINK in press.request.POST
    return _mail(
        press,
        lambda: invite(press.request, press.obj, links_existing=links),
        _("Saved, and invited: a mail is on its way to %s."),
    )


def _ask_consent(press: Press) -> HttpResponse | None:
    return _mail(
        press,
        lambda: consent_requests.ask(press.request, press.obj, press.value),
        _("Saved, and asked: a mail is on its way to %s."),
    )


def _answer_forget(press: Press) -> HttpResponse | None:
    if not forget_requests.may_decide(press.request.user, press.obj):
        raise PermissionDenied
    words = press.request.POST.get("forget_answer", "")
    return _mail(
        press,
        lambda: forget_requests.answer(press.request, press.obj, words),
        _("Saved, and answered: a mail is on its way to %s."),
    )


def _mail(press: Press, send: Callable[[], str], told: str) -> HttpResponse | None:
    """Send a mail with `send`, which gives its address, and tell so, or why it was not sent.

    A form whose mail went is remembered as one that arrived: a double click sends no second mail.
    """
    try:
        press.tell(told % send())
    except ValidationError as error:
        messages.error(press.request, " ".join(error.messages))
        return press.stay()
    return None


BUTTONS = {
    "_drop_address": Button(_drop_address),
    "_ask_consent": Button(_ask_consent),
    "_answer_forget": Button(_answer_forget),
    INVITE: Button(_invite),
    LINK: Button(_invite),
}
