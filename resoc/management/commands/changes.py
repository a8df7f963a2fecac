"""`manage.py changes --since MOMENT`: how much editors did since then, which a restore of then would lose."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from publishing.models import Draft, Revision


class Command(BaseCommand):
    """Counts publications and saves."""

    help = "Count what editors published and saved since a moment, such as 2026-11-24T02:00:00+01:00."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", required=True, metavar="MOMENT")

    def handle(self, *args: Any, **options: Any) -> None:
        since = moment(options["since"])
        publications = Revision.objects.filter(created_at__gt=since).count()
        saves = Draft.objects.filter(last_at__gt=since).count()
        self.stdout.write(
            f"{saves} {'save' if saves == 1 else 'saves'} and {publications} "
            f"{'publication' if publications == 1 else 'publications'}"
        )


def moment(raw: str) -> datetime:
    """Parse a moment; one without a zone is by the clock of the site. Raises CommandError."""
    try:
        found = parse_datetime(raw)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"--since is {raw!r}: expected a moment such as 2026-11-24T02:00:00+01:00.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
