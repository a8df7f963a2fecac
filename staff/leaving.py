"""When somebody leaves: who takes over, where the name still stands, and then the person is forgotten.

One page for the secretariat. Nothing happens before its button, and then everything or nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing import phones
from publishing.erasure import erase
from publishing.fields import PublishedForeignKey
from publishing.models import MAX_CHARACTERS, Mail, Publishable, Revision
from publishing.search_index import words_of
from publishing.storage import StorageAway
from publishing.workflow import check_reason, is_live, repoint, withdraw
from staff.emails import normal
from staff.models import StaffMember
from staff.rights import check_may_touch
from staff.second_factor import forget_factors
from staff.sessions import end_sessions

NUMBER_LENGTH = 6  # digits: a shorter row of them is found everywhere


@dataclass(frozen=True)
class Task:
    """That `row` names the person in relation `field`."""

    row: Publishable
    field: str

    @property
    def name(self) -> str:
        """Of the choice in the form."""
        return f"to-{self.row._meta.model_name}-{self.row.pk}-{self.field}"

    @property
    def label(self) -> str:
        relation = type(self.row)._meta.get_field(self.field).verbose_name  # type: ignore[union-attr]
        return f"{self.row.page_kind}: {self.row} ({relation})"

    def choices(self, people: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Who of `people`, keys and names, may take over: nobody stands in for themselves."""
        own = str(self.row.pk) if isinstance(self.row, StaffMember) else None
        return [each for each in people if each[0] != own]


@dataclass(frozen=True)
class Mention:
    """That the name or a number stands in a text that visitors read."""

    obj: Publishable
    edit_url: str


class LeavingForm(forms.Form):
    """Who takes over what, and what becomes of the address of the card."""

    successor = forms.ChoiceField(
        label=gettext_lazy("Who asks for the old address is led to the card of"),
        required=False,
        help_text=gettext_lazy("Or nobody: then the address says why the card is gone."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_CHARACTERS,
        required=False,
        help_text=gettext_lazy("Visitors read it at the old address."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, forget this person for ever, also in history"),
        error_messages={"required": gettext_lazy("Tick this: what is forgotten does not come back.")},
    )

    def __init__(self, member: StaffMember, tasks: list[Task], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = StaffMember.published().exclude(object_id=member.pk)
        people = [("", _("nobody")), *((str(other.pk), other.name) for other in others)]
        fields: Any = self.fields
        fields["successor"].choices = people
        fields["reason"].initial = _("This person no longer works at RESOC Westhoek.")
        chosen = {
            task.name: forms.ChoiceField(label=task.label, choices=task.choices(people), required=False)
            for task in tasks
        }
        self.fields = {**chosen, **self.fields}
        self.tasks = tasks

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("successor"):
            try:
                check_reason(cleaned.get("reason", ""))
            except ValidationError as error:
                self.add_error("reason", error.messages)
        return cleaned

    def person(self, name: str) -> StaffMember | None:
        """Who was chosen in field `name`."""
        pk = self.cleaned_data.get(name)
        return StaffMember._base_manager.get(pk=pk) if pk else None


def leave(request: Any, object_id: int, desk: dict[str, Any]) -> HttpResponse:
    """The page, and what its button does; the answer is a report. `desk` is what every page of the admin has."""
    member = StaffMember._base_manager.filter(pk=object_id).first()
    if member is None:
        raise Http404
    if not request.user.has_perm("staff.delete_staffmember") or member.user_id == request.user.pk:
        raise PermissionDenied
    try:
        check_may_touch(request.user, member.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("admin:staff_staffmember_change", member.pk)
    tasks = list(tasks_of(member))
    form = LeavingForm(member, tasks, request.POST or None)
    context = desk | {"opts": member._meta, "member": member, "title": _("%s leaves") % member.name}
    if request.method == "POST" and form.is_valid():
        try:
            report = carry_out(form, member, tasks, request.user)
        except StorageAway:
            form.add_error("sure", _("The files can’t be reached now, so nothing was done. Try again in a while."))
        else:
            return render(request, "admin/staff/left.html", context | {"report": report})
    return render(request, "admin/staff/leave.html", context | {"form": form, "mentions": list(mentions(member))})


def tasks_of(member: StaffMember) -> Iterator[Task]:
    """Where working copies name `member`: as contact, as stand-in."""
    models: Any = apps.get_models()
    for model in models:
        for field in model._meta.concrete_fields:
            if isinstance(field, PublishedForeignKey) and field.related_model is StaffMember:
                for row in model._base_manager.filter(**{field.name: member}):
                    yield Task(row, field.name)


def mentions(member: StaffMember) -> Iterator[Mention]:
    """The published objects in whose texts the name or a number of `member` stands."""
    forms = [phones.spellings(phone) for phone in (member.phone, member.mobile)]
    numbers = {_digits(national) for national, *_others in filter(None, forms)}
    numbers = {number for number in numbers if len(number) >= NUMBER_LENGTH}
    for revision in Revision.objects.public().iterator(chunk_size=200):
        if (revision.model, revision.object_id) == (member._meta.label_lower, member.pk):
            continue
        obj = revision.thaw()
        text = " ".join(passage for words in words_of(obj) for passage in (words.title, *words.passages))
        if member.name.casefold() in text.casefold() or any(number in _digits(text) for number in numbers):
            yield Mention(obj, _form_of(obj))


def carry_out(form: LeavingForm, member: StaffMember, tasks: list[Task], user: User) -> list[str]:
    """All of it in one transaction; returns what was done, in words without personal data that must go."""
    report = []
    with transaction.atomic():
        for task in tasks:
            new = form.person(task.name)
            repoint(task.row, task.field, new, user)
            report.append(_("%(what)s: now %(who)s.") % {"what": task.label, "who": new.name if new else _("nobody")})
        successor = form.person("successor")
        if is_live(member):
            withdraw(member, user, form.cleaned_data["reason"] or _("This person no longer works at RESOC Westhoek."))
            report.append(_("The card is off the site."))
        account = member.user
        written = {member.email, *member.links.values_list("email", flat=True), account.email if account else ""}
        number = erase(member, successor)
        report.append(_("The card is forgotten, in history, in the bin and in search."))
        if successor:
            report.append(_("The old address leads to the card of %s.") % successor.name)
        report.append(ngettext("%d file deleted.", "%d files deleted.", number) % number)
        report += forget_account(account) if account else []
        waiting = [
            mail.pk for mail in Mail.objects.all() if (written - {""}) & {normal(each) for each in mail.recipients}
        ]
        Mail.objects.filter(pk__in=waiting).delete()
        if waiting:
            report.append(_("Mails that waited to be sent to the person are deleted."))
    return report


def forget_account(user: User) -> list[str]:
    """Close the account for ever; what it did stays in history and in the log, without a name."""
    sessions = end_sessions(user.pk)
    keys = forget_factors(user)
    EmailAddress.objects.filter(user=user).delete()
    user.username, user.first_name, user.last_name, user.email = f"forgotten-{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    about.update(object_repr="–", change_message="")
    return [
        _("The account is closed; its name is gone."),
        ngettext("%d open session ended.", "%d open sessions ended.", sessions) % sessions,
        ngettext("%d passkey or code removed.", "%d passkeys or codes removed.", keys) % keys,
    ]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _form_of(obj: Publishable) -> str:
    try:
        return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
    except NoReverseMatch:
        return ""
