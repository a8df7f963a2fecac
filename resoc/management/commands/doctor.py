"""`manage.py doctor`: is this installation healthy and safe?"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resoc.doctor.questions import examine
from resoc.operations.alarms import raise_alarms
from resoc.operations.findings import ODD, OK, WRONG, Finding
from resoc.operations.version import version


class Command(BaseCommand):
    """Says of each part how it is, and what to do when it is not well."""

    help = "Look whether this installation is healthy and safe; ends with an error when something is wrong."
    requires_system_checks = ()  # they are the first thing it tells

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mail", action="store_true", help="write to OPERATOR_EMAIL what turned wrong or is right again"
        )
        parser.add_argument("--json", action="store_true", help="for a program: one object, with all findings")
        parser.add_argument("--quiet", action="store_true", help="leave out what is well")

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {OK: self.style.SUCCESS, ODD: self.style.WARNING, WRONG: self.style.ERROR}
        found = []
        for finding in self.find(options["mail"]):
            found.append(finding)
            if not (options["json"] or (options["quiet"] and finding.level == OK)):
                self.stdout.write(styles[finding.level](str(finding)))
        if options["json"]:
            self.stdout.write(json.dumps(as_object(found), indent=2))
        if wrong := sum(finding.level == WRONG for finding in found):
            raise CommandError(f"{wrong} of these must be mended.")

    def find(self, is_mailed: bool) -> Iterator[Finding]:
        """All findings, and of the mail what came of it."""
        found = []
        for finding in examine(with_alarms=not is_mailed):
            found.append(finding)
            yield finding
        if is_mailed:
            yield from raise_alarms(found)


def as_object(findings: list[Finding]) -> dict[str, object]:
    """The findings for a program: the worst level of them, and each with its part."""
    levels = {finding.level for finding in findings}
    return {
        "status": next((level for level in (WRONG, ODD) if level in levels), OK),
        "version": version(),
        "at": timezone.now().isoformat(timespec="seconds"),
        "findings": [{"part": each.part, "level": each.level, "said": each.line} for each in findings],
    }
