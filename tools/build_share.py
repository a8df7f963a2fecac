"""Draw the picture that goes with a shared address: static/icons/share.png.

Sky, the name in Faustina, the river, and the ground, as the pages are built. Run again
after a change of the design: `.venv/bin/python tools/build_share.py`.
"""

import io
from itertools import pairwise
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1200, 630)  # pixels, what Facebook, LinkedIn and X ask for
SCALE = 2  # drawn larger and reduced, for smooth edges
SKY, GROUND, RIVER, GOLD = "#DCE9EC", "#0D3A35", "#0A5068", "#E9B949"
# The skyline of the horizon footer: height above the bottom at each place, from sea to Kemmelberg.
SKYLINE = [(0, 96), (90, 104), (190, 132), (290, 108), (560, 108), (600, 126), (640, 108), (860, 112), (960, 176)]
SKYLINE += [(1010, 168), (1090, 222), (1160, 150), (1200, 138)]


def font(size: int) -> ImageFont.FreeTypeFont:
    """The site's own display type, unpacked from its woff2."""
    unpacked = TTFont(ROOT / "static" / "fonts" / "faustina-600.woff2")
    unpacked.flavor = None
    data = io.BytesIO()
    unpacked.save(data)
    data.seek(0)
    return ImageFont.truetype(data, size * SCALE)


def main() -> None:
    """Draw and save."""
    width, height = (side * SCALE for side in SIZE)
    picture = Image.new("RGB", (width, height), SKY)
    draw = ImageDraw.Draw(picture)
    draw.text((90 * SCALE, 150 * SCALE), "RESOC", font=font(130), fill=GROUND)
    draw.text((90 * SCALE, 280 * SCALE), "Westhoek", font=font(130), fill=RIVER)
    draw.rectangle([90 * SCALE, 128 * SCALE, 190 * SCALE, 138 * SCALE], fill=GOLD)
    points = [(x * SCALE, height - y * SCALE) for x, y in _smooth(SKYLINE)]
    draw.polygon([*points, (width, height), (0, height)], fill=GROUND)
    picture.resize(SIZE, Image.Resampling.LANCZOS).quantize(64).save(ROOT / "static/icons/share.png", optimize=True)


def _smooth(points: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Points along gentle curves (half a cosine between each two) through the given ones."""
    from math import cos, pi

    curve: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        for step in range(20):
            part = step / 20
            curve.append((x0 + (x1 - x0) * part, y0 + (y1 - y0) * (1 - cos(pi * part)) / 2))
    return [*curve, points[-1]]


if __name__ == "__main__":
    main()
