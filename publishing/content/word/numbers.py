"""The numbers that Word shows before paragraphs, which its file does not hold: they are counted here."""

import re
from collections import defaultdict
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from publishing.content.word.styles import Styles, number

LETTERS = 26
LEVELS = 9
WORTH = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
ROMAN = tuple(zip(WORTH, ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True))
HIGHEST = 3999  # that Roman numbers can write
TYPES = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
WITHOUT_NUMBER = {"none", "bullet"}
ALONE = re.compile(r"[(\[]?%(\d)[.)\]:°]*\s*")  # a number by itself, which a list of a web page shows too


@dataclass(frozen=True)
class Mark:
    """What stands before a paragraph."""

    list_key: str  # of the list that it belongs to
    level: int  # of its nesting, from 0
    kind: str  # "bullet"; "" for a number; or the type of an <ol>: a A i I
    value: int
    text: str  # as Word shows it, where a list of a web page can't: “1.2”, “Artikel 3”


class Numbers:
    """Counts the numbers of one document; ask in the order of the text."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        parts = list(root) if root is not None else []
        self._abstract = {each.get("abstractNumId", ""): each for each in parts if each.tag == "w-abstractNum"}
        self._lists = {each.get("numId", ""): each for each in parts if each.tag == "w-num"}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()

    def mark(self, paragraph: Element, style: str) -> Mark | None:
        """What stands before this paragraph; None for nothing. Asking counts it."""
        key, level = self._place(paragraph, style)
        abstract_key, abstract = self._abstract_of(key)
        if abstract is None:
            return None
        level = min(max(level, 0), LEVELS - 1)
        form = self._form(abstract, key, level, "w-numFmt", "decimal")
        if form == "bullet":
            return Mark(key, level, "bullet", 0, "")
        value = self._count(abstract, abstract_key, key, level)
        if form == "none":
            return None
        pattern = self._form(abstract, key, level, "w-lvlText", f"%{level + 1}.")
        alone = ALONE.fullmatch(pattern)
        text = "" if alone and int(alone[1]) == level + 1 else self._written(abstract, abstract_key, key, pattern)
        return Mark(key, level, TYPES.get(form, ""), value, text)

    def shown(self, mark: Mark) -> str:
        """The number of a mark as words before a heading."""
        return mark.text or ("" if mark.kind == "bullet" else f"{_as_text(mark.value, mark.kind)}.")

    def _place(self, paragraph: Element, style: str) -> tuple[str, int]:
        """The key of the list of a paragraph and its level there; its own, or those of its style."""
        own = paragraph.find("w-pPr/w-numPr")
        properties = [own] if own is not None else []
        for each in self._styles.chain("paragraph", style):
            found = each.find("w-pPr/w-numPr")
            if found is not None:
                properties.append(found)
        key = next((value for each in properties if (value := _value(each, "w-numId")) is not None), "")
        level = next((value for each in properties if (value := _value(each, "w-ilvl")) is not None), None)
        if level is None:
            level = self._level_of_style(key, style)
        return key, number(level)

    def _level_of_style(self, key: str, style: str) -> str:
        _key, abstract = self._abstract_of(key)
        for each in abstract if abstract is not None else ():
            if each.tag == "w-lvl" and _value(each, "w-pStyle") == style:
                return each.get("ilvl", "0")
        return "0"

    def _abstract_of(self, key: str) -> tuple[str, Element | None]:
        """What a list is made by; the key "0" means none."""
        found = self._lists.get(key)
        if found is None or key == "0":
            return "", None
        abstract_key = _value(found, "w-abstractNumId") or ""
        abstract = self._abstract.get(abstract_key)
        link = _value(abstract, "w-numStyleLink") if abstract is not None else None
        if link:
            for each in self._abstract.values():
                if _value(each, "w-styleLink") == link:
                    return each.get("abstractNumId", ""), each
        return abstract_key, abstract

    def _level(self, abstract: Element, key: str, level: int) -> list[Element]:
        """What is said of one level: by the list itself, and by what it is made by."""
        mine = self._lists[key].findall("w-lvlOverride")
        own = [each.find("w-lvl") for each in mine if number(each.get("ilvl"), -1) == level]
        general = [each for each in abstract.findall("w-lvl") if number(each.get("ilvl"), 0) == level]
        return [each for each in (*own, *general) if each is not None]

    def _form(self, abstract: Element, key: str, level: int, name: str, default: str) -> str:
        found = (_value(each, name) for each in self._level(abstract, key, level))
        return next((each for each in found if each is not None), default)

    def _start(self, abstract: Element, key: str, level: int) -> int:
        return number(self._form(abstract, key, level, "w-start", "1"), 1)

    def _count(self, abstract: Element, abstract_key: str, key: str, level: int) -> int:
        counts = self._counts[abstract_key]
        if (key, level) not in self._begun:
            self._begun.add((key, level))
            for each in self._lists[key].findall("w-lvlOverride"):
                anew = _value(each, "w-startOverride")
                if anew is not None and number(each.get("ilvl"), -1) == level:
                    counts[level] = number(anew, 1) - 1
        counts[level] = counts[level] + 1 if level in counts else self._start(abstract, key, level)
        for deeper in [each for each in counts if each > level]:
            if self._form(abstract, key, deeper, "w-lvlRestart", "1") != "0":
                del counts[deeper]
        return counts[level]

    def _written(self, abstract: Element, abstract_key: str, key: str, pattern: str) -> str:
        counts = self._counts[abstract_key]

        def one(found: re.Match[str]) -> str:
            level = int(found[1]) - 1
            form = self._form(abstract, key, level, "w-numFmt", "decimal")
            value = counts.get(level, self._start(abstract, key, level))
            return "" if form in WITHOUT_NUMBER else _as_text(value, TYPES.get(form, ""))

        return re.sub(r"%([1-9])", one, pattern[:100]).strip()


def _value(element: Element, name: str) -> str | None:
    found = element.find(name)
    return found.get("val") if found is not None else None


def _as_text(value: int, kind: str) -> str:
    if kind in ("i", "I") and 0 < value <= HIGHEST:
        text, rest = "", value
        for worth, letters in ROMAN:
            text += letters * (rest // worth)
            rest %= worth
        return text if kind == "i" else text.upper()
    if kind in ("a", "A") and 0 < value <= LETTERS * 30:
        letter = chr(ord(kind) + (value - 1) % LETTERS)
        return letter * ((value - 1) // LETTERS + 1)  # as Word: z, aa, bb
    return str(value)
