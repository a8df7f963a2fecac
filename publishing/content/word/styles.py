"""What the styles of a Word document say of a paragraph or of words in it."""

import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)  # its name in the file, in every language of Word
TITLES = {"title", "heading"}  # the second of LibreOffice and Pages
QUOTES = {"quote", "intense quote", "quotations", "block text"}
OFF = {"0", "false", "off", "none"}
DEEPEST = 20  # styles that are based on each other
MOVED = 4  # half points
BODY_LEVEL = 9  # of an outline: no heading


def is_on(element: Element | None) -> bool | None:
    """What a property that is on or off says; None when it is not there."""
    return None if element is None else element.get("val", "1").lower() not in OFF


def height(align: Element | None, moved: Element | None) -> str:
    """Where words stand, "superscript", "subscript" or "": by `w:vertAlign`, or `moved` by two points or more.

    Points come as halves (ECMA-376, 17.3.2.24). Less than that is how somebody sets letters straight.
    """
    said = align.get("val", "") if align is not None else ""
    if said in ("superscript", "subscript"):
        return said
    halves = number(moved.get("val")) if moved is not None and said != "baseline" else 0
    if abs(halves) < MOVED:
        return ""
    return "superscript" if halves > 0 else "subscript"


class Styles:
    """The styles of one document."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[tuple[str, str], Element] = {}
        self._default = ""  # the key of the style of a paragraph that names none
        self._everywhere = root.find("w-docDefaults/w-rPrDefault/w-rPr") if root is not None else None
        for style in root.findall("w-style") if root is not None else ():
            kind, key = style.get("type", "paragraph"), style.get("styleId", "")
            self._styles.setdefault((kind, key), style)
            if kind == "paragraph" and style.get("default") in ("1", "true"):
                self._default = key
        self.chain = cache(self._chain)
        self.says = cache(self._says)
        self.level = cache(self._level)

    def of_paragraph(self, paragraph: Element) -> str:
        """The key of the style of a paragraph."""
        named = paragraph.find("w-pPr/w-pStyle")
        return named.get("val", "") if named is not None else self._default

    def _chain(self, kind: str, key: str) -> tuple[Element, ...]:
        """A style, what it is based on, and so on."""
        found: list[Element] = []
        while (style := self._styles.get((kind, key))) is not None and len(found) < DEEPEST:
            found.append(style)
            based = style.find("w-basedOn")
            key = based.get("val", "") if based is not None else ""
        return tuple(found)

    def _says(self, kind: str, key: str, name: str) -> Element | None:
        """What a style, or one that it is based on, says of words: the property with this name."""
        found = (style.find(f"w-rPr/{name}") for style in self.chain(kind, key))
        return next((each for each in found if each is not None), None)

    def shade(self, key: str) -> Element | None:
        """What a style of paragraphs, or one that it is based on, says of the ground of whole paragraphs."""
        found = (style.find("w-pPr/w-shd") for style in self.chain("paragraph", key))
        return next((each for each in found if each is not None), None)

    def everywhere(self, name: str) -> Element | None:
        """What holds for all words of the document."""
        return self._everywhere.find(name) if self._everywhere is not None else None

    def names(self, key: str) -> Iterator[str]:
        """The names of a style of paragraphs and of those it is based on."""
        for style in self.chain("paragraph", key):
            name = style.find("w-name")
            yield name.get("val", "") if name is not None else ""

    def _level(self, key: str) -> int:
        """The level of the heading that a style of paragraphs makes; 0 for ordinary text."""
        for name in self.names(key):
            if found := HEADING.match(name):
                return int(found[1])
            if name.lower() in TITLES:
                return 1
        for style in self.chain("paragraph", key):
            outline = style.find("w-pPr/w-outlineLvl")
            if outline is not None:
                return outline_level(outline)
        return 0

    def is_title(self, key: str) -> bool:
        """Whether a style of paragraphs is for the title of the document."""
        return any(name.lower() == "title" for name in self.names(key))

    def is_quote(self, key: str) -> bool:
        """Whether a style of paragraphs is for quotes."""
        return any(name.lower() in QUOTES for name in self.names(key))

    def is_contents(self, key: str) -> bool:
        """Whether a style of paragraphs is that of the table of contents."""
        return any(re.match(r"(toc \d|toc heading|contents \d)", name, re.IGNORECASE) for name in self.names(key))


def outline_level(outline: Element) -> int:
    """The level of a heading by its place in the outline; 0 for ordinary text."""
    value = outline.get("val", "")
    return int(value) + 1 if value.isdecimal() and len(value) == 1 and int(value) < BODY_LEVEL else 0


def number(value: str | None, default: int = 0) -> int:
    """A number that an attribute says; `default` for what is none, or none that a document has."""
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value) else default
