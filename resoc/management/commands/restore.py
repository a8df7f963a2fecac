"""`manage.py restore FILE`: the site as it was when the archive was made."""

from argparse import SUPPRESS
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from publishing.backup.archive import ArchiveError, ArchiveOrigin, origin
from publishing.backup.reading import accounts_with_rights, opened
from publishing.backup.restore import require_ours, restore_archive, restore_into_empty
from publishing.files.storage import StorageUnavailable
from publishing.operations.logs import masked

FOREIGN = """
This archive is foreign. {origin}
These accounts would come in, with their passwords and rights:
{accounts}
Rich text is sanitised, and waiting mails are not sent. What was encrypted with another secret key can't be read
here: nobody with an authenticator app gets into the desk before a superuser, or 'manage.py forget_second_factor',
forgot that app.
"""


class Command(BaseCommand):
    """Restores an archive, or refuses it before anything is touched."""

    help = "Replace the database and the uploaded files by those of an archive: all, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--into-empty", action="store_true", help="for an empty database only, of any version")
        parser.add_argument("--foreign", action="store_true", help="also an archive that this site did not make")
        parser.add_argument("--yes", action="store_true", help="with --foreign: do not ask")
        parser.add_argument("--as-it-is", action="store_true", help=SUPPRESS)  # of a scratch installation

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["file"].resolve()
        try:
            if options["as_it_is"] and options["into_empty"]:
                restore_into_empty(source, self._tell, as_it_is=True)
            else:
                self._ask_about(source, foreign=options["foreign"], yes=options["yes"])
                put = restore_into_empty if options["into_empty"] else restore_archive
                put(source, self._tell, foreign=options["foreign"])
        except ArchiveError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        except IntegrityError as error:
            reason = masked(str(error).partition("\n")[0])
            raise CommandError(
                f"The rows of this archive do not fit together: {reason}. Nothing was changed."
            ) from error
        except StorageUnavailable as error:
            raise CommandError(
                f"The storage of files does not answer: {error} Restore again when it does: the database and the "
                "files belong together."
            ) from error
        self.stdout.write("Restore: done. Sign in again.")

    def _tell(self, line: str) -> None:
        self.stdout.write(f"Restore: {line}")

    def _ask_about(self, source: Path, *, foreign: bool, yes: bool) -> None:
        """Say what a foreign archive brings in, and let the operator decide. Raises ArchiveError."""
        with opened(source) as (archive, manifest):
            require_ours(manifest, foreign=foreign)
            if (found := origin(manifest)) is ArchiveOrigin.OURS:
                return
            accounts = accounts_with_rights(archive, manifest) or ["none"]
        self.stdout.write(FOREIGN.format(origin=found.value, accounts="\n".join(f"  {each}" for each in accounts)))
        if yes:
            return
        try:
            answer = input("Type 'yes' to replace everything here by it: ")
        except (EOFError, KeyboardInterrupt):
            answer = ""
        if answer.strip().lower() != "yes":
            raise ArchiveError("You did not say yes.")
