"""`manage.py export DIR`: the public site as files for any web server."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishing.models import Event
from publishing.models.records.events import record
from resoc.web.export import ExportError, export


class Command(BaseCommand):
    """Makes a copy of what visitors see."""

    help = "Write the public site as static files, check every link in it, and say what is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="new, empty, or an earlier copy")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SITE_URL:
            self.stderr.write("Export: SITE_URL is not set, so full addresses in the copy begin with http://localhost.")
        target: Path = options["folder"].resolve()
        try:
            broken = export(target, lambda line: self.stdout.write(f"Export: {line}"))
        except (ExportError, OSError) as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        record(Event.Kind.EXPORTED, detail=target.name)
        if broken:
            raise CommandError("\n".join([f"The copy is in {target}, but not whole:", *broken]))
        self.stdout.write(f"Export: {target} is whole; every link in it leads somewhere.")
