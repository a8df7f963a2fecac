import io
import struct
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from publishing.files.images import redrawn
from publishing.files.variants import encoded

CASES = Path(__file__).parent / "pictures"
P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))  # its primaries, under D50
D50 = (0.9642, 1.0, 0.8249)


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


def kept(picture: Image.Image | bytes, kind: str = "PNG", name: str = "a.png", **options) -> Image.Image:
    """What the site keeps of a picture, as a browser reads it."""
    if not isinstance(picture, bytes):
        data = io.BytesIO()
        picture.save(data, kind, **options)
        picture = data.getvalue()
    clean = Image.open(redrawn(SimpleUploadedFile(name, picture)))
    assert clean.mode in ("RGB", "RGBA")
    assert "icc_profile" not in clean.info
    return clean


def profile(space: bytes, colourants=(), gamma: float = 2.2) -> bytes:
    """An ICC profile (ICC.1:2022): each channel raised to `gamma`, then mixed."""

    def xyz(values) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 78
    tags = {b"desc": text + b"\0" * (-len(text) % 4), b"wtpt": xyz(D50)}
    if space == b"RGB ":
        tags |= {name + b"XYZ": xyz(values) for name, values in zip((b"r", b"g", b"b"), colourants, strict=True)}
        tags |= {name + b"TRC": curve for name in (b"r", b"g", b"b")}
    else:
        tags[b"kTRC"] = curve
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    rest = struct.pack(">I", len(tags)) + table + body
    head = struct.pack(">I4sI4s4s4s", 128 + len(rest), b"lcms", 0x02100000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    return head + b"".join(struct.pack(">i", round(value * 65536)) for value in D50) + b"\0" * (128 - 80) + rest


def lab(xyz) -> tuple[float, ...]:
    """CIELAB of a colour in XYZ under D50 (ISO/CIE 11664-4)."""
    x, y, z = (
        (v / w) ** (1 / 3) if v / w > 216 / 24389 else (24389 / 27 * v / w + 16) / 116
        for v, w in zip(xyz, D50, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lab_of_srgb(pixel) -> tuple[float, ...]:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (part / 255 for part in pixel)]
    rows = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
    return lab([sum(linear[i] * rows[i][k] for i in range(3)) for k in range(3)])


def difference(one, two) -> float:
    """ΔE*ab of 1976."""
    return sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5


def gradient(mode: str, most: float, low: float = 0) -> Image.Image:
    picture = Image.new(mode, (101, 3))
    for x in range(101):
        for y in range(3):
            value = low + (most - low) * x / 100
            picture.putpixel((x, y), value if mode == "F" else round(value))
    return picture


# Depth


@pytest.mark.parametrize(
    ("mode", "low", "most", "kind"),
    [
        ("I;16", 0, 65535, "PNG"),
        ("I;16", 0, 65535, "TIFF"),
        ("I;16B", 0, 65535, "TIFF"),
        ("I", 0, 255, "TIFF"),
        ("I", 0, 65535, "TIFF"),
        ("I", 0, 2**31 - 1, "TIFF"),
        ("I", -32768, 32767, "TIFF"),
        ("F", 0, 1, "TIFF"),
        ("F", 0, 255, "TIFF"),
        ("F", 0, 65535, "TIFF"),
        ("F", -1, 1, "TIFF"),
    ],
)
def test_greys_of_any_depth_go_from_black_to_white(mode, low, most, kind):
    clean = kept(gradient(mode, most, low), kind)
    for x in range(0, 101, 10):
        red, green, blue = clean.getpixel((x, 1))[:3]
        assert max(red, green, blue) - min(red, green, blue) <= 2
        assert abs(green - 255 * x / 100) <= 3


def test_a_dark_picture_of_16_bits_stays_dark():
    assert kept(Image.new("I;16", (8, 8), 65535 // 5)).getpixel((4, 4)) == (51, 51, 51)


def test_the_gradient_of_a_scanner_goes_from_black_to_white():
    clean = kept((CASES / "grey16-gradient.png").read_bytes())
    low, high = clean.convert("L").getextrema()
    assert (low, high) == (0, 255)
    assert len(set(clean.convert("L").get_flattened_data())) > 100


def test_numbers_of_32_bits_without_a_sign_and_those_where_white_is_zero():
    data = io.BytesIO()
    gradient("I", 2**31 - 1).save(data, "TIFF")
    signed, unsigned = (struct.pack("<HHIH", 339, 3, 1, kind) for kind in (2, 1))
    assert signed in data.getvalue()
    file = bytearray(data.getvalue().replace(signed, unsigned))
    with Image.open(io.BytesIO(file)) as picture:
        start = picture.tag_v2[273][0]
    for x in range(101 * 3):  # twice as much is no number with a sign
        place = start + 4 * x
        value = min(2 * struct.unpack_from("<I", file, place)[0], 2**32 - 1)
        struct.pack_into("<I", file, place, value)
    clean = kept(bytes(file))
    assert [clean.getpixel((x, 1))[0] // 25 for x in (0, 50, 100)] == [0, 5, 10]
    data = io.BytesIO()
    gradient("I;16", 65535).save(data, "TIFF", tiffinfo={262: 0})
    clean = kept(data.getvalue())
    assert clean.getpixel((0, 1))[0] > 250
    assert clean.getpixel((100, 1))[0] < 5


def test_infinite_numbers_are_no_error():
    picture = Image.new("F", (64, 64), 0.5)
    picture.putpixel((0, 0), float("inf"))
    picture.putpixel((1, 0), float("nan"))
    assert kept(picture, "TIFF").getpixel((50, 50))[0] in range(126, 131)


# Transparency


def logo(mode: str) -> Image.Image:
    """A red square in the middle of nothing."""
    picture = Image.new("RGBA", (120, 80), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (40, 20, 80, 60))
    return picture if mode == "RGBA" else picture.convert("LA").convert(mode) if mode in ("LA", "La") else picture


def assert_is_logo(clean: Image.Image) -> None:
    """Its ground is transparent, and white where that is not known."""
    assert clean.mode == "RGBA"
    assert clean.getpixel((3, 3))[3] == 0
    assert clean.getpixel((60, 40))[3] == 255
    assert min(Image.open(io.BytesIO(encoded(clean, "jpg"))).getpixel((3, 3))) > 245


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF", "GIF"])
def test_what_is_transparent_stays_so(kind):
    register_heif_opener()
    clean = kept(logo("RGBA"), kind, quality=90)
    assert clean.format == (kind if kind in ("PNG", "WEBP") else "WEBP")
    assert_is_logo(clean)


@pytest.mark.parametrize("name", ["logo.gif", "logo.avif", "logo.heic"])
def test_a_logo_has_no_black_ground(name):
    clean = kept((CASES / name).read_bytes(), name=name)
    paper = Image.new("RGBA", clean.size, "white")
    paper.alpha_composite(clean)
    assert min(paper.getpixel((1, 1))[:3]) > 245


def test_transparency_in_a_palette_a_grey_or_a_colour_is_kept():
    palette = logo("RGBA").quantize(8)
    assert_is_logo(kept(palette))
    assert_is_logo(kept(logo("LA")))
    for mode, ground in (("L", 7), ("RGB", (7, 8, 9)), ("1", 0), ("I;16", 300)):
        picture = Image.new(mode, (120, 80), ground)
        picture.paste({"L": 100, "RGB": (200, 0, 0), "1": 1, "I;16": 30000}[mode], (40, 20, 80, 60))
        assert_is_logo(kept(picture, transparency=255 * ground if mode == "1" else ground))


def test_half_transparent_edges_take_no_colour_from_what_cannot_be_seen():
    picture = Image.new("RGBA", (4800, 40), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (2401, 0, 4800, 40))
    clean = kept(picture)
    red, _green, _blue, alpha = clean.getpixel((1200, 10))
    assert alpha == 0 or red > 240


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_opaque_everywhere_has_no_transparency(kind):
    clean = kept(Image.new("RGBA", (40, 40), (10, 200, 30, 255)), kind)
    assert clean.mode == "RGB"
    assert clean.format == (kind if kind in ("PNG", "WEBP") else "JPEG")


def test_one_bit_and_palettes_without_transparency_keep_their_colours():
    picture = Image.new("1", (40, 40), 1)
    picture.paste(0, (0, 0, 20, 40))
    clean = kept(picture)
    assert clean.getpixel((5, 5)) == (0, 0, 0)
    assert clean.getpixel((35, 5)) == (255, 255, 255)
    red = kept(Image.new("RGB", (40, 40), (200, 10, 30)).quantize(4), "GIF")
    assert max(abs(a - b) for a, b in zip(red.getpixel((5, 5)), (200, 10, 30), strict=True)) < 6


# Colour


@pytest.mark.parametrize("pixel", [(200, 120, 80), (90, 140, 90), (90, 100, 150), (128, 128, 128), (225, 180, 160)])
@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("RGBA", "WEBP"), ("RGB", "TIFF"), ("RGB", "HEIF")],
)
def test_colours_with_a_profile_look_the_same_without(pixel, mode, kind):
    register_heif_opener()
    colour = (*pixel, 128) if mode == "RGBA" else pixel
    quality = {} if kind in ("PNG", "TIFF") else {"quality": 100}
    clean = kept(Image.new(mode, (64, 64), colour), kind, icc_profile=profile(b"RGB ", P3), **quality)
    linear = [(part / 255) ** 2.2 for part in pixel]
    meant = lab([sum(linear[i] * P3[i][k] for i in range(3)) for k in range(3)])
    got = clean.getpixel((30, 30))
    assert difference(lab_of_srgb(got[:3]), meant) < 2
    assert len(got) == 3 or abs(got[3] - 128) <= 2


def test_the_photo_of_a_phone_keeps_its_colours():
    content = (CASES / "icc-p3.jpg").read_bytes()
    clean = kept(content)
    with Image.open(io.BytesIO(content)) as picture:
        space = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        meant = ImageCms.profileToProfile(picture, space, ImageCms.createProfile("LAB"), outputMode="LAB")
    got = ImageCms.profileToProfile(
        clean, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    far = [
        difference(*([each.getpixel(place)[0] / 2.55, *each.getpixel(place)[1:]] for each in (meant, got)))
        for place in ((x, y) for x in range(25, 600, 50) for y in range(25, 400, 50))
    ]
    assert sorted(far)[len(far) // 2] < 2


def test_a_grey_picture_with_a_profile_of_its_own():
    got = kept(Image.new("L", (20, 20), 128), icc_profile=profile(b"GRAY", gamma=1.0)).getpixel((5, 5))
    assert got[0] == got[1] == got[2]
    assert abs(got[0] - 188) <= 2  # half the light, in sRGB


@pytest.mark.parametrize(
    "wrong",
    [b"no profile", profile(b"GRAY"), profile(b"RGB ", P3)[:200], b"\0" * 200],
    ids=["text", "grey", "cut", "nul"],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_that_is_broken_or_of_another_kind_counts_for_nothing(wrong, kind):
    got = kept(Image.new("RGB", (64, 64), (200, 120, 80)), kind, icc_profile=wrong).getpixel((30, 30))
    assert max(abs(a - b) for a, b in zip(got, (200, 120, 80), strict=True)) <= 3


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_inks_become_colours_also_with_a_profile_for_screens(kind):
    for options in ({}, {"icc_profile": profile(b"RGB ", P3)}):
        red, green, blue = kept(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), kind, **options).getpixel((30, 30))
        assert red > 240
        assert max(green, blue) < 15


def test_lab_and_ycbcr_become_colours():
    picture = ImageCms.profileToProfile(
        Image.new("RGB", (64, 64), (200, 120, 80)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    for each in (picture, Image.new("RGB", (64, 64), (200, 120, 80)).convert("YCbCr")):
        got = kept(each, "TIFF").getpixel((30, 30))
        assert max(abs(a - b) for a, b in zip(got, (200, 120, 80), strict=True)) <= 4
