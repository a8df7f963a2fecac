"""A three-way merge of snapshots: changes are brought into another copy, unit by unit.

A unit is what belongs together: one column, a picture with all that is said about it, or what the
model names in `together`. `merge` knows no time, author or database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from publishing.files.fields import PictureField
from publishing.i18n.languages import localized, translated_fields
from publishing.models import Publishable
from publishing.models.snapshots import Snapshot, child_models, normalise, published_fields

Path = tuple[str | int, ...]  # as in `snapshots.Change`
NOTHING = object()  # equals no value of a snapshot


@dataclass(frozen=True)
class Kept:
    """That a copy keeps what it says in one place, because it had been changed there as well.

    `path` is `("body_nl",)`, `("partners", 7, "organisation_id")`, or `("partners", 7)` for a whole
    row, of which one side is None when it is not there. Of a unit with more columns it names the
    first that differs.
    """

    path: Path
    ours: object
    wanted: object


def merge(model: type[Publishable], base: Snapshot, ours: Snapshot, wanted: Snapshot) -> tuple[Snapshot, list[Kept]]:
    """Snapshot `ours` with what changed between `base` and `wanted`, and where it keeps its own.

    All three are of `model`, and compared in the terms of today's fields. Child rows are matched
    by their id, and come in the order of their place.
    """
    base, ours, wanted = (normalise(model, each) for each in (base, ours, wanted))
    merged, kept = _merge_columns(model, (), base, ours, wanted)
    for name, child in child_models(model):
        rows, kept_rows = _merge_rows(child, name, base[name], ours[name], wanted[name])
        merged[name] = rows
        kept += kept_rows
    return merged, kept


@cache
def units(model: type[models.Model]) -> tuple[tuple[str, ...], ...]:
    """The published columns of `model`, each group of them that belongs together as one."""
    columns = [field.attname for field in published_fields(model)]
    unit_of = {column: frozenset({column}) for column in columns}
    for group in [*_pictures(model, columns), *_together(model)]:
        whole = frozenset().union(*(unit_of[column] for column in group))
        unit_of |= dict.fromkeys(whole, whole)
    found = dict.fromkeys(unit_of[column] for column in columns)
    return tuple(tuple(column for column in columns if column in unit) for unit in found)


def _pictures(model: type[models.Model], columns: Iterable[str]) -> Iterable[list[str]]:
    """Each picture with what is said about it: size, focus, description, caption."""
    for field in published_fields(model):
        if isinstance(field, PictureField):
            yield [column for column in columns if column == field.name or column.startswith(f"{field.name}_")]


def _together(model: type[models.Model]) -> Iterable[list[str]]:
    for names in getattr(model, "together", ()):
        yield [column for name in names for column in columns_of(model, name)]


def columns_of(model: type[models.Model], name: str) -> tuple[str, ...]:
    """The columns of field `name` in a snapshot: one, or one for each language."""
    if name in translated_fields(model):
        return localized(name)
    field: Any = model._meta.get_field(name)
    return (field.attname,)


def _merge_columns(
    model: type[models.Model], path: Path, base: Snapshot, ours: Snapshot, wanted: Snapshot
) -> tuple[Snapshot, list[Kept]]:
    merged, kept = dict(ours), []
    for unit in units(model):
        before, own, new = ({column: each[column] for column in unit} for each in (base, ours, wanted))
        if own == before:
            merged |= new
        elif new not in (before, own):
            column = next(column for column in unit if own[column] != new[column])
            kept.append(Kept((*path, column), own[column], new[column]))
    return merged, kept


def _merge_rows(
    model: type[models.Model], name: str, base: list[Snapshot], ours: list[Snapshot], wanted: list[Snapshot]
) -> tuple[list[Snapshot], list[Kept]]:
    before, own, new = ({row["id"]: row for row in rows} for rows in (base, ours, wanted))
    merged, kept = dict(own), []
    for pk in {**before, **new}:
        path, was, row, wish = (name, pk), before.get(pk), own.get(pk), new.get(pk)
        if was == wish:
            continue
        if wish is None:  # removed
            if row and _but_for_place(row) == _but_for_place(was):
                del merged[pk]
            elif row:
                kept.append(Kept(path, row, None))
        elif row is None and was is None:  # added
            merged[pk] = wish
        elif row is None:
            kept.append(Kept(path, None, wish))
        else:
            # A row that both added was nothing before: where they differ, ours stays.
            merged[pk], kept_columns = _merge_columns(model, path, was or dict.fromkeys(row, NOTHING), row, wish)
            kept += kept_columns
    return sorted(merged.values(), key=lambda row: (row["position"], row["id"])), kept


def _but_for_place(row: Snapshot | None) -> Snapshot:
    return {column: value for column, value in (row or {}).items() if column != "position"}
