"""`manage.py pictures`: the variants of pictures that are missing, for example after a restore."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models

from publishing.cache import stamp
from publishing.files.fields import PictureField, PictureFile
from publishing.files.storage import StorageUnavailable
from publishing.models import Publishable, Revision
from publishing.models.snapshots import child_models

SAID_EACH = 100  # pictures: who waits for a start sees that it goes on


class Command(BaseCommand):
    """Makes the variants of every picture that a working copy or a revision shows."""

    help = "Make the missing sizes of pictures. Safe to run again: it makes only what is missing."

    def handle(self, *args: object, **options: Any) -> None:
        seen, made, told = set(), 0, 0
        for picture in (*of_rows(), *of_revisions()):
            if picture.cut in seen or not picture.cut:
                continue
            seen.add(picture.cut)
            try:
                if not picture.cut.is_whole(picture.storage):
                    made += picture.make_variants()
                    if made - told >= SAID_EACH:
                        self.stdout.write(f"Pictures: {made} made so far.")
                        told = made
            except StorageUnavailable as error:  # nothing to start later for: pages do without
                self.stderr.write(f"Pictures: not looked at, their storage is away: {error}")
                break
        if made:
            stamp.bump()  # pages showed the originals meanwhile
        if made or options["verbosity"] > 1:
            self.stdout.write(f"Pictures: {made} made in their sizes.")


def of_rows() -> Iterator[PictureFile]:
    """The pictures of the working copies."""
    for model in apps.get_models():
        if any(isinstance(field, PictureField) for field in model._meta.concrete_fields):
            for row in model._base_manager.iterator():
                yield from pictures_of(row)


def of_revisions() -> Iterator[PictureFile]:
    """The pictures of all revisions, because an old version can be read as it was."""
    for revision in Revision.objects.exclude(files=None).distinct().iterator(chunk_size=500):
        try:
            obj: Publishable = revision.thaw()
        except LookupError:  # a model that no longer exists
            continue
        yield from pictures_of(obj)
        for name, _model in child_models(type(obj)):
            for row in getattr(obj, name).all():
                yield from pictures_of(row)


def pictures_of(row: models.Model) -> Iterator[PictureFile]:
    """The pictures that one row holds."""
    for field in row._meta.concrete_fields:
        if isinstance(field, PictureField) and (picture := getattr(row, field.attname)):
            yield picture
