"""What a command is still making, beside the place where it will stand: cleared at the next run when one was killed.

Whoever makes something holds a lock on it, which ends with the process; what nobody holds is left over.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

YOUNG = 60  # seconds; so long a maker may take to get its lock


@contextmanager
def held(path: Path) -> Iterator[Path]:
    """Say for as long as the block runs that somebody is at work on the file or folder `path`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(descriptor)


def clear(folder: Path, *patterns: str) -> int:
    """Delete from `folder` what matches one of `patterns` and nobody is at work on; returns how many were there."""
    return sum(_cleared(path) for pattern in patterns for path in folder.glob(pattern))


def _cleared(path: Path) -> bool:
    with suppress(OSError):  # gone meanwhile, or of another user
        found = path.lstat()
        if path.is_symlink() or found.st_uid != os.geteuid() or found.st_mtime > time.time() - YOUNG:
            return False
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        finally:
            os.close(descriptor)
        return True
    return False
