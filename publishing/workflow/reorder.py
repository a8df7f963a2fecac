"""The order of lists, and relations that must lead elsewhere: published apart from drafts."""

from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.models import (
    LAST_POSITION,
    Publishable,
    Revision,
)
from publishing.models.snapshots import Snapshot
from publishing.search.desk import desk_index
from publishing.workflow.commit import commit_on_top, lock, log

P = TypeVar("P", bound=Publishable)


def reorder(model: type[P], ids: Sequence[int], author: User | None, note: str = "") -> int:
    """Put the rows `ids` of an ordered model in that order, in the places that they have together.

    The order is part of what is published. So what is public or waits is committed again where its
    place differs, with its own data and the new place only: drafts stay drafts. Places are unique
    afterwards; where each has its own number, those that visitors see are. Returns how many rows
    moved. Raises ValidationError when one of them is gone.
    """
    with transaction.atomic(), desk_index.together():
        lock(model)
        rows: list[Any] = list(model._base_manager.order_by(model.order_field, "pk"))
        chosen = set(ids)
        wanted = {row.pk: row for row in rows if row.pk in chosen}
        if len(wanted) != len(ids):
            raise ValidationError(_("This list has changed in the meantime. Look at it again, and then order it."))
        field = model.order_field
        before = rows
        turn = iter(ids)
        rows = [wanted[next(turn)] if row.pk in wanted else row for row in rows]
        revisions = Revision.objects.of(model).filter(withdrawn=False)
        shown = list((revisions.public() | revisions.pending()).values_list("object_id", "sort_key"))
        taking = set(before)
        if model.has_own_number:
            # A draft or a withdrawn one that stays where it is may have the number of one that visitors see.
            live = {pk for pk, _key in shown}
            taking = {row for row in before if row.pk in live} | dragged(before, rows)
        places = iter(rising(getattr(row, field) for row in before if row in taking))
        moved = []
        for row in rows:
            if row in taking and getattr(row, field) != (place := next(places)):
                setattr(row, field, place)
                moved.append(row)
        model._base_manager.bulk_update(moved, [field], batch_size=500)
        if model.has_own_number:  # which the search of the desk finds
            for row in moved:
                desk_index.changed(model, row.pk)
        note = note or _("Order changed.")
        keys = {row.pk: row.sort_key for row in rows}
        stale = {pk for pk, key in shown if key != keys.get(pk, key)}
        for row in rows:
            if row.pk in stale:
                commit_on_top(row, author, note, partial(_with, {field: getattr(row, field)}))
        log(author, moved, note)
    return len(moved)


def _with(values: Snapshot, revision: Revision) -> Snapshot:
    changed: Snapshot = revision.data | values
    return changed


def repoint(
    row: Publishable, field: str, new: Publishable | None, author: User | None, old: Publishable | None = None
) -> None:
    """Let relation `field` of `row` lead to `new` instead: in its working copy, in what is public and in what waits.

    Only where it leads to `old`, by default to the same as in the working copy; drafts stay drafts.
    """
    column = type(row)._meta.get_field(field).attname  # type: ignore[union-attr]
    # Without names: history forgets nobody's name in the notes of others.
    note = _("%s changed.") % capfirst(str(type(row)._meta.get_field(field).verbose_name))  # type: ignore[union-attr]
    with transaction.atomic():
        lock(type(row))
        left = old.pk if old else getattr(row, column)
        change = replace if getattr(row, column) == left else replace_in_versions
        change(row, column, {left}, new and new.pk, author, note)


def replace(row: P, column: str, old: Container[object], new: object, author: User | None, note: str) -> None:
    """Let `column` of `row` say `new`: in its working copy, and where what is public or waits says one of `old`.

    Drafts stay drafts. `new` is a value as snapshots have it.
    """
    with transaction.atomic():
        lock(type(row))
        type(row)._base_manager.filter(pk=row.pk).update(**{column: new})
        setattr(row, column, new)
        desk_index.changed(type(row), row.pk)
        replace_in_versions(row, column, old, new, author, note)


def replace_in_versions(
    row: P, column: str, old: Container[object], new: object, author: User | None, note: str
) -> None:
    """The same without the working copy, which says something else already."""
    field = next(each for each in type(row)._meta.concrete_fields if each.attname == column)

    def changed(revision: Revision) -> Snapshot:
        says = field.to_python(revision.data[column]) if column in revision.data else None
        return cast(Snapshot, revision.data) | ({column: new} if column in revision.data and says in old else {})

    with transaction.atomic():
        lock(type(row))
        live = row.revisions.public() | row.revisions.pending().filter(withdrawn=False)
        if any(changed(revision) != revision.data for revision in live):
            commit_on_top(row, author, note, changed)
        log(author, [row], note)


def dragged(before: Sequence[object], after: Sequence[object]) -> set[object]:
    """The fewest items to take out of `before` so that the rest has the order of `after`."""
    place = {each: index for index, each in enumerate(before)}
    ends: list[int] = []  # of a run that kept its order, by its length: the lowest place at which one ends
    run: list[list[object]] = []  # that run
    for each in after:
        length = bisect_left(ends, place[each])
        longer = [*(run[length - 1] if length else []), each]
        ends[length : length + 1], run[length : length + 1] = [place[each]], [longer]
    return set(before) - set(run[-1] if run else [])


def rising(places: Iterable[int]) -> list[int]:
    """`places` from 1 up, raised where one does not come after the one before it."""
    result: list[int] = []
    for place in places:
        result.append(max(place, result[-1] + 1 if result else 1))
    return result if not result or result[-1] <= LAST_POSITION else list(range(1, len(result) + 1))
