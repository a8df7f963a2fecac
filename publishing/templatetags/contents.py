"""A template tag for long pages: the list of what is on them, with links."""

import re
from html import unescape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from publishing.content.html import TAG
from publishing.i18n.languages import current
from publishing.text.hyphenation import hyphenated, with_hyphenated_headings
from publishing.text.transliteration import to_slug

register = template.Library()

HEADING = re.compile(r'<h2(?: id="([^"]+)")?>(.*?)</h2>', re.DOTALL)
NUMBER = re.compile(r'<sup class="note">.*?</sup>', re.DOTALL)  # of a footnote
WITHIN = re.compile(r'<nav class="contents on-screen".*?</nav>', re.DOTALL)  # what a long text lists of itself
FEWEST = 3  # headings that are worth a list


@register.simple_block_tag
def with_contents(content: str) -> SafeString:
    """Its content, and where that has some headings, beside it the links to each of them.

    A text that is partly in another language is left as it is: then nobody knows what language a heading is in.
    """
    alone = WITHIN.sub("", content)
    if len(HEADING.findall(alone)) < FEWEST or " lang=" in content:
        return mark_safe(content)  # noqa: S308  (escaped by the templates)
    links: list[tuple[str, SafeString]] = []

    def named(heading: re.Match[str]) -> str:
        words = TAG.sub("", NUMBER.sub("", heading[2])).strip()
        address = heading[1] or f"{to_slug(unescape(words), 'deel')}-{len(links) + 1}"
        links.append((address, mark_safe(hyphenated(words, current()))))  # noqa: S308
        return f'<h2 id="{address}">{heading[2]}</h2>'

    shown = with_hyphenated_headings(HEADING.sub(named, alone), current())
    items = format_html_join("", '<li><a href="#{}">{}</a></li>', links)
    nav = format_html(
        '<nav class="on-this-page on-screen" aria-labelledby="contents">'
        '<p id="contents">{}</p><ul class="plain">{}</ul></nav>',
        _("On this page"),
        items,
    )
    return format_html('<div class="title-left">{}{}</div>', nav, mark_safe(shown))  # noqa: S308
