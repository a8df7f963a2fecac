"""Amending: the present public version, with only these changes, becomes public.

The same changes are brought into the working copy and into planned versions by a three-way merge with
that version as its base. Where one of those had changed the same, it keeps its own.
"""

import dataclasses
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.i18n.languages import localized, translated_fields
from publishing.models import ChangeNote, Child, Publishable, Revision
from publishing.models.snapshots import (
    Snapshot,
    child_models,
    freeze,
    freeze_all,
    normalise,
    published_fields,
    released,
    thaw,
    unpublished_fields,
)
from publishing.models.values.cleaners import cleaned
from publishing.search.desk import desk_index
from publishing.types import AnyField
from publishing.workflow.annotations.checking import checks_of
from publishing.workflow.commit import (
    check_change_note,
    check_note,
    commit_on_top,
    locked,
    publish_errors,
    refuse,
    waiting_versions,
)
from publishing.workflow.merge import Kept, merge, units
from publishing.workflow.working_copies.drafts import keep, keep_what_stood
from publishing.workflow.working_copies.merging_in import save_differences


@dataclass(frozen=True)
class Amendment:
    """The result of `amend`."""

    revision: Revision | None  # None: public says this already
    # What keeps its own, each with the version that waits which does; None: the working copy.
    kept: tuple[tuple[Revision | None, Kept], ...] = ()
    # Versions that wait and would not be publishable any more with the changes: they have none of them.
    untouched: tuple[Revision, ...] = ()


@dataclass
class Changes:
    """The changes that were asked for, by what they are about."""

    columns: dict[str, object] = dataclasses.field(default_factory=dict)
    rows: dict[str, list[dict[str, object]]] = dataclasses.field(default_factory=dict)  # of child rows, the whole list
    private: dict[str, object] = dataclasses.field(default_factory=dict)  # never published: of the working copy alone


def amend(
    obj: Publishable,
    changes: Mapping[str, object],
    author: User | None,
    note: str = "",
    *,
    change_note: ChangeNote | None = None,
) -> Amendment:
    """Publish what is public now of `obj` with only `changes`, and bring them into everything else there is of it.

    `changes` maps columns (`title_nl`, `contact` or `contact_id`), names of child rows with the whole
    wanted list (mappings, those that are there with their `id`), and fields that are never published,
    which go into the working copy only. A detail that its flag (`withheld_unless`) hides leaves what is
    public and every version that waits; one that its flag shows again is the value in `changes`, by
    default that of the working copy. `note` is for the desk, `change_note` for visitors, as in `publish`.

    Raises TypeError for names that can't be changed like this, and ValidationError, by field, when
    nothing is public or the result can't be.
    """
    return _amend(obj, changes, author, note, change_note, is_public=True)


def amend_waiting(obj: Publishable, changes: Mapping[str, object], author: User | None) -> Amendment:
    """The same for what is not public yet and only waits: `changes` go into that and into the working copy.

    The base is the version that waits and comes first. Raises ValidationError when none does.
    """
    return _amend(obj, changes, author, "", None, is_public=False)


def _amend(
    obj: Publishable,
    changes: Mapping[str, object],
    author: User | None,
    note: str,
    change_note: ChangeNote | None,
    *,
    is_public: bool,
) -> Amendment:
    model = type(obj)
    asked = sort_out(model, changes)
    check_note(note)
    check_change_note(change_note)
    with transaction.atomic(), desk_index.together():
        row = locked(obj)
        keep_what_stood(row)
        now = timezone.now()
        waiting = list(waiting_versions(row, now))
        shown = row.revisions.public(now).first() if is_public else next(iter(waiting), None)
        if shown is None:
            raise ValidationError(_("This is not on the public site."))
        base = normalise(model, shown.data)
        visibility = Visibility(row, asked.private, base)
        visibility.fill_in(asked.columns)
        private = _cleaned(row, asked.private)
        known = {name: _ids(row, name, [base, *(each.data for each in waiting)]) for name in asked.rows}
        draft = AmendmentDraft(row, base, asked, known)
        draft.check(max(now, shown.live_from), shown.live_until)
        wanted = draft.save()
        public = visibility.applied(wanted)

        told: list[tuple[Revision | None, Kept]] = []
        merges: dict[int, Waiting] = {each.pk: Waiting(each, base, public, visibility) for each in waiting}
        changed = public != base
        if changed or any(each.data != each.revision.data for each in merges.values() if each.is_hiding):
            act, carried = commit_on_top(
                row,
                author,
                note,
                lambda each: merges[each.pk].data if each.pk in merges else public,
                now=now,
                with_public=is_public and changed,
                change_note=change_note,
                unchanged_since=None,
                checked_at=now,
                checked_in=checks_of(row, public, shown, author, now, is_working_copy=False),
            )
        else:
            act, carried, merges = None, {}, {}
        for pk, each in merges.items():
            told += [(carried.get(pk, each.revision), kept) for kept in each.kept]
        told += [(None, kept) for kept in _into_working_copy(row, base, wanted, asked.columns, visibility, private)]
        keep(row, author)
        untouched = tuple(carried.get(pk, each.revision) for pk, each in merges.items() if each.is_untouched)
        return Amendment(act, tuple(told), untouched)


# What was asked for


def sort_out(model: type[Publishable], changes: Mapping[str, Any]) -> Changes:
    """`changes` by what they are about; raises TypeError for a name that can't be changed like this."""
    asked = Changes()
    children = dict(child_models(model))
    private = {each.name for each in unpublished_fields(model)}
    for name, value in changes.items():
        if name in children:
            asked.rows[name] = [_row_columns(children[name], each) for each in value]
            ids = [each["id"] for each in asked.rows[name] if "id" in each]
            if len(ids) > len(set(ids)):
                raise TypeError(f"A row of {name!r} is there twice.")
            continue
        field = _field(model, name)
        if field.name == model.order_field:
            raise TypeError(f"{name!r} is a place among others: use reorder().")
        (asked.private if field.name in private else asked.columns)[field.attname] = _as_column(field, value)
    return asked


def _row_columns(model: type[Child], row: Mapping[str, object]) -> dict[str, object]:
    fields = {name: _field(model, name) for name in row if name != "id"}
    if model.parent in [field.name for field in fields.values()]:
        raise TypeError(f"A row does not say which {model.parent} it belongs to.")
    found = {fields[name].attname: _as_column(fields[name], value) for name, value in row.items() if name != "id"}
    return found | ({"id": row["id"]} if row.get("id") else {})


def _field(model: type[models.Model], name: str) -> AnyField:
    if name in translated_fields(model):
        raise TypeError(f"{name!r} depends on the language being spoken: say one of {', '.join(localized(name))}.")
    try:
        found: object = model._meta.get_field(name)
    except FieldDoesNotExist:
        found = next((each for each in model._meta.concrete_fields if each.attname == name), None)
    if not isinstance(found, models.Field) or found.primary_key:
        raise TypeError(f"{model.__name__} has nothing called {name!r} that can be changed.")
    return found


def _as_column(field: AnyField, value: object) -> object:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(field, models.FileField) and not value:
        return ""  # also False, by which a form says that a file is cleared
    return cleaned(field, value)


def _ids(row: Publishable, name: str, snapshots: Iterable[Snapshot]) -> set[int]:
    """The child rows that `row` has or a version of it had."""
    ids = {each.get("id") for snapshot in snapshots for each in snapshot.get(name) or ()}
    return ids | {each.pk for each in getattr(row, name).all()}


# What visitors may see


class Visibility:
    """Which details of working row `row` visitors may see: before, and with the flags in `private`."""

    def __init__(self, row: Publishable, private: Mapping[str, object], base: Snapshot) -> None:
        self.row, self.base = row, base
        nothing = normalise(type(row), {})
        columns = {
            row._meta.get_field(name).attname: flag  # type: ignore[union-attr]
            for name, flag in row.withheld_unless.items()
        }
        off = {flag for flag in columns.values() if not private.get(flag, getattr(row, flag))}
        self.blank = {column: nothing[column] for column in columns}
        # Switched off now, or off and not public either. One that was switched off in the working copy alone and
        # is still public is a draft: it stays public until somebody publishes that.
        self.hidden = {
            column
            for column, flag in columns.items()
            if flag in off and (flag in private or base[column] == nothing[column])
        }
        self.withheld = {column for column, flag in columns.items() if flag in off}
        self.shown_again = {
            column
            for column, flag in columns.items()
            if private.get(flag) and not getattr(row, flag) and base[column] == nothing[column]
        }
        was_off = {column for column, flag in columns.items() if not getattr(row, flag)}
        # What the working copy alone had: units with a detail that was hidden.
        self.private_units = [unit for unit in units(type(row)) if was_off.intersection(unit)]

    def fill_in(self, columns: dict[str, object]) -> None:
        """Add to the changed `columns` what is shown again without a value: that of the working copy."""
        saved = freeze_all(self.row) if self.shown_again else {}
        for unit in units(type(self.row)):
            if self.shown_again.intersection(unit) and not columns.keys() & self.blank.keys() & set(unit):
                columns |= {column: saved[column] for column in unit if column not in columns}

    def applied(self, snapshot: Snapshot) -> Snapshot:
        """`snapshot` as visitors may see it: what is hidden is blank, what is a draft as it was, if not taken away."""
        drafts = {column for column in self.withheld if snapshot[column] != self.blank[column]}
        shown = snapshot | {column: self.base[column] for column in drafts} | self.blanks
        return released(type(self.row), shown)

    @property
    def blanks(self) -> Snapshot:
        """The hidden columns, each with the value that stands there instead."""
        return {column: self.blank[column] for column in self.hidden}


# What the result is


class AmendmentDraft:
    """The public version of `row` (`base`), thawed, with the changes that were asked for; not cleaned yet."""

    def __init__(self, row: Publishable, base: Snapshot, asked: Changes, known: Mapping[str, set[int]]) -> None:
        self.obj, self.base, self.asked = thaw(type(row), row.pk, base), base, asked
        self.rows: dict[str, list[Any]] = {}
        for field in published_fields(type(row)):
            if field.attname in asked.columns:
                setattr(self.obj, field.attname, asked.columns[field.attname])
        for name, model in child_models(type(row)):
            public = {each["id"]: each for each in base[name]}
            if name not in asked.rows:
                self.rows[name] = list(getattr(self.obj, name).all())
                continue
            self.rows[name] = [_child(name, model, row, wish, public, known[name]) for wish in asked.rows[name]]
            _place(self.rows[name])

    def check(self, live_from: datetime, live_until: datetime | None) -> None:
        """Raise ValidationError, by field, when this can't be public in that time."""
        changed = {column for column, value in self.asked.columns.items() if value != self.base[column]}
        errors = new_errors(self.obj, self.base, changed, live_from, live_until)
        for name, wishes in self.asked.rows.items():
            public = {each["id"]: each for each in self.base[name]}
            for row, wish in zip(self.rows[name], wishes, strict=True):
                before = public.get(wish.get("id"), {})
                same = [column for column, value in before.items() if wish.get(column, value) == value]
                try:
                    row.full_clean({row.parent, *(each.name for each in row._meta.fields if each.attname in same)})
                except ValidationError as error:
                    kind = row._meta.verbose_name
                    errors.setdefault(NON_FIELD_ERRORS, []).extend(f"{kind}: {each}" for each in error.messages)
        refuse(errors)

    def save(self) -> Snapshot:
        """The content as saving would make it: sanitised, pictures drawn anew, and new rows saved, for their ids."""
        _pass(self.obj, self.asked.columns)
        for name, wishes in self.asked.rows.items():
            for row, wish in zip(self.rows[name], wishes, strict=True):
                if row.pk is None:
                    row.save()
                else:
                    _pass(row, wish)
            self.rows[name].sort(key=lambda row: (row.position, row.pk))
        return normalise(type(self.obj), freeze(self.obj, self.rows))


def _pass(instance: models.Model, columns: Container[str]) -> None:
    """Let the values of these columns through the door of a save, which changes some of them."""
    for field in published_fields(type(instance)):
        if field.attname in columns:
            field.pre_save(instance, add=False)


def _child(
    name: str,
    model: type[Child],
    parent: Publishable,
    wish: Mapping[str, Any],
    public: Mapping[int, Snapshot],
    known: Container[int],
) -> object:
    """The child row of `parent` that `wish` asks for, on top of what is public of it, or else is saved."""
    pk = wish.get("id")
    if pk is None:
        child = model(**{model.parent: parent})
    elif pk not in known:
        raise ValidationError(_("A row of this list was deleted in the meantime. Look at the list again."))
    else:
        saved = None if pk in public else model._base_manager.filter(pk=pk).first()
        thawed = thaw(type(parent), parent.pk, {name: [public.get(pk, {"id": pk})]})
        child = saved or getattr(thawed, name).all()[0]
    for field in published_fields(model):
        if field.attname in wish:
            setattr(child, field.attname, wish[field.attname])
    return child


def _place(rows: Iterable[Any]) -> None:
    """Give new rows without a place one after all others, in their order."""
    last = max((row.position for row in rows), default=0)
    for row in rows:
        if row.pk is None and not row.position:
            last += 1
            row.position = last


def new_errors(
    draft: Publishable, base: Snapshot, changed: Container[str], live_from: datetime, live_until: datetime | None
) -> dict[str, list[Any]]:
    """Why thawed `draft` can't be public in that time.

    `changed` are the columns of which the value differs from that in `base`. What is wrong with `base`
    as well, elsewhere, does not count: a small correction must not require mending older errors elsewhere.
    """
    fields = draft._meta.concrete_fields
    same = {field.name for field in fields if field.attname not in changed}
    errors = publish_errors(draft, live_from, live_until, same)
    if not errors:
        return {}
    before = publish_errors(thaw(type(draft), draft.pk, base), live_from, live_until, same)
    old = ValidationError(before).message_dict if before else {}
    new = ValidationError(errors).message_dict
    elsewhere = {*same, NON_FIELD_ERRORS}
    known = {name: messages for name, messages in old.items() if name in elsewhere}
    found = {name: [each for each in messages if each not in known.get(name, ())] for name, messages in new.items()}
    return {name: messages for name, messages in found.items() if messages}


# What else there is of it


class Waiting:
    """The content of waiting version `revision` once `public` takes the place of `base`."""

    def __init__(self, revision: Revision, base: Snapshot, public: Snapshot, visibility: Visibility) -> None:
        model = revision.model_class
        own = normalise(model, revision.data)
        blanks = visibility.blanks
        merged, kept = merge(model, base, own, public)
        self.revision = revision
        self.is_hiding = any(own[column] != value for column, value in blanks.items())
        self.kept = [each for each in kept if each.path[0] not in blanks]
        draft = thaw(model, revision.object_id, merged | blanks)
        changed = {column for column, value in (merged | blanks).items() if value != own[column]}
        self.is_untouched = bool(new_errors(draft, own, changed, revision.live_from, revision.live_until))
        if self.is_untouched:
            merged, self.kept = own, []
        self.data = merged | blanks
        if self.data == own:
            self.data = revision.data


def _into_working_copy(
    row: Publishable,
    base: Snapshot,
    wanted: Snapshot,
    asked: Iterable[str],
    visibility: Visibility,
    private: dict[str, object],
) -> list[Kept]:
    """Save what changed in working row `row`, and nothing else; returns what it keeps of its own."""
    model = type(row)
    row = model._base_manager.get(pk=row.pk)
    ours = normalise(model, freeze_all(row))
    merged, kept = merge(model, base, ours, wanted)
    for unit in visibility.private_units:
        given = [column for column in unit if column in asked or wanted[column] != base[column]]
        merged |= {column: wanted[column] if column in given else ours[column] for column in unit}
        kept = [each for each in kept if each.path[0] not in unit]
    save_differences(row, ours, merged, private)
    return kept


def _cleaned(row: Publishable, private: Mapping[str, object]) -> dict[str, object]:
    """The fields that are never published, as they are saved; raises ValidationError by field."""
    values, errors = {}, {}
    for field in unpublished_fields(type(row)):
        if field.attname in private:
            try:
                values[field.attname] = field.clean(private[field.attname], row)
            except ValidationError as error:
                errors[field.name] = error.messages
    refuse(errors)
    return values
