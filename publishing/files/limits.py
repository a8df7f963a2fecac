"""Limits of every uploaded file: its size, and the room on the disk."""

import os
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.utils.translation import gettext as _

from publishing.types import BinaryFile

MAX_UPLOAD = 25_000_000  # bytes of one file
# Of the disk that holds the files, for the database and the backup. One picture takes about eight files.
KEPT_FREE = 300_000_000  # bytes
KEPT_FREE_FILES = 5_000


def too_large() -> str:
    """The sentence about a file of more than `MAX_UPLOAD` bytes."""
    return _("This file is too large. Choose one of at most %s MB.") % (MAX_UPLOAD // 1_000_000)


def limit_bytes(file: BinaryFile) -> None:
    """Refuse a file that is larger than any page needs."""
    if not getattr(file, "_committed", False) and file.size > MAX_UPLOAD:  # what is stored was judged then
        raise ValidationError(too_large())


def check_room(file: BinaryFile, storage: Storage | None = None) -> None:
    """Refuse a new file when the disk of `storage` has room for no more; a bucket elsewhere has bounds of its own.

    It is one call to the disk: adding up the sizes of all files would take too long for a request.
    """
    storage = default_storage if storage is None else storage
    if getattr(file, "_committed", False) or not isinstance(storage, FileSystemStorage):
        return
    folder = Path(storage.location)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        disk = os.statvfs(folder)
    except OSError:  # saving the file reports the error
        return
    has_no_files_left = disk.f_files and disk.f_favail < KEPT_FREE_FILES  # some disks do not count them
    if has_no_files_left or disk.f_bavail * disk.f_frsize - file.size < KEPT_FREE:
        raise ValidationError(_("The site has no more room for files. Tell the person who runs it."))
