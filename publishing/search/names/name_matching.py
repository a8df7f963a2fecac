"""Where a text has the former name of something, such as an organisation, and the text with the new name instead.

Pure functions on strings; `review.naming.names` walks over all texts. Only whole words count, as they are read:
whatever spaces and letters that nobody sees stand in between. A name in a longer word, in a possessive or across
markup is found too, for people to change: no rule makes “Voka’s” right.
"""

import re
from collections.abc import Collection, Iterable
from html import escape, unescape

from publishing.search.names.person_matching import (
    TAG,
    Matcher,
    MatchKind,
    NameMatch,
    Sought,
    Unit,
    plain_units,
    units_of,
)
from publishing.search.text import fold, tidy

LONGEST = 160  # characters of a sentence that are shown on either side of a name
SENTENCE_END = re.compile(r"[.!?…][\"”»’)]*\s|\n")

APOSTROPHES = "'’‘"
POSSESSIVE = re.compile(r"s(?![^\W_])")
# What belongs to a name: `VDAB-kantoor`, `Voka’s`, `l’Unizo`.
SUFFIX = re.compile(rf"[{APOSTROPHES}\-‑][^\W_]")
PREFIX = re.compile(rf"[^\W_][{APOSTROPHES}\-‑]$")


class NameMatcher:
    """Finds the former names of one thing, and puts its name of today in their place."""

    def __init__(self, name: str, former: Iterable[str], *, is_person: bool = False) -> None:
        self._name = tidy(name)
        self._former = sorted({tidy(each) for each in former} - {self._name, ""}, key=len, reverse=True)
        self._patterns = [(each, _pattern(each)) for each in self._former]
        self._today = _pattern(self._name) if self._name else None
        self._clues = {fold(each.split()[-1]) for each in self._former}
        self._person = Matcher(Sought.of(names=self._former)) if is_person and self._former else None

    def __bool__(self) -> bool:
        return bool(self._former)

    def is_worth_trying(self, text: str) -> bool:
        """Whether `text` may have a former name: none is missed, and most texts are done with at once."""
        plain = TAG.sub("", text) if "<" in text else text
        folded = fold(tidy(unescape(plain) if "&" in plain else plain))
        return any(clue in folded for clue in self._clues)

    def find(self, text: str, *, is_html: bool) -> list[NameMatch]:
        """Where `text` has a former name; one of another kind than `NAME` is for people to change.

        A hit is certain when the letters are those of the name, or all capitals.
        """
        return [hit for hit, _start, _end in self._in(text, is_html)] if self.is_worth_trying(text) else []

    def replaced(self, text: str, chosen: Collection[NameMatch], *, is_html: bool) -> str:
        """`text` with the name of today in the place of these hits, and all markup as it was."""
        new = escape(self._name, quote=False) if is_html else self._name
        for hit, start, end in reversed(self._in(text, is_html)):
            if hit in chosen and hit.kind == MatchKind.NAME:
                text = text[:start] + new + text[end:]
        return text

    def _in(self, text: str, is_html: bool) -> list[tuple[NameMatch, int, int]]:
        """The hits in `text` by their place, each with where it begins and ends in what is stored."""
        units = units_of(text) if is_html else plain_units(text)
        # A name does not go on in another paragraph.
        breaks = {place for place, unit in enumerate(units) if unit.is_break}
        shown = "".join("\n" if place in breaks else unit.shown for place, unit in enumerate(units))
        folded = "".join("\n" if place in breaks else unit.folded for place, unit in enumerate(units))
        places = [place for place, unit in enumerate(units) for _letter in unit.folded or ""]
        taken = [_span(places, match) for match in self._today.finditer(folded)] if self._today else []
        found: list[tuple[MatchKind, bool, int, int]] = []
        for name, pattern in self._patterns:
            for match in pattern.finditer(folded):
                first, last = _span(places, match)
                if all(last <= start or first >= end for start, end in taken) and (
                    kind := _kind(shown, units, text, first, last)
                ):
                    taken.append((first, last))
                    found.append((kind, _is_same(shown[first:last], name), first, last))
        for _hit, first, last in self._person.hits_in(units) if self._person else ():
            if all(last <= start or first >= end for start, end in taken):
                taken.append((first, last))
                found.append((MatchKind.PART, False, first, last))
        return [
            (
                NameMatch(kind, is_certain, _begin(shown[:first]), shown[first:last], _end(shown[last:])),
                units[first].start,
                units[last - 1].end,
            )
            for kind, is_certain, first, last in sorted(found, key=lambda each: each[2])
        ]


def _pattern(name: str) -> re.Pattern[str]:
    """A pattern of `name` as it is compared, at the beginning of a word."""
    letters = (f"[{APOSTROPHES}]" if each in APOSTROPHES else re.escape(each) for each in fold(name))
    return re.compile(rf"(?<![^\W_]){''.join(letters)}")


def _span(places: list[int], match: re.Match[str]) -> tuple[int, int]:
    return places[match.start()], places[match.end() - 1] + 1


def _kind(shown: str, units: list[Unit], text: str, first: int, last: int) -> MatchKind | None:
    """Whether the letters from `first` to `last` are the whole name, or a part of something; None of another word."""
    rest = shown[last:]
    is_word = not rest or not rest[0].isalnum()
    if not is_word and not POSSESSIVE.match(rest):
        return None
    is_joined = not is_word or SUFFIX.match(rest) or PREFIX.search(shown[max(0, first - 2) : first])
    is_across_markup = TAG.search(text[units[first].start : units[last - 1].end])
    return MatchKind.PART if is_joined or is_across_markup else MatchKind.NAME


def _is_same(found: str, name: str) -> bool:
    """Whether `found` is written as `name` is, or surely means it: in capitals, or with more than one word."""
    plain = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
    same = found.translate(plain) == name.translate(plain)
    return same or (found.isupper() and len(found) > 1) or " " in name


def _begin(text: str) -> str:
    """What stands before a name in its sentence."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    sentence = text[ends[-1] if ends else 0 :].lstrip()
    return sentence if len(sentence) <= LONGEST else f"… {sentence[-LONGEST:].partition(' ')[2]}"


def _end(text: str) -> str:
    """What stands after a name in its sentence."""
    end = SENTENCE_END.search(text)
    sentence = text[: end.end()].rstrip() if end else text.rstrip()
    return sentence if len(sentence) <= LONGEST else f"{sentence[:LONGEST].rpartition(' ')[0]} …"
