"""The variants of a picture: which part of it pages show, in which sizes, formats and files.

Visitors get these and never the stored original: cut to a shape around the focus, in a few widths and formats. They
are files whose names follow from the name of the original, so nothing about them is stored elsewhere. See
docs/decisions/0008, and `web.media`.
"""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from publishing.files.images import one_at_a_time, opened
from publishing.files.storage import StorageUnavailable, is_remote
from publishing.types import BinaryFile

# Pillow is imported where a picture is drawn: a worker that only serves pages never needs it.
if TYPE_CHECKING:
    from PIL import Image

logger = logging.getLogger(__name__)

WIDTHS = (400, 800, 1200)  # in pixels, of a field that says nothing else
FOLDER = "variants/"
FORMATS = ("avif", "webp")  # of every width, best first; every browser of today reads one of them
SAVING: dict[str, dict[str, object]] = {
    "avif": {"speed": 8},
    "webp": {"method": 4},
    "jpg": {"optimize": True, "progressive": True},
}
QUALITIES = (60, 45, 30)  # the first that is small enough, else the last
BITS_PER_PIXEL = 0.95  # keeps a portrait of 480 by 600 under 35 kB


@dataclass(frozen=True)
class Cut:
    """How one original is shown: which part, in which sizes, and where the files are."""

    original: str  # its name in the storage
    size: tuple[int, int]  # of the original, in pixels
    ratio: tuple[int, int]  # width to height
    widths: tuple[int, ...]  # in pixels, ascending; at least one
    focus: tuple[int, int]  # per cent of width and height

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The largest part of the right shape, with the focus as near its middle as the edges allow."""
        width = min(self.size[0], self.size[1] * self.ratio[0] / self.ratio[1])
        height = min(self.size[1], self.size[0] * self.ratio[1] / self.ratio[0])
        left = min(max(self.size[0] * self.focus[0] / 100 - width / 2, 0), self.size[0] - width)
        top = min(max(self.size[1] * self.focus[1] / 100 - height / 2, 0), self.size[1] - height)
        return left, top, left + width, top + height

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of each variant, ascending; never more pixels than the original has."""
        left, _top, right, _bottom = self.box
        most = max(1, min(int(right - left), self.widths[-1]))
        widths = [*(width for width in self.widths if width < most), most]
        return [(width, max(1, round(width * self.ratio[1] / self.ratio[0]))) for width in widths]

    @property
    def largest(self) -> str:
        """The name of the variant for readers that know no sizes: old browsers, readers of feeds, old addresses."""
        return self.name(self.sizes[-1][0], "jpg")

    def name(self, width: int, kind: str) -> str:
        """Where a variant is kept: another focus or shape is another name, so none is ever overwritten."""
        cut = "-".join(map(str, (*self.ratio, *self.focus)))
        return f"{FOLDER}{self.original}/{cut}-{width}.{kind}"

    @property
    def files(self) -> Iterator[tuple[str, tuple[int, int], str]]:
        """The name, size and kind of every variant, in the order of making.

        The smallest comes last: where it is, the others are.
        """
        yield self.largest, self.sizes[-1], "jpg"
        for size in reversed(self.sizes):
            for kind in reversed(FORMATS):
                yield self.name(size[0], kind), size, kind

    def is_made(self, storage: Storage) -> bool:
        """Whether the variants are there; one request to the storage."""
        return storage.exists(self.name(self.sizes[0][0], FORMATS[0]))

    def is_whole(self, storage: Storage) -> bool:
        """Whether each variant is there and holds something; asks a folder for every file, a bucket once."""
        if is_remote(storage):  # where a file is whole or not there
            there = set(storage.listdir(f"{FOLDER}{self.original}")[1])
            return all(name.rpartition("/")[2] in there for name, _size, _kind in self.files)
        return all(storage.exists(name) and storage.size(name) for name, _size, _kind in self.files)

    def make(self, storage: Storage, unless: str = "") -> None:
        """Draw and keep the variants; none when the file `unless` came while we waited for our turn.

        Raises OSError when the original can't be read, TimeoutError when others are being drawn.
        """
        with self._original(storage) as original:
            if unless and storage.exists(unless):
                return
            for size, files in groupby(self.files, key=lambda file: file[1]):
                drawn = self._part(original, size)
                for name, _size, kind in files:
                    storage.delete(name)  # what a maker that was stopped left behind; nothing shows it yet
                    storage.save(name, ContentFile(encoded(drawn, kind)))

    def open(self, storage: Storage, name: str) -> BinaryFile:
        """The variant `name`. When it is not there all are made now; it is only drawn when they can't be kept.

        Raises as `make` does.
        """
        try:
            return storage.open(name)
        except FileNotFoundError:
            pass
        try:
            self.make(storage, unless=name)
            return storage.open(name)
        except (TimeoutError, StorageUnavailable):
            raise
        except OSError as error:
            logger.warning("No variants of %s: %s", self.original, error)
            return self.draw(storage, name)

    def draw(self, storage: Storage, name: str) -> BinaryFile:
        """The variant `name`, drawn and not kept. Raises as `make` does."""
        size, kind = next((size, kind) for each, size, kind in self.files if each == name)
        with self._original(storage) as original:
            return ContentFile(encoded(self._part(original, size), kind), name)

    @contextmanager
    def _original(self, storage: Storage) -> "Iterator[Image.Image]":
        with one_at_a_time(), storage.open(self.original) as file, opened(file) as original:
            yield original

    def _part(self, original: "Image.Image", size: tuple[int, int]) -> "Image.Image":
        from PIL import Image

        return original.resize(size, Image.Resampling.LANCZOS, self.box, reducing_gap=3)


def delete_stored(storage: Storage, name: str) -> None:
    """Delete a stored file, and the sizes in which pages showed it."""
    folder = f"{FOLDER}{name}"
    with suppress(FileNotFoundError, NotADirectoryError):
        for variant in storage.listdir(folder)[1]:
            storage.delete(f"{folder}/{variant}")
        storage.delete(folder)
    storage.delete(name)


def encoded(picture: "Image.Image", kind: str) -> bytes:
    """`picture` as a file, in the best quality that stays under `BITS_PER_PIXEL`."""
    if kind == "jpg" and picture.mode == "RGBA":  # knows no transparency
        from PIL import Image

        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    most = picture.width * picture.height * BITS_PER_PIXEL / 8
    for quality in QUALITIES:
        data = io.BytesIO()
        picture.save(data, "JPEG" if kind == "jpg" else kind, quality=quality, **SAVING[kind])
        if data.tell() <= most:
            break
    return data.getvalue()


def original_of(name: str) -> str:
    """The name of the stored original that the file `name` is a variant of; else `name` itself."""
    return name.removeprefix(FOLDER).rpartition("/")[0] if name.startswith(FOLDER) else name


VARIANT = re.compile(rf"{FOLDER}.+/(\d+)-(\d+)-(\d{{1,3}})-(\d{{1,3}})-\d+\.({'|'.join((*FORMATS, 'jpg'))})")


def focus_in(name: str) -> tuple[int, int] | None:
    """The focus, in per cent of width and height, in the name of a variant; None of what is no such name."""
    match = VARIANT.fullmatch(name)
    focus = (int(match[3]), int(match[4])) if match else (101, 101)
    return focus if max(focus) <= 100 else None
