"""Template tags for what machines read of a page."""

import json
from html import unescape
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst

from publishing.addresses import absolute
from publishing.languages import resolve
from publishing.models import Publishable
from publishing.rich_text import plain_small_letters

register = template.Library()

SITE = " · RESOC Westhoek"  # the end of every title
DESCRIPTION_LENGTH = 200  # characters
SHARE_TYPES = {"Article": "article", "Person": "profile"}  # of schema.org and of OpenGraph

# As django.utils.html.json_script does: nothing in the data can end the element.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_block_tag
def one_line(content: str) -> SafeString:
    """What it encloses without line breaks, to be said in more than one place."""
    return mark_safe(" ".join(content.split()))  # noqa: S308  (escaped by the templates)


@register.filter
def without_site(title: str) -> SafeString:
    """A title for a place that names the site beside it."""
    return mark_safe(title.removesuffix(SITE))  # noqa: S308  (escaped by the templates)


@register.simple_tag
def description(obj: Any, *fields: str) -> SafeString | str:
    """The first of these fields that has a text, for search engines and whoever shares the page."""
    found = next((each for each in (resolve(obj, field) for field in fields) if each), None) if obj else None
    if found is None:
        return ""
    words = unescape(strip_tags(plain_small_letters(found.value).replace("<", " <"))).split()
    said = Truncator(" ".join(words)).chars(DESCRIPTION_LENGTH)
    lang = format_html(' lang="{}"', found.language) if found.fallback else ""
    return format_html(
        '<meta name="description"{0} content="{1}"><meta property="og:description"{0} content="{1}">', lang, said
    )


@register.simple_tag
def share_type(page: Any) -> str:
    """What kind of page this is in the terms of OpenGraph."""
    return SHARE_TYPES.get(getattr(page, "schema_type", ""), "website")


@register.simple_tag(takes_context=True)
def structured_data(
    context: Context, home_url: str = "", parent_url: str = "", parent_label: str = "", details: Any = None
) -> SafeString | str:
    """JSON-LD of the page, with the contact `details` of what it is about and, given the home page, the way to it."""
    page, request = context.get("page"), context["request"]
    if not isinstance(page, Publishable) or page.revision is None or context.get("version"):
        return ""
    url = context["links"].canonical
    contact = details.structured_data() if details else {}
    graph: list[dict[str, Any]] = [page.structured_data() | contact | {"url": url}]
    if home_url:
        steps = [(absolute(request, home_url), "RESOC Westhoek"), (url, capfirst(str(page)))]
        if parent_url:
            steps.insert(1, (absolute(request, parent_url), parent_label))
        items = [
            {"@type": "ListItem", "position": place, "name": str(label), "item": address}
            for place, (address, label) in enumerate(steps, start=1)
        ]
        graph.append({"@type": "BreadcrumbList", "itemListElement": items})
    data = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(data))  # noqa: S308
