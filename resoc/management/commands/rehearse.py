"""`manage.py rehearse`: whether the newest backup can truly be restored."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishing.backup.archive import ArchiveError, ArchiveOrigin, ArchiveUnreadable, origin
from publishing.backup.reading import opened
from publishing.backup.rehearsal import compare, recall, remember
from publishing.backup.restore import in_scratch, last_line, scratch_folder


class Command(BaseCommand):
    """Restores an archive in a scratch installation, and compares rows, files and pages."""

    help = "Restore the newest backup elsewhere, compare it, and say whether everything came back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="by default the newest in the folder of the last backup")
        parser.add_argument("--compare", action="store_true", help="compare this very installation with the archive")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = (options["file"] or newest()).resolve()
        try:
            found = compare(source) if options["compare"] else self._rehearse(source)
        except ArchiveUnreadable as error:  # nothing was tried
            raise CommandError(str(error)) from error
        except ArchiveError as error:
            found = [str(error)]
        if options["compare"]:
            self.stdout.write("\n".join(found))
        else:
            remember("rehearsal", file=str(source), good=not found)
        if found:
            raise CommandError("\n".join(["The backup does not bring everything back:", *found]))
        self.stdout.write(f"Rehearsal: {source} brings everything back.")

    def _rehearse(self, source: Path) -> list[str]:
        with opened(source) as (_archive, manifest):
            rows, pages = sum(manifest.rows.values()), len(manifest.pages)
            # One without a signature may be of before there were any.
            of = origin(manifest)
            found = (
                [] if of in (ArchiveOrigin.OURS, ArchiveOrigin.UNSIGNED) else [f"This archive is foreign. {of.value}"]
            )
        self.stdout.write(f"Rehearsal: {source}, {rows} rows, {pages} pages to compare")
        with scratch_folder("resoc-rehearsal-") as data:
            restored = in_scratch(data, ["restore", str(source), "--into-empty", "--as-it-is"])
            if restored.returncode:
                return [*found, last_line(restored)]
            compared = in_scratch(data, ["rehearse", str(source), "--compare"])
            if compared.returncode:
                found += compared.stdout.splitlines() or ["It could not be compared."]
            return found


def newest() -> Path:
    """The newest archive beside the last one that was made. Raises CommandError."""
    last = recall("backup").get("file")
    try:
        beside = [path for path in Path(last).parent.iterdir() if path.suffix == ".zip"] if last else []
        found = sorted(beside, key=lambda path: path.stat().st_mtime)
    except FileNotFoundError:
        found = []
    except OSError as error:
        raise CommandError(f"The backups can't be looked at: {error.strerror}: {error.filename}.") from error
    if not found:
        raise CommandError("There is no backup yet: make one with 'manage.py backup FILE'.")
    return found[-1]
