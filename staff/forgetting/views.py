"""The page for somebody who leaves: successors, texts with the name, and then the person is forgotten.

One page for the secretariat. Nothing happens before its button, and then everything or nothing.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.files.storage import StorageUnavailable
from publishing.models import MAX_CHARACTERS
from publishing.models.rights import may
from publishing.review.naming.mentions import Searched, by_field, places
from publishing.search.names.person_matching import Matcher
from publishing.workflow import check_reason
from staff.forgetting.departures import MOST_SHOWN, Task, carry_out, goes_round, stand_ins, tasks_of
from staff.forgetting.mentions import search_for
from staff.models import StaffMember
from staff.rights import check_may_touch


class LeavingForm(forms.Form):
    """The successor for each task, and what becomes of the address of the card."""

    successor = forms.ChoiceField(
        label=gettext_lazy("Who asks for the old address is led to the card of"),
        required=False,
        help_text=gettext_lazy("Or nobody: then the address says why the card is gone."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_CHARACTERS,
        required=False,
        help_text=gettext_lazy("Visitors read it at the old address. Write it in Dutch."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, forget this person for ever, also in history"),
        error_messages={"required": gettext_lazy("Tick this: what is forgotten does not come back.")},
    )

    def __init__(self, member: StaffMember, tasks: list[Task], searched: Searched, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = StaffMember.published().exclude(pk=member.pk)
        people = [("", _("nobody")), *((str(other.pk), other.name) for other in others)]
        fields: Any = self.fields
        fields["successor"].choices = people
        with translation.override(settings.LANGUAGE_CODE):  # as visitors read it, whatever the desk speaks
            fields["reason"].initial = _("This person no longer works at RESOC Westhoek.")
        self.tasks, self.searched, self.stand_ins = tasks, searched, stand_ins()
        chosen = {
            task.name: forms.ChoiceField(label=task.label, choices=task.choices(people, self.stand_ins), required=False)
            for task in tasks
        }
        self.fields = {**chosen, **self.fields}
        self.places = places(searched.mentions)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("successor"):
            try:
                check_reason(cleaned.get("reason", ""))
            except ValidationError as error:
                self.add_error("reason", error.messages)
        if any(hit.is_certain for hit in Matcher(self.searched.sought).find(cleaned.get("reason", ""))):
            self.add_error("reason", _("Visitors go on reading this. Leave the name out."))
        for name in self._going_round(cleaned):
            self.add_error(name, _("They would stand in for each other. Choose somebody else, or nobody."))
        if any(place.must_go_first for place in self.places):
            self.add_error(None, _("Take the links to the card out of the texts below first, and publish those."))
        return cleaned

    def _going_round(self, cleaned: dict[str, Any]) -> list[str]:
        """The fields of those who would stand in for themselves in the end, as all was chosen together."""
        asked = {task.row.pk: task.name for task in self.tasks if task.is_stand_in}
        chosen = {pk: int(cleaned[name]) if cleaned.get(name) else None for pk, name in asked.items()}
        return [asked[pk] for pk in goes_round(chosen, self.stand_ins)]

    def person(self, name: str) -> StaffMember | None:
        """The person who was chosen in field `name`."""
        pk = self.cleaned_data.get(name)
        return StaffMember._base_manager.get(pk=pk) if pk else None


def leave(request: Any, object_id: int, desk: dict[str, Any]) -> HttpResponse:
    """The page and its button; the response is a report. `desk` is the context of every page of the admin."""
    member = StaffMember._base_manager.select_related("user").filter(pk=object_id).first()
    if member is None:
        raise Http404
    if not may(request.user, "delete", StaffMember) or member.user_id == request.user.pk:
        raise PermissionDenied
    try:
        check_may_touch(request.user, member.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("admin:staff_staffmember_change", member.pk)
    ticks_all = request.POST.get("tick") == "all"
    typed = {"initial": request.POST.dict()} if ticks_all else {"data": request.POST or None}
    form = LeavingForm(member, list(tasks_of(member)), search_for(member), **typed)
    context = desk | {"opts": member._meta, "member": member, "title": _("%s leaves") % member.name}
    redacted = set(request.POST.getlist("redact"))
    if request.method == "POST" and not ticks_all and form.is_valid():
        try:
            report = carry_out(
                member,
                [(task, form.person(task.name)) for task in form.tasks],
                form.person("successor"),
                form.cleaned_data["reason"],
                redacted,
                request.user,
            )
        except StorageUnavailable:
            form.add_error("sure", _("The files can’t be reached now, so nothing was done. Try again in a while."))
        except ProtectedError:
            form.add_error(None, _("Something began to point at this card just now, so nothing was done. Try again."))
        else:
            return render(request, "admin/staff/left.html", context | {"report": report})
    certain = [place for place in form.places if place.is_certain]
    shown, possible = certain[:MOST_SHOWN], [place for place in form.places if not place.is_certain][:MOST_SHOWN]
    context |= {
        "form": form,
        "searched": form.searched,
        "sought": form.searched.sought.told,
        "certain": certain,
        "today": by_field(place for place in shown if place.is_of_today),
        "kept": by_field(place for place in shown if not place.is_of_today),
        "possible": by_field(possible),
        "not_shown": len(form.places) - len(shown) - len(possible),
        "can_tick_all": len([place for place in shown if place.redactable]) > 1,
        "redacted": {place.key for place in shown} if ticks_all else redacted,
    }
    return render(request, "admin/staff/leave.html", context)
