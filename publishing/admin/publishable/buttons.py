"""The buttons of a form: a table of what each does, to which content apps add theirs.

The form is valid and saved when a button does its work. A content app gives its admin a table of its own
beside that of all::

    buttons = {"_invite": Button(invite), **PublishableAdmin.buttons}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from publishing.admin import change_notes, idempotency, names, site_mode
from publishing.admin.history import undoing
from publishing.admin.publishable import companions, contributed, corrections
from publishing.admin.publishable.languages.source_texts import note_ticks
from publishing.admin.scheduling import ScheduleForm, drop, planned
from publishing.admin.submission import submission
from publishing.admin.types import AnyModelAdmin
from publishing.i18n.languages import CODES
from publishing.i18n.urls import desk_address
from publishing.models import Act, ChangeNote, Publishable, ShareLink
from publishing.text.numbers import parse_int
from publishing.types import AuthenticatedHttpRequest, signed_in
from publishing.web.error_views import tell_only_errors
from publishing.web.sent_forms import form_data
from publishing.workflow import confirm, keep, look, publish, record, waits_as, withdraw


@dataclass
class Press:
    """A button that was pressed, in the form of `obj`, which is saved already."""

    model_admin: Any
    request: AuthenticatedHttpRequest
    obj: Any
    value: str = ""  # what the button sent

    @cached_property
    def schedule(self) -> ScheduleForm:
        """The dates beside the buttons, and what waited when this was first asked."""
        return ScheduleForm(self.request.POST, self.obj)

    @property
    def change_note(self) -> ChangeNote | None:
        """What visitors will read of the change that is published."""
        return change_notes.answer_about(self.obj, self.request.POST, self.schedule)

    def tell(self, message: str) -> None:
        """Tell on the next page what the button did."""
        messages.success(self.request, message)

    def stay(self) -> HttpResponse:
        """Lead to the form from which one came."""
        return stay(self.request, self.obj)


@dataclass(frozen=True)
class Button:
    """What a button does.

    `do` raises ValidationError when it can't. It gives None, and then the form is remembered as one that arrived,
    or the response. `kind` is what it does to what visitors see, if that can be undone.
    """

    do: Callable[[Press], HttpResponse | None]
    kind: Act.Kind | None = None


def _schedule(press: Press) -> None:
    _check_dates(press)
    begin = press.schedule.cleaned_data["live_from"]
    with transaction.atomic():  # all of it or nothing
        with_it = companions.publish_all(press.request, press.obj, begin) if begin else ""
        told = press.schedule.plan(press.obj, press.request.user, press.change_note)
    press.tell(f"{told} {with_it}".rstrip())


def _cancel(press: Press) -> None:
    chosen = press.obj.revisions.filter(pk=parse_int(press.value)).first()
    revision = planned().of(press.obj).filter(pk=waits_as(chosen).pk).first() if chosen else None
    if revision is None:
        raise ValidationError(_("This version does not wait any more: it has begun, or somebody cancelled it."))
    drop(revision, press.request.user)
    press.tell(_("Cancelled: nothing changes for visitors."))


def _publish(press: Press) -> None:
    _check_dates(press)
    schedule, keeps = press.schedule, press.value == form_data.KEEP
    until = schedule.cleaned_data["live_until"]
    with transaction.atomic():  # all of it or nothing
        with_it = companions.publish_all(press.request, press.obj)
        publish(press.obj, press.request.user, live_until=until, keep_waiting=keeps, change_note=press.change_note)
    plans = site_mode.plans_told(schedule.waiting) if keeps else site_mode.dropped_told(schedule.waiting)
    press.tell(format_html("{} {} {}", site_mode.published_told(press.obj), with_it, plans))


def _check_dates(press: Press) -> None:
    if not press.schedule.is_valid():
        raise ValidationError([message for errors in press.schedule.errors.values() for message in errors])


def _confirm(press: Press) -> None:
    languages = press.request.POST.getlist(form_data.CHECKED)
    chosen = [code for code in CODES if code in languages]
    if languages and not chosen:
        raise ValidationError(_("Tick the languages that you read."))
    confirm(press.obj, press.request.user, chosen or (settings.LANGUAGE_CODE,))
    press.tell(_("Noted: what visitors read is still right."))


def _share(press: Press) -> None:
    ShareLink.objects.renew(press.obj, press.request.user, press.value if press.value in CODES else "")
    press.tell(_("Saved. The link below shows this working copy; an earlier link ended."))


def _unshare(press: Press) -> None:
    ShareLink.objects.revoke(press.obj)
    press.tell(_("The link no longer works."))


def _withdraw(press: Press) -> None:
    if not press.model_admin.can_withdraw:
        return _save(press)
    waiting = press.schedule.waiting
    withdraw(press.obj, press.request.user, press.request.POST.get(form_data.REASON, ""))
    told = _("Withdrawn: visitors read your reason at its address.")
    if not press.obj.view_name:  # there is no address of its own at which anybody could read it
        told = _("Withdrawn: visitors do not see it any more.")
    return press.tell(f"{told} {site_mode.dropped_told(waiting)}".rstrip())


def _save(press: Press) -> None:
    press.tell(_("Saved as a working copy: visitors see it when you publish."))


def _nothing_more(press: Press) -> None:
    """Nothing was changed but what was told already."""


SAVE = Button(_save)  # when no other was pressed
NOTHING_MORE = Button(_nothing_more)

BUTTONS = {
    form_data.SCHEDULE: Button(_schedule, Act.Kind.PLANNED),
    form_data.CANCEL: Button(_cancel, Act.Kind.PLANNED),
    form_data.PUBLISH: Button(_publish, Act.Kind.PUBLISHED),
    form_data.CONFIRM: Button(_confirm),
    form_data.HOLDS_ALL: SAVE,  # what it says is noted with whatever button
    form_data.SHARE: Button(_share),
    form_data.UNSHARE: Button(_unshare),
    form_data.TRANSLATE: Button(contributed.make_link),
    form_data.END_LINK: Button(contributed.end_link),
    form_data.ANSWER: Button(contributed.answer_remark),
    form_data.TICK_OFF: Button(contributed.tick_off_remark),
    form_data.FORGET_REMARK: Button(contributed.forget_remark),
    form_data.WITHDRAW: Button(_withdraw, Act.Kind.WITHDRAWN),
}


class ButtonsMixin(AnyModelAdmin):
    """A form does what its button says; of several the first in the table counts."""

    buttons: Mapping[str, Button] = BUTTONS

    def response_add(
        self, request: HttpRequest, obj: Publishable, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._answer(signed_in(request), obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Publishable) -> HttpResponse:
        return self._answer(signed_in(request), obj) or super().response_change(request, obj)

    def _answer(self, request: AuthenticatedHttpRequest, obj: Publishable) -> HttpResponse | None:
        """Do what the button said, keep what was saved, and offer to undo what visitors see of it."""
        name = next((name for name in self.buttons if name in request.POST), "")
        button = self.buttons.get(name, SAVE)
        before = submission(request).before or look(self.model, obj.pk)
        if site_mode.is_copy(obj):
            corrections.tell(request, obj)
            self._remember(request, self.get_object(request, str(obj.pk)))
            response: HttpResponse | None = stay(request, obj)
        else:
            if (noted := note_ticks(request, obj, before)) and not button.kind:
                undoing.offer(request, noted.record(request.user))
                button = NOTHING_MORE if button is SAVE and noted.is_all else button
            response = self._do(button, Press(self, request, obj, request.POST.get(name, "")))
        keep(obj, request.user)
        looks = [before, *submission(request).made_before]
        undoing.offer(request, record(button.kind, request.user, looks) if button.kind else None)
        if submission(request).is_renamed and IS_POPUP_VAR not in request.POST:
            names.tell_renamed(request, self.model._base_manager.get(pk=obj.pk))
        return response

    def _do(self, button: Button, press: Press) -> HttpResponse | None:
        """Do what the button says, tell what came of it, and stay on the page; None in a window that closes."""
        response = None
        try:
            response = button.do(press)
        except ValidationError as error:
            # The working copy is saved; only a change by somebody else in the same second leads here.
            for message in error.messages:
                messages.error(press.request, message)
        if response:
            return response
        self._remember(press.request, self.model._base_manager.get(pk=press.obj.pk))
        if IS_POPUP_VAR in press.request.POST:
            tell_only_errors(press.request)
            return None  # Django closes the window and puts the choice in the form beneath
        return press.stay()

    def _remember(self, request: AuthenticatedHttpRequest, row: Any) -> None:
        sent = submission(request)
        idempotency.remember(request, row, sent.digest, sent.rows_added)


def stay(request: AuthenticatedHttpRequest, obj: Publishable) -> HttpResponse:
    """Go to the form of `obj`, from which one came."""
    url = desk_address(obj) + (f"?{site_mode.QUERY}" if site_mode.is_asked(request) else "")
    if "X-Upload" in request.headers:  # a script that goes there itself, so that the message is read once
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Location": url})
    return HttpResponseRedirect(url)
