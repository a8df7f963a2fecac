"""Uploaded pictures: made safe and small enough before anything is kept.

Every picture is drawn anew from its pixels, so that what a camera or a program wrote
beside them (the place, the person, the device) never reaches the site. Visitors get its `variants`.
"""

import fcntl
import io
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from math import ceil
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from publishing.files.colours import conversion, mixable, to_srgb
from publishing.files.storage import StorageUnavailable
from publishing.text.transliteration import to_ascii
from publishing.types import BinaryContentFile, BinaryFile

# Pillow is imported where a picture is drawn: a worker that only serves pages never needs it.
if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 50_000_000  # what a phone makes
# What decoding takes stays within 200 MB, so the formats whose decoders need more of it for each pixel may
# have fewer of them; see docs/decisions/0008. A photo in HEIF of as many as a phone makes takes 225 MB.
FEWER_PIXELS = {
    "AVIF": 20_000_000,
    "PNG": 16_000_000,
    "WEBP": 12_000_000,
    "GIF": 16_000_000,
    "TIFF": 16_000_000,
    "BMP": 16_000_000,
}
FEWER_TRANSPARENT_PIXELS = {"HEIF": 25_000_000, "AVIF": 16_000_000}
COEFFICIENTS = 160_000_000  # bytes that a JPEG may need beside its pixels
WAIT_FOR_TURN = 20  # seconds
MAX_SIDE = 2400  # pixels
# Formats that may be transparent. The others become JPEG, or WebP when they are transparent somewhere.
KEPT = {"PNG": ".png", "WEBP": ".webp"}
BAND = 256  # rows that are drawn at a time
QUALITY = 85

logger = logging.getLogger(__name__)

# What cameras and programs make. Pillow reads more, and for one of them it runs a program.
FORMATS_READ = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF")
# The same, as people call them.
KINDS = ", ".join({"WEBP": "WebP", "HEIF": "HEIC"}.get(kind, kind) for kind in FORMATS_READ)

HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}  # ISO/IEC 23008-12, annex B


@cache
def read_heif() -> None:
    """Let Pillow read the photos of iPhones; the decoder is loaded by the first of them."""
    from PIL import Image

    def accept(start: bytes) -> bool:
        return start[4:8] == b"ftyp" and start[8:12] in HEIF_BRANDS

    def reader(file: object, name: object) -> Any:
        from pillow_heif import HeifImageFile

        return HeifImageFile(file, name)  # type: ignore[no-untyped-call]

    Image.register_open("HEIF", reader, accept)
    Image.register_mime("HEIF", "image/heif")
    Image.register_extensions("HEIF", [".heic", ".heif"])


def opened(file: BinaryFile) -> "Image.Image":
    """The picture in `file`, of which only the header is read. Raises what Pillow raises when it is none."""
    from PIL import Image

    read_heif()
    file.seek(0)
    return Image.open(file, formats=FORMATS_READ)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """One picture is drawn at a time on this machine, whichever worker or thread does it.

    Raises TimeoutError when it is not our turn within `WAIT_FOR_TURN` seconds.
    """
    try:
        file = (Path(settings.STATE_DIR) / "pictures.lock").open("ab")
    except OSError:  # no room for a file without content: then saving the picture says so
        yield
        return
    with file:
        end = time.monotonic() + WAIT_FOR_TURN
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise TimeoutError("other pictures are being drawn") from None
                time.sleep(0.05)
        yield


def limit_pixels(original: "Image.Image") -> None:
    """Refuse a picture with too many pixels; its header says how many, so none is read."""
    most = FEWER_PIXELS.get(original.format or "", MAX_PIXELS)
    if original.mode == "RGBA":
        most = FEWER_TRANSPARENT_PIXELS.get(original.format or "", most)
    elif original.format in ("JPEG", "MPO") and _is_kept_whole(original):
        most = min(most, int(COEFFICIENTS / _coefficients(original)))
    number = original.width * original.height
    if number > most:
        text = (
            _("This picture is too large (%(megapixels)s million pixels). Choose one of at most %(most)s million.")
            if most == MAX_PIXELS
            else _(
                "This picture is too large (%(megapixels)s million pixels). "
                "Choose one of at most %(most)s million, or save it as an ordinary JPEG first."
            )
        )
        # Rounded up, so that it is never said to be as large as it may be.
        tenths = ceil(number / 100_000)
        megapixels = number_format(tenths / 10, 1 if tenths % 10 else 0)
        said = {"megapixels": megapixels, "most": most // 1_000_000}
        raise ValidationError(text % said)


def _coefficients(original: Any) -> float:
    """Bytes for each pixel that a JPEG takes before its pixels are known: two for each sample (ITU-T T.81)."""
    layers = original.layer  # name, and samples across and down
    widest, highest = max(layer[1] for layer in layers), max(layer[2] for layer in layers)
    bytes_for_each: float = sum(2 * layer[1] * layer[2] / (widest * highest) for layer in layers)
    return bytes_for_each


def _is_kept_whole(original: Any) -> bool:
    """Whether all of a JPEG must be read before its first row is known: when it comes in more than one scan."""
    if original.info.get("progressive"):
        return True
    file = original.fp
    before = file.tell()
    try:
        file.seek(2)
        while (head := file.read(4))[:1] == b"\xff" and len(head) == 4:
            length = int.from_bytes(head[2:], "big")
            if head[1] == 0xDA:  # start of scan, with the number of its components
                return cast(bool, file.read(1)[0] < len(original.layer))
            file.seek(length - 2, io.SEEK_CUR)
        return True
    finally:
        file.seek(before)


# How names of files of those kinds end. A name without an ending is no reason to refuse a picture; that of
# something else is.
ENDINGS = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif"),
    *(".tif", ".tiff", ".bmp", ".dib", ".avif", ".heic", ".heif", ".hif"),
}
AN_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,5}")


def may_be_picture(name: str) -> bool:
    """Whether a file of this name may hold a picture."""
    ending = PurePath(name).suffix.lower()
    return ending in ENDINGS or not AN_ENDING.fullmatch(ending)


def not_taken() -> ValidationError:
    """The error for a file that is no picture of a kind that the site takes, whatever its name says."""
    text = _("This is not a picture that the site can show. Choose one of these kinds: %s.") % KINDS
    return ValidationError(text, code="invalid_image")


def check_picture(picture: BinaryFile) -> None:
    """Refuse a new picture that is none of ours, too large, breaks off or is damaged; the last only reading tells.

    Reading is the costly part, so what is drawn from it is kept with the file, see `redrawn`. One that is
    stored was judged then: of that, raises FileNotFoundError when it is lost.
    """
    if getattr(picture, "_committed", False):
        with suppress(StorageUnavailable):
            if not picture.storage.exists(picture.name):  # type: ignore[attr-defined]  # of an image field
                raise FileNotFoundError(picture.name)
        return
    from PIL import UnidentifiedImageError

    try:
        redrawn(picture.file if hasattr(picture, "_committed") else picture)
    except ValidationError:
        raise
    except TimeoutError as error:
        raise ValidationError(_("Other pictures are being handled right now. Try again in a minute.")) from error
    except UnidentifiedImageError as error:
        raise not_taken() from error
    except Exception as error:  # Pillow's readers raise what they like
        text = _("This picture is damaged or incomplete. Save it again, or choose another one.")
        raise ValidationError(text, code="invalid_image") from error


def redrawn(upload: Any) -> BinaryContentFile:
    """The picture of `upload`, upright, of a sensible size, and without anything but its pixels.

    Drawn once, however often this is called. Raises ValidationError when it has too many pixels, TimeoutError
    as `one_at_a_time` does, and what Pillow raises.
    """
    if not hasattr(upload, "redrawn"):
        with one_at_a_time(), opened(upload) as original:
            limit_pixels(original)
            upload.redrawn = _drawn(original, upload)
    name, data = upload.redrawn
    return ContentFile(data, name=name)


def _drawn(original: "Image.Image", upload: BinaryFile) -> tuple[str, bytes]:
    from PIL import Image, ImageOps

    if original.format == "HEIF":
        picture, profile = _small_heif(upload)
    else:
        share = MAX_SIDE / max(original.size)
        if share < 1:  # a JPEG is read at a half, a quarter or an eighth of its size
            original.draft(None, (ceil(original.width * share), ceil(original.height * share)))
        picture = _small(original)
        profile = original.info.get("icc_profile")
        with suppress(Exception):  # nobody can read on which side it lies: as it is, then
            picture.info |= original.info
            picture = ImageOps.exif_transpose(picture)
        if picture is not original:
            original.thumbnail((1, 1), Image.Resampling.NEAREST)  # its pixels make way for those of the encoder
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    picture = to_srgb(picture, profile)
    kind = original.format if original.format in KEPT else "WEBP" if picture.mode == "RGBA" else "JPEG"
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    data = io.BytesIO()
    # Optimising a PNG takes half a minute of some, for a few per cent.
    clean.save(data, kind, quality=QUALITY, optimize=kind == "JPEG")
    return harmless(upload.name or "") + KEPT.get(kind, ".jpg"), data.getvalue()


def _small(picture: "Image.Image") -> "Image.Image":
    """`picture` within `MAX_SIDE`, as `mixable` gives it; drawn a band at a time, without a second copy of it all."""
    from PIL import Image

    convert = conversion(picture)
    share = MAX_SIDE / max(picture.size)
    if share >= 1:
        return convert(picture)
    width, height = (max(1, round(side * share)) for side in picture.size)
    by = picture.height / height
    small: Image.Image | None = None
    for top in range(0, height, BAND):
        rows = min(BAND, height - top)
        # With some rows beside it, which have a part in its edges: a bicubic filter reaches two pixels far.
        first, last = max(0, int((top - 3) * by)), min(picture.height, ceil((top + rows + 3) * by))
        strip = convert(picture.crop((0, first, picture.width, last)))
        box = (0, top * by - first, picture.width, min((top + rows) * by, picture.height) - first)
        strip = strip.resize((width, rows), Image.Resampling.BICUBIC, box)
        small = small or Image.new(strip.mode, (width, height))
        small.paste(strip, (0, top))
    return cast(Image.Image, small)


def _small_heif(upload: BinaryFile) -> "tuple[Image.Image, bytes | None]":
    """The picture of an iPhone, upright as its decoder makes it, and its colour profile; made smaller a band at a
    time, without a second copy of all its pixels.
    """
    from PIL import Image
    from pillow_heif import open_heif

    upload.seek(0)
    found = open_heif(upload)[0]
    (width, height), mode, pixels = found.size, found.mode, memoryview(found.data)
    by = max(1, max(width, height) // MAX_SIDE)
    small = Image.new(mode, (ceil(width / by), ceil(height / by)))
    for top in range(0, height, by * 64):
        rows = min(by * 64, height - top)
        band: Any = pixels[top * found.stride : (top + rows) * found.stride]
        strip = Image.frombuffer(mode, (width, rows), band, "raw", mode, found.stride, 1)
        small.paste(strip.reduce(by), (0, top // by))
    profile: Any = found.info.get("icc_profile")
    return mixable(small), profile


def harmless(name: str) -> str:
    """What may remain of a file name, without its ending: no disk takes 100 letters that are three bytes each."""
    return re.sub(r"[^A-Za-z0-9]+", "_", to_ascii(PurePath(name).stem))[:60].strip("_") or "picture"


def measured(storage: Storage, name: str) -> tuple[int, int]:
    """Width and height of a stored picture, in pixels. Raises OSError when it can't be read."""
    with storage.open(name) as file, opened(file) as picture:
        return picture.size
