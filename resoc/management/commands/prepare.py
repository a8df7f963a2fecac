"""`manage.py prepare`: all that a new installation or a newer version needs before it serves."""

import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from publishing import search_index, stamp
from publishing.outages import is_outage
from resoc.private_files import make_public, secure
from staff.second_factor import encrypt_anew

AWAY = 75  # the exit code for "try again later": `deploy/serve.py` then serves the pages as they last were


class Command(BaseCommand):
    """One process for what would each spend most of its time on starting."""

    help = "Migrate, index, load the source content, make pictures, collect static files. Safe to run again."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for line in secure():
            self.stdout.write(line)
        refuse_lost_database()
        try:
            call_command("migrate", verbosity=0)
        except DatabaseError as error:
            if not is_outage(error):
                raise
            raise CommandError(f"The database does not answer: {error}", returncode=AWAY) from error
        encrypt_anew(Authenticator.objects.all())  # under the newest of SECRET_KEY and SECRET_KEY_FALLBACKS
        index(self.stdout)
        call_command("seed", stdout=self.stdout)
        call_command("pictures", stdout=self.stdout)
        collect_static()


def refuse_lost_database() -> None:
    """Raise CommandError when this site had a database and it is gone: a new one would look as if all were well."""
    file = Path(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite" and stamp.watched()[0] and not file.exists():
        raise CommandError(
            f"The database {file} is gone, though this site had one. Put it back, or run 'manage.py restore'. "
            f"To begin anew, delete {stamp.path()}.",
            returncode=AWAY,
        )


def index(stdout: Any) -> None:
    """Index what a restore left out; everything when the rules or the stemmer changed, which may read other words."""
    version = f"{search_index.VERSION} {metadata.version('snowballstemmer')}"
    indexed = Path(settings.STATE_DIR) / "indexed.txt"
    is_known = indexed.exists() and indexed.read_text() == version
    call_command("reindex", all=not is_known, stdout=stdout)
    indexed.write_text(version)


def collect_static() -> None:
    """Collect and compress the static files, unless they are as they were."""
    if not is_collected():
        call_command("collectstatic", interactive=False, verbosity=0)
        _stamp().write_text(_state())
        make_public(Path(settings.STATIC_ROOT))


def is_collected() -> bool:
    """Whether the collected static files are those of this version and of its packages."""
    return _stamp().exists() and _stamp().read_text() == _state()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / "collected.txt"


def _state() -> str:
    root: Path = settings.BASE_DIR
    state = hashlib.sha256()
    for file in [root / ".venv" / "installed.txt", *sorted((root / "static").rglob("*"))]:
        if file.is_file():
            state.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return state.hexdigest()
