"""`manage.py restore FILE`: the site as it was when the archive was made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishing.archives import ArchiveError
from publishing.audit import record
from publishing.models import Event
from publishing.restoring import restore, restore_into_empty
from publishing.storage import StorageAway


class Command(BaseCommand):
    """Restores an archive, or refuses it before anything is touched."""

    help = "Replace the database and the uploaded files by those of an archive: all, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--into-empty", action="store_true", help="for an empty database only, of any version")

    def handle(self, *args: Any, **options: Any) -> None:
        put = restore_into_empty if options["into_empty"] else restore
        try:
            put(options["file"].resolve(), lambda line: self.stdout.write(f"Restore: {line}"))
        except ArchiveError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        except StorageAway as error:
            raise CommandError(
                f"The storage of files does not answer: {error} Restore again when it does: the database and the "
                "files belong together."
            ) from error
        if not options["into_empty"]:
            record(Event.Kind.RESTORED, detail=options["file"].name)
        self.stdout.write("Restore: done. Sign in again.")
