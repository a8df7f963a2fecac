"""JSON-LD, in the vocabulary of schema.org, about the page that a template renders.

Each function takes the context of the template, which holds the request and the links of the page.
"""

from collections.abc import Iterable
from html import unescape
from typing import Any

from django.conf import settings
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import override

from publishing.i18n.languages import CODES, current, resolve, resolve_short_title, translated_fields
from publishing.i18n.urls import absolute
from publishing.models import Publishable
from publishing.models.revisions import first_public
from resoc.seo.descriptions import NAME, SITE, about
from resoc.seo.share_pictures import share_picture

Graph = list[dict[str, Any]]


def _licence(context: Context) -> dict[str, str]:
    """The address of the licence under which the texts may be reused, once one was chosen."""
    details = getattr(context.get("footer"), "details", None)
    return {"license": details.licence_url} if details and details.licence_url else {}


def of_object(
    context: Context, home_url: str = "", parent_url: str = "", parent_label: str = "", details: Any = None
) -> Graph:
    """The page of one object, with the contact `details` of its subject and, given the home page, the breadcrumb.

    Nothing about a draft or an old version.
    """
    page = context.get("page")
    if not isinstance(page, Publishable) or page.revision is None or context.get("version"):
        return []
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
    return graph


def of_overview(context: Context, *lists: Iterable[Any], kind: str = "CollectionPage") -> Graph:
    """An overview, with the rows of its `lists`, in order. Members of RESOC are not among them: they have no page.

    Nothing about a list that a visitor filtered: that is no page of its own.
    """
    if context.get("is_filtered"):
        return []
    url, name = context["links"].canonical, unescape(context["page_title"]).removesuffix(SITE)
    found = [(address, _name(each)) for rows in lists for each in rows if (address := each.get_absolute_url())]
    items = _items([(absolute(context["request"], address), label) for address, label in found], "url")
    page = _page(context, kind, name, context["is_translation"])
    if items:
        page["mainEntity"] = {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
    return [page | _licence(context), _trail(context, (url, name))]


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
