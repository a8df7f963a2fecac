"""The contact page, the cards, and the same cards for telephones."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from publishing.files.storage import StorageUnavailable
from publishing.i18n.languages import current
from publishing.i18n.urls import absolute
from publishing.models import Publishable, Revision, RevisionQuerySet
from publishing.models.revisions import AT
from publishing.queries.prepared import PreparedQuery, param
from publishing.text.transliteration import to_slug
from publishing.web.views import PublishedDetailView
from staff.cards.vcards import vcard, vcards
from staff.models import StaffMember


def contact(request: HttpRequest) -> HttpResponse:
    """The secretariat, then everybody's card with what that person follows."""
    members = list(StaffMember.published())
    followed = followed_by_each(members)
    context = {
        "section": "contact",
        "members": members,
        "cards": [(member, followed.get(member.pk, [])) for member in members],
    }
    return render(request, "staff/contact.html", context)


class StaffMemberView(PublishedDetailView):
    """One card, with what that person follows."""

    model = StaffMember
    context_name = "member"
    template_name = "staff/staffmember_detail.html"
    extra_context = {"section": "contact"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, followed=followed_by(kwargs["member"]))


class VCardView(PublishedDetailView):
    """One card as a file that an address book opens."""

    model = StaffMember
    context_name = "member"

    def get_address(self, obj: Publishable, version: int | None = None) -> str:
        return reverse("staff_vcard", args=[obj.slug_in(current())])

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        member = context["member"]
        url = absolute(self.request, member.get_absolute_url())
        return _file(lambda with_photo: vcard(member, url, with_photo=with_photo), member.name)


def all_vcards(request: HttpRequest) -> HttpResponse:
    """Everybody's card in one file."""
    members = list(StaffMember.published())
    urls = [absolute(request, member.get_absolute_url()) for member in members]
    return _file(lambda with_photo: vcards(members, urls, with_photo), "RESOC Westhoek")


def followed_by(member: StaffMember) -> list[Publishable]:
    """The published pages that name `member` as contact, of whatever app."""
    revisions = Revision.objects.public(member.as_of).referring_to(member, *member.found_through)
    revisions = revisions.order_by("model", "sort_key")
    found = [revision.thaw(member.as_of) for revision in revisions]
    return [obj for obj in found if obj.get_absolute_url()]


def _followed(count: int) -> RevisionQuerySet[Revision]:
    """What names some of `count` members as contact."""
    ends = [(StaffMember, [param(f"id{place}") for place in range(count)])]
    found = Revision.objects.public(AT).referring_to_any(ends, *StaffMember.found_through)
    return found.order_by("model", "sort_key").distinct()


FOLLOWED: PreparedQuery[Revision] = PreparedQuery(_followed)


def followed_by_each(members: list[StaffMember]) -> dict[int, list[Publishable]]:
    """The same for each of `members`, by key, in one query."""
    found: dict[int, list[Publishable]] = {}
    if not members:
        return found
    at = members[0].as_of
    for revision in FOLLOWED(len(members), at=at, **{f"id{place}": member.pk for place, member in enumerate(members)}):
        obj = revision.thaw(at)
        contact_id = getattr(obj, "contact_id", None)
        if contact_id is not None and obj.get_absolute_url():
            found.setdefault(contact_id, []).append(obj)
    return found


def _file(made: Callable[[bool], str], name: str) -> HttpResponse:
    """The cards with their photos; while photos are away without, and then nobody keeps that."""
    file_name = f"{to_slug(name, default='contact')}.vcf"
    keep: dict[str, str] = {}
    try:
        cards = made(True)
    except StorageUnavailable:
        cards, keep = made(False), {"Cache-Control": "no-store"}
    return HttpResponse(
        cards.encode(),
        content_type="text/vcard; charset=utf-8",
        headers=keep | {"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
