"""Static files under names that change with their content."""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = ('(?P<matched>from "(?P<url>[.]{1,2}/[^"]+)")', 'from "%(url)s"')
# Also left as they are: maps of the sources of scripts, which only a developer's tools ask for, and which took half
# of the time of all files together.
NOT_COMPRESSED = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's; in our own scripts it also names what they import, so that no browser keeps an old part.

    Django can do so for all scripts, and then reads those of packages too, as an experiment.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *((folder, (IMPORTS,)) for folder in ("js/*.js", "publishing/js/*.js")),
    )

    def create_compressor(self, **options: Any) -> "OnceCompressor":
        return OnceCompressor(**options | {"extensions": NOT_COMPRESSED})


class OnceCompressor(Compressor):
    """WhiteNoise's; it compresses the same bytes once, because each file is there with and without a digest."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.compress_brotli = once(super().compress_brotli)
        self.compress_gzip = once(super().compress_gzip)


def once(function: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """`function`, which remembers its results; a thread waits for another that is at work on the same bytes."""
    remembered, locks = cache(function), dict[bytes, Lock]()

    def call(data: bytes) -> bytes:
        with locks.setdefault(data, Lock()):
            return remembered(data)

    return call
