"""Uploaded pictures: made safe and small enough before anything is kept.

Every picture is drawn anew from its pixels, so that what a camera or a program wrote
beside them (the place, the person, the device) never reaches the site.
"""

import io
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000  # what a page never needs more of, and a small machine can still hold
MAX_SIDE = 2400  # pixels
KEPT = {"PNG": ".png", "WEBP": ".webp"}  # formats that may be transparent; the others become JPEG
QUALITY = 85


def limit_pixels(picture: File) -> None:
    """Refuse a picture with too many pixels; its header says how many, so none is read."""
    width, height = picture.width, picture.height  # type: ignore[attr-defined]  # of an image field
    if width and height and width * height > MAX_PIXELS:
        raise ValidationError(
            _("This picture is too large (%(megapixels)s million pixels). Choose one of at most %(most)s million.")
            % {"megapixels": width * height // 1_000_000, "most": MAX_PIXELS // 1_000_000}
        )


def redrawn(upload: File) -> ContentFile:
    """The picture of `upload`, upright, of a sensible size, and without anything but its pixels."""
    upload.seek(0)
    with Image.open(upload) as original:
        kind = original.format if original.format in KEPT else "JPEG"
        picture = ImageOps.exif_transpose(original)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        picture = picture.convert("RGB" if kind == "JPEG" else "RGBA")
        clean = Image.new(picture.mode, picture.size)
        clean.paste(picture)
    data = io.BytesIO()
    clean.save(data, kind, quality=QUALITY, optimize=True)
    name = PurePath(upload.name or "picture").with_suffix(KEPT.get(kind, ".jpg")).name
    return ContentFile(data.getvalue(), name=name)
