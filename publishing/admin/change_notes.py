"""What is new for the reader: the question of a form that publishes a change, and correcting the answer later.

The question comes when Publish or Plan is clicked and something that visitors read differs, with a proposal in its
field. A form that does not ask, such as one of a script, is taken as it comes.
"""

from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from publishing.admin import site_mode
from publishing.admin.history.history_views import answer, to_change
from publishing.admin.types import AnyModelAdmin
from publishing.i18n.languages import CODES, NAMES, is_blank, localized
from publishing.models import LONGEST_NOTE, ChangeNote, Publishable, Revision
from publishing.models.snapshots import Snapshot, diff, freeze, normalise
from publishing.review.change_proposal import proposals
from publishing.review.history import when
from publishing.text.numbers import parse_int
from publishing.types import AnyFormSet, AnyModelForm, AuthenticatedHttpRequest
from publishing.web.preview import typed
from publishing.web.sent_forms import form_data
from publishing.workflow import can_be_minor, can_have_note, correct

DUTCH = f"{form_data.CHANGE_NOTE}_{settings.LANGUAGE_CODE}"


# The question


@dataclass(frozen=True)
class Field:
    """The field of the question in one language."""

    name: str
    code: str
    label: str
    value: str


@dataclass(frozen=True)
class Question:
    """What is asked: in the language of the site, and, if one likes, in the others."""

    field: Field
    others: list[Field]
    is_minor: bool
    is_planned: bool
    error: str
    longest: int = LONGEST_NOTE


def asks(obj: Publishable) -> bool:
    """Whether the form of `obj` asks what is new: visitors are told, and read something of it already."""
    return bool(obj and obj.pk and obj.tells_changes and obj.revisions.public().exists())


def is_minor(data: QueryDict) -> bool:
    """Whether the form says that the change is a small improvement."""
    return form_data.MINOR in data or form_data.AS_MINOR in (data.get(form_data.PUBLISH), data.get(form_data.SCHEDULE))


def lacks_answer(data: QueryDict) -> bool:
    """Whether a form that asks publishes or plans, and does not say what is new."""
    plans = form_data.SCHEDULE in data and bool(data.get("schedule-live_from"))
    if form_data.ASKS not in data or not (plans or form_data.PUBLISH in data):
        return False
    return bool(_error(data)) or (not is_minor(data) and is_blank(data.get(DUTCH, "")))


def before_and_after(form: Any, formsets: list[AnyFormSet]) -> tuple[Snapshot, Snapshot] | None:
    """What visitors read, and what they would read of what is typed in the form; None when they read nothing yet."""
    obj: Any = form.instance
    if site_mode.is_copy(obj):
        before = normalise(type(obj), obj.opened)
    elif shown := replaced_by(obj, form.data, form.schedule):
        before = normalise(type(obj), shown.data)
    else:
        return None
    return before, normalise(type(obj), typed(form, formsets))


def replaced_by(obj: Publishable, data: Any, schedule: Any) -> Revision | None:
    """The version that the one to be published takes the place of; `schedule` are the dates beside the buttons."""
    times = schedule.cleaned_data if schedule.is_valid() and form_data.SCHEDULE in data else {}
    at = None if times.get("replace") else times.get("live_from")
    return obj.revisions.public(at).first()


def question(form: AnyModelForm, formsets: list[AnyFormSet]) -> Question | None:
    """What the form asks when it comes back; None when nothing that visitors read differs."""
    data: Any = form.data
    if form_data.ASKS not in data or not form.instance.tells_changes:
        return None
    found = before_and_after(form, formsets)
    proposed = proposals(type(form.instance), *found) if found else {}
    if not proposed:
        return None
    fields = {}
    for code in CODES:
        name = f"{form_data.CHANGE_NOTE}_{code}"
        first = proposed[code] if code == settings.LANGUAGE_CODE else ""
        fields[code] = Field(name, code, str(NAMES[code]), data.get(name, first))
    return Question(
        fields.pop(settings.LANGUAGE_CODE),
        list(fields.values()),
        is_minor(data),
        form_data.SCHEDULE in data,
        _error(data) or (_nothing_said() if DUTCH in data and is_blank(data[DUTCH]) and not is_minor(data) else ""),
    )


def _nothing_said() -> str:
    return _("Say in one line what is new, or choose small improvement.")


def _error(data: QueryDict) -> str:
    """What is wrong with the answer itself."""
    for code in CODES:
        said = data.get(f"{form_data.CHANGE_NOTE}_{code}", "")
        if len(said.strip()) > LONGEST_NOTE:
            return _("Say it in at most %s characters.") % LONGEST_NOTE
        if "\0" in said:
            return str(ProhibitNullCharactersValidator.message)
    return ""


def answered(data: QueryDict, model: type[Publishable], before: Snapshot, after: Snapshot) -> ChangeNote | None:
    """What visitors will read of the change from `before` to `after`, an unsaved note; None when nobody said.

    What no proposal has a word for, such as another order, is small by itself. A proposal that was left as it was
    is told in every language.
    """
    if not model.tells_changes:
        return None
    proposed = proposals(model, before, after)
    if not proposed:
        return ChangeNote(is_minor=True) if diff(before, after) else None
    words = {code: data.get(f"{form_data.CHANGE_NOTE}_{code}", "") for code in CODES}
    if words[settings.LANGUAGE_CODE].strip() == proposed[settings.LANGUAGE_CODE]:
        words = {code: proposed[code] if is_blank(said) else said for code, said in words.items()}
    columns = dict(zip(localized("text"), words.values(), strict=True))
    told = ChangeNote(is_minor=is_minor(data), **columns)
    return None if told.says_nothing else told


def answer_about(obj: Publishable, data: QueryDict, schedule: object) -> ChangeNote | None:
    """What visitors will read of the saved row `obj`, which is about to be published, or planned, by a form."""
    model, shown = type(obj), replaced_by(obj, data, schedule)
    if shown is None or not model.tells_changes:
        return None
    row = model._base_manager.get(pk=obj.pk)
    return answered(data, model, normalise(model, shown.data), normalise(model, freeze(row)))


# Correcting it later


class CorrectionForm(AnyModelForm):
    """What visitors read of one version, in every language."""

    class Meta:
        model = ChangeNote
        fields = (*localized("text"), "is_minor")

    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, revision: Revision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.revision = revision
        for code, column in zip(CODES, localized("text"), strict=True):
            self.fields[column].label = NAMES[code]
            self.fields[column].widget = forms.TextInput(attrs={"lang": code, "maxlength": LONGEST_NOTE})
        self.initial["base"] = fingerprint(self.instance)
        if not can_be_minor(revision):
            del self.fields["is_minor"]

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite what somebody else made of it while this form was open."""
        stored = ChangeNote.objects.filter(revision=self.revision).first()
        if self.data.get("base") not in (None, fingerprint(stored)):
            raise ValidationError(_("Somebody changed this in the meantime. It now says: “%s”") % told(stored))
        return super().clean() or {}


def fingerprint(change_note: ChangeNote | None) -> str:
    """A short digest of what visitors read, to know whether somebody changed it meanwhile."""
    said = repr((change_note.words, change_note.is_minor)) if change_note and not change_note.says_nothing else ""
    return blake2s(said.encode(), digest_size=8).hexdigest()


def told(change_note: ChangeNote | None) -> str:
    """What it says in the language of the site."""
    return (change_note.words[localized("text", [settings.LANGUAGE_CODE])[0]] if change_note else "") or "–"


def correct_view(model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, object_id: str) -> HttpResponse:
    """Correct what visitors read of the change that one version made."""
    obj = to_change(model_admin, request, object_id)
    key = (request.POST if request.method == "POST" else request.GET).get("version", "")
    revision = obj.revisions.filter(pk=parse_int(key.removeprefix("r"))).first()
    if revision is None or not can_have_note(revision):
        raise Http404
    stored = ChangeNote.objects.filter(revision=revision).first()
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, instance=stored or ChangeNote(), revision=revision
    )
    if request.method == "POST" and form.is_valid():
        try:
            if correct(revision, form.instance, request.user):
                messages.success(request, _("Changed: this is what visitors read now."))
            else:
                messages.info(request, _("Nothing changed."))
            return redirect(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_history", obj.pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
    context = {"form": form, "version": f"r{revision.pk}", "when": when(revision.live_from)}
    return answer(model_admin, request, obj, "publishing/history/change_note.html", context)
