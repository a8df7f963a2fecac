"""Erasing stored files: one that only old versions name, or those that nothing names any more."""

import os
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.files.orphans import names_in
from publishing.files.storage import StorageUnavailable, is_remote
from publishing.files.variants import delete_stored
from publishing.models import Discarded, Draft, Event, Publishable, ReplacedFile, Revision, RevisionFile
from publishing.models.records.events import record
from publishing.models.snapshots import Snapshot, child_models, published_fields, thaw
from publishing.workflow import files, lock
from publishing.workflow.erasure.memory import Kind, Version, content_digest, digest_of, remember
from publishing.workflow.erasure.redaction import change_version
from publishing.workflow.erasure.traces import forget_traces, once_on_commit, scrub
from publishing.workflow.merge import units


def files_named_by(version: Version) -> Iterator[str]:
    """The stored files that a version names."""
    yield from files(thaw(version.model_class, version.object_id, version.data))
    if isinstance(version, Revision):
        yield from version.files.values_list("name", flat=True)


def erasable_files(obj: Publishable) -> list[str]:
    """The stored files that only old versions and kept saves of `obj` name, the newest of them first.

    Then those that its working copy alone ever named, and no longer does.
    """
    versions: list[Version] = [*Draft.objects.of(obj), *obj.revisions, *Discarded.objects.of(obj)]
    replaced = ReplacedFile.objects.filter(model=obj._meta.label_lower, object_id=obj.pk).order_by("-pk")
    named = [*(name for each in versions for name in files_named_by(each)), *replaced.values_list("name", flat=True)]
    old = list(dict.fromkeys(named))
    used = set(_in_use(type(obj), obj.pk, old))
    return [name for name in old if name not in used]


def erase_file(obj: Publishable, name: str) -> None:
    """Delete the stored file `name` for ever; the old versions and kept saves that named it stay, without it.

    Raises ValidationError when it is not one of `erasable_files(obj)`, and StorageUnavailable.
    """
    model = type(obj)
    with transaction.atomic():
        lock(model)
        if name not in erasable_files(obj):
            raise ValidationError(_("This file is in use. Take it out of the form, and publish that, first."))
        forget_files(model, obj.pk, {name})
        record(Event.Kind.ERASED, detail=f"{model._meta.label_lower} {obj.pk}")
        finish({name}, model, obj.pk)


def forget_files(model: type[Publishable], object_id: int, names: set[str]) -> None:
    """Take these files out of all versions of one object, in a transaction of the caller; they stay on disk."""
    ours = {"model": model._meta.label_lower, "object_id": object_id}
    tables: list[type[Revision | Draft | Discarded]] = [Revision, Draft, Discarded]
    for table in tables:
        for version in table.objects.filter(**ours):
            if names.isdisjoint(names_in(version.data)):
                continue
            change_version(version, _without_files(model, version.data, names))
    RevisionFile.objects.filter(name__in=names, revision__model=ours["model"], revision__object_id=object_id).delete()
    ReplacedFile.objects.filter(name__in=names, **ours).delete()
    forget_traces(model, object_id)
    stamp.bump()


def _without_files(model: type[models.Model], data: Snapshot, names: set[str]) -> Snapshot:
    """Snapshot `data` without these files and what is said about each: its size, its description."""
    data = deepcopy(data)
    for column in [name for name, value in data.items() if isinstance(value, str) and value in names]:
        data |= {name: value for name, value in without_file(model, column).items() if name in data}
    if hasattr(model, "children"):
        for name, child in child_models(model):  # type: ignore[arg-type]
            data[name] = [_without_files(child, row, names) for row in data.get(name) or []]
    return data


def without_file(model: type[models.Model], column: str) -> Snapshot:
    """The values of `column` and of its companions, such as its size and description, when there is no file."""
    empty, fields = model(), {field.attname: field for field in published_fields(model)}
    found: Snapshot = {column: ""}
    for name in next((unit for unit in units(model) if column in unit), ()):
        value = fields[name].value_from_object(empty)
        found[name] = str(value) if isinstance(fields[name], models.FileField) else value
    return found


def named_elsewhere(names: Iterable[str], versions: Iterable[Version]) -> Iterator[str]:
    """Those of `names` that something else than these versions of one object names."""
    versions, names = list(versions), list(names)
    yield from rows_name(names)
    own = [each.pk for each in versions if isinstance(each, Revision)]
    yield from RevisionFile.objects.filter(name__in=names).exclude(revision__in=own).values_list("name", flat=True)
    first = versions[0]
    for table in (Draft, Discarded):
        mine = [each.pk for each in versions if isinstance(each, table)]
        others = table.objects.filter(model=first.model, object_id=first.object_id).exclude(pk__in=mine)
        for data in others.values_list("data", flat=True):
            yield from set(names) & set(names_in(data))


def _in_use(model: type[Publishable], object_id: int, names: list[str]) -> Iterator[str]:
    """Those of `names` that a working copy names, or what visitors read now or will, or anything of another object."""
    yield from rows_name(names)
    named = RevisionFile.objects.filter(name__in=names)
    ours = Revision.objects.filter(model=model._meta.label_lower, object_id=object_id)
    yield from named.filter(revision__in=ours.public()).values_list("name", flat=True)
    yield from named.filter(revision__in=ours.pending()).values_list("name", flat=True)
    yield from named.exclude(revision__in=ours).values_list("name", flat=True)


def rows_name(names: list[str]) -> Iterator[str]:
    """Those of `names` that the row of some table names."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                named: Any = models.QuerySet(model).filter(**{f"{field.attname}__in": names})
                yield from named.values_list(field.attname, flat=True)


def finish(named: Iterable[str], model: type[Publishable], object_id: int) -> int:
    """Once everything is done: delete those files that nothing names any more, and what caches hold.

    Returns how many files go. Raises StorageUnavailable, before anything is done, when they can't be deleted.
    """
    gone = unnamed(named)
    for name in gone:
        _check_deletable(name)
        said = digest_of(name, content_digest(name))
        remember(Kind.FILE, model._meta.label_lower, object_id, digest=said)
        transaction.on_commit(partial(delete_stored, default_storage, name), robust=True)
    ReplacedFile.objects.filter(name__in=gone).delete()
    once_on_commit(scrub)
    return len(gone)


def unnamed(names: Iterable[str]) -> list[str]:
    """Those of `names` that no row and no version names any more."""
    names = sorted(set(names))
    used = {*rows_name(names), *RevisionFile.objects.filter(name__in=names).values_list("name", flat=True)}
    return [name for name in names if name not in used]


def _check_deletable(name: str) -> None:
    """Raise StorageUnavailable when the file `name` could not be deleted now: nobody is told that it went."""
    default_storage.exists(name)
    if not is_remote(default_storage):
        folder = FilePath(default_storage.path(name)).parent
        if folder.exists() and not os.access(folder, os.W_OK):
            raise StorageUnavailable(f"Nothing can be deleted in {folder}.")
