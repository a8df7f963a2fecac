"""A template tag for long texts: the list of what is on the page, with links."""

import re
from html import unescape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from publishing.content.html import TAG
from publishing.text.transliteration import to_slug

register = template.Library()

HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
FEWEST = 3  # headings that are worth a list


@register.simple_block_tag
def with_contents(content: str) -> SafeString:
    """Its content, and where that has some headings, beside it the links to each of them.

    A text that is partly in another language is left as it is: then nobody knows what language a heading is in.
    """
    if len(HEADING.findall(content)) < FEWEST or " lang=" in content:
        return mark_safe(content)  # noqa: S308  (escaped by the templates)
    links: list[tuple[str, SafeString]] = []

    def named(heading: re.Match[str]) -> str:
        words = TAG.sub("", heading[1]).strip()
        slug = f"{to_slug(unescape(words), 'deel')}-{len(links) + 1}"
        links.append((slug, mark_safe(words)))  # noqa: S308
        return f'<h2 id="{slug}">{heading[1]}</h2>'

    shown = HEADING.sub(named, content)
    items = format_html_join("", '<li><a href="#{}">{}</a></li>', links)
    nav = format_html(
        '<nav class="contents on-screen" aria-labelledby="contents">'
        '<p id="contents">{}</p><ul class="plain">{}</ul></nav>',
        _("On this page"),
        items,
    )
    return format_html('<div class="title-left">{}{}</div>', nav, mark_safe(shown))  # noqa: S308
