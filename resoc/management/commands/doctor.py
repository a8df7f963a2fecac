"""`manage.py doctor`: is this installation healthy and safe?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from resoc.doctor import ODD, OK, WRONG, examine


class Command(BaseCommand):
    """Says of each part how it is, and what to do when it is not well."""

    help = "Look whether this installation is healthy and safe; ends with an error when something is wrong."
    requires_system_checks = ()  # they are the first thing it tells

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {OK: self.style.SUCCESS, ODD: self.style.WARNING, WRONG: self.style.ERROR}
        wrong = 0
        for finding in examine():
            self.stdout.write(styles[finding.level](str(finding)))
            wrong += finding.level == WRONG
        if wrong:
            raise CommandError(f"{wrong} of these must be mended.")
