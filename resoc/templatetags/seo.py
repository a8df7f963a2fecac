"""Template tags for the parts of a page that search engines and other programs read."""

import json
from collections.abc import Iterable
from html import unescape
from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from publishing.i18n.languages import Text
from publishing.text.shortening import first_sentences, fitting_title
from resoc.seo import linked_data
from resoc.seo.descriptions import LONGEST_DESCRIPTION, SITE, SPACES, about
from resoc.seo.share_pictures import share_picture

register = template.Library()

LONGEST_TITLE = 65  # characters that a browser and a search engine show
SHARE_TYPES = {"Article": "article", "NewsArticle": "article", "Person": "profile"}  # of schema.org and of OpenGraph

# As django.utils.html.json_script does: nothing in the data can end the element.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_block_tag
def one_line(content: str) -> SafeString:
    """Its content without line breaks, to be used in more than one place; hard spaces stay what they are."""
    return mark_safe(SPACES.sub(" ", content).strip(" "))  # noqa: S308  (escaped by the templates)


@register.filter
def without_site(title: str) -> SafeString:
    """A title for a place that names the site beside it."""
    return mark_safe(title.removesuffix(SITE))  # noqa: S308  (escaped by the templates)


@register.filter
def for_browser(title: str) -> SafeString | str:
    """A whole title, escaped, as the title of a window: short enough to be read."""
    whole = unescape(title)
    own = whole.removesuffix(SITE)
    return conditional_escape(fitting_title(own, SITE if own != whole else "", LONGEST_TITLE))


@register.simple_tag
def description(obj: Any, *fields: str, otherwise: str = "") -> SafeString | str:
    """What the page is about, for search engines and whoever shares it: of an object, or a sentence of our own."""
    found = about(obj, *fields) if obj else Text("")
    said = found.value or first_sentences(str(otherwise), LONGEST_DESCRIPTION)
    lang = format_html(' lang="{}"', found.language) if found.fallback else ""
    return format_html(
        '<meta name="description"{0} content="{1}"><meta property="og:description"{0} content="{1}">', lang, said
    )


@register.simple_tag
def share_type(page: Any) -> str:
    """The kind of this page in the terms of OpenGraph."""
    return SHARE_TYPES.get(getattr(page, "schema_type", ""), "website")


register.simple_tag(share_picture, takes_context=True)


@register.simple_tag(takes_context=True)
def structured_data(
    context: Context, home_url: str = "", parent_url: str = "", parent_label: str = "", details: Any = None
) -> SafeString | str:
    """JSON-LD of the page, with the contact `details` of its subject and, given the home page, the breadcrumb."""
    return as_script(linked_data.of_object(context, home_url, parent_url, parent_label, details))


@register.simple_tag(takes_context=True)
def structured_list(context: Context, *lists: Iterable[Any], kind: str = "CollectionPage") -> SafeString | str:
    """JSON-LD of an overview, with the rows of its `lists`, in order."""
    return as_script(linked_data.of_overview(context, *lists, kind=kind))


def as_script(graph: list[dict[str, Any]]) -> SafeString | str:
    """A graph of JSON-LD as an element of HTML; nothing when it is empty."""
    if not graph:
        return ""
    written = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308
