"""Orphaned files, which nothing names: remains of a killed upload or a full disk.

A file is in use while a row, any revision however old, a kept save or the bin names it, in a field or in a
link in a text. What is younger than a day is left alone: its form may still be on its way.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import unquote

from django.apps import apps
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.db import models
from django.utils import timezone

from publishing.files.variants import original_of
from publishing.models import Discarded, Draft, ReplacedFile, Revision, RevisionFile

YOUNGEST = timedelta(days=1)


def orphans(now: datetime | None = None) -> list[str]:
    """The stored files, sizes of pictures among them, that nothing names since before `YOUNGEST`."""
    before = (now or timezone.now()) - YOUNGEST
    # The files first: what is named after this moment was stored after it too.
    stored = [name for name in all_files(default_storage) if _changed_at(name) <= before]
    unused = {original_of(name) for name in stored}
    if unused:
        unused.difference_update(used_files())
    return sorted(name for name in stored if original_of(name) in unused)


def sweep(now: datetime | None = None) -> list[str]:
    """Delete the orphans; returns their names."""
    gone = orphans(now)
    for name in gone:
        default_storage.delete(name)
    ReplacedFile.objects.filter(name__in=gone).delete()
    return gone


def all_files(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all stored files."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from all_files(storage, f"{folder}{name}/")


def used_files() -> Iterator[str]:
    """The names of all files that anything names; some more than once, and some that are none."""
    yield from RevisionFile.objects.values_list("name", flat=True).iterator()
    for model in apps.get_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, (models.FileField, models.TextField, models.URLField, models.JSONField))
        ]
        # Not the model's own manager: modeltranslation would give other columns than we ask for.
        for values in models.QuerySet(model).values_list(*columns).iterator() if columns else ():
            yield from names_in(list(values))
    # Also by texts of other days, whose fields may have had another name.
    for kept in (Revision, Discarded, Draft):
        for data in kept.objects.values_list("data", flat=True).iterator(chunk_size=500):
            yield from names_in(data)


def names_in(value: object) -> Iterator[str]:
    """Each text in a value of JSON, and each of our files that such a text links to."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from names_in(each)
    elif isinstance(value, str):
        yield value
        yield from map(unquote, re.findall(rf"{settings.MEDIA_URL}([^\s\"'<>?#]+)", value))


def _changed_at(name: str) -> datetime:
    try:
        return default_storage.get_modified_time(name)
    except FileNotFoundError:  # gone meanwhile, or given its final name
        return timezone.now() + YOUNGEST
