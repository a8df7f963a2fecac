"""The sections of a rendered page, each a heading with the sentences below it; pure functions on HTML."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from publishing.content.html import LINE_ENDS, TAG

MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
# That of a table of contents says nothing itself.
HEADING = re.compile(r'<h[12]\b(?![^>]* id="contents")[^>]*>(.*?)</h[12]>', re.DOTALL)
NO_TEXT = re.compile(r"<(script|style|svg|template|nav|form)\b.*?</\1>", re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.!?…»”])\s+(?=[\w«“‘(])")
SHORTEST = 3  # letters of a sentence that somebody may speak of
MOST = 60  # sentences of one section


@dataclass(frozen=True)
class PageSection:
    """A heading of a page, and what stands below it until the next one."""

    number: int  # from one
    heading: str
    sentences: tuple[str, ...]


def sections(html: str) -> list[PageSection]:
    """The sections of the main part of a page."""
    main = _main(html)
    found = list(HEADING.finditer(main))
    ends = [*(each.start() for each in found), len(main)][1:]
    return [
        PageSection(number, " ".join(_words(each[1]).split()), _sentences(main[each.end() : end]))
        for number, (each, end) in enumerate(zip(found, ends, strict=True), start=1)
    ]


def with_boxes(html: str, box: Callable[[PageSection], str]) -> str:
    """The page with what `box` gives for each section right below its heading."""
    main = MAIN.search(html)
    if main is None:
        return html
    left = iter(sections(html))
    filled = HEADING.sub(lambda heading: heading[0] + box(next(left)), main[0])
    return html[: main.start()] + filled + html[main.end() :]


def _main(html: str) -> str:
    found = MAIN.search(html)
    return found[0] if found else ""


def _sentences(html: str) -> tuple[str, ...]:
    lines = _words(html).splitlines()
    said = [" ".join(each.split()) for line in lines for each in SENTENCE_END.split(line)]
    long_enough = [each for each in said if sum(map(str.isalnum, each)) >= SHORTEST]
    return tuple(dict.fromkeys(long_enough))[:MOST]


def _words(html: str) -> str:
    """The words of a part of a page, a line for each block."""
    bare = TAG.sub("", LINE_ENDS.sub("\n", NO_TEXT.sub(" ", html)))
    return unescape(bare).replace("\N{SOFT HYPHEN}", "")
