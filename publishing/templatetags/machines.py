"""Template tags for what machines read of a page."""

import json
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from publishing.addresses import absolute
from publishing.models import Publishable

register = template.Library()

# As django.utils.html.json_script does: nothing in the data can end the element.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def structured_data(
    context: Context, home_url: str = "", parent_url: str = "", parent_label: str = ""
) -> SafeString | str:
    """JSON-LD of the page and, given the home page, of the way to it."""
    page, request = context.get("page"), context["request"]
    if not isinstance(page, Publishable) or page.revision is None or context.get("version"):
        return ""
    url = absolute(request, page.get_absolute_url())
    graph: list[dict[str, Any]] = [page.structured_data() | {"url": url}]
    if home_url:
        steps = [(home_url, "RESOC Westhoek"), (page.get_absolute_url(), str(page))]
        if parent_url:
            steps.insert(1, (parent_url, parent_label))
        items = [
            {"@type": "ListItem", "position": place, "name": str(label), "item": absolute(request, address)}
            for place, (address, label) in enumerate(steps, start=1)
        ]
        graph.append({"@type": "BreadcrumbList", "itemListElement": items})
    data = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(data))  # noqa: S308
