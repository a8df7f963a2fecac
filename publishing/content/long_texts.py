"""What a long text gets when it is shown: addresses of its headings, a table of contents, and its footnotes.

Pure functions on sanitised HTML. All is worked out from the text alone, so an address that somebody noted of a
version stays right for that version.

A footnote is stored where it belongs, as `<small>` around its words: it moves with the text, and no number can go
astray. Readers see a number there, and the words below the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override

from publishing.content.html import to_text
from publishing.text.hyphenation import hyphenated
from publishing.text.transliteration import to_slug

HEADING = re.compile(r"<(h[23])>(.*?)</\1>", re.DOTALL)
# No other note is in it, and nothing that ends a paragraph: what says otherwise is shown as it stands.
NOTE = re.compile(
    r"\s*<small>((?:(?!</?(?:small|p|h2|h3|ul|ol|li|blockquote|table|t[rdh]|thead|tbody)\b).)*)</small>", re.DOTALL
)
ADDRESSED = re.compile(r'<h([23]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
SMALL_TAG = re.compile(r"</?small>")
BROKEN = re.compile(r"\s*<br>\s*")
LONGEST_ID = 60  # letters
LEAST_HEADINGS = 3
LEAST_LETTERS = 4_000  # of the text with its tags, about three screens: what is shorter is seen at a glance


@dataclass
class Heading:
    """A heading of a text, with those that stand below it."""

    address: str
    words: str
    below: list["Heading"] = field(default_factory=list)


def without_notes(html: str) -> str:
    """`html` without its footnotes, as a heading is named elsewhere."""
    return SMALL_TAG.sub("", NOTE.sub("", html))


def with_notes_between_brackets(html: str) -> str:
    """`html` with each footnote where it belongs, between brackets: for where nothing comes below a text."""
    return SMALL_TAG.sub("", NOTE.sub(r" (\1)", html)) if "<small>" in html else html


def with_addresses_of_headings(html: str) -> str:
    """`html` in which each heading has an address of its own, made of its words; `-2` for the second of the same."""
    seen: set[str] = set()

    def addressed(found: re.Match[str]) -> str:
        words = _words(found[2])
        base = name = "s-" + (to_slug(words)[:LONGEST_ID].strip("-") or "x")  # no id of the page itself begins so
        number = 1
        while name in seen:
            number += 1
            name = f"{base}-{number}"
        seen.add(name)
        return f'<{found[1]} id="{name}">{found[2]}</{found[1]}>'

    return HEADING.sub(addressed, html)


def contents(html: str, language: str) -> SafeString:
    """The table of contents of `html`, whose headings have addresses; "" for what is short."""
    headings = list(_tree(html, language))
    count = sum(1 + len(each.below) for each in headings)
    if count < LEAST_HEADINGS or len(html) < LEAST_LETTERS:
        return mark_safe("")
    with override(language):
        return mark_safe(render_to_string("publishing/contents.html", {"headings": headings}))  # noqa: S308


def with_notes_below(html: str, prefix: str, language: str) -> SafeString:
    """`html` with a number for each footnote, and its words below; `prefix` keeps two texts of a page apart."""
    if "<small>" not in html:
        return mark_safe(html)  # noqa: S308
    notes: list[str] = []
    with override(language):

        def numbered(found: re.Match[str]) -> str:
            words = found[1].strip()
            if not to_text(words).strip():
                return ""
            notes.append(words)
            number = len(notes)
            return format_html(
                '<sup class="note"><a href="#{0}-{1}" id="{0}-{1}-back" role="doc-noteref"'
                ' aria-label="{2}">{1}</a></sup>',
                prefix,
                number,
                gettext("Note %d") % number,
            )

        html = SMALL_TAG.sub("", NOTE.sub(numbered, html))
        if not notes:
            return mark_safe(html)  # noqa: S308
        rows = [{"number": number, "words": mark_safe(words)} for number, words in enumerate(notes, 1)]  # noqa: S308
        below = render_to_string("publishing/notes.html", {"notes": rows, "prefix": prefix})
    return mark_safe(html + below)  # noqa: S308


def _words(html: str) -> str:
    return " ".join(to_text(BROKEN.sub(" ", without_notes(html))).split())


def _tree(html: str, language: str) -> Iterator[Heading]:
    """The headings of `html`, the smaller ones below the larger before them."""
    last: Heading | None = None
    for level, address, words in ADDRESSED.findall(html):
        heading = Heading(unescape(address), hyphenated(_words(words), language))
        if not heading.words:
            continue
        if level == "3" and last:
            last.below.append(heading)
            continue
        if last:
            yield last
        last = heading
    if last:
        yield last
