"""The workflow: publish, schedule, withdraw, reorder, restore, and where an object stands.

These functions are the only way to make a Revision. Each is one transaction.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import connection, models, transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from publishing import stamp
from publishing.dates import written
from publishing.fields import PublishedForeignKey, RichTextField
from publishing.languages import CODES, is_blank, resolve, translated_fields
from publishing.links import targets
from publishing.models import (
    CAME_DUE,
    LAST_POSITION,
    MAX_CHARACTERS,
    Child,
    Discarded,
    Publishable,
    Revision,
    RevisionFile,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    slug_columns,
)
from publishing.search_index import add, index
from publishing.snapshots import (
    Change,
    Snapshot,
    child_models,
    diff,
    freeze,
    freeze_all,
    normalise,
    published_fields,
    thaw,
    unpublished_fields,
)

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


def publish(
    obj: Publishable,
    author: User | None,
    note: str = "",
    live_from: datetime | None = None,
    live_until: datetime | None = None,
) -> Revision:
    """Freeze the saved row of `obj` and its child rows into a Revision.

    It is public from `live_from` (by default, or when past, now) until `live_until` (by
    default for ever); both aware. Raises ValidationError, by field, when it can't be.
    """
    now = timezone.now()
    live_from = max(live_from or now, now)
    _check_end(live_from, live_until)
    if len(note) > MAX_CHARACTERS:
        raise ValidationError({"note": _("Say it in at most %s characters.") % MAX_CHARACTERS})
    with transaction.atomic():
        row = _locked(obj)
        check_publishable(row, live_from, live_until)
        _check_rows(row)
        data = freeze(row)
        shown = row.revisions.public(now).first()
        since = shown.changed_at if shown and not diff(normalise(type(row), shown.data), data) else None
        revision = Revision(
            author=author,
            note=note,
            live_from=live_from,
            live_until=live_until,
            unchanged_since=since,
            data=data,
        )
        return _commit(thaw(type(row), row.pk, data), revision)


def publish_new(rows: Sequence[Publishable], author: User | None, note: str = "") -> None:
    """`publish` for many saved rows of one model that never were published, by few statements for all together.

    Their addresses are compared with what is there already, not with each other. Raises
    ValidationError for the first row that can't be published, and then none is.
    """
    if not rows:
        return
    model = type(rows[0])
    with transaction.atomic():
        lock(model)
        now = timezone.now()
        saved = list(model._base_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
        models.prefetch_related_objects(saved, *model.children)
        committed = []
        for row in saved:
            check_publishable(row, now)
            _check_rows(row)
            data = freeze(row)
            shown = thaw(model, row.pk, data)
            committed.append((shown, _named(shown, Revision(author=author, note=note, live_from=now, data=data))))
        Revision.objects.bulk_create([revision for _shown, revision in committed])
        stamp.bump(model)
        _write_indexes(committed)


def confirm(obj: Publishable, author: User | None) -> Revision:
    """Say that what visitors read of `obj` is still right: the same commit again, dated now.

    A working copy that differs stays unpublished. Raises ValidationError when visitors do not
    see `obj`, or when another version of it already waits: this would overtake that one.
    """
    with transaction.atomic():
        row = _locked(obj)
        shown = row.revisions.public().first()
        if shown is None:
            raise ValidationError(_("This is not on the public site."))
        if row.revisions.pending().exists():
            raise ValidationError(_("Another version of this is scheduled already."))
        revision = Revision(
            author=author,
            live_from=timezone.now(),
            live_until=shown.live_until,
            unchanged_since=shown.changed_at,
            data=shown.data,
        )
        return _commit(shown.thaw(), revision)


def withdraw(obj: Publishable, author: User | None, reason: str) -> Revision:
    """Take `obj` off the public site now; `reason` is shown at its old address.

    Also overtakes what was scheduled. Raises ValidationError when it was never public or
    no reason is given.
    """
    check_reason(reason)
    with transaction.atomic():
        row = _locked(obj)
        shown = row.revisions.due().filter(withdrawn=False).first()
        last = shown or row.revisions.pending().filter(withdrawn=False).first()
        if last is None:
            raise ValidationError(_("This is not on the public site."))
        # What was public, not the working copy: a withdrawal must not freeze a draft.
        revision = Revision(
            author=author, live_from=timezone.now(), withdrawn=True, reason=reason.strip(), data=last.data
        )
        return _commit(last.thaw(), revision)


def cancel(revision: Revision, author: User | None) -> None:
    """Cancel a version that is still waiting: it stays in history, and what is public stays public.

    What it had overtaken before its time does not come back: nobody counts on that any more.
    Raises ValidationError when it does not wait any more.
    """
    with transaction.atomic():
        waiting = _locked_waiting(revision)
        _cancel(waiting)
        _log(author, [waiting.thaw()], _("The planned publication of %s is cancelled.") % moment(revision.live_from))


def reschedule(
    revision: Revision, author: User | None, live_from: datetime, live_until: datetime | None = None
) -> Revision:
    """The same version at another time: the waiting one is cancelled, a new one has its data.

    Raises ValidationError, by field, when `live_from` is past, when the end comes before it, or
    when somebody else has one of its addresses in that time.
    """
    if live_from <= timezone.now():
        raise ValidationError({"live_from": _("This moment is past. Choose a later one.")})
    _check_end(live_from, live_until)
    with transaction.atomic():
        waiting = _locked_waiting(revision)
        row = waiting.thaw()
        _refuse(_address_errors(row, live_from, live_until))
        _cancel(waiting)
        words = {"old": moment(waiting.live_from), "new": moment(live_from)}
        _log(author, [row], _("The publication of %(old)s is moved to %(new)s.") % words)
        times = {"live_from": live_from, "live_until": live_until, "checked_at": live_from}
        return _commit_copy(waiting, author=author, **times)


def set_end(obj: Publishable, author: User | None, live_until: datetime | None) -> None:
    """Let what visitors see of `obj` end at that time, or never; its working copy stays a working copy.

    What waits keeps waiting. Raises ValidationError, by field, when nothing is public, the end is
    past, or somebody else has one of its addresses in that time.
    """
    now = timezone.now()
    _check_end(now, live_until)
    with transaction.atomic():
        row = _locked(obj)
        shown = row.revisions.public(now).first()
        if shown is None:
            raise ValidationError(_("This is not on the public site."))
        _refuse(_address_errors(shown.thaw(), now, live_until))
        note = _("Ends on %s.") % moment(live_until) if live_until else _("Does not end any more.")
        _log(author, [row], note)
        _commit_again(row, author, note, live_until=live_until)


def reorder(model: type[P], ids: Sequence[int], author: User | None) -> int:
    """Put the rows `ids` of an ordered model in that order, in the places that they have together.

    The order is part of what is published. So what is public or waits is committed again where its
    place differs, with its own data and the new place only: drafts stay drafts. Places are unique
    afterwards. Returns how many rows moved. Raises ValidationError when one of them is gone.
    """
    with transaction.atomic():
        lock(model)
        rows: list[Any] = list(model._base_manager.order_by("position", "pk"))
        chosen = set(ids)
        wanted = {row.pk: row for row in rows if row.pk in chosen}
        if len(wanted) != len(ids):
            raise ValidationError(_("This list has changed in the meantime. Look at it again, and then order it."))
        places = rising(row.position for row in rows)
        turn = iter(ids)
        rows = [wanted[next(turn)] if row.pk in wanted else row for row in rows]
        moved = []
        for row, place in zip(rows, places, strict=True):
            if row.position != place:
                row.position = place
                moved.append(row)
        model._base_manager.bulk_update(moved, ["position"], batch_size=500)
        note = _("Order changed.")
        revisions = Revision.objects.of(model).filter(withdrawn=False)
        places_shown = (revisions.public() | revisions.pending()).values_list("object_id", "sort_key")
        keys = {row.pk: row.sort_key for row in rows}
        stale = {pk for pk, key in places_shown if key != keys.get(pk, key)}
        for row in rows:
            if row.pk in stale:
                _commit_again(row, author, note, {"position": row.position})
        _log(author, moved, note)
    return len(moved)


def repoint(row: Publishable, field: str, new: Publishable | None, author: User | None) -> None:
    """Let relation `field` of `row` lead to `new` instead: in its working copy, in what is public and in what waits.

    Only where it leads to the same as in the working copy; drafts stay drafts.
    """
    column = type(row)._meta.get_field(field).attname  # type: ignore[union-attr]
    with transaction.atomic():
        lock(type(row))
        old = getattr(row, column)
        type(row)._base_manager.filter(pk=row.pk).update(**{column: new and new.pk})
        setattr(row, column, new and new.pk)
        live = row.revisions.public() | row.revisions.pending().filter(withdrawn=False)
        # Without names: history forgets nobody's name in the notes of others.
        note = _("%s changed.") % capfirst(str(type(row)._meta.get_field(field).verbose_name))  # type: ignore[union-attr]
        if any(revision.data.get(column) == old for revision in live):
            _commit_again(row, author, note, {column: new and new.pk}, where={column: old})
        _log(author, [row], note)


def rising(places: Iterable[int]) -> list[int]:
    """`places` from 1 up, raised where one does not come after the one before it."""
    result: list[int] = []
    for place in places:
        result.append(max(place, result[-1] + 1 if result else 1))
    return result if not result or result[-1] <= LAST_POSITION else list(range(1, len(result) + 1))


def restore(version: Revision | Discarded, author: User | None) -> Any:
    """Make `version` the working copy again, also of a deleted object; not yet public.

    Returns the saved working row. What a version does not hold (such as the account of a
    staff member) stays as it is; a relation to something deleted is left empty. Changes of
    the working copy that were never published are kept as Discarded.
    """
    model: Any = version.model_class
    with transaction.atomic():
        lock(model)
        row = model._base_manager.select_for_update().filter(pk=version.object_id).first()
        if row and has_unpublished(row):
            discard(row, author)
        if row is None:
            row = model(pk=version.object_id)
            _set(row, [each for each in unpublished_fields(model) if each.attname in version.data], version.data)
        snapshot = normalise(model, version.data)
        # A version from which something was withheld does not know it.
        kept = {name for name in model.withheld_unless if not snapshot[model._meta.get_field(name).attname]}
        _write(row, snapshot, kept)
        for name, child_model in child_models(model):
            _restore_rows(row, child_model, snapshot[name])
        Discarded.objects.of(row).in_bin().update(restored_at=timezone.now())
        if author:
            # For `history`, which says it in the language of its reader.
            told = {"restored": {"made_at": version.created_at.isoformat()}}
            LogEntry.objects.log_actions(author.pk, [row], CHANGE, [told])
    return model._base_manager.get(pk=row.pk)


def discard(row: Publishable, author: User | None, deleted: bool = False) -> Discarded:
    """Keep the saved working copy of `row`, because it is about to be overwritten or deleted."""
    row = type(row)._base_manager.get(pk=row.pk)
    return Discarded.objects.create(
        model=row._meta.label_lower,
        object_id=row.pk,
        title=str(row)[:MAX_CHARACTERS],
        author=author,
        deleted=deleted,
        data=freeze_all(row),
    )


def check_reason(reason: str) -> None:
    """Raise ValidationError, for field `reason`, when visitors could not read why."""
    if is_blank(reason):
        raise ValidationError({"reason": _("Say in a few words why: visitors read it at the old address.")})
    if "\0" in reason:
        raise ValidationError({"reason": ProhibitNullCharactersValidator.message})
    if len(reason.strip()) > MAX_CHARACTERS:
        raise ValidationError({"reason": _("Say it in at most %s characters.") % MAX_CHARACTERS})


def state(obj: Publishable) -> State:
    """Where the saved row of `obj` stands towards the public, now."""
    return states(type(obj), type(obj)._base_manager.filter(pk=obj.pk))[obj.pk]


def states(model: type[P], rows: Iterable[P]) -> dict[int, State]:
    """Where these saved rows of `model` stand, by their key; the number of questions does not grow with them."""
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


def unpublished_changes(obj: Publishable) -> list[Change]:
    """What differs between the last word on `obj`, even one still waiting, and its saved row."""
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


def surely_unchanged(model: type[P], among: Collection[int] | None = None) -> set[int]:
    """The keys of rows whose columns say what their last commit says, as the database compares them: most, in no time.

    Of all rows, or of those `among`. A row that is left out may say the same all the same: one with child rows,
    one whose commit is from before a migration, or one with a value that the database writes in another way.
    """
    fields = published_fields(model)
    if model.withheld_unless or any(field.null and field.has_default() for field in fields):
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


@receiver(pre_delete)
def put_in_bin(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    """Keep what is being deleted; raise ProtectedError for what visitors see, which must be withdrawn first."""
    if not isinstance(instance, Publishable):
        return
    lock(sender)
    if is_live(instance):
        raise models.ProtectedError(_("Withdraw this before you delete it: visitors still see it."), {instance})
    if type(instance)._base_manager.filter(pk=instance.pk).exists():
        discard(instance, None, deleted=True)


def live_users(obj: Publishable) -> list[Publishable]:
    """The published objects that point at `obj`, now or at a time already set."""
    users = Revision.objects.referring_to(obj).filter(withdrawn=False)
    return [revision.thaw() for revision in users.public() | users.pending()]


def check_publishable(row: Publishable, live_from: datetime, live_until: datetime | None = None) -> None:
    """Raise ValidationError, by field, when the working row `row` can't go public for that time.

    Its child rows are not judged here, so that a form can ask before it has saved them.
    """
    errors: dict[str, list[Any]] = {}
    for check in (row.full_clean, row.check_complete):
        try:
            check()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    title = _source_column(type(row), row.title_field)
    if is_blank(getattr(row, title)):
        errors.setdefault(title, []).append(_("Fill this in before you publish: without it the page has no title."))
    columns = slug_columns(type(row))
    if columns and not any(getattr(row, column) for column in columns):
        errors.setdefault(columns[0], []).append(_("Fill this in before you publish: it is the address of the page."))
    for column, messages in _address_errors(row, live_from, live_until).items():
        errors.setdefault(column, []).extend(messages)
    _refuse(errors)


def _address_errors(row: Publishable, live_from: datetime, live_until: datetime | None) -> dict[str, list[Any]]:
    """Which addresses of `row` somebody else has in that time, by field."""
    errors: dict[str, list[Any]] = {}
    for code in CODES if slug_columns(type(row)) else ():
        if owner := _slug_owner(row, code, live_from, live_until):
            language = resolve(row, "slug", code).language
            column = build_localized_fieldname("slug", language) if language else "slug"
            message = _("“%s” already has this address.") % owner
            if message not in errors.setdefault(column, []):
                errors[column].append(message)
    return errors


def _refuse(errors: dict[str, list[Any]]) -> None:
    if errors:
        raise ValidationError(errors)


def _check_end(live_from: datetime, live_until: datetime | None) -> None:
    if live_until and live_until <= live_from:
        raise ValidationError({"live_until": _("The end must come after the beginning.")})


def _check_rows(row: Publishable) -> None:
    """Raise ValidationError when a saved child row of `row` can't go public."""
    errors = []
    for name, child_model in child_models(type(row)):
        for child in getattr(row, name).all():
            try:
                child.full_clean()
            except ValidationError as error:
                errors += [f"{child_model._meta.verbose_name}: {message}" for message in error.messages]
    if errors:
        raise ValidationError(errors)


def _source_column(model: type[Publishable], field: str) -> str:
    if field in translated_fields(model):
        return build_localized_fieldname(field, settings.LANGUAGE_CODE)
    return field


def _slug_owner(
    row: Publishable, language: str, live_from: datetime, live_until: datetime | None
) -> Publishable | None:
    """The other object of this model that has the address of `row` in `language` in that time."""
    taken = (
        Revision.objects.of(type(row))
        .exclude(object_id=row.pk)
        .filter(CAME_DUE, slugs__slug=row.slug_in(language), slugs__language=language, withdrawn=False)
        .filter(models.Q(superseded_at=None) | models.Q(superseded_at__gt=live_from))
        .filter(models.Q(live_until=None) | models.Q(live_until__gt=live_from))
    )
    if live_until:
        taken = taken.filter(live_from__lt=live_until)
    first = taken.first()
    return first.thaw() if first else None


def lock(model: type[models.Model]) -> None:
    """Hold `model` until the transaction ends: two editors can't give out the same address, or overwrite each other.

    It comes before any lock on a row, or two transactions could wait for each other for ever.

    SQLite lets one writer in at a time, so there the transaction itself is the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [model._meta.label_lower])


def _locked(obj: P) -> P:
    """The saved row of `obj`, as nobody else can publish or delete it until we are done."""
    lock(type(obj))
    row = type(obj)._base_manager.filter(pk=obj.pk).first()
    if row is None:
        raise ValidationError(_("Somebody has deleted this in the meantime."))
    return row


def _commit(obj: Publishable, revision: Revision) -> Revision:
    """Insert `revision` of `obj` with its indexes, and overtake what is older."""
    _named(obj, revision).save(force_insert=True)
    stamp.bump(obj)
    obj.revisions.filter(pk__lt=revision.pk).filter(
        models.Q(superseded_at=None) | models.Q(superseded_at__gt=revision.live_from)
    ).update(superseded_at=revision.live_from)
    _write_indexes([(obj, revision)])
    # Nobody searches what is over.
    RevisionText.objects.filter(revision__in=obj.revisions.filter(superseded_at__lte=timezone.now())).delete()
    return revision


def _named(obj: Publishable, revision: Revision) -> Revision:
    """`revision` with what it says of `obj` beside its content."""
    revision.model, revision.object_id = obj._meta.label_lower, obj.pk
    revision.sort_key, revision.turns_at = obj.sort_key, obj.turns_at
    revision.checked_at = revision.checked_at or revision.live_from
    return revision


def _write_indexes(committed: Sequence[tuple[Publishable, Revision]]) -> None:
    """Insert the indexes beside the content of these objects and their saved revisions."""
    RevisionSlug.objects.bulk_create(
        RevisionSlug(revision=revision, language=code, slug=slug)
        for obj, revision in committed
        # The address of something that nobody ever could see stays unknown when it is withdrawn.
        if not revision.withdrawn or obj.revisions.once_public().exists()
        for code in CODES
        if (slug := obj.slug_in(code))
    )
    RevisionReference.objects.bulk_create(
        RevisionReference(revision=revision, field=field, model=model, object_id=object_id)
        for obj, revision in committed
        for field, model, object_id in _references(obj)
    )
    RevisionFile.objects.bulk_create(
        RevisionFile(revision=revision, name=name) for obj, revision in committed for name in files(obj)
    )
    add([text for obj, revision in committed for text in index(obj, revision)])


def files(obj: Publishable) -> Iterator[str]:
    """The names of the stored files of `obj` and its child rows."""
    for _path, row in _rows(obj):
        for field in published_fields(type(row)):
            if isinstance(field, models.FileField) and (value := getattr(row, field.attname)):
                yield value.name


def _references(obj: Publishable) -> Iterator[tuple[str, str, int]]:
    """What `obj` and its child rows point at: in which field, and the model and key of each target."""
    for path, row in _rows(obj):
        for field in published_fields(type(row)):
            value = getattr(row, field.attname)
            if isinstance(field, PublishedForeignKey) and value:
                yield path + field.name, field.related_model._meta.label_lower, value
            elif isinstance(field, RichTextField) and value:
                yield from ((path + field.name, *target) for target in sorted(targets(value)))


def _commit_copy(revision: Revision, **changes: Any) -> Revision:
    """Commit `revision` again, with these fields changed."""
    names = ("author", "note", "live_from", "live_until", "checked_at", "unchanged_since", "data")
    same = {name: getattr(revision, name) for name in names}
    copy = Revision(**(same | changes))
    return _commit(thaw(revision.model_class, revision.object_id, copy.data), copy)


def _commit_again(
    row: Publishable,
    author: User | None,
    note: str,
    values: Snapshot | None = None,
    where: Snapshot | None = None,
    **changes: Any,
) -> None:
    """Commit what is public of `row` again with these changes, and then what waits, to wait on.

    `values` go into both, or only into the one that has the values of `where`. What waits stays
    the decision of whoever planned it.
    """

    def changed_data(data: Snapshot) -> Snapshot:
        return data | (values or {}) if (where or {}).items() <= data.items() else data

    now = timezone.now()
    shown = row.revisions.public(now).first()
    waiting = list(row.revisions.pending(now).filter(withdrawn=False).order_by("pk"))
    if shown:
        same = {"unchanged_since": shown.changed_at, "data": changed_data(shown.data)}
        _commit_copy(shown, author=author, note=note, live_from=now, **(same | changes))
    for revision in waiting:
        _commit_copy(revision, data=changed_data(revision.data))


def _locked_waiting(revision: Revision) -> Revision:
    """`revision` as it is stored, still waiting, and nobody else can change that until we are done."""
    lock(revision.model_class)
    waiting = Revision.objects.pending().filter(pk=revision.pk, withdrawn=False).first()
    if waiting is None:
        raise ValidationError(_("This version does not wait any more: it has begun, or somebody cancelled it."))
    return waiting


def _cancel(waiting: Revision) -> None:
    """Mark `waiting` as cancelled, and let what it would have overtaken go on."""
    own = Revision.objects.filter(model=waiting.model, object_id=waiting.object_id)
    own.filter(pk=waiting.pk).update(cancelled=True, superseded_at=timezone.now())
    stamp.bump(waiting.thaw())
    waiting.texts.all().delete()
    for older in own.filter(CAME_DUE, pk__lt=waiting.pk, superseded_at=waiting.live_from):
        newer = own.filter(CAME_DUE, pk__gt=older.pk).aggregate(first=models.Min("live_from"))
        own.filter(pk=older.pk).update(superseded_at=newer["first"])


def _log(author: User | None, objects: Sequence[Any], message: str) -> None:
    if author and objects:
        LogEntry.objects.log_actions(author.pk, objects, CHANGE, message)


def moment(at: datetime) -> str:
    """Date and time as people here read them."""
    return written(timezone.localtime(at), "j F Y, H:i" if not at.second else "j F Y, H:i:s")


def _rows(obj: Publishable) -> list[tuple[str, models.Model]]:
    """`obj` and its child rows, each with the prefix of its field names."""
    children = [(f"{name}.", row) for name, _model in child_models(type(obj)) for row in getattr(obj, name).all()]
    return [("", obj), *children]


def _set(row: models.Model, fields: Iterable[models.Field], snapshot: Snapshot) -> None:
    """Put these fields of `snapshot` on `row`; a relation that can't be had again stays empty."""
    for field in fields:
        value = field.to_python(snapshot[field.attname])
        if isinstance(field, models.ForeignKey) and not _is_free(field, value):
            value = None
        setattr(row, field.attname, value)


def _is_free(field: models.ForeignKey, pk: Any) -> bool:
    """Whether there still is something to relate to, and nobody else has it where only one may."""
    taken = field.unique and field.model._base_manager.filter(**{field.attname: pk}).exists()
    return not taken and field.related_model._base_manager.filter(pk=pk).exists()


def _write(row: models.Model, snapshot: Snapshot, kept: Collection[str] = ()) -> None:
    """Save the values of `snapshot` on working row `row`, but not those of the fields `kept`."""
    _set(row, [field for field in published_fields(type(row)) if field.name not in kept], snapshot)
    row.save_base()  # as it was: `Ordered.save` would give a row without a place another one


def _restore_rows(parent: Publishable, model: type[Child], snapshots: list[Snapshot]) -> None:
    """Make the child rows of `parent` those of `snapshots`, keeping their ids where free."""
    own = {row.pk: row for row in model._base_manager.filter(**{model.parent: parent})}
    model._base_manager.filter(pk__in=own.keys() - {each["id"] for each in snapshots}).delete()
    for snapshot in snapshots:
        row = own.get(snapshot["id"]) or model()
        if row.pk is None and not model._base_manager.filter(pk=snapshot["id"]).exists():
            row.pk = snapshot["id"]
        setattr(row, model.parent, parent)
        _write(row, snapshot)
