"""Which migrations the database has seen, beside those that this version of the code brings."""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]  # the app and the name


@cache
def brought() -> frozenset[Key]:
    """The migrations of this code, by the names of their files: a web server imports none of them."""
    found = set()
    for config in apps.get_app_configs():
        module, _is_explicit = MigrationLoader.migrations_module(config.label)
        try:
            package = import_module(module or "")
        except (ImportError, ValueError):  # an app without migrations
            continue
        found |= {(config.label, each.name) for each in pkgutil.iter_modules(package.__path__) if each.name[0] != "_"}
    return frozenset(found)


def waiting() -> list[Key]:
    """The migrations of this code that the database has not seen. Raises DatabaseError."""
    return sorted(brought() - MigrationRecorder(connection).applied_migrations().keys())


def unknown() -> list[Key]:
    """The migrations of our own apps that the database has seen and this code does not know: a newer one made them.

    Packages are left out, which may drop migrations of before. Raises DatabaseError.
    """
    ours = {config.label for config in apps.get_app_configs() if _is_ours(Path(config.path))}
    known = set(brought())
    for migration in MigrationLoader(None).disk_migrations.values():
        known |= {*migration.replaces}
    return sorted(
        key for key in MigrationRecorder(connection).applied_migrations() if key[0] in ours and key not in known
    )


def _is_ours(path: Path) -> bool:
    root = Path(settings.BASE_DIR)
    return path.is_relative_to(root) and "site-packages" not in path.parts
