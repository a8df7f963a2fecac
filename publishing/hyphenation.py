"""Where long words in headings may break: between two syllables, with a hyphen.

Browsers hyphenate running text by themselves, but not each has a dictionary of each language, and without one
a long word in a heading is torn in two. Soft hyphens are put in while rendering and never stored: in the
data they would hide a word from search.
"""

import re
from functools import cache, lru_cache
from typing import Any

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
LONG_WORD = re.compile(r"[^\W\d_]{12,}")  # shorter ones fit on a telephone, and are better left whole
PATTERNS = {"nl": "nl_NL", "fr": "fr", "en": "en_GB"}  # of pyphen, by the code of our language
LEAST = 4  # letters before and after a hyphen
HEADING = re.compile(r"(<h([1-6])\b[^>]*>)(.*?)(</h\2>)", re.DOTALL)
TEXT = re.compile(r"(?:^|(?<=>))[^<]+")


def hyphenated(text: str, language: str) -> str:
    """`text`, plain or escaped, with soft hyphens in its long words; as it is in a language without patterns."""
    return LONG_WORD.sub(lambda word: _hyphenated(word[0], language), text) if language in PATTERNS else text


def with_hyphenated_headings(html: str, language: str) -> str:
    """Rich text with soft hyphens in the long words of its headings."""
    return HEADING.sub(
        lambda found: f"{found[1]}{TEXT.sub(lambda text: hyphenated(text[0], language), found[3])}{found[4]}", html
    )


@lru_cache(maxsize=5_000)
def _hyphenated(word: str, language: str) -> str:
    return str(_patterns(language).inserted(word, SOFT_HYPHEN))


@cache
def _patterns(language: str) -> Any:
    import pyphen  # only now: its patterns take some megabytes, and many pages have no long word

    return pyphen.Pyphen(lang=PATTERNS[language], left=LEAST, right=LEAST)
