"""The admin of staff members."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import staff.accounts.admin  # noqa: F401  (registers it)
from publishing.admin import PublishableAdmin
from publishing.admin.forms import PublishableForm
from publishing.admin.history import undoing
from publishing.models import Act, ActLine, Publishable, Revision
from publishing.models.snapshots import freeze_all, normalise, withheld_fields
from publishing.review.usage import Use
from publishing.text import phones
from publishing.workflow import look
from staff.buttons import BUTTONS
from staff.cards.absences import ASKED, AbsenceMixin
from staff.cards.consent import NOT_SHOWN, ConsentFormMixin, hidden_details
from staff.cards.notices import in_words, photos
from staff.forgetting import requests as forget_requests
from staff.forgetting.views import leave
from staff.models import MAX_HOW, StaffMember
from staff.my_card import consent_requests
from staff.my_card.card_checks import unanswered
from staff.my_card.invitations import existing_account
from staff.my_card.new_address import NewAddressMixin, ask, pending
from staff.rights import may_touch

HOW_HELP = gettext_lazy(
    "Needed when you tick the box for somebody else. For example: on paper, on 12 November. "
    "You can also leave the box empty, save, and ask by mail."
)


class StaffMemberForm(ConsentFormMixin, AbsenceMixin, NewAddressMixin, PublishableForm):
    """The card; somebody with an account proves another address first, and agrees to a photo or mobile number."""

    mobile_agreed = forms.CharField(
        label=gettext_lazy("How this person agreed that visitors see the mobile number"),
        max_length=MAX_HOW,
        required=False,
        help_text=HOW_HELP,
    )
    photo_agreed = forms.CharField(
        label=gettext_lazy("How this person agreed that visitors see the photo"),
        max_length=MAX_HOW,
        required=False,
        help_text=HOW_HELP,
    )

    class Meta:
        help_texts = {
            "phone": gettext_lazy(
                "The work number, which RESOC publishes itself, also when it is that of a mobile telephone. "
                "As you would dial it in Belgium, for example 051 12 34 56."
            ),
            "mobile": gettext_lazy("A private number, for example 0470 12 34 56."),
        }


@admin.register(StaffMember)
class StaffMemberAdmin(PublishableAdmin):
    form = StaffMemberForm
    change_form_template = "admin/staff/change_form.html"
    buttons = {**BUTTONS, **PublishableAdmin.buttons}
    shared_fields = (
        "name",
        "slug",
        ("phone", "shows_phone"),
        ("mobile", "shows_mobile"),
        "mobile_agreed",
        ("email", "shows_email"),
        ("photo", "shows_photo"),
        "photo_agreed",
        ("photo_focus_x", "photo_focus_y"),
        ("absent_from", "absent_until", "stand_in", ASKED),
        "language",
        "is_secretariat",
        "position",
    )
    list_extra = ("function_nl", "telephone")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description=gettext_lazy("telephone"), ordering="phone")
    def telephone(self, obj: StaffMember) -> str:
        """The number as readers here write it."""
        return phones.written(obj.phone) if obj.phone else self.get_empty_value_display()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_urls(self) -> list[Any]:
        site = self.admin_site
        return [
            path(
                "<number:object_id>/undo/<number:number>/",
                site.admin_view(self.undo_view),
                name="staff_staffmember_undo",
            ),
            path("<number:object_id>/leave/", site.admin_view(self.leave_view), name="staff_staffmember_leave"),
            *super().get_urls(),
        ]

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Ask for proof of an address typed instead of that of the account; the card keeps the old one."""
        super().save_model(request, obj, form, change)
        if form.answers:  # before anything is published: a consent is written down then
            StaffMember._base_manager.filter(pk=obj.pk).update(**form.answers)
            vars(obj).update(form.answers)
        obj.is_asked = bool(form.new_address)
        for detail in hidden_details(obj):
            if detail.value in form.changed_data:
                messages.warning(request, NOT_SHOWN[detail])
        if form.new_address:
            messages.info(request, ask(request, obj, form.new_address))

    def panel_context(self, request: Any, obj: Publishable) -> dict[str, Any]:
        account = obj.user  # type: ignore[attr-defined]
        may_leave = self.has_delete_permission(request) and (account is None or account.pk != request.user.pk)
        found = existing_account(obj)  # type: ignore[arg-type]
        return super().panel_context(request, obj) | {
            "account": account,
            "found": found,
            "pending": pending(obj),  # type: ignore[arg-type]
            "may_touch": may_touch(request.user, account or found),
            "hidden_details": consent_requests.hidden(obj),  # type: ignore[arg-type]
            "consents": obj.consents.select_related("given_by", "withdrawn_by"),  # type: ignore[attr-defined]
            "forget_request": forget_requests.request_of(obj),  # type: ignore[arg-type]
            "may_answer": forget_requests.may_decide(request.user, obj),  # type: ignore[arg-type]
            "is_silent": unanswered().filter(pk=obj.pk).exists(),
            "may_leave": may_leave,
        }

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        """Not while the person asks to be forgotten: in the bin the card would be neither here nor forgotten."""
        if obj and forget_requests.request_of(obj):  # type: ignore[arg-type]
            return False
        return super().has_delete_permission(request, obj)

    def why_not_deleted(self, request: HttpRequest, obj: Publishable, used_by: Sequence[Use]) -> list[str]:
        reasons = super().why_not_deleted(request, obj, used_by)
        if super().has_delete_permission(request) and forget_requests.request_of(obj):  # type: ignore[arg-type]
            reasons.append(_("This person asks to be forgotten: answer that first, at “Own card”."))
        return reasons

    def undo_view(self, request: Any, object_id: int, number: int) -> HttpResponse:
        """The changes that somebody made on their own card, and the button that takes it back."""
        member: Any = self.get_object(request, str(object_id))
        change = member.revisions.filter(pk=number).first() if member else None
        if change is None:
            raise Http404
        if not self.has_change_permission(request, member):
            raise PermissionDenied
        line = self._line_of(member, change)
        is_newest = line is not None and line.digest == look(StaffMember, member.pk).digest
        before = member.revisions.filter(pk=line.due).first() if line else None
        before = (
            before or member.revisions.filter(superseded_at=change.live_from, live_from__lt=change.live_from).first()
        )
        possible = bool(is_newest and before and self._differs(member, before, change))
        if request.method == "POST" and line and (possible or not is_newest):
            undoing.carry_out(request, line.act)
            return redirect("admin:staff_staffmember_change", member.pk)
        old = before.data if before else {}
        context = self.admin_site.each_context(request) | {
            "opts": self.model._meta,
            "object": member,
            "title": _("What changed on the card"),
            "changes": list(in_words(old, change.data)),
            "photos": {name: b64encode(content).decode() for name, content in photos(old, change.data).items()},
            "change": change,
            "possible": possible,
            "is_newest": is_newest,
        }
        return render(request, "admin/staff/undo.html", context)

    def _line_of(self, member: StaffMember, change: Revision) -> ActLine | None:
        """The act that published `change`, while that can be undone."""
        lines = ActLine.objects.filter(model=member._meta.label_lower, object_id=member.pk, act__undone_at=None)
        lines = lines.filter(act__kind=Act.Kind.CARD, before__lt=change.pk, after__gte=change.pk)
        return lines.select_related("act").first()

    def _differs(self, member: StaffMember, before: Revision, change: Revision) -> bool:
        """Whether taking `change` back would change anything, unlike of a detail that is hidden since."""
        old, new = normalise(StaffMember, before.data), normalise(StaffMember, change.data)
        withheld = {StaffMember._meta.get_field(name).attname for name in withheld_fields(member)}  # type: ignore[union-attr]
        saved = freeze_all(member)
        changed = [name for name in old if old[name] != new[name] and name != member.order_field]
        return any(column not in withheld or saved[column] != old[column] for column in changed)

    def leave_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return leave(request, object_id, self.admin_site.each_context(request))
