"""Storage of uploaded files: in a folder, each whole or not at all, or in a bucket, with the errors of a folder."""

import os
import secrets
from contextlib import suppress
from pathlib import PurePosixPath

from django.core.files.storage import FileSystemStorage, Storage

from publishing.types import BinaryFile

UNFINISHED = ".unfinished-"  # how the name of a file begins that is still being written


class StorageUnavailable(OSError):  # noqa: N818  (a state of the world, not of the code)
    """The storage does not respond, or refuses access: whether a file is there is unknown."""


def is_remote(storage: Storage) -> bool:
    """Whether each call goes over a network, which no page may wait for."""
    return not isinstance(storage, FileSystemStorage)


class AtomicFileSystemStorage(FileSystemStorage):
    """Writes beside, and gives the file its name when every byte is there.

    Django's own leaves half a file under its final name when the disk is full or the process is
    killed, and pages would show half a picture.
    """

    def _save(self, name: str, content: BinaryFile) -> str:
        unfinished = str(PurePosixPath(name).with_name(f"{UNFINISHED}{secrets.token_hex(8)}"))
        try:
            kept = super()._save(unfinished, content)  # type: ignore[misc]
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
