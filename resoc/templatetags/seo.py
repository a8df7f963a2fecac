"""Template tags for what machines read of a page."""

import json
import re
from collections.abc import Iterable
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
from django.utils.translation import override

from publishing.content.html import to_text
from publishing.i18n.languages import CODES, Text, current, resolve, resolve_short_title, translated_fields
from publishing.i18n.urls import absolute
from publishing.models import Publishable
from publishing.models.revisions import first_public
from publishing.text.shortening import at_a_word, first_sentences, fitting_title
from resoc.web import share_pictures

register = template.Library()

NAME = "RESOC Westhoek"
SITE = f" · {NAME}"  # the end of every title
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


def _licence(context: Context) -> dict[str, str]:
    """The address of the licence under which the texts may be reused, once one was chosen."""
    details = getattr(context.get("footer"), "details", None)
    return {"license": details.licence_url} if details and details.licence_url else {}


@register.simple_tag(takes_context=True)
def structured_data(
    context: Context, home_url: str = "", parent_url: str = "", parent_label: str = "", details: Any = None
) -> SafeString | str:
    """JSON-LD of the page, with the contact `details` of what it is about and, given the home page, the way to it."""
    page = context.get("page")
    if not isinstance(page, Publishable) or page.revision is None or context.get("version"):
        return ""
    url = context["links"].canonical
    contact = details.structured_data() if details else {}
    data = page.structured_data()
    node: dict[str, Any] = data | contact | {"@id": _node_id(url, page), "url": url} | _of_work(context, page, data)
    graph = [node]
    is_translation = any(resolve(page, name).translated for name in translated_fields(type(page)) if name != "slug")
    if page.schema_type.endswith("Article"):
        node |= _licence(context) | _source(context, node, is_translation)
    if data.get("@type") == "Person":
        node["worksFor"] = _organisation(context)
    if data.get("@type") == "Organization":
        node |= {"@id": _organisation_id(context)} | _of_organisation(context)
        graph.append(_website(context))
    if not page.schema_type.endswith("Article"):  # no body, person or meeting is translated, but the page about it
        about_it = {"mainEntity": {"@type": data["@type"], "@id": node["@id"]}}
        graph.append(_page(context, "WebPage", _name(page), is_translation) | about_it)
    if home_url:
        steps = [(absolute(context["request"], parent_url), str(parent_label))] if parent_url else []
        graph.append(_trail(context, *steps, (url, _name(page))))
    return _written(graph)


@register.simple_tag(takes_context=True)
def structured_list(context: Context, *lists: Iterable[Any], kind: str = "CollectionPage") -> SafeString | str:
    """JSON-LD of an overview, with what stands in its `lists`, in order; members of RESOC are named to nobody else.

    What remains of it after a choice is no page of its own.
    """
    if context.get("is_filtered"):
        return ""
    url, name = context["links"].canonical, unescape(context["page_title"]).removesuffix(SITE)
    found = [(address, _name(each)) for rows in lists for each in rows if (address := each.get_absolute_url())]
    items = _items([(absolute(context["request"], address), label) for address, label in found], "url")
    page = _page(context, kind, name, context["is_translation"])
    if items:
        page["mainEntity"] = {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
    return _written([page | _licence(context), _trail(context, (url, name))])


def _page(context: Context, kind: str, name: str, is_translation: bool) -> dict[str, Any]:
    """A page that is no article itself."""
    links = context["links"]
    page = {
        "@type": kind,
        "@id": f"{links.canonical}#page",
        "url": links.canonical,
        "name": name,
        "inLanguage": links.language,
        "isPartOf": _part_of(context),
        "publisher": _organisation(context),
    }
    return page | _source(context, page, is_translation)


def _source(context: Context, work: dict[str, Any], is_translation: bool) -> dict[str, Any]:
    """What `work` was translated from."""
    links = context["links"]
    if not is_translation or links.language != current() or links.default == links.canonical:
        return {}
    place = work["@id"].removeprefix(links.canonical)
    source = {"@type": work["@type"], "@id": links.default + place, "inLanguage": settings.LANGUAGE_CODE}
    return {"translationOfWork": source}


def _written(graph: list[dict[str, Any]]) -> SafeString:
    written = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308


def _name(obj: Publishable) -> str:
    return capfirst(resolve_short_title(obj).shown or str(obj))


def _items(steps: Iterable[tuple[str, str]], address: str) -> list[dict[str, Any]]:
    """A numbered list, of which each member says its address by that name."""
    return [
        {"@type": "ListItem", "position": place, "name": name, address: url}
        for place, (url, name) in enumerate(steps, start=1)
    ]


def _trail(context: Context, *steps: tuple[str, str]) -> dict[str, Any]:
    """The way to here from the home page of this language, by whole addresses."""
    home = absolute(context["request"], reverse("home"))
    return {"@type": "BreadcrumbList", "itemListElement": _items([(home, NAME), *steps], "item")}


def _home(context: Context) -> str:
    """The address of the site: the one that every language leads to."""
    with override(settings.LANGUAGE_CODE):
        return absolute(context["request"], reverse("home"))


def _organisation_id(context: Context) -> str:
    return f"{_home(context)}#organization"


def _website_id(context: Context) -> str:
    return f"{_home(context)}#website"


def _node_id(url: str, page: Publishable) -> str:
    """By what other pages name what this page is about; the page itself is at `url`."""
    return f"{url}#{page.schema_type.removeprefix('News').lower()}"


def _of_organisation(context: Context) -> dict[str, Any]:
    """Its logo, where it works, and the number that stands at the foot of every page."""
    where = {"@type": "PostalAddress", "addressRegion": "West-Vlaanderen", "addressCountry": "BE"}
    area = {"@type": "Place", "name": "Westhoek", "address": where}
    data = {"logo": absolute(context["request"], static("icons/icon-512.png")), "areaServed": area}
    secretariat = getattr(context.get("footer"), "secretariat", None)
    number = secretariat.phone_uri.removeprefix("tel:") if secretariat else ""
    return data | ({"telephone": number} if number else {})


def _of_work(context: Context, page: Publishable, data: dict[str, Any]) -> dict[str, Any]:
    """What holds for every article: what it is about, when it was first read, who publishes it."""
    if data.get("@type") == "Event":
        return {"description": about(page).value, "organizer": _organisation(context)}
    if data.get("@type") not in ("Article", "NewsArticle"):
        return {}
    ours = _organisation(context)
    told: dict[str, Any] = {"description": about(page).value, "author": ours, "publisher": ours}
    told["isPartOf"] = _part_of(context)
    if "datePublished" not in data and (since := first_public(page)):
        told["datePublished"] = since.isoformat()
    if "image" not in data:
        told["image"] = share_picture(context).address
    return told


def _organisation(context: Context) -> dict[str, Any]:
    """The body whose site this is, as other pages than its own name it."""
    return {
        "@type": "Organization",
        "@id": _organisation_id(context),
        "name": NAME,
        "url": _home(context),
        "logo": absolute(context["request"], static("icons/icon-512.png")),
    }


def _part_of(context: Context) -> dict[str, Any]:
    """The site, as its pages name it."""
    return {"@type": "WebSite", "@id": _website_id(context), "name": NAME, "url": _home(context)}


def _website(context: Context) -> dict[str, Any]:
    """The site as a whole, with the address of its search in the language being spoken."""
    target = f"{absolute(context['request'], reverse('search'))}?q={{search_term_string}}"
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": target},
        "query-input": "required name=search_term_string",
    }
    data = _part_of(context) | {
        "inLanguage": list(CODES),
        "publisher": _organisation(context),
        "potentialAction": action,
    }
    return data | _licence(context)
