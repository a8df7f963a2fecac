"""Colours of a picture: depth, transparency and colour space, converted for the web, never cast.

All pictures of the site are in sRGB with 8 bits a channel (IEC 61966-2-1), which is what browsers take a picture
without a profile for.
"""

import io
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

# Pillow is imported where a picture is drawn.
if TYPE_CHECKING:
    from PIL import Image

WITH_ALPHA = {"RGBA", "LA"}
# What is as good for mixing pixels as a mode that is not.
OPAQUE = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "HSV": "RGB"}
# The colour space that a profile must be of (ICC.1:2022, table 19); one of another space is wrong.
SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
PHOTOMETRIC, BITS, SAMPLE_FORMAT = 262, 258, 339  # tags of TIFF
WHITE_IS_ZERO, UNSIGNED = 0, 1


def mixable(picture: "Image.Image") -> "Image.Image":
    """`picture` in a mode whose pixels may be mixed, as when it is made smaller.

    That is 8 bits deep, without a palette, and with its transparency in a channel. It may be the same picture.
    """
    return conversion(picture)(picture)


def conversion(picture: "Image.Image") -> "Callable[[Image.Image], Image.Image]":
    """What makes `picture`, or a part that is cut from it, `mixable`. Loads the picture."""
    picture.load()
    mode, key = picture.mode, picture.info.get("transparency")
    if mode.startswith(("I", "F")):
        return _grey(picture)
    if isinstance(key, tuple) and max(key) > 255:  # a PNG of 16 bits, whose pixels were read as 8
        picture.info["transparency"] = tuple(part >> 8 for part in key)
    if mode in ("La", "RGBa"):
        other = mode.upper()
    elif mode not in WITH_ALPHA and picture.has_transparency_data:
        other = "LA" if mode in ("1", "L") else "RGBA"
    else:
        other = OPAQUE.get(mode, mode)
    return lambda part: part if part.mode == other else part.convert(other)


def to_srgb(picture: "Image.Image", profile: bytes | None) -> "Image.Image":
    """`picture`, as `mixable` gives one, in sRGB: RGB, or RGBA when some of it is transparent.

    `profile` is the ICC profile that came with it. One that is broken, or of another colour space than the
    picture, counts for nothing, as in browsers.
    """
    alpha = picture.getchannel("A") if picture.mode in WITH_ALPHA else None
    if alpha and alpha.getextrema()[0] == 255:  # transparent nowhere
        alpha = None
    colours = picture
    if picture.mode in WITH_ALPHA:
        colours = _without_alpha(picture)
    if profile:
        colours = _through(profile, colours)
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _without_alpha(picture: "Image.Image") -> "Image.Image":
    from PIL import Image

    bands = picture.split()[:-1]
    return bands[0] if len(bands) == 1 else Image.merge("RGB", bands)


def _through(profile: bytes, colours: "Image.Image") -> "Image.Image":
    """`colours` in sRGB if `profile` says what they are; else as they were."""
    from PIL import ImageCms

    with suppress(ImageCms.PyCMSError, OSError, TypeError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() == SPACES.get(colours.mode):
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(colours, source, target, outputMode="RGB") or colours
    return colours


def _grey(picture: "Image.Image") -> "Callable[[Image.Image], Image.Image]":
    """What makes a grey picture of 12 bits or more, or of fractions, one of 8 bits."""
    tags = getattr(picture, "tag_v2", {})
    low, high = _black_and_white(picture, tags)
    scale = 255 / ((high - low) or 1)
    has_no_sign = picture.mode == "I" and low < 0 and tags.get(SAMPLE_FORMAT, (UNSIGNED,))[0] == UNSIGNED
    key = picture.info.get("transparency")  # the grey that is transparent, in a PNG of 16 bits

    def convert(part: "Image.Image") -> "Image.Image":
        if has_no_sign:
            grey = _highest_byte(part)
        else:
            values = part if part.mode in ("I", "I;16", "F") else part.convert("I")
            grey = values.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")
        if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:  # which Pillow sees to in pictures of 8 bits only
            grey = grey.point(range(255, -1, -1))
        if isinstance(key, int):
            grey.putalpha(part.convert("I").point([255] * key + [0] + [255] * (65535 - key), "L"))
        return grey

    return convert


def _black_and_white(picture: "Image.Image", tags: Any) -> tuple[float, float]:
    """The numbers that stand for black and white. Where the mode does not tell, the smallest range that programs
    write and that has all the numbers of this picture, else from its least number to its greatest.
    """
    if picture.mode.startswith("I;16"):
        return 0, 4095 if tags.get(BITS) == (12,) else 65535
    low, high = (float(end) for end in picture.getextrema())  # type: ignore[arg-type]  # one channel
    if not (abs(low) < float("inf") and abs(high) < float("inf")):
        return 0, 1
    for white in (1, 255, 65535) if picture.mode == "F" else (255, 65535):
        if low >= 0 and high <= white:
            return 0, white
    return low, high


def _highest_byte(picture: "Image.Image") -> "Image.Image":
    """The first 8 bits of 32 without a sign, which Pillow reads as numbers with one."""
    from PIL import Image

    channel = "A" if sys.byteorder == "little" else "R"
    return Image.frombuffer("RGBA", picture.size, picture.tobytes(), "raw", "RGBA", 0, 1).getchannel(channel)
