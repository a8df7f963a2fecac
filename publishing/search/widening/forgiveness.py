"""Forgiveness: the known words that somebody may have meant by a word that no text has.

Pure functions on folded words. They are compared by their sound, so that `fotografie` and `photographie` are one
word, and then letter by letter: the longer a word, the more slips of the finger are forgiven.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

MOST = 5  # candidates for one word
SHORT, LONG = 4, 7  # letters from which one slip is forgiven, and from which two are

# In this order; `ij` and `ei` stay apart, because they tell words apart.
SOUNDS = (
    (re.compile(r"([^\W\d_])\1+"), r"\1"),
    (re.compile("ph"), "f"),
    (re.compile("th"), "t"),
    (re.compile("gh"), "g"),
    (re.compile("ck"), "k"),
    (re.compile("c(?=[^eiy])"), "k"),
    (re.compile("y"), "i"),
    (re.compile(r"([^\W\d_])\1+"), r"\1"),  # what the others brought together
)


class Known(NamedTuple):
    """What is known of a word of the site."""

    texts: int  # how many have it
    is_name: bool = False  # whether it is known as the name of somebody or something only


@lru_cache(maxsize=20_000)
def sound(folded: str) -> str:
    """A folded word as it sounds, whatever the language that it was spelled in."""
    for pattern, letters in SOUNDS:
        folded = pattern.sub(letters, folded)
    return folded


def slips(folded: str) -> int:
    """How many letters of a word may be wrong, missing, too many or swapped: none where a digit is among them."""
    if len(folded) < SHORT or any(letter.isdigit() for letter in folded):
        return 0
    return 2 if len(folded) >= LONG else 1


def distances(folded: str, known: Iterable[str]) -> dict[str, int]:
    """The words of `known` that may be meant by `folded`, and how many letters apart they sound.

    The first letter of the sound is always the same: `station` is not meant by `nation`. A word that only goes on,
    `schepenen` for `schepen`, is one letter apart, however many it has more.
    """
    from rapidfuzz.distance import OSA  # only now: a worker that only serves pages needs none

    ours, most = sound(folded), slips(folded)
    found: dict[str, int] = {}
    for word in known:
        theirs = sound(word)
        if theirs[:1] == ours[:1] and (apart := OSA.distance(ours, theirs, score_cutoff=most)) <= most:
            found[word] = min(apart, 1) if word.startswith(folded) else apart
    return found


def nearest(apart: Mapping[str, int], known: Mapping[str, Known]) -> list[str]:
    """The best `MOST` of the words in `apart`: the nearest, then no name, then the most frequent, then by alphabet."""

    def rank(word: str) -> tuple[int, bool, int, str]:
        return apart[word], known[word].is_name, -known[word].texts, word

    return sorted(apart, key=rank)[:MOST]
