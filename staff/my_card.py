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
from mimetypes import guess_type
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

from publishing import resending
from publishing.comparison import changed_labels
from publishing.dates import written
from publishing.editing import differences, fingerprints
from publishing.fields import MAX_UPLOAD, NOT_KEPT, CleanedForm, ask_again, reset_focus
from publishing.languages import CODES, NAMES, is_blank, localized
from publishing.lapsed import lapsed
from publishing.models import Act, Revision
from publishing.outages import is_outage, not_saved, tell_no_success
from publishing.snapshots import Change, freeze, freeze_all, normalise, published_fields, thaw
from publishing.storage import StorageAway
from publishing.widgets import PhoneInput
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
from publishing.workflow.merge import units
from staff.absences import ABSENCE, AbsenceMixin
from staff.consent import TEXTS
from staff.models import Consent, StaffMember
from staff.new_address import NewAddressMixin, ask, drop, pending
from staff.notices import tell_secretariat
from staff.views import followed_by

logger = logging.getLogger(__name__)

LOOKS_BACK = 20  # versions, to find who changed something
WHOSE = "whose"  # the number of the card that the form was made for: another person may have signed in since
UNSAVED = "_unsaved"  # marks what a browser kept of an earlier visit: shown, not saved
LARGEST_INLINE = 1_000_000  # bytes of a picture that comes with the page
PHOTO_COLUMNS = ("photo", "photo_width", "photo_height", "photo_focus_x", "photo_focus_y")


class MyCardForm(AbsenceMixin, NewAddressMixin, CleanedForm):
    """What a person may change about their own card; whose card it is never comes from the browser."""

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
            "shows_photo": TEXTS[Consent.Detail.PHOTO],
            "shows_mobile": TEXTS[Consent.Detail.MOBILE],
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["name"].required = True
        fields["absent_from"].localize = fields["absent_until"].localize = False
        others = [(member.pk, member.name) for member in StaffMember.published().exclude(object_id=self.instance.pk)]
        fields["stand_in"].choices = [("", "–"), *others]
        fields["stand_in"].queryset = StaffMember._base_manager.filter(pk__in=[pk for pk, _name in others])
        fields["base"].initial = fingerprints(freeze_all(self.instance))
        if not self.is_bound and not self.instance.photo:
            # Consent is given with a photo in hand, not before.
            self.initial["shows_photo"] = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("remove_photo") and "photo" not in self.changed_data:
            cleaned["photo"] = False  # what Django's own clearable input says
        reset_focus(self)
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What the person changed, as `amend` takes it; None of it is what somebody else saved or planned."""
        fields = {field.name for field in StaffMember._meta.concrete_fields}
        found = {name: self.cleaned_data[name] for name in self.changed_data if name in fields}
        if self.cleaned_data.get("remove_photo") and "photo" not in found:
            found["photo"] = False
        if found.get("photo"):  # with the focus of the new one, see `reset_focus`
            found |= {name: self.cleaned_data[name] for name in ("photo_focus_x", "photo_focus_y")}
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
    # A picture that is not saved has no address yet, so a preview shows the old one, and reads none.
    files = None if "preview" in request.POST else request.FILES
    form = MyCardForm(request.POST or None, files or None, instance=for_owner(member))
    if request.method == "POST":
        if request.POST.get(WHOSE, str(member.pk)) != str(member.pk):
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
            if "X-Upload" in request.headers:  # a script that goes there itself, so that the message is read once
                return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Location": reverse("my_card")})
            return redirect("my_card")
        ask_again(form)
    token = resending.token_of(request) or resending.new_token()
    upload = {"max_upload": MAX_UPLOAD, "max_upload_mb": MAX_UPLOAD // 1_000_000}
    return render(request, "staff/my_card.html", context_of(form, member) | upload | {"form_token": token})


def for_owner(row: StaffMember) -> StaffMember:
    """`row` as its owner sees it in the form: what is public, or else planned, and what only the working copy has.

    What somebody else saved or planned beside it is not on it. A card that is neither public nor
    planned is its working copy. The result is not to be saved.
    """
    base = basis_of(row)
    if base is None:
        return row
    data, own = normalise(StaffMember, base.data), freeze_all(row)
    nothing = normalise(StaffMember, {})
    hidden = {
        name for name, flag in row.withheld_unless.items() if not getattr(row, flag) and data[name] == nothing[name]
    }
    kept = {column for unit in units(StaffMember) if hidden.intersection(unit) for column in unit}
    for name, flag in row.withheld_unless.items():
        if data[name] != nothing[name]:
            setattr(row, flag, True)
    for field in published_fields(StaffMember):
        if field.attname not in kept and data[field.attname] != own[field.attname]:
            setattr(row, field.attname, field.to_python(data[field.attname]))
    return row


def basis_of(row: StaffMember) -> Revision | None:
    """The version that changes of the owner are made to: the public one, else the first that waits."""
    waiting = row.revisions.pending().filter(withdrawn=False).order_by("pk")
    return row.revisions.public().first() or waiting.first()


def context_of(form: MyCardForm, member: StaffMember) -> dict[str, Any]:
    """What the page says around the form."""
    saved = StaffMember._base_manager.get(pk=member.pk)
    standing, begins_at = state(saved), begins(saved)
    saved = for_owner(saved)
    published = StaffMember.published().filter(object_id=member.pk).first()
    translations = [(code, form[f"function_{code}"]) for code in CODES if code != "nl"]
    return {
        "form": form,
        "saved": saved,
        "pending": pending(saved),
        "photo": small(saved),
        "whole_photo": whole(saved, published),
        "previous_photo": previous_photo(saved),
        "translations": [field for _code, field in translations],
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
    """Who publishes a card that visitors do not see, and when; "" when they see it."""
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
            sent = resending.digest(request)
            before = resending.saved_before(request, StaffMember)
            row = StaffMember._base_manager.get(pk=form.instance.pk)
            if before and before.object_id == row.pk and resending.says_nothing_new(sent, for_owner(row), before):
                told = [(messages.SUCCESS, resending.had_arrived())]
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
                resending.remember(request, saved, sent, {})
    except ValidationError as error:
        for field, errors in getattr(error, "error_dict", {NON_FIELD_ERRORS: error.error_list}).items():
            form.add_error(field if field in form.fields else None, errors)
        return False
    except (DatabaseError, OSError) as error:
        if not is_outage(error):
            raise
        logger.exception("My card could not be saved")
        if isinstance(error, StorageAway):
            form.add_error("photo", NOT_KEPT)
        else:
            form.add_error(None, not_saved())
        tell_no_success(request)
        return False
    for level, text in told:
        messages.add_message(request, level, text)
    return True


def _overtaken(row: StaffMember, columns: dict[str, str], user: Any) -> str:
    """Who changed these columns, labels by name, since the form was made."""
    authors = {_last_author(row, column) for column in columns}
    said = _("Your card changed meanwhile (%s). Look at it, and save again.")
    if authors == {user.pk}:
        said = _("You saved your card meanwhile yourself (%s). Look at it, and save again.")
    elif not authors & {user.pk, None}:
        said = _("The secretariat changed your card meanwhile (%s). Look at it, and save again.")
    return said % ", ".join(columns.values())


def _last_author(row: StaffMember, column: str) -> int | None:
    """Who published what `column` says now, 0 for somebody without an account; None of what is in no version."""
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
        told = [(messages.SUCCESS, _("Saved. Your card is now on the contact page.")), *_kept(amendment)]
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
    return [(messages.INFO, f"{_('Saved.')} {not_public(standing, begins_at)}")]


def _absence(pk: int) -> Iterator[tuple[int, str]]:
    """What visitors will read of the absence on card `pk`, and whom they will not reach."""
    card = StaffMember.published().get(object_id=pk)
    if card.has_absence_ahead and not card.is_absent:
        yield messages.INFO, _("Visitors read of your absence from %s.") % written(card.absent_from)
    for _column, message in card.clashes():
        yield messages.WARNING, message


def _kept(amendment: Amendment) -> Iterator[tuple[int, str]]:
    """That a version which the secretariat planned goes on saying something else."""
    for revision in dict.fromkeys(each for each, _kept in amendment.kept if each):
        changes = [Change(kept.path, None, None) for each, kept in amendment.kept if each == revision]
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


def whole(member: StaffMember, published: StaffMember | None) -> str:
    """The address of the photo of `member` before it is cut: a `data:` address while visitors do not see it, see
    `small`. "" when there is none, or when it is too large for that.
    """
    photo: Any = member.photo
    if not photo:
        return ""
    if published and published.photo and published.photo.name == photo.name:
        return photo.url
    try:
        if photo.size > LARGEST_INLINE:
            return ""
        with photo.storage.open(photo.name) as file:
            kind = guess_type(photo.name)[0] or "image/jpeg"
            return f"data:{kind};base64,{b64encode(file.read()).decode()}"
    except OSError:
        return ""


def previous_photo(member: StaffMember) -> Revision | None:
    """The newest version of the card that was public with another photo than `member` has."""
    with suppress(StorageAway):
        others = member.revisions.once_public().exclude(data__photo__in=["", member.photo.name or ""])
        for revision in others:
            if revision.data.get("photo") and member.photo.storage.exists(revision.data["photo"]):
                return revision
    return None
