"""Synonyms: words of visitors that lead to words of the site, one way. The content apps say which there are.

A word with a synonym also stands for that other one; nothing else of the query changes. What leads to a word that
no public text has finds nothing more, so it needs no care.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from publishing.search.ranking import SYNONYM
from publishing.search.stop_words import STOP_WORDS, telling_words
from publishing.search.text import Word, query_words


class Synonym(NamedTuple):
    """That a word or some words of a visitor also stand for others."""

    said: str
    meant: str


_sources: list[Callable[[str], Iterable[Synonym]]] = []  # each gives those of one language


def register(source: Callable[[str], Iterable[Synonym]]) -> None:
    """Use the synonyms of `source`."""
    _sources.append(source)


def with_synonyms(words: Sequence[Word], language: str) -> tuple[Word, ...]:
    """`words`, those with a synonym also standing for it."""
    table: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for source in _sources:
        for said, meant in source(language):
            if (left := folded(said)) and (right := folded(meant)):
                table.setdefault(left, []).append(right)
    found: list[Word] = []
    place = 0
    while place < len(words):
        size = next((size for size in (3, 2, 1) if _key(words[place : place + size]) in table), 0)
        if not size:
            found.append(words[place])
            place += 1
            continue
        first, others = words[place], table[_key(words[place : place + size])]
        if size == 1 and all(len(each) == 1 for each in others):
            found.append(first._replace(also=tuple(dict.fromkeys(each for (each,) in others)), worth=SYNONYM))
        else:
            found += [first._replace(also=(each,), worth=SYNONYM) for each in others[0]]
        place += size
    return tuple(found)


def _key(words: Iterable[Word]) -> tuple[str, ...]:
    return tuple(word.folded for word in words)


def folded(text: str) -> tuple[str, ...]:
    """The words of one side of a synonym, as search compares them; none when they say nothing."""
    words = query_words(text)
    return () if all(word.folded in STOP_WORDS for word in words) else _key(telling_words(words))
