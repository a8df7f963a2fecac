"""Synonyms: words of visitors that lead to words of the site, one way. The content apps say which there are.

A word with a synonym also stands for that other one; nothing else of the query changes. What leads to a word that
no public text has finds nothing more, so it needs no care.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from publishing.search.ranking import SYNONYM
from publishing.search.stop_words import STOP_WORDS, telling_words
from publishing.search.text import Word, query_words, stems


class SynonymRule(NamedTuple):
    """That a word or some words of a visitor also stand for others."""

    said: str
    meant: str


_sources: list[Callable[[str], Iterable[SynonymRule]]] = []  # each gives those of one language


def register(source: Callable[[str], Iterable[SynonymRule]]) -> None:
    """Use the synonyms of `source`."""
    _sources.append(source)


def synonyms_of(language: str) -> "Synonyms":
    """Those of one language as they are now; their words are taken apart only when one has changed."""
    return _taken_apart(language, tuple(rule for source in _sources for rule in source(language)))


class Synonyms:
    """The synonyms of one language."""

    def __init__(self, language: str, rules: Iterable[SynonymRule]) -> None:
        self.language = language
        self._table: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for said, meant in rules:
            if (left := folded(said)) and (right := folded(meant)):
                self._table.setdefault(left, []).append(right)

    @cached_property
    def single(self) -> dict[str, tuple[str, ...]]:
        """By each single word: the words that it also stands for."""
        return {
            said[0]: tuple(dict.fromkeys(word for right in meant for word in right))
            for said, meant in self._table.items()
            if len(said) == 1
        }

    @cached_property
    def words(self) -> set[str]:
        """The single words that it has, and all words that they and others stand for."""
        return {*self.single, *(word for meant in self._table.values() for right in meant for word in right)}

    @cached_property
    def _by_stem(self) -> dict[str, tuple[str, ...]]:
        return {stem: (word,) for word in reversed(self.single) for stem in stems(word, self.language)}

    def widened(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """`words`, those with a synonym also standing for it: as they are written, else in another form."""
        found: list[Word] = []
        place = 0
        while place < len(words):
            size = next((size for size in (3, 2, 1) if _key(words[place : place + size]) in self._table), 0)
            key = _key(words[place : place + size]) or self._other_form(words[place])
            if not key:
                found.append(words[place])
                place += 1
                continue
            said, others = words[place : place + (size or 1)], self._table[key]
            if len(key) == 1 and all(len(each) == 1 for each in others):
                also = tuple(dict.fromkeys(each for (each,) in others))
                found.append(said[0]._replace(also=also, worth=SYNONYM))
            else:
                # One of the words said is not yet what they say together: each has to be there, or what it stands for.
                meant = others[0]
                found += [
                    said[min(number, len(said) - 1)]._replace(also=(meant[min(number, len(meant) - 1)],), worth=SYNONYM)
                    for number in range(max(len(said), len(meant)))
                ]
            place += len(said)
        return tuple(found)

    def _other_form(self, word: Word) -> tuple[str, ...]:
        forms = word.folded, *sorted(stems(word.written, self.language))
        return next((self._by_stem[form] for form in forms if form in self._by_stem), ())


_taken_apart = lru_cache(maxsize=8)(Synonyms)  # a language or two, before and after a change


def _key(words: Iterable[Word]) -> tuple[str, ...]:
    return tuple(word.folded for word in words)


@lru_cache(maxsize=2_000)
def folded(text: str) -> tuple[str, ...]:
    """The words of one side of a synonym, as search compares them; none when they say nothing."""
    words = query_words(text)
    return () if all(word.folded in STOP_WORDS for word in words) else _key(telling_words(words))
