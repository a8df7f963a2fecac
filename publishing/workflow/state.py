"""The state of an object (draft, public, planned, withdrawn), and the unpublished changes of its working copy."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import gettext_lazy

from publishing.models import (
    Frozen,
    Publishable,
    Revision,
)
from publishing.models.snapshots import FieldChange, child_models, diff, freeze, normalise, published_fields

P = TypeVar("P", bound=Publishable)

CHUNK = 500  # rows that are compared at a time


class State(models.TextChoices):
    """Where a working row stands towards the public."""

    NEW = "new", gettext_lazy("Not published yet")
    SCHEDULED = "scheduled", gettext_lazy("Scheduled")
    PUBLISHED = "published", gettext_lazy("Published")
    CHANGED = "changed", gettext_lazy("Published, with changes that visitors do not see yet")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")
    ENDED = "ended", gettext_lazy("Ended")


def state(obj: Publishable) -> State:
    """Where the saved row of `obj` stands towards the public, now."""
    return states(type(obj), type(obj)._base_manager.filter(pk=obj.pk))[obj.pk]


def states(model: type[P], rows: Iterable[P]) -> dict[int, State]:
    """The state of these saved rows of `model`, by their key; the number of queries does not grow with them."""
    keys = {row.pk: row for row in rows}
    revisions = Revision.objects.of(model).filter(object_id__in=keys)
    due = {revision.object_id: revision for revision in revisions.due().defer("data")}
    public = set(revisions.public().values_list("object_id", flat=True))
    waiting = set(revisions.pending().values_list("object_id", flat=True))
    changed = changed_among(model, [keys[key] for key in public])
    found = {}
    for key in keys:
        if key not in due:
            found[key] = State.SCHEDULED if key in waiting else State.NEW
        elif due[key].withdrawn:
            found[key] = State.WITHDRAWN
        elif key not in public:
            found[key] = State.ENDED
        else:
            found[key] = State.CHANGED if key in changed else State.PUBLISHED
    return found


def unpublished_changes(obj: Publishable) -> list[FieldChange]:
    """The differences between the newest version of `obj`, even one that waits, and its saved row."""
    last = obj.revisions.standing().first()
    row = type(obj)._base_manager.get(pk=obj.pk)
    return diff(normalise(type(obj), last.data), freeze(row)) if last else []


def has_unpublished(obj: Publishable) -> bool:
    """Whether the saved row of `obj` holds anything that its last commit does not."""
    return not obj.revisions.standing().exists() or bool(unpublished_changes(obj))


def changed_among(model: type[P], rows: Sequence[P]) -> set[int]:
    """The keys of those saved rows of `model` that have unpublished changes."""
    same = surely_unchanged(model, [row.pk for row in rows])
    return _differing(model, [row for row in rows if row.pk not in same])


def _differing(model: type[P], rows: Sequence[P]) -> set[int]:
    """The same, by freezing each row."""
    models.prefetch_related_objects(rows, *model.children)
    standing = Revision.objects.of(model).standing().filter(object_id__in=[row.pk for row in rows])
    last = dict(standing.values_list("object_id", "data"))
    frozen = {row.pk: freeze(row) for row in rows if row.pk in last}
    # Nearly all are equal as they are; only a snapshot of other days must be brought up to date.
    return {key for key, now in frozen.items() if now != last[key] and diff(normalise(model, last[key]), now)}


def changed(model: type[P]) -> set[int]:
    """The keys of all rows of `model` that have unpublished changes: exact, some hundreds at a time."""
    standing = Revision.objects.of(model).standing().values_list("object_id", flat=True)
    keys = sorted({*standing} - surely_unchanged(model))
    found: set[int] = set()
    for start in range(0, len(keys), CHUNK):
        found |= _differing(model, list(model._base_manager.filter(pk__in=keys[start : start + CHUNK])))
    return found


def _withholds(model: type[Publishable]) -> bool:
    """Whether what is frozen of `model` depends on what it says itself."""
    kinds: list[Any] = [model, *(child for _name, child in child_models(model))]
    return any(kind.withheld is not Frozen.withheld for kind in kinds)


def surely_unchanged(model: type[P], among: Collection[int] | None = None) -> set[int]:
    """The keys of rows whose columns say what their last commit says, as the database compares them: most, in no time.

    Of all rows, or of those `among`. A row that is left out may say the same all the same: one with child rows,
    one whose commit is from before a migration, or one with a value that the database writes in another way.
    """
    fields = published_fields(model)
    if model.withheld_unless or _withholds(model) or any(field.null and field.has_default() for field in fields):
        return set()  # what is frozen, or what a commit without this column means, depends on more than the column
    quote, is_postgresql = connection.ops.quote_name, connection.vendor == "postgresql"
    name_of = quote if is_postgresql else str
    same = "stored.{} IS NOT DISTINCT FROM {}::text" if is_postgresql else "JSON_EXTRACT(revision.data, '$.{}') IS {}"
    conditions = []
    for field in fields:
        column = f"working.{quote(str(field.column))}"
        is_text = isinstance(field, models.CharField | models.TextField)
        conditions.append(same.format(name_of(field.attname), f"COALESCE({column}, '')" if is_text else column))
    for name, child in child_models(model):
        parent: Any = child._meta.get_field(child.parent)
        rows = f"SELECT 1 FROM {quote(child._meta.db_table)} WHERE {quote(parent.column)} = working.id"  # noqa: S608
        conditions += [same.format(name_of(name), "'[]'"), f"NOT EXISTS ({rows})"]
    if among is not None:
        conditions.append(f"working.id IN ({', '.join(['%s'] * len(among)) or 'NULL'})")
    # All values at once: PostgreSQL would unpack the whole content for each.
    names = ", ".join(f"{quote(name)} text" for name in [*(field.attname for field in fields), *model.children])
    stored = f"CROSS JOIN jsonb_to_record(revision.data) AS stored ({names})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT working.id FROM {quote(model._meta.db_table)} AS working"  # noqa: S608 (names of our own columns)
            " JOIN publishing_revision AS revision ON revision.model = %s AND revision.object_id = working.id"
            f" {stored if is_postgresql else ''}"
            f" WHERE revision.superseded_at IS NULL AND {' AND '.join(conditions)}",
            [model._meta.label_lower, *(among or ())],
        )
        return {key for (key,) in cursor.fetchall()}


def is_live(obj: Publishable) -> bool:
    """Whether visitors see `obj` now or will at a time already set."""
    return obj.revisions.public().exists() or obj.revisions.pending().filter(withdrawn=False).exists()


def live_users(obj: Publishable) -> list[Publishable]:
    """The published objects that point at `obj`, now or at a time already set."""
    users = Revision.objects.referring_to(obj).filter(withdrawn=False)
    return [revision.thaw() for revision in users.public() | users.pending()]
