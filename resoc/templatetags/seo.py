"""Template tags for what machines read of a page."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from publishing.content.html import to_text
from publishing.i18n.languages import Text, current, resolve, resolve_short_title
from publishing.i18n.urls import absolute
from publishing.models import Publishable
from publishing.models.revisions import first_public
from publishing.text.shortening import at_a_word, first_sentences, fitting_title
from resoc.web import share_pictures

register = template.Library()

SITE = " · RESOC Westhoek"  # the end of every title
SPACES = re.compile(r"[ \t\n\r\f]+")  # of HTML, not the ones that keep words together
LONGEST_TITLE = 65  # characters that a browser and a search engine show
LONGEST_DESCRIPTION = 160  # characters that a search engine shows
HEADING = re.compile(r"<h([2-6])\b[^>]*>.*?</h\1>", re.DOTALL)  # no sentence: it would run on into the next text
ANNOUNCING = re.compile(r"\s*:\s*\Z")  # a text that announces a list, which does not follow here
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


def about(obj: Publishable, *fields: str) -> Text:
    """The beginning of the first of these fields that has a text, by default of those that sum it up.

    Else a sentence with its name, and where that is in another language, just its name.
    """
    found = next((each for each in (resolve(obj, field) for field in fields or obj.summary_fields) if each), None)
    if found is None:
        found = resolve(obj, obj.title_field)
        if not found.fallback and (sentence := obj.in_a_sentence):
            return replace(found, value=at_a_word(sentence, LONGEST_DESCRIPTION))
        kind = "" if found.fallback else f"{obj.page_kind} · "
        return replace(found, value=at_a_word(f"{kind}{capfirst(found.shown)}{SITE}", LONGEST_DESCRIPTION))
    said = to_text(HEADING.sub("", found.value)) or to_text(found.value)
    said = SPACES.sub(" ", said).strip(" ")
    shown = ANNOUNCING.sub("", replace(found, value=said).shown)
    return replace(found, value=first_sentences(shown, LONGEST_DESCRIPTION))


@register.simple_tag
def share_type(page: Any) -> str:
    """The kind of this page in the terms of OpenGraph."""
    return SHARE_TYPES.get(getattr(page, "schema_type", ""), "website")


class SharePicture(NamedTuple):
    """The picture that others show of a page."""

    address: str
    alternative: str
    width: int = share_pictures.SIZE[0]
    height: int = share_pictures.SIZE[1]


@register.simple_tag(takes_context=True)
def share_picture(context: Context) -> SharePicture:
    """The picture of its part of the site, in the language of the original of the page."""
    kind, language = share_pictures.kind_of(context.get("section") or ""), context["links"].language
    address = absolute(context["request"], static(share_pictures.path(kind, language)))
    return SharePicture(address, share_pictures.alternative(kind, language))


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
    data = page.structured_data()
    graph: list[dict[str, Any]] = [data | contact | {"url": url} | _of_work(context, page, data)]
    if page.schema_type.endswith("Article") and (licence := _licence(context)):
        graph[0]["license"] = licence
    if data.get("@type") == "Organization":
        graph[0] |= _of_organisation(context)
        graph.append(_website(context))
    if home_url:
        steps = [
            (absolute(request, home_url), "RESOC Westhoek"),
            (url, capfirst(resolve_short_title(page).shown or str(page))),
        ]
        if parent_url:
            steps.insert(1, (absolute(request, parent_url), parent_label))
        items = [
            {"@type": "ListItem", "position": place, "name": str(label), "item": address}
            for place, (address, label) in enumerate(steps, start=1)
        ]
        graph.append({"@type": "BreadcrumbList", "itemListElement": items})
    written = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308


def _of_organisation(context: Context) -> dict[str, Any]:
    """Its logo, where it works, and the number that stands at the foot of every page."""
    where = {"@type": "PostalAddress", "addressRegion": "West-Vlaanderen", "addressCountry": "BE"}
    area = {"@type": "Place", "name": "Westhoek", "address": where}
    data = {"logo": absolute(context["request"], static("icons/icon-512.png")), "areaServed": area}
    secretariat = getattr(context.get("footer"), "secretariat", None)
    number = secretariat.phone_uri.removeprefix("tel:") if secretariat else ""
    return data | ({"telephone": number} if number else {})


def _of_work(context: Context, page: Publishable, data: dict[str, Any]) -> dict[str, Any]:
    """What holds for every article: what it is about, when it was first read, who publishes it, and its source."""
    if data.get("@type") == "Event":
        return {"description": about(page).value, "organizer": _publisher(context)}
    if data.get("@type") not in ("Article", "NewsArticle"):
        return {}
    links = context["links"]
    told: dict[str, Any] = {"description": about(page).value, "publisher": _publisher(context)}
    if "datePublished" not in data and (since := first_public(page)):
        told["datePublished"] = since.isoformat()
    if "image" not in data:
        told["image"] = share_picture(context).address
    if links.is_translation:
        told["translationOfWork"] = {
            "@type": data["@type"],
            "@id": links.default,
            "inLanguage": settings.LANGUAGE_CODE,
        }
    return told


def _publisher(context: Context) -> dict[str, Any]:
    request = context["request"]
    return {
        "@type": "Organization",
        "name": "RESOC Westhoek",
        "url": absolute(request, reverse("home")),
        "logo": absolute(request, static("icons/icon-512.png")),
    }


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
