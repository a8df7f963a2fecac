"""Template tags for what machines read of a page."""

import json
import re
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst

from publishing.content.html import to_text
from publishing.i18n.languages import current, resolve
from publishing.i18n.urls import absolute
from publishing.models import Publishable

register = template.Library()

SITE = " · RESOC Westhoek"  # the end of every title
SPACES = re.compile(r"[ \t\n\r\f]+")  # of HTML, not the ones that keep words together
DESCRIPTION_LENGTH = 200  # characters
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


@register.simple_tag
def description(obj: Any, *fields: str) -> SafeString | str:
    """The first of these fields that has a text, for search engines and whoever shares the page."""
    found = next((each for each in (resolve(obj, field) for field in fields) if each), None) if obj else None
    if found is None:
        return ""
    said = Truncator(SPACES.sub(" ", to_text(found.value)).strip(" ")).chars(DESCRIPTION_LENGTH)
    lang = format_html(' lang="{}"', found.language) if found.fallback else ""
    return format_html(
        '<meta name="description"{0} content="{1}"><meta property="og:description"{0} content="{1}">', lang, said
    )


@register.simple_tag
def share_type(page: Any) -> str:
    """The kind of this page in the terms of OpenGraph."""
    return SHARE_TYPES.get(getattr(page, "schema_type", ""), "website")


def _licence(context: Context) -> str:
    """The address of the licence under which the texts may be reused; "" when none was chosen."""
    details = getattr(context.get("footer"), "details", None)
    return details.licence_url if details else ""


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
    about = page.structured_data()
    graph: list[dict[str, Any]] = [about | contact | {"url": url} | _of_work(context, about)]
    if page.schema_type.endswith("Article") and (licence := _licence(context)):
        graph[0]["license"] = licence
    if about.get("@type") == "Organization":
        graph[0] |= _of_organisation(context)
        graph.append(_website(context))
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


def _of_organisation(context: Context) -> dict[str, Any]:
    """Its logo, where it works, and the number that stands at the foot of every page."""
    area = {"@type": "Place", "name": "Westhoek", "address": {"@type": "PostalAddress", "addressCountry": "BE"}}
    data = {"logo": absolute(context["request"], static("icons/icon-512.png")), "areaServed": area}
    secretariat = getattr(context.get("footer"), "secretariat", None)
    number = secretariat.phone_uri.removeprefix("tel:") if secretariat else ""
    return data | ({"telephone": number} if number else {})


def _of_work(context: Context, about: dict[str, Any]) -> dict[str, Any]:
    """What holds for every article: who publishes it, its picture, and the source of a translation."""
    if about.get("@type") not in ("Article", "NewsArticle"):
        return {}
    request, links = context["request"], context["links"]
    publisher = {
        "@type": "Organization",
        "name": "RESOC Westhoek",
        "url": absolute(request, reverse("home")),
        "logo": absolute(request, static("icons/icon-512.png")),
    }
    data: dict[str, Any] = {"publisher": publisher}
    if "image" not in about:
        data["image"] = links.share_picture
    if links.is_translation:
        data["translationOfWork"] = {
            "@type": about["@type"],
            "@id": links.default,
            "inLanguage": settings.LANGUAGE_CODE,
        }
    return data


def _website(context: Context) -> dict[str, Any]:
    """The site as a whole, with the address of its search."""
    request = context["request"]
    target = f"{absolute(request, reverse('search'))}?q={{search_term_string}}"
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": target},
        "query-input": "required name=search_term_string",
    }
    data = {"@type": "WebSite", "name": "RESOC Westhoek", "url": absolute(request, reverse("home"))}
    return data | {"inLanguage": current(), "potentialAction": action}
