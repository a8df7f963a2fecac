"""Bringing changes into a working copy, and nothing else: what is public or planned stays as it is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction

from publishing.models import Publishable
from publishing.models.snapshots import Snapshot, child_models, freeze_all, normalise, published_fields
from publishing.types import AnyField
from publishing.workflow.commit import locked
from publishing.workflow.merge import Kept, merge
from publishing.workflow.working_copies.drafts import keep, keep_what_stood

Pair = tuple[Snapshot, Snapshot]


def merge_in(obj: Publishable, author: User | None, changes: Callable[[Snapshot], Pair]) -> list[Kept]:
    """Bring changes into the saved row of `obj` by a three-way merge; returns what it keeps of its own.

    `changes` gives, for the working copy as it is now, the snapshot that the changes were made from and the one that
    they made of it. Raises ValidationError when the row was deleted meanwhile.
    """
    model = type(obj)
    with transaction.atomic():
        row = locked(obj)
        keep_what_stood(row)
        ours = normalise(model, freeze_all(row))
        base, wanted = changes(ours)
        merged, kept = merge(model, base, ours, wanted)
        save_differences(row, ours, merged)
        keep(row, author)
    return kept


def save_differences(row: Publishable, ours: Snapshot, merged: Snapshot, private: Mapping[str, object] = {}) -> None:
    """Save what differs between these snapshots in `row` and its child rows, and the unpublished fields `private`."""
    model = type(row)
    _save(row, {**_differing(published_fields(model), ours, merged), **private})
    for name, child in child_models(model):
        _save_rows(child, row, ours[name], merged[name])


def _save_rows(model: Any, parent: Publishable, ours: list[Snapshot], merged: list[Snapshot]) -> None:
    before = {each["id"]: each for each in ours}
    saved = {row.pk: row for row in model._base_manager.filter(**{model.parent: parent})}
    model._base_manager.filter(pk__in=saved.keys() - {each["id"] for each in merged}).delete()
    for each in merged:
        if each["id"] not in before:
            fields = published_fields(model)
            values = {field.attname: field.to_python(each[field.attname]) for field in fields}
            model(pk=each["id"], **{model.parent: parent}, **values).save_base(force_insert=True)
        else:
            _save(saved[each["id"]], _differing(published_fields(model), before[each["id"]], each))


def _save(row: models.Model, values: Mapping[str, object]) -> None:
    """Save only these columns of `row`: a place that stays is not given anew, as `Ordered.save` would."""
    for column, value in values.items():
        setattr(row, column, value)
    if values:
        row.save_base(update_fields=values.keys())


def _differing(fields: Iterable[AnyField], old: Snapshot, new: Snapshot) -> dict[str, object]:
    """The values of `new` that differ from those of `old`, by column, as a row has them."""
    return {
        field.attname: field.to_python(new[field.attname])
        for field in fields
        if old[field.attname] != new[field.attname]
    }
