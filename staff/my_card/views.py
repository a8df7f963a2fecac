"""My card: the form with which people keep their own contact details true.

It shows what is public and what only its owner has, and saving amends that: what the secretariat
saved or planned for the card stays as it is.
"""

import itertools
import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import construct_change_message
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.admin import idempotency
from publishing.admin.edit_conflicts import differences, fingerprints
from publishing.admin.inputs.widgets import PhoneInput
from publishing.admin.site_mode import as_public
from publishing.cache.outages import is_outage
from publishing.files.fields import Companions
from publishing.files.limits import MAX_UPLOAD, too_large
from publishing.files.storage import StorageUnavailable
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES, NAMES, is_blank, localized
from publishing.models import Act, Revision
from publishing.models.snapshots import FieldChange, freeze, freeze_all, thaw
from publishing.review.diff import changed_labels
from publishing.web.error_views import not_saved, tell_no_success
from publishing.web.forms import NOT_KEPT, CleanedForm, reset_focus
from publishing.web.sent_forms import kept_uploads
from publishing.web.sent_forms.form_data import UNSAVED
from publishing.web.sent_forms.lapsed import lapsed
from publishing.workflow import (
    Amendment,
    State,
    amend,
    amend_waiting,
    keep,
    keep_what_stood,
    lock,
    look,
    moment,
    record,
    state,
)
from staff.cards.absences import ABSENCE, AbsenceMixin
from staff.cards.consent import TEXTS
from staff.cards.notices import tell_secretariat
from staff.cards.views import followed_by
from staff.models import Consent, StaffMember
from staff.my_card.new_address import NewAddressMixin, ask, drop, pending

logger = logging.getLogger(__name__)

LOOKS_BACK = 20  # versions, to find who changed something
WHOSE = "whose"  # the number of the card that the form was made for: another person may have signed in since
PHOTO_COLUMNS = ("photo", *Companions("photo").size, *Companions("photo").focus)


class MyCardForm(AbsenceMixin, NewAddressMixin, CleanedForm):
    """The form of one's own card; which card it is never comes from the browser."""

    base = forms.CharField(widget=forms.HiddenInput, required=False)  # what the form was made from
    remove_photo = forms.BooleanField(label=gettext_lazy("Remove my photo"), required=False)

    class Meta:
        model = StaffMember
        fields = (
            "photo",
            "photo_focus_x",
            "photo_focus_y",
            "shows_photo",
            "name",
            *localized("function"),
            *localized("reachable"),
            "phone",
            "shows_phone",
            "mobile",
            "shows_mobile",
            "email",
            "shows_email",
            "absent_from",
            "absent_until",
            "stand_in",
            "language",
        )
        widgets = {
            "photo": forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": PhoneInput(attrs={"autocomplete": "tel"}),
            "mobile": PhoneInput(attrs={"autocomplete": "tel"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "absent_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "absent_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {
            "phone": gettext_lazy("Telephone"),
            "shows_phone": gettext_lazy("Show my telephone number on the website"),
            "mobile": gettext_lazy("Mobile"),
            "shows_mobile": gettext_lazy("Show my mobile number on the website"),
            "shows_email": gettext_lazy("Show my e-mail address on the website"),
            "shows_photo": gettext_lazy("Show my photo on the website"),
            "absent_from": gettext_lazy("I am absent from"),
            "absent_until": gettext_lazy("I am absent up to and including"),
            "stand_in": gettext_lazy("Meanwhile visitors reach"),
            "language": gettext_lazy("Write to me in"),
            "photo_focus_x": gettext_lazy("Middle of the photo, from the left (%)"),
            "photo_focus_y": gettext_lazy("Middle of the photo, from the top (%)"),
        }
        error_messages = {name: {"invalid": gettext_lazy("Enter a full phone number")} for name in ("phone", "mobile")}
        help_texts = {
            "photo": gettext_lazy("Straight from your telephone: JPEG, HEIC, PNG or WebP, at most 25 MB."),
            "photo_focus_x": "",
            "phone": gettext_lazy("Your work number, which RESOC publishes itself. It may be a mobile number."),
            "mobile": gettext_lazy("A private number, for example 0470 12 34 56."),
            "shows_photo": TEXTS[Consent.Detail.PHOTO],
            "shows_mobile": TEXTS[Consent.Detail.MOBILE],
            "language": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["name"].required = True
        fields["absent_from"].localize = fields["absent_until"].localize = False
        others = [(member.pk, member.name) for member in StaffMember.published().exclude(pk=self.instance.pk)]
        fields["stand_in"].choices = [("", "–"), *others]
        fields["stand_in"].queryset = StaffMember._base_manager.filter(pk__in=[pk for pk, _name in others])
        fields["base"].initial = fingerprints(freeze_all(self.instance))
        if not self.is_bound and not self.instance.photo:
            # Consent is given with a photo in hand, not before.
            self.initial["shows_photo"] = False

    @property
    def kept_photo(self) -> kept_uploads.Shown | None:
        """The photo that was chosen, when it is kept until this form is saved."""
        return getattr(self.fields["photo"].widget, "kept", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("remove_photo") and "photo" not in self.changed_data:
            cleaned["photo"] = False  # what Django's own clearable input says
        reset_focus(self)
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The changes of the person, as `amend` takes them; None of it is what somebody else saved or planned."""
        fields = {field.name for field in StaffMember._meta.concrete_fields}
        found = {name: self.cleaned_data[name] for name in self.changed_data if name in fields}
        if self.cleaned_data.get("remove_photo") and "photo" not in found:
            found["photo"] = False
        if found.get("photo"):  # with the focus of the new one, see `reset_focus`
            found |= {name: self.cleaned_data[name] for name in Companions("photo").focus}
        for name, flag in StaffMember.withheld_unless.items():
            if name not in self.fields or not (name in found or flag in found):
                continue
            is_shown = self.cleaned_data[flag]
            if is_shown and found.get(name, True):  # what this form showed is what is published
                found |= {flag: True, name: found.get(name, getattr(self.instance, name))}
        return found

    def catch_up(self) -> dict[str, str]:
        """Take over what somebody else saved since this form was made, but not where we typed something too.

        Returns the labels of what changed, by column. The caller holds the lock of cards.
        """
        row = for_owner(StaffMember._base_manager.get(pk=self.instance.pk))
        saved = freeze_all(row)
        found = differences(self.cleaned_data.get("base", ""), saved, freeze_all(self.instance))
        columns = {field.attname: field.name for field in StaffMember._meta.concrete_fields}
        theirs = MyCardForm(instance=row)
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # of a request
        data["base"] = fingerprints(saved)
        names = [columns[str(each.path[0])] for each in found]
        for each, name in zip(found, names, strict=True):
            if not each.clash and name in theirs.fields:
                data[name] = theirs[name].value() or ""
        self.data = data
        return {
            str(each.path[0]): str(theirs.fields[name].label)
            for each, name in zip(found, names, strict=True)
            if name in theirs.fields
        }


def card_of(request: Any) -> StaffMember | None:
    """The working copy of the card of whoever is signed in."""
    return StaffMember._base_manager.filter(user_id=request.user.pk).first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_card(request: HttpRequest) -> HttpResponse:
    """The form, and below it the card as visitors see it; saving publishes the person's own changes."""
    if not request.user.is_authenticated:
        was_typed = request.method == "POST" and "base" in request.POST
        return lapsed(request) if was_typed else redirect_to_login(request.get_full_path())
    member = card_of(request)
    if member is None:
        return render(request, "staff/no_card.html", status=404)
    is_theirs = request.POST.get(WHOSE, str(member.pk)) == str(member.pk)
    # A picture that is not saved has no address yet, so a preview shows the old one, and reads none.
    reads_files = request.method == "POST" and is_theirs and "preview" not in request.POST
    if reads_files:
        kept_uploads.put_back(request)
        if idempotency.saved_before(request, StaffMember):
            idempotency.forget_lost(request)
    files = request.FILES if reads_files else None
    form = MyCardForm(request.POST or None, files or None, instance=for_owner(member))
    if request.method == "POST":
        if not is_theirs:
            messages.error(request, _("This form was of somebody else who signed in here. Nothing was saved."))
            return redirect("my_card")
        if "drop_address" in request.POST:
            drop(member)
            messages.success(request, _("The old address stays: the link to confirm another one no longer works."))
            return redirect("my_card")
        if "preview" in request.POST:
            form.is_valid()
            return render(request, "staff/my_card_preview.html", {"member": shown(form.instance)})
        if UNSAVED in request.POST:
            form.add_error(None, _("This is what you typed earlier. It is not saved yet."))
        elif form.is_valid() and save(request, form):
            kept_uploads.let_go(request)
            if "X-Upload" in request.headers:  # a script that goes there itself, so that the message is read once
                return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Location": reverse("my_card")})
            return redirect("my_card")
        kept_uploads.keep_chosen(request, [form])
    token = idempotency.token_of(request) or idempotency.new_token()
    upload = {"max_upload": MAX_UPLOAD, "too_large": too_large()}
    return render(request, "staff/my_card.html", context_of(form, member) | upload | {"form_token": token})


def for_owner(row: StaffMember) -> StaffMember:
    """`row` as its owner sees it in the form: what is public, or else planned, and what only the working copy has.

    What somebody else saved or planned beside it is not on it. A card that is neither public nor
    planned is its working copy. The result is not to be saved.
    """
    base = basis_of(row)
    return as_public(row, base) if base else row


def basis_of(row: StaffMember) -> Revision | None:
    """The version that changes of the owner are made to: the public one, else the first that waits."""
    waiting = row.revisions.pending().filter(withdrawn=False).order_by("pk")
    return row.revisions.public().first() or waiting.first()


def context_of(form: MyCardForm, member: StaffMember) -> dict[str, Any]:
    """The texts of the page around the form."""
    saved = StaffMember._base_manager.get(pk=member.pk)
    standing, begins_at = state(saved), begins(saved)
    saved = for_owner(saved)
    published = StaffMember.published().filter(pk=member.pk).first()
    translations = [(code, form[f"function_{code}"]) for code in CODES if code != "nl"]
    return {
        "form": form,
        "saved": saved,
        "pending": pending(saved),
        "photo": small(saved),
        "previous_photo": previous_photo(saved),
        "translations": [field for _code, field in translations],
        "reachable_translations": [form[f"reachable_{code}"] for code in CODES if code != "nl"],
        "missing": [NAMES[code] for code, field in translations if is_blank(field.value())],
        "member": published,
        "followed": followed_by(published) if published else [],
        "standing": not_public(standing, begins_at),
    }


def begins(row: StaffMember) -> datetime | None:
    """When the card comes on the website, if that is planned and it is not there yet."""
    waiting = row.revisions.pending().filter(withdrawn=False)
    if row.revisions.public().exists():
        return None
    return waiting.order_by("live_from").values_list("live_from", flat=True).first()


def not_public(standing: State, begins_at: datetime | None) -> str:
    """A sentence on when a card that visitors do not see is published, and by which person; "" when they see it."""
    if begins_at:
        return _("Your card comes on the website on %s, with what you save here.") % moment(begins_at)
    if standing == State.WITHDRAWN:
        return _("The secretariat took your card off the website. What you save here is kept.")
    if standing == State.ENDED:
        return _("Your card is no longer on the website: the secretariat can publish it again. What you save is kept.")
    if standing == State.NEW:
        return _("Your card is not on the website yet: the secretariat publishes it. What you save is kept.")
    return ""


def save(request: HttpRequest, form: MyCardForm) -> bool:
    """Save what `form` changes, and publish that; False, with the reason on the form, when that can't be."""
    try:
        with transaction.atomic():
            lock(StaffMember)
            sent = idempotency.digest(request)
            before = idempotency.saved_before(request, StaffMember)
            row = StaffMember._base_manager.get(pk=form.instance.pk)
            if before and before.object_id == row.pk and idempotency.says_nothing_new(sent, for_owner(row), before):
                told = [(messages.SUCCESS, idempotency.had_arrived())]
            else:
                if before and before.object_id == row.pk:
                    form.cleaned_data["base"] = before.base
                if theirs := form.catch_up():
                    raise ValidationError(_overtaken(row, theirs, request.user))
                keep_what_stood(row)
                stood = look(StaffMember, row.pk)
                told = change(request, form)
                keep(row, request.user)  # type: ignore[arg-type]
                record(Act.Kind.CARD, request.user, [stood])  # type: ignore[arg-type]
                if form.new_address:
                    told.append((messages.INFO, ask(request, form.instance, form.new_address)))
                saved = for_owner(StaffMember._base_manager.get(pk=row.pk))
                idempotency.remember(request, saved, sent, {})
    except ValidationError as error:
        for field, errors in getattr(error, "error_dict", {NON_FIELD_ERRORS: error.error_list}).items():
            form.add_error(field if field in form.fields else None, errors)
        return False
    except (DatabaseError, OSError) as error:
        if not is_outage(error):
            raise
        logger.exception("My card could not be saved")
        if isinstance(error, StorageUnavailable):
            form.add_error("photo", NOT_KEPT)
        else:
            form.add_error(None, not_saved())
        tell_no_success(request)
        return False
    for level, text in told:
        messages.add_message(request, level, text)
    return True


def _overtaken(row: StaffMember, columns: dict[str, str], user: Any) -> str:
    """The people who changed these columns, labels by name, since the form was made."""
    authors = {_last_author(row, column) for column in columns}
    said = _("Your card changed meanwhile (%s). Look at it, and save again.")
    if authors == {user.pk}:
        said = _("You saved your card meanwhile yourself (%s). Look at it, and save again.")
    elif not authors & {user.pk, None}:
        said = _("The secretariat changed your card meanwhile (%s). Look at it, and save again.")
    return said % ", ".join(columns.values())


def _last_author(row: StaffMember, column: str) -> int | None:
    """The account that published the present value of `column`, 0 when it is gone; None when no version has it."""
    versions = row.revisions.filter(withdrawn=False, carried_by=None).order_by("-pk")[:LOOKS_BACK]
    says = [(revision.data.get(column), revision.author_id) for revision in versions if column in revision.data]
    same = itertools.takewhile(lambda each: each[0] == says[0][0], says)
    return [author or 0 for _value, author in same][-1] if says else None


def change(request: HttpRequest, form: MyCardForm) -> list[tuple[int, str]]:
    """Make the changes of `form`, and tell the secretariat; returns what to tell the person, with its level."""
    user: Any = request.user
    row = StaffMember._base_manager.get(pk=form.instance.pk)
    changes, photo = form.changes(), previous_photo(for_owner(row)) if "previous_photo" in request.POST else None
    if photo:  # as it was cut then; whether it is shown is asked, not assumed
        changes |= {column: photo.data[column] for column in PHOTO_COLUMNS}
        if form.cleaned_data["shows_photo"]:
            changes["shows_photo"] = True
    base, begins_at, standing = basis_of(row), begins(row), state(row)
    own = {f"{name}_consent": "" for name in Consent.Detail.values if not {name, f"shows_{name}"}.isdisjoint(changes)}
    if own:  # ticked by the person, whatever was answered for them before
        StaffMember._base_manager.filter(pk=row.pk).update(**own)
    if base and not begins_at:
        amendment = amend(row, changes, user, note=_("Changed on “My card”."))
        if amendment.revision:
            tell_secretariat(request, row, base.data, amendment.revision.data, amendment)
        hidden = photo_is_hidden(form, changes)
        said = f"{_('Saved.')} {hidden}" if hidden else _("Saved. Your card is now on the contact page.")
        told = [(messages.SUCCESS, said), *_kept(amendment)]
        return [*told, *_absence(row.pk)] if not set(ABSENCE).isdisjoint(form.changed_data) else told
    before = base.data if base else freeze(row)
    if base:
        amend_waiting(row, changes, user)
        now: Any = row.revisions.pending().filter(live_from=base.live_from).order_by("-pk").first()
        after = now.data
    else:
        if photo:
            for column in PHOTO_COLUMNS:
                setattr(form.instance, column, photo.data[column])
        after = freeze(form.save())
    if form.changed_data or photo:
        LogEntry.objects.log_actions(user.pk, [row], CHANGE, construct_change_message(form, None, add=False))  # type: ignore[arg-type]
    tell_secretariat(request, row, before, after)
    hidden = photo_is_hidden(form, changes)
    return [(messages.INFO, " ".join(filter(None, [_("Saved."), not_public(standing, begins_at), hidden])))]


def photo_is_hidden(form: MyCardForm, changes: dict[str, Any]) -> str:
    """That visitors do not see the photo among `changes`, and what to tick; "" when there is none, or they do."""
    if not changes.get("photo") or form.cleaned_data["shows_photo"]:
        return ""
    return _("Your photo cannot be seen yet: tick “%s” and save again.") % form.fields["shows_photo"].label


def _absence(pk: int) -> Iterator[tuple[int, str]]:
    """Messages: how visitors will read of the absence on card `pk`, and whom they will not reach."""
    card = StaffMember.published().get(pk=pk)
    if card.has_absence_ahead and not card.is_absent:
        yield messages.INFO, _("Visitors read of your absence from %s.") % written(card.absent_from)
    for _column, message in card.clashes():
        yield messages.WARNING, message


def _kept(amendment: Amendment) -> Iterator[tuple[int, str]]:
    """That a version which the secretariat planned goes on saying something else."""
    for revision in dict.fromkeys(each for each, _kept in amendment.kept if each):
        changes = [FieldChange(kept.path, None, None) for each, kept in amendment.kept if each == revision]
        fields = ", ".join(changed_labels(StaffMember, changes))
        text = _("From %(when)s the card says something else, as the secretariat planned: %(fields)s.")
        yield messages.INFO, text % {"when": moment(revision.live_from), "fields": fields}


def shown(member: StaffMember) -> StaffMember:
    """The card that publishing `member` would show."""
    return thaw(StaffMember, member.pk, freeze(member), as_of=timezone.now())


def small(member: StaffMember) -> str:
    """The photo of `member` as a `data:` address: it may be private, so it has no other."""
    photo: Any = member.photo
    cut = photo.cut if photo else None
    if not cut:
        return ""
    try:
        with photo.storage.open(cut.name(cut.sizes[0][0], "webp")) as file:
            return f"data:image/webp;base64,{b64encode(file.read()).decode()}"
    except OSError:
        return ""


def previous_photo(member: StaffMember) -> Revision | None:
    """The newest version of the card that was public with another photo than `member` has."""
    with suppress(StorageUnavailable):
        others = member.revisions.once_public().exclude(data__photo__in=["", member.photo.name or ""])
        for revision in others:
            if revision.data.get("photo") and member.photo.storage.exists(revision.data["photo"]):
                return revision
    return None
