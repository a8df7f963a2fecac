"""Repeating erasures after a restore: everything that was erased since the archive was made.

Only what the archive does not know of, and only what is surely the same: see `memory`. What was
public in the archive goes as well: its page is then off the site until somebody publishes it again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone

from publishing.files.orphans import names_in
from publishing.files.variants import delete_stored
from publishing.models import Child, Discarded, Draft, Erasure, Publishable, ReplacedFile, Revision, RevisionFile
from publishing.models.immutability import permit
from publishing.models.snapshots import child_models, freeze_all, normalise, published_fields
from publishing.workflow.erasure.memory import (
    REMARK,
    REMARKS,
    Kind,
    Version,
    digests,
    is_digest_of,
    is_there,
    marked,
    read,
    remark_of,
    settled,
)
from publishing.workflow.erasure.objects import forget_object
from publishing.workflow.erasure.redaction import change_remark, change_version, value_at, with_value
from publishing.workflow.erasure.stored_files import files_named_by, forget_files, unnamed, without_file
from publishing.workflow.erasure.versions import forget_versions, saying_the_same
from publishing.workflow.plan import cancel_waiting
from publishing.workflow.restore import restore_rows, set_values
from publishing.workflow.signals import erased_again

# How long an erasure may take: its moment may come before that of an archive which does not see it yet.
LONGEST = timedelta(minutes=10)


def remembered(*, has_table: bool = True) -> list[Erasure]:
    """All that the table and the file know together. Raises OSError when the file can't be read."""
    return settled([*read()[0], *(Erasure.objects.all() if has_table else ())])


def younger(records: Iterable[Erasure], made_at: str, known: Collection[str]) -> list[Erasure]:
    """Those of `records` that an archive of moment `made_at`, which knows those in `known`, does not know of."""
    try:
        since = datetime.fromisoformat(made_at)
    except ValueError:
        since = datetime.min.replace(tzinfo=UTC)
    if timezone.is_naive(since):
        since = timezone.make_aware(since)
    return [each for each in records if each.uid not in known and each.at > since - LONGEST]


def lost_files(records: Iterable[Erasure], stored: Mapping[str, str]) -> set[str]:
    """The names of those of the `stored` files, each with its SHA-256, that are erased by `records`."""
    wanted = {each.digest for each in records if each.kind == Kind.FILE}
    if not wanted:
        return set()
    return {
        name
        for name, content in stored.items()
        if not wanted.isdisjoint([*digests((name, content)), *digests((name, ""))])
    }


def erase_again(records: Iterable[Erasure], lost: set[str], tell: Callable[[str], None]) -> None:
    """Do to the rows of an archive what these erasures did, in the transaction that put them in their place.

    `lost` are the files that are not put back.
    """
    records, unsure = list(records), []
    if not records:
        return
    if lost:
        _take_out(lost)
    for each in records:
        if each.kind == Kind.FILE:
            continue
        if each.kind in (Kind.ACCOUNT, Kind.ROW):
            erased_again.send(None, erasure=each)
            continue
        try:
            again = {Kind.OBJECT: _object, Kind.VERSION: _version, Kind.TEXT: _text}[Kind(each.kind)]
            if not again(apps.get_model(each.model), each):
                unsure.append(f"{each.model} {each.object_id}")
        except (LookupError, ValueError):  # a model, a column or a kind of another time
            unsure.append(f"{each.model} {each.object_id}")
    tell(f"erased again what was erased since the archive was made: {len(records)} erasures")
    if unsure:
        tell(f"LOOK AT THESE YOURSELF, they may say what was erased: {', '.join(dict.fromkeys(unsure))}")


def _object(model: type[Publishable], record: Erasure) -> bool:
    """Whether that is done, or nothing is there. A row of which nothing tells that it is another one is unsure."""
    obj = model()
    obj.pk = record.object_id
    if not is_there(record):
        row = model._base_manager.filter(pk=obj.pk).exists()
        return not row or obj.revisions.exists()  # then it is another object
    for other in apps.get_models():
        for field in other._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is model and field.null:
                models.QuerySet(other).filter(**{field.attname: obj.pk}).update(**{field.attname: None})
    shown = obj.revisions.due().first() or obj.revisions.first()
    if shown:  # the address goes on saying that the page is gone
        with permit():
            Revision.objects.filter(pk=shown.pk).update(withdrawn=True)
    _delete(forget_object(obj))
    return True


def _version(model: type[Publishable], record: Erasure) -> bool:
    version = marked(record)
    if version is None or (isinstance(version, Revision) and version.erased_at):
        return True
    same = (version, *saying_the_same(version))
    for each in same:
        if isinstance(each, Revision) and Revision.objects.filter(pk=each.pk).pending().exists():
            cancel_waiting(each)
    named = {name for each in same for name in files_named_by(each)}
    forget_versions(same)
    _unsay(model, version)
    _delete(named)
    return True


def _unsay(model: type[Publishable], version: Version) -> None:
    """Have the working copy say what it said before `version`, where it still says the same as that."""
    row = model._base_manager.filter(pk=version.object_id).first()
    if row is None:
        return
    earlier = row.revisions.filter(erased_at=None).first()
    now, said = freeze_all(row), normalise(model, version.data)
    before = normalise(model, earlier.data if earlier else {})
    same = {name for name in said if now[name] == said[name] != before[name]}
    set_values(row, [field for field in published_fields(model) if field.attname in same], before)
    row.save_base()
    for name, child in child_models(model):
        if name in same:
            restore_rows(row, child, before[name])


def _text(model: type[Publishable], record: Erasure) -> bool:
    version = marked(record)
    if version is None:
        return True
    path = tuple(record.path)
    if len(path) == 2:
        return _remark(version, path, record)
    before = value_at(version.data, path)
    if before == record.value:
        return True
    if not is_digest_of(record.digest, before):
        return False
    for each in _versions(record):
        try:
            says_it = value_at(each.data, path) == before
        except LookupError:
            continue
        if says_it:
            change_version(each, with_value(each.data, path, record.value))
    of_child = dict(child_models(model))
    table = model if len(path) == 1 else of_child[str(path[0])]
    pk, column = (record.object_id, path[0]) if len(path) == 1 else path[1:]
    models.QuerySet(table).filter(pk=pk, **{str(column): before}).update(**{str(column): record.value})
    return True


def _remark(version: Version, path: tuple[str, ...], record: Erasure) -> bool:
    """The same of what was written about `version`."""
    if path[0] != REMARK or path[1] not in REMARKS:
        raise LookupError(path)
    before = remark_of(version, path[1])  # type: ignore[arg-type]
    if before in (record.value, ""):
        return True
    if not is_digest_of(record.digest, before):
        return False
    change_remark(version, path[1], record.value)  # type: ignore[arg-type]
    return True


def _versions(record: Erasure) -> Iterator[Version]:
    ours = {"model": record.model, "object_id": record.object_id}
    yield from Revision.objects.filter(**ours)
    yield from Draft.objects.filter(**ours)
    yield from Discarded.objects.filter(**ours)


def _take_out(lost: set[str]) -> None:
    """Take these files out of every row and every version."""
    ReplacedFile.objects.filter(name__in=lost).delete()
    naming = set(RevisionFile.objects.filter(name__in=lost).values_list("revision__model", "revision__object_id"))
    tables: list[type[Revision | Draft | Discarded]] = [Draft, Discarded]
    for table in tables:
        for model, object_id, data in table.objects.values_list("model", "object_id", "data").iterator():
            if not lost.isdisjoint(names_in(data)):
                naming.add((model, object_id))
    for model, object_id in naming:
        forget_files(apps.get_model(model), object_id, lost)
    for each in apps.get_models():
        for field in each._meta.concrete_fields:
            if isinstance(field, models.FileField):
                is_ours = issubclass(each, Publishable | Child)
                said = without_file(each, field.attname) if is_ours else {field.attname: ""}
                models.QuerySet(each).filter(**{f"{field.attname}__in": lost}).update(**said)


def _delete(names: Iterable[str]) -> None:
    """Delete those of these files that nothing names, once the restore is done."""
    gone = unnamed(names)
    ReplacedFile.objects.filter(name__in=gone).delete()
    for name in gone:
        transaction.on_commit(partial(delete_stored, default_storage, name), robust=True)
