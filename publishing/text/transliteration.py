"""Letters of all scripts in ASCII, by one rule for addresses, file names and search."""

import re
import unicodedata
from functools import lru_cache

from django.utils.text import slugify

# Signs that stand between words without a space: `water/klimaat`, `2.0`. Those within one, as in `thema's`, just go.
BETWEEN_WORDS = re.compile(r"[/\\|+:;=…·•–—]|(?<=\d)[.,](?=\d)")


def to_ascii(text: str) -> str:
    """`text` in ASCII: `Œuvre`, `Łódź` and `Шевченко` give `Oeuvre`, `Lodz` and `Shevchenko`."""
    if text.isascii():
        return text
    from anyascii import anyascii  # only now: a worker that only serves pages needs no other alphabets

    return anyascii(unicodedata.normalize("NFKC", text))


def to_slug(text: str, default: str = "") -> str:
    """`text` as the last part of an address or as a file name: small letters, digits and hyphens.

    `default` when it has no letter or digit.
    """
    return slugify(to_ascii(BETWEEN_WORDS.sub(" ", text))) or default


@lru_cache(maxsize=2_000)
def ascii_of_latin(letter: str) -> str:
    """A letter of the Latin alphabet in ASCII (`ł` gives `l`); any other letter as it is."""
    return to_ascii(letter) if unicodedata.name(letter, "").startswith("LATIN ") else letter
