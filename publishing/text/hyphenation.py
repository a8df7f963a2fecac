"""Where long words in headings may break: between two syllables, with a hyphen.

Browsers hyphenate running text by themselves, but not each has a dictionary of each language, and without one
a long word in a heading is torn in two. Soft hyphens are put in while rendering and never stored: in the
data they would hide a word from search.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
LONG_WORD = re.compile(r"[^\W\d_]{14,}")  # shorter ones fit on a telephone, and are better left whole
# Before these a compound breaks best, and a part that fits on a telephone is left whole.
SEAM = {
    "nl": re.compile(
        r"(?<=\w{4})(?=beleid|campagne|dekkend|econom|gemeente|heid|makelaar|marketing|markt|netwerk|onderwijs|ontwikkeling"
        r"|overleg|planning|plaats|regio|sector|stelling|strategie|verband|verdediger|vergadering|verklaring|vorming"
        r"|werking)"
    )
}
PATTERNS = {"nl": "nl_NL", "fr": "fr", "en": "en_GB"}  # of pyphen, by the code of our language
DIGITS = b"0123456789"
WEIGHTS = re.compile(r"(\d?)(\D?)")
LEAST = 4  # letters before and after a hyphen
HEADING = re.compile(r"(<h([1-6])\b[^>]*>)(.*?)(</h\2>)", re.DOTALL)
TEXT = re.compile(r"(?:^|(?<=>))[^<]+")


def hyphenated(text: str, language: str) -> str:
    """`text`, plain or escaped, with soft hyphens in its long words; as it is in a language without patterns."""
    return LONG_WORD.sub(lambda word: _or_whole(word[0], language), text) if language in PATTERNS else text


def with_hyphenated_headings(html: str, language: str) -> str:
    """Rich text with soft hyphens in the long words of its headings."""
    return HEADING.sub(
        lambda found: f"{found[1]}{TEXT.sub(lambda text: hyphenated(text[0], language), found[3])}{found[4]}", html
    )


def _or_whole(word: str, language: str) -> str:
    """The word as it is when its patterns can't be read: while an upgrade replaces the packages, pages go on."""
    try:
        return _hyphenated(word, language)
    except OSError:
        return word


@lru_cache(maxsize=5_000)
def _hyphenated(word: str, language: str) -> str:
    parts = SEAM[language].split(word) if language in SEAM else [word]
    return SOFT_HYPHEN.join(
        LONG_WORD.sub(lambda part: _patterns(language).inserted(part[0], SOFT_HYPHEN), part) for part in parts
    )


@cache
def _patterns(language: str) -> Any:
    import pyphen  # only now: many pages have no long word

    class Patterns(pyphen.HyphDict):  # type: ignore[misc]
        """pyphen's, which parses all 16,000 of a language before the first word: that takes 50 ms."""

        def __init__(self, path: Path) -> None:
            read = path.read_bytes()
            encoding = read[: read.index(b"\n")].decode()
            letters, lines = (each.decode(encoding).split("\n") for each in (read.translate(None, DIGITS), read))
            self.patterns = Unparsed(zip(letters, lines, strict=True))
            self.cache: dict[str, list[int]] = {}
            self.maxlen = max(map(len, self.patterns))

    path = pyphen.LANGUAGES[PATTERNS[language]]
    pyphen.hdcache[path] = Patterns(path)
    found = pyphen.Pyphen(lang=PATTERNS[language], left=LEAST, right=LEAST)
    pyphen.hdcache.clear()  # else it would keep them as well
    return found


class Unparsed(dict[str, str]):
    """Patterns by their letters, such as `a1b2` by `ab`; each is parsed when a word has these letters."""

    def get(self, letters: str) -> tuple[int, list[int]] | None:  # type: ignore[override]
        """Where the pattern begins in the letters, and the weight of a hyphen before each letter."""
        pattern = super().get(letters)
        return (0, [int(digit or 0) for digit, _letter in WEIGHTS.findall(pattern)]) if pattern else None


def forget_patterns(**_signal: object) -> None:
    """Free the patterns, which take 1 to 3 MB a language, after a request; the words that were seen stay."""
    _patterns.cache_clear()
