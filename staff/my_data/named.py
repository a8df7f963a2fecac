"""Texts that name a person, as that person may see them: public ones, and the number of all others."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch

from publishing.models import Publishable, Revision
from publishing.queries.dependencies import Target
from publishing.review.naming.mentions import OF_TODAY, Mention, TextState
from staff.forgetting.mentions import mentions_of
from staff.models import StaffMember


@dataclass(frozen=True)
class NamingPage:
    """Something that visitors read and that names the person."""

    obj: Publishable  # as published
    address: str  # "" of what has no page
    field: str  # in which text; "" when it names the card, as its contact


@dataclass(frozen=True)
class NamedByOthers:
    """All of it."""

    cards: list[NamingPage]  # that name the card: as contact, as stand-in
    texts: list[NamingPage]
    versions: list[NamingPage]  # older ones, that visitors can still read
    drafts: int  # saved or planned, and not public
    kept: int  # versions that nobody else reads, kept saves, and what is in the bin

    @property
    def is_nothing(self) -> bool:
        return self == NamedByOthers([], [], [], 0, 0)


def where_named(member: StaffMember) -> NamedByOthers:
    """Where working row `member` is named; what may mean somebody else, such as a surname alone, is left out."""
    found = [each for each in mentions_of(member) if each.hit.is_certain]
    public = [each for each in found if each.text.state == TextState.PUBLIC and not each.text.is_about]
    objects = _published({_target(each) for each in found})
    texts = {
        (_target(each), each.text.field): NamingPage(
            objects[_target(each)], _page(objects[_target(each)]), each.text.field
        )
        for each in public
        if _target(each) in objects
    }
    said = {(_target(each), each.text.path) for each in public}
    drafts = {
        _target(each)
        for each in found
        if each.text.state in OF_TODAY
        and each.text.state != TextState.PUBLIC
        and (_target(each), each.text.path) not in said
    }
    old = {each.text.key: each for each in found if each.text.state == TextState.OLD and not each.text.is_about}
    readable = Revision.objects.citable().filter(pk__in=[int(key[1:]) for key in old])
    numbers = {f"r{pk}" for pk in readable.values_list("pk", flat=True)}
    versions = {
        key: NamingPage(obj, address, each.text.field)
        for key, each in old.items()
        if key in numbers and (obj := objects.get(_target(each))) and (address := _version(obj, int(key[1:])))
    }
    kept = {each.text.key for each in found if each.text.state not in OF_TODAY} - set(versions)
    return NamedByOthers(_naming_card(member), list(texts.values()), list(versions.values()), len(drafts), len(kept))


def _target(mention: Mention) -> Target:
    return mention.text.model, mention.text.object_id


def _published(targets: set[Target]) -> dict[Target, Any]:
    """The versions of these objects that visitors read now."""
    return {(each.model, each.object_id): each.thaw() for each in Revision.objects.public().among(targets)}


def _naming_card(member: StaffMember) -> list[NamingPage]:
    revisions = Revision.objects.public().referring_to(member).order_by("model", "sort_key", "object_id")
    return [NamingPage(obj, _page(obj), "") for obj in (each.thaw() for each in revisions)]


def _page(obj: Any) -> str:
    """The address of the page on which visitors read published object `obj`; "" when there is none."""
    return obj.get_absolute_url() if obj.is_page else ""


def _version(obj: Any, number: int) -> str:
    """The address of an older version of published object `obj`; "" when visitors read none."""
    try:
        return obj.get_versions_url(number)
    except NoReverseMatch:
        return ""
