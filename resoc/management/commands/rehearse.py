"""`manage.py rehearse`: whether the newest backup can truly be restored."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishing.archives import ArchiveError, opened
from publishing.restoring import compare, in_scratch, recall, remember


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
        self.stdout.write(f"Rehearsal: {source}, {rows} rows, {pages} pages to compare")
        with tempfile.TemporaryDirectory(prefix="resoc-rehearsal-") as folder:
            data = Path(folder)
            restored = in_scratch(data, ["restore", str(source), "--into-empty"])
            if restored.returncode:
                return [restored.stderr.strip()]
            compared = in_scratch(data, ["rehearse", str(source), "--compare"])
            return compared.stdout.splitlines() or ["It could not be compared."] if compared.returncode else []


def newest() -> Path:
    """The newest archive beside the last one that was made. Raises CommandError."""
    last = recall("backup").get("file")
    found = sorted(Path(last).parent.glob("*.zip"), key=lambda path: path.stat().st_mtime) if last else []
    if not found:
        raise CommandError("There is no backup yet: make one with 'manage.py backup FILE'.")
    return found[-1]
