"""Uploaded files that take the place of others at once, with the database; and what to do when that was killed.

The files of before lie in a folder beside them until the database has the rows of now. So after a kill the database
says which of the two belong to it, and the next start, or the next restore, makes that good.
"""

import fcntl
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from publishing.backup.archive import ArchiveError, Tell
from publishing.backup.reading import copy_file
from publishing.backup.unfinished import clear, held
from publishing.files.storage import is_remote
from publishing.models import Event

BEGUN = "begun"  # a file beside the files of before: when the restore began


@contextmanager
def beside_the_folder(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Callable[[], None]]:
    """Fill a folder beside that of the uploaded files; what is given puts it in their place."""
    root = Path(settings.MEDIA_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    clear(root.parent, _named("new"))
    staged = Path(tempfile.mkdtemp(prefix=f".{root.name}-new-", dir=root.parent))
    aside = Path(tempfile.mkdtemp(prefix=f".{root.name}-old-", dir=root.parent))
    before = aside / root.name
    try:
        with held(staged), held(aside):
            (aside / BEGUN).write_text(timezone.now().isoformat())
            for name in names:
                _unpack(archive, name, staged)

            def swap() -> None:
                if root.exists():
                    root.rename(before)
                staged.rename(root)

            try:
                yield swap
            except BaseException:
                if before.exists():  # the transaction failed at the very end
                    shutil.rmtree(root, ignore_errors=True)
                    before.rename(root)
                raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _unpack(archive: zipfile.ZipFile, name: str, staged: Path) -> None:
    path = staged / name
    if not path.resolve().is_relative_to(staged.resolve()):
        raise ArchiveError(f"This archive is damaged: {name!r} leads elsewhere.")
    for folder in (*reversed(path.relative_to(staged).parents),):
        (staged / folder).mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        copy_file(archive, name, file)


def _named(which: str) -> str:
    return f".{Path(settings.MEDIA_ROOT).name}-{which}-????????"


def left_over() -> list[Path]:
    """The folders with files of before that a restore which was killed left."""
    root = Path(settings.MEDIA_ROOT)
    if is_remote(default_storage):
        return []
    return [path for path in sorted(root.parent.glob(_named("old"))) if (path / root.name).is_dir() and _is_free(path)]


def settle(tell: Tell) -> None:
    """Make good what a restore that was killed left: the files are again those that the database names.

    When it has the rows of the archive, the files of before go. Else each comes back under its name; what the
    archive had besides stays, named by nothing, and is for `manage.py sweep`.
    """
    root = Path(settings.MEDIA_ROOT)
    for folder in left_over():
        if not _is_in_the_database(folder):
            for path in sorted(each for each in (folder / root.name).rglob("*") if each.is_file()):
                target = root / path.relative_to(folder / root.name)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.replace(target)
            tell("a restore was killed before its end: the uploaded files of before are back")
        shutil.rmtree(folder)
    if not is_remote(default_storage):
        clear(root.parent, _named("new"), _named("old"))


def _is_free(folder: Path) -> bool:
    """Whether no restore is at work on it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _is_in_the_database(folder: Path) -> bool:
    """Whether the restore that made `folder` wrote its last row."""
    with suppress(OSError, ValueError):
        begun = datetime.fromisoformat((folder / BEGUN).read_text())
        return Event.objects.filter(kind=Event.Kind.RESTORED, at__gte=begun).exists()
    return False
