"""The colour behind words in a Word document, and whether words can be told from it."""

import re
from xml.etree.ElementTree import Element

WHITE, BLACK, AUTO = "FFFFFF", "000000", "AUTO"
UNKNOWN = ""  # a pattern, or what the style of a table says
ALIKE = 12  # of 255: nobody sees how two colours differ that are nearer than this; pasting knows it too, in `hidden.js`
PAPER = {"background1", "light1", "bg1", "lt1"}  # names of the theme for it
MARKERS: dict[str, str] = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "black=000000 white=FFFFFF yellow=FFFF00 green=00FF00 cyan=00FFFF magenta=FF00FF blue=0000FF red=FF0000 "
        "darkBlue=000080 darkCyan=008080 darkGreen=008000 darkMagenta=800080 darkRed=800000 darkYellow=808000 "
        "darkGray=808080 lightGray=C0C0C0",
    )
)


def ink_of(color: Element | None) -> str:
    """The colour that a property gives to words; `AUTO` where Word chooses one that can be read."""
    if color is None:
        return AUTO
    return color.get("val", WHITE if color.get("themeColor") in PAPER else AUTO).upper()


def ground_of(shade: Element | None, around: str) -> str:
    """The colour that a property gives to what is behind words, in something that has the colour `around`."""
    if shade is None:
        return around
    pattern, fill = shade.get("val", "clear"), shade.get("fill", AUTO).upper()
    if pattern == "solid":
        fill = shade.get("color", AUTO).upper()
        return BLACK if fill == AUTO else fill
    if pattern not in ("clear", "nil"):
        return UNKNOWN
    return around if fill in ("", AUTO) else fill


def is_lost(ink: str, marker: Element | None, ground: str) -> bool:
    """Whether words of this ink have the colour of a marker over them, or else of the ground.

    Under a marker Word writes in black where it may choose; on a ground it chooses what can be read.
    """
    if marker is not None and (behind := MARKERS.get(marker.get("val", ""))):
        return is_alike(BLACK if ink == AUTO else ink, behind)
    return ink != AUTO and is_alike(ink, ground)


def is_alike(one: str, other: str) -> bool:
    """Whether nobody can tell these colours apart."""
    if not all(re.fullmatch("[0-9A-F]{6}", each) for each in (one, other)):
        return False
    return all(abs(a - b) < ALIKE for a, b in zip(bytes.fromhex(one), bytes.fromhex(other), strict=True))
