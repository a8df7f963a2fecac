"""`manage.py sweep`: the uploaded files that nothing names, such as those of an upload that broke off."""

from django.core.management.base import BaseCommand, CommandParser

from publishing.files.orphans import orphans, sweep


class Command(BaseCommand):
    """Deletes files that no row, no version and nothing in the bin names, older than a day."""

    help = "Delete uploaded files that nothing names any more, except those of the last day. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *args: object, **options: object) -> None:
        found = orphans() if options["dry_run"] else sweep()
        for name in found:
            self.stdout.write(name)
        self.stdout.write(f"{len(found)} files that nothing names" + ("." if options["dry_run"] else ": deleted."))
