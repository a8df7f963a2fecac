"""Snapshots: an object and its child rows as plain JSON values, there and back.

`freeze`, `thaw` and `diff` know nothing of time, authors or visibility.

A snapshot is flat: `{"title_nl": "…", "priority_id": 3, "roles": [{"id": 7, …}, …]}`.
The unsuffixed column of a translated field never enters one, because its value depends
on the language being spoken. A snapshot outlives migrations: what it has too much is
ignored, what it lacks gets the field's default.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from publishing.i18n.languages import is_blank, translated_fields
from publishing.models.values.cleaners import stored_cleaners
from publishing.types import AnyField

if TYPE_CHECKING:
    from publishing.models.content import Child, Publishable
    from publishing.models.revisions import Revision


Snapshot = dict[str, Any]


M = TypeVar("M", bound="Publishable")


class FrozenRows(models.QuerySet["Child"]):
    """The child rows of a thawed object: a list that cannot be turned into a query.

    They are thawed when they are first asked for: many pages show no more of an object than its title.
    """

    def __init__(self, model: "type[Child]", stored: Sequence[Snapshot], parent: "Publishable") -> None:
        super().__init__(model)
        self._stored, self._parent = stored, parent
        del self.__dict__["_result_cache"]  # never None, so that nothing here ever asks for working rows

    @cached_property
    def _result_cache(self) -> "list[Child]":  # type: ignore[override]
        return [self._thawed(row) for row in self._stored]

    def _thawed(self, row: Snapshot) -> "Child":
        child: Child
        child, values = _thaw_fields(self.model, row.get("id"), row)
        child.as_of, child.thawed, child.thawed_values = self._parent.as_of, True, values
        child._state.fields_cache[self.model.parent] = self._parent
        return child

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("The child rows of a published object are frozen: use .all() only.")

    _chain = iterator = aiterator = create = bulk_create = bulk_update = _refuse
    get_or_create = update_or_create = update = delete = aggregate = in_bulk = _refuse


@cache
def published_fields(model: type[models.Model]) -> tuple[AnyField, ...]:
    """The fields of `model` that enter a snapshot, each with one value per column."""
    left_out = {*translated_fields(model), *getattr(model, "not_published", ()), getattr(model, "parent", "")}
    fields = model._meta.concrete_fields
    return tuple(field for field in fields if not field.primary_key and field.name not in left_out)


def unpublished_fields(model: type[models.Model]) -> Iterator[AnyField]:
    """The fields of `model` that its working copy alone has, such as the account of a staff member."""
    yield from (field for field in model._meta.concrete_fields if field.name in getattr(model, "not_published", ()))


def withheld_fields(obj: models.Model) -> set[str]:
    """The names of the fields that visitors may not see of working row `obj`; a thawed object has nothing to hide."""
    if getattr(obj, "thawed", False):
        return set()
    flags = getattr(obj, "withheld_unless", {}).items()
    return {*getattr(obj, "withheld", ()), *(name for name, flag in flags if not getattr(obj, flag))}


def child_models(model: type["Publishable"]) -> Iterator[tuple[str, type["Child"]]]:
    """The names and models of the ordered child rows that belong to `model`."""
    for name in model.children:
        relation: Any = model._meta.get_field(name)
        yield name, relation.related_model


def freeze(obj: "Publishable", rows: Mapping[str, Iterable[models.Model]] | None = None) -> Snapshot:
    """The published fields of `obj` and of its child rows, as JSON values.

    `rows` has child rows by name to take instead of the saved ones.
    """
    snapshot, withheld = freeze_fields(obj), withheld_fields(obj)
    for name, _model in child_models(type(obj)):
        of_name = () if name in withheld else _rows_of(obj, name, rows)
        snapshot[name] = [{"id": row.pk, **freeze_fields(row)} for row in of_name]
    return snapshot


def _rows_of(
    obj: "Publishable", name: str, rows: Mapping[str, Iterable[models.Model]] | None
) -> Iterable[models.Model]:
    return getattr(obj, name).all() if rows is None else rows.get(name, ())


def freeze_all(obj: "Publishable", rows: Mapping[str, Iterable[models.Model]] | None = None) -> Snapshot:
    """The whole working copy: what `freeze` gives, what visitors may not see, and what is never published."""
    model, withheld = type(obj), withheld_fields(obj)
    hidden = [*unpublished_fields(model), *(field for field in published_fields(model) if field.name in withheld)]
    snapshot = freeze(obj, rows) | {field.attname: _freeze_value(field, obj) for field in hidden}
    for name, child in child_models(model):
        fields = published_fields(child)
        snapshot[name] = [
            {"id": row.pk, **{field.attname: _freeze_value(field, row) for field in fields}}
            for row in _rows_of(obj, name, rows)
        ]
    return snapshot


def released(model: type["Publishable"], snapshot: Snapshot) -> Snapshot:
    """`snapshot` of a working copy without what it says itself that visitors may not see yet: see `Frozen.withheld`."""
    obj = thaw(model, 0, snapshot)
    shown = snapshot | _blanks(obj)
    for name, _child in child_models(model):
        if name in obj.withheld:
            shown[name] = []
        elif name in shown:
            rows = zip(_rows(snapshot[name]), getattr(obj, name).all(), strict=True)
            shown[name] = [each | _blanks(row) for each, row in rows]
    return shown


def _blanks(obj: Any) -> Snapshot:
    """The columns of thawed `obj` that say themselves that they are withheld, each with the value of nothing."""
    model: type[models.Model] = type(obj)
    fields = [field for field in published_fields(model) if field.name in obj.withheld]
    return {field.attname: _freeze_value(field, model()) for field in fields}


def thaw(
    model: type[M],
    object_id: int,
    snapshot: Snapshot,
    *,
    revision: "Revision | None" = None,
    as_of: datetime | None = None,
) -> M:
    """An instance of `model` as `snapshot` has it, which templates use like any other.

    With `as_of` (an aware moment) its relations lead to what was public at that moment.
    It can't be saved: it is history, not the working copy.
    """
    obj: M
    obj, values = _thaw_fields(model, object_id, snapshot)
    obj.revision, obj.as_of, obj.thawed, obj.thawed_values = revision, as_of, True, values
    obj.__dict__["_prefetched_objects_cache"] = {
        name: FrozenRows(child, _rows(snapshot.get(name)), obj) for name, child in child_models(model)
    }
    return obj


def content(obj: "Publishable") -> tuple[object, ...]:
    """All that was thawed of `obj`, to be compared; nothing of a working copy."""
    if not obj.thawed:
        return ()
    found = [type(obj), *obj.thawed_values]
    for name, rows in obj.__dict__["_prefetched_objects_cache"].items():  # not by its manager, which is made each time
        for row in rows._result_cache:
            found += name, *row.thawed_values
    return tuple(found)


def alone(obj: M) -> M:
    """Thawed object `obj` with its content and nothing that was put on it since, such as the ends of its relations."""
    return thaw(type(obj), obj.pk, freeze(obj), as_of=obj.as_of)


def normalise(model: type["Publishable"], snapshot: Snapshot) -> Snapshot:
    """`snapshot` in the terms of today's fields, so that it can be compared with another."""
    return freeze(thaw(model, 0, snapshot))


@dataclass(frozen=True)
class FieldChange:
    """One difference: where (`("title_nl",)` or `("roles", 7, "name_nl")`), before, after."""

    path: tuple[str | int, ...]
    old: object
    new: object


def diff(old: Snapshot, new: Snapshot) -> list[FieldChange]:
    """What changed between two snapshots of one object, in the order of `new`'s fields.

    Child rows are matched by their id; a row that came or went is one change with None
    on the other side, and a change of order is one change of the list of ids.
    """
    changes: list[FieldChange] = []
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if _is_rows(before) and _is_rows(after):
            changes += _diff_rows(name, before or [], after or [])
        else:
            changes.append(FieldChange((name,), before, after))
    return changes


def says_less(model: type["Publishable"], old: Snapshot, new: Snapshot) -> bool:
    """Whether visitors could read something in `old` of `model` that `new` no longer says.

    A text in other words is an edit. What became empty is taken away, and so is a relation, a file
    or a personal detail that another replaced.
    """
    return any(_is_taken(model, change) for change in diff(normalise(model, old), normalise(model, new)))


def _is_taken(model: type[models.Model], change: FieldChange) -> bool:
    name = str(change.path[0])
    if len(change.path) == 1 and isinstance(change.old, list):  # the order of child rows
        return False
    if _is_empty(change.old) or _is_empty(change.new):
        return not _is_empty(change.old)
    if len(change.path) > 1:
        relation: Any = model._meta.get_field(name)
        return _is_taken(relation.related_model, FieldChange(change.path[2:], change.old, change.new))
    field = next(field for field in published_fields(model) if field.attname == name)
    is_personal = field.name in getattr(model, "withheld_unless", {})
    return is_personal or isinstance(field, models.ForeignKey | models.FileField)


def _is_empty(value: object) -> bool:
    return value is None or value is False or (isinstance(value, str) and is_blank(value))


def _rows(value: object) -> list[Snapshot]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _is_rows(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(row, dict) for row in value))


def _diff_rows(name: str, old: list[Snapshot], new: list[Snapshot]) -> Iterator[FieldChange]:
    before, after = {row["id"]: row for row in old}, {row["id"]: row for row in new}
    for row_id, row in after.items():
        if row_id not in before:
            yield FieldChange((name, row_id), None, row)
        else:
            for change in diff(before[row_id], row):
                yield FieldChange((name, row_id, *change.path), change.old, change.new)
    for row_id, row in before.items():
        if row_id not in after:
            yield FieldChange((name, row_id), row, None)
    old_order, new_order = [i for i in before if i in after], [i for i in after if i in before]
    if old_order != new_order:
        yield FieldChange((name,), old_order, new_order)


def freeze_fields(obj: models.Model) -> Snapshot:
    """The published columns of `obj` alone, without its child rows."""
    withheld = withheld_fields(obj)
    return {
        field.attname: _freeze_value(field, field.model() if field.name in withheld else obj)
        for field in published_fields(type(obj))
    }


def _freeze_value(field: AnyField, obj: models.Model) -> object:
    value = field.get_prep_value(field.value_from_object(obj))
    if value is None and isinstance(field, models.CharField | models.TextField):
        return ""  # the admin stores a blank translation as NULL in one column, '' in another
    if isinstance(value, str) and (clean := stored_cleaners(type(obj)).get(field.attname)):
        return clean(value)
    if isinstance(value, str | int | float | bool | list | dict | None):
        return value
    if isinstance(value, datetime):  # the same words for what was typed here and for what the database gives back
        return value.astimezone(UTC).isoformat()
    return field.value_to_string(obj)


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[AnyField, bool, bool, Callable[[str], str] | None], ...]:
    """All columns of `model`: whether a snapshot may have each, whether it holds text as it is, what cleans that."""
    published, cleaners = published_fields(model), stored_cleaners(model)
    return tuple(
        (field, field in published, _is_plain_text(field), cleaners.get(field.attname))
        for field in model._meta.concrete_fields
    )


def _is_plain_text(field: AnyField) -> bool:
    """Whether a string is a value of `field` already."""
    return type(field).to_python in (models.CharField.to_python, models.TextField.to_python)


def _thaw_fields(model: type[models.Model], object_id: int | None, snapshot: Snapshot) -> tuple[Any, list[object]]:
    values = [
        _thaw_value(field, snapshot[field.attname], is_text, clean)
        if is_published and field.attname in snapshot
        else object_id
        if field.primary_key
        else field.get_default()
        for field, is_published, is_text, clean in _columns(model)
    ]
    # By their places, as a row of the database: modeltranslation looks at each value that is given by name.
    obj = model(*values)
    obj._state.adding = False
    return obj, values


def _thaw_value(field: AnyField, stored: object, is_text: bool, clean: Callable[[str], str] | None) -> object:
    """A value of an older type, or none where there must be one: the default stands in."""
    if isinstance(stored, str):
        stored = clean(stored) if clean else stored
        if is_text:
            return stored
    try:
        value = field.to_python(stored)
    except (ValidationError, TypeError, ValueError, AttributeError):
        return field.get_default()
    return field.get_default() if value is None and not field.null else value


Path = tuple[str | int, ...]  # as in `snapshots.FieldChange`


def values(snapshot: Snapshot) -> dict[Path, object]:
    """Every value in `snapshot` by its path; a list of child rows is there as the list of their ids."""
    found: dict[Path, object] = {}
    for name, value in snapshot.items():
        if isinstance(value, list) and all(isinstance(row, dict) for row in value):
            found[(name,)] = [row["id"] for row in value]
            for row in value:
                found |= {(name, row["id"], key): each for key, each in row.items() if key != "id"}
        else:
            found[(name,)] = value
    return found
