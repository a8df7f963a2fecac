"""`manage.py backup FILE`: the whole site in one file, while editing goes on."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from publishing.archives import write
from publishing.audit import record
from publishing.models import Event
from publishing.restoring import KEEP_THE_KEY, page_digests, remember


class Command(BaseCommand):
    """Writes an archive."""

    help = "Write the database and the uploaded files into one archive; safe while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--quiet", action="store_true", help="say nothing but errors")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"].resolve()
        tell = (lambda line: None) if options["quiet"] else (lambda line: self.stdout.write(f"Backup: {line}"))
        try:
            manifest = write(target, page_digests, tell)
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}. Nothing is left of it.") from error
        remember("backup", file=str(target))
        with suppress(DatabaseError):  # the backup is there, also when nothing can be written any more
            record(Event.Kind.BACKUP, detail=target.name)
        if not options["quiet"]:
            rows, files = sum(manifest.rows.values()), sum(name.startswith("media/") for name in manifest.members)
            self.stdout.write(f"Backup: {rows} rows and {files} files in {target} ({target.stat().st_size} bytes).")
            self.stdout.write(f"Backup: {KEEP_THE_KEY}")
