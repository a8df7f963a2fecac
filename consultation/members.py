"""The members that visitors read, with their bodies and organisations: on a page of their own and on the home page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultation.models import Body, Mandate
from pages.models import Organisation
from publishing.models import LAST_POSITION, Revision, RevisionReference
from publishing.models.revisions import AT
from publishing.queries.dependencies import Dependency, depends_only_on
from publishing.queries.prepared import PreparedQuery

ROLES = list(Mandate.Role.values)
GROUPS = list(Mandate.Group.values)
ENDS = {Body._meta.label_lower: "body", Organisation._meta.label_lower: "organisation"}  # which relation leads there
MANDATE = Mandate._meta.label_lower


@dataclass
class Bench:
    """The members of one group in a body."""

    label: str | Promise
    members: list[Mandate] = field(default_factory=list)


@dataclass
class Seated:
    """A body, who sits in it by group, and who did before."""

    body: Body | None
    benches: list[Bench]
    former: list[Mandate]


def _shown() -> Any:
    """The public members, and the bodies and organisations that they name."""
    mandates = Revision.objects.public(AT).filter(model=MANDATE).order_by()
    same = {name: OuterRef(name) for name in ("model", "object_id")}
    named = RevisionReference.objects.filter(revision__in=mandates.values("pk"), **same)
    models = Revision.objects.public(AT).filter(model__in=[MANDATE, *ENDS])
    return models.filter(Q(model=MANDATE) | Exists(named)).order_by("sort_key", "object_id")


SHOWN: PreparedQuery[Revision] = PreparedQuery(_shown)


def members_at(at: datetime, *, is_old: bool = False) -> list[Mandate]:
    """What visitors read of all members at a moment, in one query.

    For an old version of a page, `is_old`: who sat for what then, but named only as far as visitors read that name
    today, on the same seat.
    """
    with depends_only_on(Dependency(MANDATE)) as told:
        thawed: list[Any] = [revision.thaw(at) for revision in SHOWN(at=at)]
        now = SHOWN(at=timezone.now()) if is_old else []
        ends = {(each._meta.label_lower, each.pk): each for each in thawed if not isinstance(each, Mandate)}
        members = [each for each in thawed if isinstance(each, Mandate)]
        for member in members:
            for label, name in ENDS.items():
                relation: Any = Mandate._meta.get_field(name)
                if target := getattr(member, relation.attname):
                    told.add(Dependency(label, target))  # also of what is not public yet
                relation.set_cached_value(member, ends.get((label, target)))
    if is_old:
        names = {each.object_id: each.data.get("name") for each in now if each.model == MANDATE}
        for member in members:
            member.name = member.name if names.get(member.pk) == member.name else ""
    return members


def by_body(members: Iterable[Mandate]) -> list[Seated]:
    """These members by body and group, each in their order."""
    found: dict[int | None, list[Mandate]] = {}
    for member in sorted(members, key=_place):
        found.setdefault(member.body.pk if member.body else None, []).append(member)
    return [
        Seated(
            body=some[0].body,
            benches=benches(each for each in some if not each.is_former),
            former=[each for each in some if each.is_former],
        )
        for some in found.values()
    ]


def benches(members: Iterable[Mandate]) -> list[Bench]:
    """These members by group, those of no group last."""
    found: dict[str, Bench] = {}
    for member in members:
        label = member.get_group_display() if member.group in GROUPS else _("Other members")
        found.setdefault(member.group, Bench(label)).members.append(member)
    return list(found.values())


def on_board(members: Iterable[Mandate]) -> list[Bench]:
    """Who sits in the board now, by group: of those without a name each organisation once."""
    once: dict[tuple[object, ...], Mandate] = {}
    for member in sorted(members, key=_place):
        if member.body and member.body.kind == Body.Kind.BOARD and not member.is_former and not member.is_to_come:
            who = member.organisation.pk if member.organisation else None
            once.setdefault((member.group, who, member.shown_name or None), member)
    return benches(once.values())


def _place(member: Mandate) -> tuple[object, ...]:
    """Where a member stands: bodies in their order, then groups, roles, organisations and names."""
    body, organisation = member.body, member.organisation
    return (
        (body.position, body.pk) if body else (LAST_POSITION + 1, 0),
        GROUPS.index(member.group) if member.group in GROUPS else len(GROUPS),
        ROLES.index(member.role) if member.role in ROLES else len(ROLES),
        organisation.name.casefold() if organisation else "",
        member.shown_name.casefold(),
        member.pk,
    )
