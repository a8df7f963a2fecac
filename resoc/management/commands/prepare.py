"""`manage.py prepare`: all that a new installation or a newer version needs before it serves."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from publishing import stamp


class Command(BaseCommand):
    """One process for what would each spend most of its time on starting."""

    help = "Migrate, index, load the source content, make pictures, collect static files. Safe to run again."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_lost_database()
        call_command("migrate", verbosity=0)
        # What an older version or a restore left out.
        call_command("reindex", stdout=self.stdout)
        call_command("seed", stdout=self.stdout)
        call_command("pictures", stdout=self.stdout)
        collect_static()


def refuse_lost_database() -> None:
    """Raise CommandError when this site had a database and it is gone: a new one would look as if all were well."""
    file = Path(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite" and stamp.path().exists() and not file.exists():
        raise CommandError(
            f"The database {file} is gone, though this site had one. Put it back, or run 'manage.py restore'. "
            f"To begin anew, delete {stamp.path()}."
        )


def collect_static() -> None:
    """Collect and compress the static files, unless those and the packages are as they were."""
    root: Path = settings.BASE_DIR
    state = hashlib.sha256()
    for file in [root / ".venv" / "installed.txt", *sorted((root / "static").rglob("*"))]:
        if file.is_file():
            state.update(str(file.relative_to(root)).encode() + file.read_bytes())
    collected = Path(settings.STATIC_ROOT) / "collected.txt"
    if not collected.exists() or collected.read_text() != state.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        collected.write_text(state.hexdigest())
