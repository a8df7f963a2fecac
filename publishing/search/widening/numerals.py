"""Numbers in words: `prioriteit vier`, `4e prioriteit` and `priorité quatre` are looked for as `4` too."""

import re
from collections.abc import Iterable, Sequence

from publishing.search.text import Word

# The words for one are articles, so only its ordinals are here.
CARDINALS = (
    "",
    "twee deux two ii",
    "drie trois three iii",
    "vier quatre four iv",
    "vijf cinq five",
    "zes six vi",
    "zeven sept seven vii",
    "acht huit eight viii",
    "negen neuf nine ix",
    "tien dix ten",
)
ORDINALS = (
    "eerste premier premiere first",
    "tweede deuxieme second",
    "derde troisieme third",
    "vierde quatrieme fourth",
    "vijfde cinquieme fifth",
    "zesde sixieme sixth",
    "zevende septieme seventh",
    "achtste huitieme eighth",
    "negende neuvieme ninth",
    "tiende dixieme tenth",
)


def _by_word(numbers: Iterable[str]) -> dict[str, str]:
    return {word: str(number) for number, words in enumerate(numbers, 1) for word in words.split()}


CARDINAL, ORDINAL = _by_word(CARDINALS), _by_word(ORDINALS)
IN_DIGITS = re.compile(r"(\d{1,2})(?:e|de|ste|er|ere|re|eme|st|nd|rd|th)")
# What people write before a number: `prioriteit nr. 4`, `priorité n° 4`.
SIGN = re.compile(r"(?<!\w)(?:nr|nummer|num[ée]ro|number|no|n[°º]|№)\.?\s*(?=\d)|#(?=\d)", re.IGNORECASE)


def without_signs(query: str) -> str:
    """`query` without the words that only announce a number."""
    return SIGN.sub("", query)


def with_digits(words: Sequence[Word]) -> tuple[Word, ...]:
    """`words`, those for a number also in digits.

    Not one that stands alone, for it says too little, nor `six` of `six priorités`, which is how many there are.
    """
    if len(words) < 2:
        return tuple(words)
    return tuple(
        word._replace(joined=(*word.joined, digits)) if (digits := _digits(word.folded, bool(place))) else word
        for place, word in enumerate(words)
    )


def _digits(folded: str, follows: bool) -> str:
    if written := IN_DIGITS.fullmatch(folded):
        return written[1]
    return ORDINAL.get(folded, "") or (CARDINAL.get(folded, "") if follows else "")
