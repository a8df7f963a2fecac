"""The contact page and the cards."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from publishing.models import Publishable, Revision
from publishing.views import PublishedDetailView
from staff.models import StaffMember


def contact(request: HttpRequest) -> HttpResponse:
    """Everybody's card."""
    context = {"section": "contact", "staff_members": list(StaffMember.published())}
    return render(request, "staff/contact.html", context)


class StaffMemberView(PublishedDetailView):
    """One card, with what that person follows."""

    model = StaffMember
    context_name = "member"
    template_name = "staff/staffmember_detail.html"
    extra_context = {"section": "contact"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, followed=followed_by(kwargs["member"]))


def followed_by(member: StaffMember) -> list[Publishable]:
    """The published pages that name `member` as contact, of whatever app."""
    revisions = Revision.objects.public(member.as_of).filter(
        references__model=member._meta.label_lower, references__object_id=member.pk
    )
    found = [revision.thaw(member.as_of) for revision in revisions.order_by("model", "sort_key").distinct()]
    return [obj for obj in found if obj.get_absolute_url()]
