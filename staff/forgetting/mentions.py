"""The names, numbers and addresses of a staff member, now and on earlier versions of the card, and texts with them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from allauth.account.models import EmailAddress

from publishing.models import ActLine, Discarded, Draft, Publishable, Revision
from publishing.queries.dependencies import Target
from publishing.review.naming.mentions import Mention, Searched, search
from publishing.search.names.person_matching import Sought
from staff.models import CardLink, StaffMember

KNOWN_BY = ("name", "phone", "mobile", "email")


def mentions_of(member: StaffMember) -> list[Mention]:
    """Where texts name `member` in the site: working copies, versions, kept saves and the bin; not the own card."""
    return search_for(member).mentions


def search_for(member: StaffMember) -> Searched:
    """The same, with what was looked through; the number of queries is fixed."""
    return search_again(sought(member), leaving_out=(member._meta.label_lower, member.pk))


def search_again(known_by: Sought, leaving_out: Target | None = None) -> Searched:
    """The same for somebody whose card may be gone by now."""
    searched = search(known_by, leaving_out)
    return replace(searched, mentions=[each for each in searched.mentions if not _is_anothers_own(each)])


def _is_anothers_own(mention: Mention) -> bool:
    """Whether it is a surname or a shared number on the card of somebody who has it by right."""
    is_own = mention.text.model == StaffMember._meta.label_lower and mention.text.column in (*KNOWN_BY, "slug")
    return is_own and not mention.hit.is_certain


def sought(member: StaffMember) -> Sought:
    """The names, numbers and addresses of the card as it is and as it was, and the addresses of the account.

    What stands on the card of somebody else too is shared: a text that has it may mean the other one.
    """
    cards = list(_cards(member))
    emails = {*CardLink.objects.filter(member=member).values_list("email", flat=True)}
    names = {card.get("name") for card in cards}
    if member.user:
        emails |= {member.user.email, *EmailAddress.objects.filter(user=member.user).values_list("email", flat=True)}
        names.add(member.user.get_full_name())
    others = list(StaffMember._base_manager.exclude(pk=member.pk).values(*KNOWN_BY))
    numbers = [each[name] for each in others for name in ("phone", "mobile")]
    return Sought.of(
        names=names,
        numbers=[card.get(name) for card in cards for name in ("phone", "mobile")],
        emails=[*emails, *(card.get("email") for card in cards)],
        page=(member._meta.label_lower, member.pk) if member.pk else None,
    ).sharing(numbers, [each["email"] for each in others])


def _cards(member: StaffMember) -> Iterator[dict[str, Any]]:
    """The content of the card, now and before: of the working copy, versions, kept saves and the bin."""
    yield {name: getattr(member, name) for name in KNOWN_BY}
    yield from StaffMember._base_manager.filter(pk=member.pk).values(*KNOWN_BY)
    yield from _stored(Revision, member, "data")
    yield from _stored(Draft, member, "data")
    yield from _stored(Discarded, member, "data")
    yield from _stored(ActLine, member, "working")


def _stored(model: Any, member: Publishable, column: str) -> Iterator[dict[str, Any]]:
    ours = model.objects.filter(model=member._meta.label_lower, object_id=member.pk)
    return (data for data in ours.values_list(column, flat=True) if isinstance(data, dict))
