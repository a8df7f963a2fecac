"""Relations that lead from a published object to the published state of the other side."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db import models
from django.utils import timezone

from publishing.models.revisions import Revision, RevisionQuerySet
from publishing.queries.dependencies import Target
from publishing.queries.prepared import PreparedQuery, param
from publishing.types import AnyForeignKey, AnyForeignKeyDescriptor

if TYPE_CHECKING:
    from publishing.models.content import Frozen, Publishable


AT, NOW = "at", "now"


def _seen(*ends: tuple[str, str]) -> RevisionQuerySet[Revision]:
    """The published state, at the moment that each end names, of an object of the model that it names."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for place, (moment, label) in enumerate(ends):
        found.setdefault(moment, []).append((label, param(f"id{place}")))
    return reduce(or_, (Revision.objects.public(param(moment)).among(targets) for moment, targets in found.items()))


SEEN: PreparedQuery[Revision] = PreparedQuery(_seen)


def seen(wanted: Iterable[Target], at: datetime | None = None) -> list[Revision]:
    """What a page of moment `at`, by default now, shows of `wanted`: what was public then, or is public now.

    The latter for models that are `shown_as_now`. Asked all at once, and nothing for nothing.
    """
    targets = sorted(wanted)
    if not targets:
        return []
    now = timezone.now()
    moments = {AT: at or now, NOW: max(at or now, now)}
    # What a text refers to, which may be of no model at all, is asked for as it is now.
    ends = [(NOW if at and apps.get_model(label).shown_as_now else AT, label) for label, _id in targets]
    ids = {f"id{n}": object_id for n, (_label, object_id) in enumerate(targets)}
    return SEEN(*ends, **moments, **ids)


def _seen_from(model: "type[Publishable]", as_of: datetime) -> datetime:
    """The moment whose public state of `model` a page of moment `as_of` shows.

    That moment itself, unless the model is `shown_as_now`: then never a moment in the past.
    """
    return max(as_of, timezone.now()) if model.shown_as_now else as_of


class PublishedDescriptor(AnyForeignKeyDescriptor):
    """Follows a relation from a thawed object to the other side's published state."""

    def get_object(self, instance: models.Model) -> Any:
        as_of = getattr(instance, "as_of", None)
        if as_of is None:  # a working row leads to a working row
            return super().get_object(instance)
        target_id = getattr(instance, self.field.attname)
        model = cast("type[Publishable]", self.field.related_model)
        return model.published(_seen_from(model, as_of)).numbered(target_id).first()


class PublishedForeignKey(AnyForeignKey):
    """A relation between publishable models that cannot leak a draft.

    A thawed object finds the published target or None, never the working row: as it was public at
    the same moment, or as it is public now when its model is `shown_as_now`. The other
    side gets no reverse accessor, because that would list working rows.
    """

    forward_related_accessor_class = PublishedDescriptor

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        # Drafts may be incomplete, and a target may be withdrawn after the fact.
        super().__init__(to, on_delete, **(kwargs | {"null": True, "related_name": "+"}))


def follow(objects: "Iterable[Frozen]", paths: Iterable[str], as_of: datetime) -> None:
    """Put the published targets of the relations `paths` on the thawed `objects`: one query for all of them.

    They are of moment `as_of`; targets of a model that is `shown_as_now` are of the present.
    """
    objects = list(objects)
    ends: list[tuple[Frozen, object, Target]] = []  # what points, with which field, at what
    for path in paths:
        *children, name = path.split("__")
        rows = objects
        for child in children:
            rows = [row for obj in rows for row in getattr(obj, child).all()]
        for row in rows:
            field: Any = row._meta.get_field(name)
            ends.append((row, field, (field.related_model._meta.label_lower, getattr(row, field.attname))))
    wanted = {target for _row, _field, target in ends if target[1] is not None}
    found = {
        (each.model, each.object_id): each.thaw(_seen_from(each.model_class, as_of)) for each in seen(wanted, as_of)
    }
    for row, field, target in ends:
        field.set_cached_value(row, found.get(target))
