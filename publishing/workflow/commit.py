"""Making one commit: the lock, the checks, the Revision and the indexes beside its content.

Private to `publishing.workflow`: others call the functions that this package exports.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from publishing import stamp
from publishing.cleaning import clean_line
from publishing.dates import written
from publishing.fields import PublishedForeignKey, RichTextField
from publishing.languages import CODES, is_blank, resolve, translated_fields
from publishing.links import targets
from publishing.models import (
    CAME_DUE,
    MAX_CHARACTERS,
    Publishable,
    Revision,
    RevisionFile,
    RevisionQuerySet,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    slug_columns,
)
from publishing.search_index import add, index
from publishing.snapshots import (
    Snapshot,
    child_models,
    published_fields,
    says_less,
    thaw,
)

P = TypeVar("P", bound=Publishable)


def check_publishable(row: Publishable, live_from: datetime, live_until: datetime | None = None) -> None:
    """Raise ValidationError, by field, when the working row `row` can't go public for that time.

    Its child rows are not judged here, so that a form can ask before it has saved them.
    """
    refuse(publish_errors(row, live_from, live_until))


def publish_errors(
    row: Publishable, live_from: datetime, live_until: datetime | None, exclude: Collection[str] = ()
) -> dict[str, list[Any]]:
    """Why `row`, or a thawed object, can't go public for that time, by field; fields `exclude` are good as they are."""
    errors: dict[str, list[Any]] = {}
    for check in (lambda: row.full_clean(exclude), row.check_complete):
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
    for column, messages in taken_errors(row, live_from, live_until).items():
        errors.setdefault(column, []).extend(messages)
    return errors


def taken_errors(row: Publishable, live_from: datetime, live_until: datetime | None) -> dict[str, list[Any]]:
    """What of `row` somebody else has in that time, by field: an address, or a number where each has its own."""
    errors: dict[str, list[Any]] = {}
    field = row.order_field
    if row.has_own_number and (owner := _owner(row, live_from, live_until, sort_key=row.sort_key)):
        words = {"other": owner, "number": getattr(row, field)}
        message = _("“%(other)s” already has number %(number)s. Choose another one, or put them in order in the list.")
        errors[field] = [message % words]
    for code in CODES if slug_columns(type(row)) else ():
        named = {"slugs__slug": row.slug_in(code), "slugs__language": code}
        if owner := _owner(row, live_from, live_until, **named):
            language = resolve(row, "slug", code).language
            column = build_localized_fieldname("slug", language) if language else "slug"
            message = _("“%s” already has this address.") % owner
            if message not in errors.setdefault(column, []):
                errors[column].append(message)
    return errors


def refuse(errors: dict[str, list[Any]]) -> None:
    """Raise ValidationError with `errors` by field; nothing when there are none."""
    if errors:
        raise ValidationError(errors)


def check_end(live_from: datetime, live_until: datetime | None) -> None:
    """Raise ValidationError, for field `live_until`, when that comes before `live_from`."""
    if live_until and live_until <= live_from:
        raise ValidationError({"live_until": _("The end must come after the beginning.")})


def check_note(note: str) -> None:
    """Raise ValidationError, for field `note`, when it is too long."""
    if len(note) > MAX_CHARACTERS:
        raise ValidationError({"note": _("Say it in at most %s characters.") % MAX_CHARACTERS})


def check_rows(row: Publishable) -> None:
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


def _owner(row: Publishable, live_from: datetime, live_until: datetime | None, **what: Any) -> Publishable | None:
    """The other object of this model that visitors see with `what` in that time."""
    taken = (
        Revision.objects.of(type(row))
        .exclude(object_id=row.pk)
        .filter(CAME_DUE, withdrawn=False, **what)
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


def locked(obj: P) -> P:
    """The saved row of `obj`, as nobody else can publish or delete it until we are done."""
    lock(type(obj))
    row = type(obj)._base_manager.filter(pk=obj.pk).first()
    if row is None:
        raise ValidationError(_("Somebody has deleted this in the meantime."))
    return row


def commit(obj: Publishable, revision: Revision) -> Revision:
    """Insert `revision` of `obj` with its indexes, and overtake what is older."""
    is_taken = _takes_away(obj, revision)
    named(obj, revision).save(force_insert=True)
    stamp.bump(obj, takes_away=is_taken)
    obj.revisions.filter(pk__lt=revision.pk).filter(
        models.Q(superseded_at=None) | models.Q(superseded_at__gt=revision.live_from)
    ).update(superseded_at=revision.live_from)
    write_indexes([(obj, revision)])
    # Nobody searches what is over.
    RevisionText.objects.filter(revision__in=obj.revisions.filter(superseded_at__lte=timezone.now())).delete()
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


def commit_copy(revision: Revision, **changes: Any) -> Revision:
    """Commit `revision` again, with these fields changed."""
    names = ("author", "note", "live_from", "live_until", "checked_at", "unchanged_since", "data")
    same = {name: getattr(revision, name) for name in names}
    copy = Revision(**(same | changes))
    return commit(thaw(revision.model_class, revision.object_id, copy.data), copy)


def commit_on_top(
    row: Publishable,
    author: User | None,
    note: str,
    data_of: Callable[[Revision], Snapshot] = lambda revision: revision.data,
    *,
    now: datetime | None = None,
    with_public: bool = True,
    **changes: Any,
) -> tuple[Revision | None, dict[int, Revision]]:
    """Commit what is public of `row` again with `changes`, and then carry along what waits, to wait on.

    `data_of` gives the content that each of them gets. What waits keeps its author, note and times:
    it stays the decision of whoever planned it. Returns the commit that is public now, None when
    nothing is or when not `with_public`, and what waits by the number of the version that it replaces.
    """
    now = now or timezone.now()
    shown = row.revisions.public(now).first() if with_public else None
    waiting = [(each, data_of(each)) for each in waiting_versions(row, now)]
    act = None
    if shown:
        same = {"unchanged_since": shown.changed_at, "data": data_of(shown)}
        act = commit_copy(shown, author=author, note=note, live_from=now, **(same | changes))
    else:  # nothing is overtaken: what waits before the first one that changes can stay
        while waiting and waiting[0][1] == waiting[0][0].data:
            del waiting[0]
    return act, {each.pk: commit_copy(each, data=data, carried_by=act or each) for each, data in waiting}


def waiting_versions(row: Publishable, now: datetime) -> RevisionQuerySet:
    """The versions of `row` that wait, in the order in which they overtake each other."""
    return row.revisions.pending(now).filter(withdrawn=False).order_by("pk")


def log(author: User | None, objects: Sequence[Any], message: str) -> None:
    """Write `message` about each of `objects` in the log of the admin."""
    if author and objects:
        LogEntry.objects.log_actions(author.pk, objects, CHANGE, message)


def moment(at: datetime) -> str:
    """Date and time as people here read them."""
    return written(timezone.localtime(at), "j F Y, H:i" if not at.second else "j F Y, H:i:s")


def _rows(obj: Publishable) -> list[tuple[str, models.Model]]:
    """`obj` and its child rows, each with the prefix of its field names."""
    children = [(f"{name}.", row) for name, _model in child_models(type(obj)) for row in getattr(obj, name).all()]
    return [("", obj), *children]
