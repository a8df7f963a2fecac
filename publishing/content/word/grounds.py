"""The colour behind words in a Word document, and whether words can be told from it."""

import re
from xml.etree.ElementTree import Element

from publishing.content.word.styles import number

WHITE, BLACK, AUTO = "FFFFFF", "000000", "AUTO"
CLEAR = "CLEAR"  # ink that shows nothing
MOSTLY = 95_000  # thousandths of a per cent of transparency
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


def ink_of(color: Element | None, fill: Element | None = None) -> str:
    """The colour that a property gives to words; `AUTO` where Word chooses one that can be read.

    What Word 2010 and later fill letters with ([MS-DOCX] 2.6.1.13) comes before their colour.
    """
    if filled := _filled(fill):
        return filled
    if color is None:
        return AUTO
    return color.get("val", WHITE if color.get("themeColor") in PAPER else AUTO).upper()


def _filled(fill: Element | None) -> str:
    """The one colour of a fill; "" where it has more, or one of the theme that we do not know."""
    if fill is None or fill.find("w14-noFill") is not None:
        return "" if fill is None else CLEAR
    for color in fill.findall("w14-solidFill/*"):
        alpha = color.find("w14-alpha")
        if alpha is not None and number(alpha.get("w14-val")) >= MOSTLY:
            return CLEAR
        said = color.get("w14-val", "")
        is_changed = any(each is not alpha for each in color)  # made darker, for one
        return said.upper() if color.tag == "w14-srgbClr" else WHITE * (said in PAPER and not is_changed)
    return ""


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
    if ink == CLEAR:
        return True
    if marker is not None and (behind := MARKERS.get(marker.get("val", ""))):
        return is_alike(BLACK if ink == AUTO else ink, behind)
    return ink != AUTO and is_alike(ink, ground)


def is_alike(one: str, other: str) -> bool:
    """Whether nobody can tell these colours apart."""
    if not all(re.fullmatch("[0-9A-F]{6}", each) for each in (one, other)):
        return False
    return all(abs(a - b) < ALIKE for a, b in zip(bytes.fromhex(one), bytes.fromhex(other), strict=True))
