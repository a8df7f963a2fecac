"""What the site knows of where uploaded files are kept: in a folder here, or in a bucket elsewhere."""

from django.core.files.storage import FileSystemStorage, Storage


class StorageAway(OSError):  # noqa: N818  (a state of the world, not of the code)
    """The place where files are kept does not answer, or refuses us: whether a file is there, nobody can tell."""


def is_remote(storage: Storage) -> bool:
    """Whether asking it takes a journey over a network, which no page may wait for."""
    return not isinstance(storage, FileSystemStorage)
