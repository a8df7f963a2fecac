"""`manage.py backup FILE`: the whole site in one file, while editing goes on."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from publishing.backup import nightly
from publishing.backup.archive import ArchiveError, Manifest, Tell, write
from publishing.backup.rehearsal import page_digests, remember
from publishing.backup.restore import KEEP_THE_KEY
from publishing.models import Event
from publishing.models.records.events import record


class Command(BaseCommand):
    """Writes an archive."""

    help = "Write the database and the uploaded files into one archive; safe while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", metavar="FILE", help="or a folder, in which it is named after the moment"
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="of a folder: delete all such archives but the newest N"
        )
        parser.add_argument("--nightly", action="store_true", help="into DATA_DIR/var/backups, where old ones go")
        parser.add_argument("--quiet", action="store_true", help="say nothing but errors")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) is options["nightly"]:
            raise CommandError("Name a file or a folder for the backup, or say --nightly.")
        if (keep := options["keep"]) is not None and (keep < 1 or options["nightly"]):
            raise CommandError("--keep is the number of backups to keep in a folder: 1 or more.")
        tell = (lambda line: None) if options["quiet"] else (lambda line: self.stdout.write(f"Backup: {line}"))
        try:
            if options["nightly"]:
                target, manifest = nightly.make(tell)
                if settings.BACKUP_COPY:
                    from publishing.backup import offsite  # needs packages that only such a site has

                    tell(f"an encrypted copy is in {offsite.send(target)}")
            else:
                target, manifest = self._write(options["file"], keep, tell)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}. Nothing is left of it.") from error
        with suppress(DatabaseError):  # the backup is there, also when nothing can be written any more
            record(Event.Kind.BACKUP, detail=target.name)
        if not options["quiet"]:
            rows, files = sum(manifest.rows.values()), sum(name.startswith("media/") for name in manifest.members)
            self.stdout.write(f"Backup: {rows} rows and {files} files in {target} ({target.stat().st_size} bytes).")
            self.stdout.write(f"Backup: {KEEP_THE_KEY}")

    def _write(self, said: str, keep: int | None, tell: Tell) -> tuple[Path, Manifest]:
        place = Path(said).resolve()
        is_folder = place.is_dir() or said.endswith("/")
        if keep and not is_folder and place.suffix:
            raise CommandError("--keep goes with a folder: name one instead of a file.")
        target = place / nightly.name_at(timezone.now()) if is_folder or keep else place
        manifest = write(target, page_digests, tell)
        remember("backup", file=str(target))
        if keep and (number := nightly.thin(target.parent, keep)):
            tell(f"deleted {number} older ones")
        return target, manifest
