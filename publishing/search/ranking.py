"""Ranking: how well an indexed text matches the words of a query.

Pure functions on strings, those that `text.indexed_words` writes. The database only finds what may match.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from publishing.search.text import COMPOUNDING, INFIX, LEAST_OF_NUMBER, PREFIX, Word, compound_stems, word_stems

# How well a word of a text matches one of a query: the word itself, another form of it, a synonym, a longer word
# that begins with it, a compound with it, or the word that may have been meant.
EXACT, STEM, SYNONYM, BEGINNING, PART, CORRECTED = 8, 6, 5, 4, 3, 3

TITLE_WEIGHT = 6  # how much a match in the title counts beside one in the text


class Patterns(NamedTuple):
    """What an index has that has a word, as `indexed_words` writes it; any of each."""

    exact: tuple[str, ...]
    stem: tuple[str, ...]
    beginning: tuple[str, ...]
    part: tuple[str, ...]


@lru_cache(maxsize=2_000)
def _patterns(word: Word, language: str) -> Patterns:
    """Those of a word by itself, in an index in this language."""
    spellings = word.spellings
    parts = (*spellings, *compound_stems(word)) if language in COMPOUNDING else ()
    return Patterns(
        tuple(f" {each} " for each in spellings),
        tuple(f" ={stem} " for stem in sorted(word_stems(word, language))),
        tuple(f" {each}" for each in spellings if len(each) >= _least(each)),
        tuple(each for each in parts if len(each) >= max(INFIX, _least(each))),
    )


def strength(word: Word, indexed: str, language: str) -> int:
    """How well an index has this word, 0 when it does not; what may stand in its place is worth less."""
    return either(word, lambda each: _strength(each, indexed, language))


def either(word: Word, strength_of: Callable[[Word], int]) -> int:
    """How well something has this word or what may stand in its place; `strength_of` says it of a word by itself."""
    itself, *others = word.alternatives
    own = strength_of(itself)
    return max(own, min(word.worth, max(map(strength_of, others)))) if others else own


def _strength(word: Word, indexed: str, language: str) -> int:
    for patterns, worth in zip(_patterns(word, language), (EXACT, STEM, BEGINNING, PART), strict=True):
        for pattern in patterns:
            if pattern in indexed:
                return worth
    return 0


def _least(spelling: str) -> int:
    """From how many letters a word also finds longer ones; a few digits are no part of a telephone number."""
    return LEAST_OF_NUMBER if spelling.isdigit() else PREFIX


def score(words: Iterable[Word], title: str, everything: str, language: str) -> int:
    """How well a text matches a query, 0 unless it has every word; its title counts `TITLE_WEIGHT` times."""
    found = strengths(words, title, everything, language)
    return sum(found) if all(found) else 0


def strengths(words: Iterable[Word], title: str, everything: str, language: str) -> list[int]:
    """How well a text matches each word of a query, 0 for those that it does not have."""
    found = []
    for word in words:
        best = TITLE_WEIGHT * strength(word, title, language)
        if best < EXACT:  # else the rest, which is long, can't say it better
            best = max(best, strength(word, everything, language))
        found.append(best)
    return found


NAMES = " | "  # between the names in the column of titles: the title, then others that count as much


def is_whole_name(query: str, title: str, any_form: bool = False) -> bool:
    """Whether a query, as `indexed_words` writes it, is one of the names of a text, or another form of a short one."""
    wanted = _written(query)
    has_all = all(f" {word} " in title for word in wanted)
    if not has_all and not (any_form and len(wanted) == 1):
        return False
    names = title.split(NAMES)
    if has_all and wanted and any(_written(name) == wanted for name in names):
        return True
    return any_form and len(wanted) == 1 and any(_stems(query) & _stems(name) for name in names if _is_one_word(name))


def has_whole_name(query: str, title: str) -> bool:
    """Whether a query has all words of one of the names of a text."""
    asked = set(_written(query))
    return any(set(name) <= asked for name in map(_written, title.split(NAMES)) if name)


@lru_cache(maxsize=1_000)
def _written(indexed: str) -> list[str]:
    return [word for word in indexed.split() if not word.startswith("=")]


def _stems(indexed: str) -> set[str]:
    return {word for word in indexed.split() if word.startswith("=")}


def _is_one_word(indexed: str) -> bool:
    return len(_written(indexed)) == 1
