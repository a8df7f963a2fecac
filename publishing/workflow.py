"""The workflow: publish, withdraw, restore, and where an object stands.

These functions are the only way to make a Revision. Each is one transaction.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from publishing.fields import PublishedForeignKey
from publishing.languages import CODES, is_blank, resolve, translated_fields
from publishing.models import (
    MAX_CHARACTERS,
    Child,
    Publishable,
    Revision,
    RevisionFile,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    slug_columns,
)
from publishing.search_index import index
from publishing.snapshots import (
    Change,
    Snapshot,
    child_models,
    diff,
    freeze,
    normalise,
    published_fields,
)

P = TypeVar("P", bound=Publishable)


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
    if live_until and live_until <= live_from:
        raise ValidationError({"live_until": _("The end must come after the beginning.")})
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
        return _commit(row, revision)


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


def restore(revision: Revision, author: User | None) -> Any:
    """Make `revision` the working copy again, also of a deleted object; not yet public.

    Returns the saved working row. What a revision does not hold (such as the account of a
    staff member) stays as it is; a relation to something deleted is left empty.
    """
    model: Any = revision.model_class
    with transaction.atomic():
        _lock(model)
        row = model._base_manager.filter(pk=revision.object_id).first() or model(pk=revision.object_id)
        snapshot = normalise(model, revision.data)
        _write(row, snapshot)
        for name, child_model in child_models(model):
            _restore_rows(row, child_model, snapshot[name])
        if author:
            LogEntry.objects.log_actions(
                author.pk, [row], CHANGE, _("Restored the version of %s.") % f"{revision.created_at:%Y-%m-%d %H:%M}"
            )
    return model._base_manager.get(pk=row.pk)


def check_reason(reason: str) -> None:
    """Raise ValidationError, for field `reason`, when visitors could not read why."""
    if is_blank(reason):
        raise ValidationError({"reason": _("Say in a few words why: visitors read it at the old address.")})
    if len(reason.strip()) > MAX_CHARACTERS:
        raise ValidationError({"reason": _("Say it in at most %s characters.") % MAX_CHARACTERS})


def state(obj: Publishable) -> State:
    """Where the saved row of `obj` stands towards the public, now."""
    due = obj.revisions.due().first()
    if due is None:
        return State.SCHEDULED if obj.revisions.pending().exists() else State.NEW
    if due.withdrawn:
        return State.WITHDRAWN
    if due.live_until and due.live_until <= timezone.now():
        return State.ENDED
    return State.CHANGED if unpublished_changes(obj) else State.PUBLISHED


def unpublished_changes(obj: Publishable) -> list[Change]:
    """What differs between the last commit of `obj`, even one still waiting, and its saved row."""
    last = obj.revisions.first()
    row = type(obj)._base_manager.get(pk=obj.pk)
    return diff(normalise(type(obj), last.data), freeze(row)) if last else []


def is_live(obj: Publishable) -> bool:
    """Whether visitors see `obj` now or will at a time already set."""
    return obj.revisions.public().exists() or obj.revisions.pending().filter(withdrawn=False).exists()


@receiver(pre_delete)
def refuse_to_delete_live(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    """Raise ProtectedError for what visitors see: withdraw it first, and the page says why."""
    if not isinstance(instance, Publishable):
        return
    _lock(sender)
    if is_live(instance):
        raise models.ProtectedError(_("Withdraw this before you delete it: visitors still see it."), {instance})


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
    for code in CODES if columns else ():
        if owner := _slug_owner(row, code, live_from, live_until):
            language = resolve(row, "slug", code).language
            column = build_localized_fieldname("slug", language) if language else "slug"
            message = _("“%s” already has this address.") % owner
            if message not in errors.setdefault(column, []):
                errors[column].append(message)
    if errors:
        raise ValidationError(errors)


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
        .filter(slugs__slug=row.slug_in(language), slugs__language=language, withdrawn=False)
        .filter(models.Q(superseded_at=None) | models.Q(superseded_at__gt=live_from))
        .filter(models.Q(live_until=None) | models.Q(live_until__gt=live_from))
    )
    if live_until:
        taken = taken.filter(live_from__lt=live_until)
    first = taken.first()
    return first.thaw() if first else None


def _lock(model: type[models.Model]) -> None:
    """Hold the addresses of `model` until the transaction ends: two editors can't give out the same.

    SQLite lets one writer in at a time, so there the transaction itself is the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [model._meta.label_lower])


def _locked(obj: P) -> P:
    """The saved row of `obj`, as nobody else can publish or delete it until we are done."""
    _lock(type(obj))
    row = type(obj)._base_manager.filter(pk=obj.pk).first()
    if row is None:
        raise ValidationError(_("Somebody has deleted this in the meantime."))
    return row


def _commit(obj: Publishable, revision: Revision) -> Revision:
    """Insert `revision` of `obj` with its indexes, and overtake what is older."""
    revision.model, revision.object_id = obj._meta.label_lower, obj.pk
    revision.sort_key = obj.sort_key
    revision.save(force_insert=True)
    obj.revisions.filter(pk__lt=revision.pk).filter(
        models.Q(superseded_at=None) | models.Q(superseded_at__gt=revision.live_from)
    ).update(superseded_at=revision.live_from)
    # The address of something that nobody ever could see stays unknown when it is withdrawn.
    if not revision.withdrawn or obj.revisions.once_public().exists():
        RevisionSlug.objects.bulk_create(
            RevisionSlug(revision=revision, language=code, slug=slug) for code in CODES if (slug := obj.slug_in(code))
        )
    relations, files = [], []
    for path, row in _rows(obj):
        for field in published_fields(type(row)):
            value = getattr(row, field.attname)
            if isinstance(field, PublishedForeignKey) and value:
                relations.append(
                    RevisionReference(
                        revision=revision,
                        field=path + field.name,
                        model=field.related_model._meta.label_lower,
                        object_id=value,
                    )
                )
            elif isinstance(field, models.FileField) and value:
                files.append(RevisionFile(revision=revision, name=value.name))
    RevisionReference.objects.bulk_create(relations)
    RevisionFile.objects.bulk_create(files)
    RevisionText.objects.bulk_create(index(obj, revision))
    # Nobody searches what is over.
    RevisionText.objects.filter(revision__in=obj.revisions.filter(superseded_at__lte=timezone.now())).delete()
    return revision


def _rows(obj: Publishable) -> list[tuple[str, models.Model]]:
    """`obj` and its child rows, each with the prefix of its field names."""
    children = [(f"{name}.", row) for name, _model in child_models(type(obj)) for row in getattr(obj, name).all()]
    return [("", obj), *children]


def _write(row: models.Model, snapshot: Snapshot) -> None:
    """Save the values of `snapshot` on working row `row`."""
    for field in published_fields(type(row)):
        value = field.to_python(snapshot[field.attname])
        if isinstance(field, models.ForeignKey) and not field.related_model._base_manager.filter(pk=value).exists():
            value = None
        setattr(row, field.attname, value)
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
