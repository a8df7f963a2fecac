"""Django's `flush`, which may delete revisions too: whoever empties a database means all of it."""

from typing import Any

from django.core.management.commands import flush

from publishing.models.immutability import permit


class Command(flush.Command):
    """Empty every table, with leave to delete what was published."""

    def handle(self, **options: Any) -> Any:
        """Ask and delete, as Django does, in one transaction."""
        with permit(options["database"]):
            return super().handle(**options)
