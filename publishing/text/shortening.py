"""Texts that must fit in a small place, such as the title of a window or what a search engine shows of a page.

Pure functions on plain text.
"""

import re

ELLIPSIS = "…"
# The end of a sentence: not of an abbreviation (`m.b.t. de`), and not before a number (`art. 13`).
SENTENCE = re.compile(r"[.!?…][”’»)]?(?=\s+[A-ZÀ-ÖØ-Þ‘“«(])")
DANGLING = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE},;:.–—·(«‘“-"


def fitting_title(title: str, site: str, most: int) -> str:
    """`title` with `site` behind it if both fit in `most` characters, else alone, shortened only when it must be."""
    whole = f"{title}{site}"
    return whole if len(whole) <= most else at_a_word(title, most)


def at_a_word(text: str, most: int) -> str:
    """`text` in at most `most` characters: shortened after a word, with an ellipsis; inside one that is too long."""
    if len(text) <= most:
        return text
    cut = text[:most]
    if not text[most - 1].isspace():
        cut = cut[: most - 1] if " " not in cut.strip() else cut[: cut.rstrip().rindex(" ")]
    kept = cut.rstrip(DANGLING)
    if kept.count("(") > kept.count(")"):  # what stands between brackets is left out as a whole
        kept = kept[: kept.rindex("(")].rstrip(DANGLING)
    return f"{kept or text[: most - 1]}{ELLIPSIS}"


def uncapitalised(text: str) -> str:
    """`text` as it stands within a sentence: with a small first letter, unless that begins an abbreviation."""
    return text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def first_sentences(text: str, most: int) -> str:
    """As many whole sentences of `text` as fit in `most` characters; of a first one that is longer, its first words."""
    if len(text) <= most:
        return text
    ends = [found.end() for found in SENTENCE.finditer(text) if found.end() <= most]
    return text[: ends[-1]] if ends else at_a_word(text, most)
