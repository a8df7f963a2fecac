"""Where uploaded files are kept: in a folder here, each whole or not at all, or in a bucket elsewhere."""

import os
import secrets
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

UNFINISHED = ".unfinished-"  # how the name of a file begins that is still being written


class StorageAway(OSError):  # noqa: N818  (a state of the world, not of the code)
    """The place where files are kept does not answer, or refuses us: whether a file is there, nobody can tell."""


def is_remote(storage: Storage) -> bool:
    """Whether asking it takes a journey over a network, which no page may wait for."""
    return not isinstance(storage, FileSystemStorage)


class WholeFiles(FileSystemStorage):
    """Writes beside, and gives the file its name when every byte is there.

    Django's own leaves half a file under its final name when the disk is full or the process is
    killed, and pages would show half a picture.
    """

    def _save(self, name: str, content: File) -> str:
        unfinished = str(PurePosixPath(name).with_name(f"{UNFINISHED}{secrets.token_hex(8)}"))
        try:
            kept: Any = super()._save(unfinished, content)  # type: ignore[misc]
            while True:
                try:
                    os.link(self.path(kept), self.path(name))  # unlike a renaming, never over another file
                except FileExistsError:
                    name = self.get_available_name(name)
                except OSError:  # a file system without hard links
                    os.replace(self.path(kept), self.path(name))
                    return name
                else:
                    return name
        finally:
            with suppress(OSError):
                os.unlink(self.path(unfinished))
