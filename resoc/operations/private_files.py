"""File permissions: which users of this machine may read which files of the site.

The database, uploaded files and the state are for the user that runs the site. What nginx reads lies
apart, in `PUBLIC_DIR`, for everybody. Modes are set as they must be, whatever the umask is.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
PUBLIC_FILE, PUBLIC_FOLDER = 0o644, 0o755
BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")  # https://www.sqlite.org/tempfiles.html


def secure() -> list[str]:
    """Give each file of this installation the mode that it must have; returns what was open, in sentences.

    What belongs to another user is left as it is: `open_to_others` tells. Call this before Django connects.
    """
    remove_old_public_folders()
    mended = []
    for path in open_to_others():
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            make_private(path)
            mended.append(f"Others on this machine could read {path} (mode {mode:o}); now they can't.")
    with suppress(OSError):
        for folder in private_folders():
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        make_public(Path(settings.PUBLIC_DIR))
    return mended


def remove_old_public_folders() -> None:
    """Remove what nginx read before `PUBLIC_DIR`: with its old configuration it would serve those pages for ever."""
    old = Path(settings.STATE_DIR)
    for path in (old / "pages" / "live", old / "pages" / "folders", old / "static"):
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)


def open_to_others() -> Iterator[Path]:
    """The files and folders that must be private and are not."""
    for path in (*private_folders(), *private_files()):
        with suppress(OSError):
            if path.stat().st_mode & OPEN_TO_OTHERS:
                yield path


def private_folders() -> Iterator[Path]:
    """The folders that nobody else may look into."""
    yield Path(settings.STATE_DIR)
    if not settings.S3:
        yield Path(settings.MEDIA_ROOT)


def private_files() -> Iterator[Path]:
    """The secret key, and the files of SQLite, which lie in a folder that nginx goes through."""
    yield Path(settings.STATE_DIR) / "secret_key"
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        yield from (Path(f"{database['NAME']}{ending}") for ending in BESIDE_SQLITE)


def make_private(path: Path) -> None:
    """Keep others out of `path` and of all that is in it."""
    for each in (path, *(path.rglob("*") if path.is_dir() else ())):
        if not each.is_symlink():
            each.chmod(PRIVATE_FOLDER if each.is_dir() else PRIVATE_FILE)


def make_public(folder: Path) -> None:
    """Make `folder`, and let everybody read what is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for where, _folders, names in os.walk(folder):
        Path(where).chmod(PUBLIC_FOLDER)
        for name in names:
            path = Path(where) / name
            if not path.is_symlink():
                path.chmod(PUBLIC_FILE)
