"""`manage.py prepare`: all that a new installation or a newer version needs before it serves."""

import hashlib
import sqlite3
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from consultation.following import followers
from publishing.backup.media_swap import settle
from publishing.cache import stamp
from publishing.cache.outages import is_outage
from publishing.models import Draft
from publishing.operations import schema
from publishing.review import lacks, translation_states
from publishing.search import indexing
from publishing.workflow.working_copies.drafts import find_open
from resoc.operations.database_errors import first_line, no_answer
from resoc.operations.private_files import make_public, secure
from resoc.operations.start_lock import on_this_database, on_this_machine
from staff.accounts.second_factor import encrypt_anew

MOST_JUDGED = 3000  # versions; upkeep judges the others
AWAY = 75  # the exit code for "try again later": `deploy/serve.py` then serves the pages as they last were


class Command(BaseCommand):
    """Runs all steps in one process, because each alone would mostly start Django."""

    help = "Migrate, index, load the source content, make pictures, collect static files. Safe to run again."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for line in secure():
            self.stdout.write(line)
        with on_this_machine(self.stdout.write):
            refuse_lost_database()
            require_database()
            with on_this_database(self.stdout.write):
                self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        """Do all steps, of which nobody else does any meanwhile."""
        migrate(self.stdout.write)
        settle(lambda line: self.stdout.write(f"Files: {line}."))
        encrypt_anew(Authenticator.objects.all())  # under the newest of SECRET_KEY and SECRET_KEY_FALLBACKS
        followers.encrypt_anew()
        index(self.stdout)
        if number := translation_states.catch_up():
            self.stdout.write(f"Translations: looked at {number} rows.")
        fill_in()
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


def require_database() -> None:
    """Raise CommandError, with the exit code for later, when the database does not answer."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CommandError(no_answer(error), returncode=AWAY) from error


def migrate(tell: Callable[[str], object]) -> None:
    """Bring the tables up to date. Raises CommandError; only one that says that the database is away may be ignored."""
    try:
        refuse_newer_database()
        if number := len(schema.waiting()):
            tell(f"Migrations: {number} to run.")
        call_command("migrate", verbosity=0)
    except CommandError:
        raise
    except Exception as error:
        if is_outage(error) and not is_mistake(error):
            raise CommandError(no_answer(error), returncode=AWAY) from error
        raise CommandError(
            f"The database could not be brought up to date: {type(error).__name__}: {first_line(error)}. Do not start "
            "this version: go back to the one before. With --traceback this command says where it failed."
        ) from error


def refuse_newer_database() -> None:
    """Raise CommandError when a newer version of the site made this database."""
    if newer := schema.unknown():
        app, name = newer[-1]
        raise CommandError(
            f"A newer version of the site made this database ({app}.{name}): start that version, or restore a backup "
            "of this one into an empty database."
        )


def is_mistake(error: BaseException) -> bool:
    """Whether SQLite says that the statement was wrong: it has no other class for that than for an outage."""
    return getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def index(stdout: Any) -> None:
    """Index what a restore left out; everything when the rules or the stemmer changed, which may read other words."""
    version = f"{indexing.VERSION} {metadata.version('snowballstemmer')}"
    indexed = Path(settings.STATE_DIR) / "indexed.txt"
    is_known = indexed.exists() and indexed.read_text() == version
    call_command("reindex", all=not is_known, stdout=stdout)
    indexed.write_text(version)


def fill_in() -> None:
    """Judge versions that older code made, as many as upkeep does in a quarter of an hour, and find old drafts once."""
    lacks.catch_up(MOST_JUDGED)
    if not Draft.objects.exists():
        find_open()


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
    packages = Path(sys.prefix) / "installed.txt"
    if packages.is_file():
        state.update(packages.read_bytes())
    ours = (Path(app.path) for app in apps.get_app_configs())
    folders = [root / "static", *(path / "static" for path in ours if path.parent == root)]
    for file in sorted(file for folder in folders for file in folder.rglob("*") if file.is_file()):
        state.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return state.hexdigest()
