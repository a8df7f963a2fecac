"""Making one commit: the lock, the checks, the Revision and the indexes beside its content.

Private to `publishing.workflow`: others call the functions that this package exports.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from publishing.cache import stamp
from publishing.content.fields import RichTextField
from publishing.content.internal_links import targets
from publishing.i18n.formats import written_with_time
from publishing.i18n.languages import CODES, is_blank, resolve, translated_fields
from publishing.models import (
    CAME_DUE,
    LONGEST_NOTE,
    MAX_CHARACTERS,
    ChangeNote,
    Publishable,
    Revision,
    RevisionFile,
    RevisionQuerySet,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    slug_columns,
)
from publishing.models.relations import PublishedForeignKey
from publishing.models.revisions import not_overtaken
from publishing.models.snapshots import Snapshot, child_models, published_fields, says_less, thaw
from publishing.search.desk import desk_index
from publishing.search.indexing import add, index
from publishing.text.cleaning import clean_line
from publishing.workflow import signals
from publishing.workflow.annotations.checking import stored
from publishing.workflow.ending_share_links import end_published

P = TypeVar("P", bound=Publishable)


def check_publishable(row: Publishable, live_from: datetime, live_until: datetime | None = None) -> None:
    """Raise ValidationError, by field, when the working row `row` can't go public for that time.

    Its child rows are not judged here, so that a form can ask before it has saved them.
    """
    refuse(publish_errors(row, live_from, live_until))


def publish_errors(
    row: Publishable, live_from: datetime, live_until: datetime | None, exclude: Collection[str] = ()
) -> dict[str, list[object]]:
    """Why `row`, or a thawed object, can't go public for that time, by field; fields `exclude` are good as they are."""
    errors: dict[str, list[Any]] = {}
    checks: tuple[Callable[[], None], ...] = (lambda: row.full_clean(exclude), row.check_complete)
    for check in checks:
        try:
            check()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    title = _source_column(type(row), row.title_field)
    if is_blank(getattr(row, title)):
        said = _("Fill this in before you publish: without it the page has no title.")
        errors.setdefault(title, []).append(said if row.is_page else _("Fill this in before you publish."))
    columns = slug_columns(type(row))
    if columns and not any(getattr(row, column) for column in columns):
        errors.setdefault(columns[0], []).append(_("Fill this in before you publish: it is the address of the page."))
    for column, messages in taken_errors(row, live_from, live_until).items():
        errors.setdefault(column, []).extend(messages)
    return errors


def taken_errors(row: Publishable, live_from: datetime, live_until: datetime | None) -> dict[str, list[object]]:
    """Errors, by field, for an address or a number of `row` that another object has in that time."""
    errors: dict[str, list[object]] = {}
    field = row.order_field
    if row.has_own_number and (owner := _owner(row, live_from, live_until, models.Q(sort_key=row.sort_key))):
        words = {"other": owner, "number": getattr(row, field)}
        message = _("“%(other)s” already has number %(number)s. Choose another one, or put them in order in the list.")
        errors[field] = [message % words]
    slugs = {code: row.slug_in(code) for code in CODES if slug_columns(type(row))}
    anywhere = models.Q(slugs__slug__in=[*slugs.values()])
    if not slugs or not _owner(row, live_from, live_until, anywhere):  # most often nobody has any of them
        return errors
    for code, slug in slugs.items():
        if owner := _owner(row, live_from, live_until, models.Q(slugs__slug=slug, slugs__language=code)):
            language = resolve(row, "slug", code).language
            column = build_localized_fieldname("slug", language) if language else "slug"
            message = _("“%s” already has this address.") % owner
            if message not in errors.setdefault(column, []):
                errors[column].append(message)
    return errors


def refuse(errors: Mapping[str, Sequence[object]]) -> None:
    """Raise ValidationError with `errors` by field; nothing when there are none."""
    if errors:
        raise ValidationError(dict(errors))


def check_end(live_from: datetime, live_until: datetime | None) -> None:
    """Raise ValidationError, for field `live_until`, when that comes before `live_from`."""
    if live_until and live_until <= live_from:
        raise ValidationError({"live_until": _("The end must come after the beginning.")})


def check_note(note: str) -> None:
    """Raise ValidationError, for field `note`, when it is too long."""
    if len(note) > MAX_CHARACTERS:
        raise ValidationError({"note": _("Say it in at most %s characters.") % MAX_CHARACTERS})


def check_change_note(change_note: ChangeNote | None) -> None:
    """Raise ValidationError, by field, when visitors would have to read too long a line."""
    words = change_note.words if change_note else {}
    message = _("Say it in at most %s characters.") % LONGEST_NOTE
    refuse({column: [message] for column, text in words.items() if len(text) > LONGEST_NOTE})


def check_rows(row: Publishable) -> None:
    """Raise ValidationError when a saved child row of `row` can't go public, or one is lacking."""
    errors: list[str] = []
    for name, child_model in child_models(type(row)):
        for child in getattr(row, name).all():
            try:
                child.full_clean()
            except ValidationError as error:
                errors += [f"{child_model._meta.verbose_name}: {message}" for message in error.messages]
    try:
        row.check_rows_complete()
    except ValidationError as error:
        errors += error.messages
    if errors:
        raise ValidationError(errors)


def _source_column(model: type[Publishable], field: str) -> str:
    if field in translated_fields(model):
        return build_localized_fieldname(field, settings.LANGUAGE_CODE)
    return field


def _owner(row: Publishable, live_from: datetime, live_until: datetime | None, what: models.Q) -> Publishable | None:
    """The other object of this model that visitors see with `what` in that time."""
    taken = (
        Revision.objects.of(type(row))
        .exclude(object_id=row.pk)
        .filter(CAME_DUE, what, withdrawn=False)
        .filter(not_overtaken(live_from))
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


def locked(obj: P) -> P:
    """The saved row of `obj`, as nobody else can publish or delete it until we are done."""
    lock(type(obj))
    row = type(obj)._base_manager.filter(pk=obj.pk).first()
    if row is None:
        raise ValidationError(_("Somebody has deleted this in the meantime."))
    return row


def commit(obj: Publishable, revision: Revision, change_note: ChangeNote | None = None) -> Revision:
    """Insert `revision` of `obj` with its indexes and what visitors read of its change, and overtake what is older.

    What says again what was public is no change, and has no `change_note`; nor has a kind that tells none. What
    replaces nothing is never minor.
    """
    is_taken = _takes_away(obj, revision)
    is_told = change_note is not None and obj.tells_changes and not revision.unchanged_since
    told = change_note.of(revision) if change_note and is_told else None
    if not revision.unchanged_since:
        before = obj.revisions.public(revision.live_from).first() if told and told.is_minor else None
        revision.renewed_at = before.changed_at if before else None
        if told and not before:
            told.is_minor = False
    named(obj, revision).save(force_insert=True)
    if told and not told.says_nothing:
        told.save(force_insert=True)
    stamp.bump(obj, takes_away=is_taken)
    obj.revisions.filter(pk__lt=revision.pk).filter(not_overtaken(revision.live_from)).update(
        superseded_at=revision.live_from
    )
    write_indexes([(obj, revision)])
    # Nobody searches what is over.
    RevisionText.objects.filter(revision__in=obj.revisions.filter(superseded_at__lte=timezone.now())).delete()
    desk_index.changed(type(obj), obj.pk)
    if not revision.withdrawn and revision.live_from <= timezone.now():
        end_published(obj)
    return revision


def _takes_away(obj: Publishable, revision: Revision) -> bool:
    """Whether visitors can't read something of `obj` any more now, because of `revision`.

    What it takes away later, as planned, is found when that moment has come: see `stamp.taken_by_plan`.
    """
    now = timezone.now()
    if revision.withdrawn or revision.live_from > now:
        return revision.withdrawn
    shown = obj.revisions.public(now).first()
    return shown is not None and says_less(type(obj), shown.data, revision.data)


def named(obj: Publishable, revision: Revision) -> Revision:
    """`revision` with what it says of `obj` beside its content, and its note and reason clean."""
    revision.note, revision.reason = clean_line(revision.note), clean_line(revision.reason)
    revision.model, revision.object_id = obj._meta.label_lower, obj.pk
    revision.sort_key = obj.sort_key
    revision.turns_at, revision.turns_again_at = (*obj.turns, None, None)[:2]
    revision.checked_at = revision.checked_at or revision.live_from
    return revision


def write_indexes(committed: Sequence[tuple[Publishable, Revision]]) -> None:
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
    signals.committed.send(sender=None, made=committed)


def field_files(obj: Publishable) -> Iterator[FieldFile]:
    """The stored files of `obj` and its child rows."""
    for _path, row in _rows(obj):
        for field in published_fields(type(row)):
            if isinstance(field, models.FileField) and (value := getattr(row, field.attname)):
                yield value


def files(obj: Publishable) -> Iterator[str]:
    """The names of the stored files of `obj` and its child rows."""
    yield from (str(file.name) for file in field_files(obj))


def _references(obj: Publishable) -> Iterator[tuple[str, str, int]]:
    """The targets of `obj` and of its child rows: for each the field, the model and the key."""
    for path, row in _rows(obj):
        for field in published_fields(type(row)):
            value = getattr(row, field.attname)
            if isinstance(field, PublishedForeignKey) and value:
                yield path + field.name, field.related_model._meta.label_lower, value
            elif isinstance(field, RichTextField) and value:
                yield from ((path + field.name, *target) for target in sorted(targets(value)))


def commit_copy(revision: Revision, change_note: ChangeNote | None = None, **changes: object) -> Revision:
    """Commit `revision` again, with these fields changed, and with this change note."""
    names = ("author", "note", "live_from", "live_until", "checked_at", "unchanged_since", "renewed_at", "data")
    same = {name: getattr(revision, name) for name in names} | {"checked_in": stored(revision.checks)}
    copy = Revision(**(same | changes))
    return commit(thaw(revision.model_class, revision.object_id, copy.data), copy, change_note)


def commit_waiting(revision: Revision, **changes: object) -> Revision:
    """The same for a version that waits, which keeps its change note."""
    return commit_copy(revision, ChangeNote.objects.filter(revision=revision).first(), **changes)


def commit_on_top(
    row: Publishable,
    author: User | None,
    note: str,
    data_of: Callable[[Revision], Snapshot] = lambda revision: revision.data,
    *,
    now: datetime | None = None,
    with_public: bool = True,
    change_note: ChangeNote | None = None,
    **changes: object,
) -> tuple[Revision | None, dict[int, Revision]]:
    """Commit what is public of `row` again with `changes`, and then carry along what waits, to wait on.

    `data_of` gives the content that each of them gets. What waits keeps its author, notes and times:
    it stays the decision of whoever planned it. Returns the commit that is public now, None when
    nothing is or when not `with_public`, and what waits by the number of the version that it replaces.
    """
    now = now or timezone.now()
    shown = row.revisions.public(now).first() if with_public else None
    waiting = [(each, data_of(each)) for each in waiting_versions(row, now)]
    act = None
    if shown:
        same = {"unchanged_since": shown.said_since, "data": data_of(shown)}
        act = commit_copy(shown, change_note, author=author, note=note, live_from=now, **(same | changes))
    else:  # nothing is overtaken: what waits before the first one that changes can stay
        while waiting and waiting[0][1] == waiting[0][0].data:
            del waiting[0]
    return act, {each.pk: commit_waiting(each, data=data, carried_by=act or each) for each, data in waiting}


def waiting_versions(row: Publishable, now: datetime) -> RevisionQuerySet[Revision]:
    """The versions of `row` that wait, in the order in which they overtake each other."""
    return row.revisions.pending(now).filter(withdrawn=False).order_by("pk")


def log(author: User | None, objects: Sequence[models.Model], message: str | list[object]) -> None:
    """Write `message`, words or what `history` makes words of, about each of `objects` in the log of the admin."""
    if author and objects:
        LogEntry.objects.log_actions(author.pk, objects, CHANGE, message)


def moment(at: datetime) -> str:
    """Date and time as people here read them."""
    return written_with_time(timezone.localtime(at))


def _rows(obj: Publishable) -> list[tuple[str, models.Model]]:
    """`obj` and its child rows, each with the prefix of its field names."""
    children = [(f"{name}.", row) for name, _model in child_models(type(obj)) for row in getattr(obj, name).all()]
    return [("", obj), *children]
