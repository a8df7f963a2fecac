"""A strict reading of the linked data of a page, by what schema.org and search engines ask of each kind."""

import re
from datetime import date, datetime
from typing import Any

Data = dict[str, Any]

# For each kind: what it must have, and what it may have besides. Whatever else it says is a mistake.
ARTICLE = {"@id", "headline", "inLanguage", "datePublished", "dateModified", "description", "image", "url"}
PAGE = {"@id", "url", "name", "inLanguage", "isPartOf", "publisher"}
KINDS: dict[str, tuple[set[str], set[str]]] = {
    "Organization": (
        {"@id", "name", "url", "logo"},
        {"slogan", "description", "telephone", "email", "address", "areaServed"},
    ),
    "Person": ({"@id", "name", "url", "worksFor"}, {"jobTitle", "telephone", "email"}),
    "Article": (ARTICLE | {"author", "publisher", "isPartOf"}, {"license", "translationOfWork", "identifier"}),
    "Event": (
        {"@id", "name", "startDate", "eventStatus", "organizer", "description", "inLanguage", "url"},
        {"endDate", "location", "eventAttendanceMode"},
    ),
    "WebSite": ({"@id", "name", "url", "inLanguage", "publisher", "potentialAction"}, {"license"}),
    "CollectionPage": (PAGE, {"mainEntity", "license", "translationOfWork"}),
    "ContactPage": (PAGE, {"mainEntity", "license", "translationOfWork"}),
    "WebPage": (PAGE | {"mainEntity"}, {"translationOfWork"}),
    "ItemList": ({"numberOfItems", "itemListElement"}, set()),
    "SearchAction": ({"target", "query-input"}, set()),
    "EntryPoint": ({"urlTemplate"}, set()),
    "BreadcrumbList": ({"itemListElement"}, set()),
    "ListItem": ({"position", "name"}, {"item", "url"}),
    "Place": ({"name"}, {"address"}),
    "VirtualLocation": ({"url"}, set()),
    "PostalAddress": ({"addressCountry"}, {"streetAddress", "postalCode", "addressLocality", "addressRegion"}),
}
KINDS["NewsArticle"] = KINDS["Article"]
# What a property may hold, when that is a thing and no text.
RANGES = {
    "worksFor": {"Organization"},
    "author": {"Organization"},
    "publisher": {"Organization"},
    "organizer": {"Organization"},
    "isPartOf": {"WebSite"},
    "mainEntity": {"ItemList", "Organization", "Person", "Event"},
    "itemListElement": {"ListItem"},
    "potentialAction": {"SearchAction"},
    "target": {"EntryPoint"},
    "address": {"PostalAddress"},
    "areaServed": {"Place"},
    "location": {"Place", "VirtualLocation"},
    "translationOfWork": {"Article", "NewsArticle", "CollectionPage", "ContactPage", "WebPage"},
}
# Each kind of page, by the name of its address, and what it says of itself besides the way to it.
OF_PAGES = {
    "home": {"Organization", "WebSite", "WebPage"},
    "priority_list": {"CollectionPage"},
    "priority_detail": {"Article"},
    "theme_list": {"CollectionPage"},
    "theme_detail": {"Article"},
    "update_list": {"CollectionPage"},
    "update_detail": {"NewsArticle"},
    "opinion_list": {"CollectionPage"},
    "opinion_detail": {"Article"},
    "meeting_list": {"CollectionPage"},
    "meeting_detail": {"Event", "WebPage"},
    "member_list": {"CollectionPage"},
    "contact": {"ContactPage"},
    "staff_detail": {"Person", "WebPage"},
    "text_page": {"Article"},
}
# Forms, answers to a question and what is read by a secret: a search engine has no use for them.
OF_NO_KIND = {"search", "contact_form", "shared", "translate", "translate_page"}
OF_NO_KIND |= {"follow", "follow_confirm", "follow_leave"}
A_SOURCE = ({"@id", "inLanguage"}, set[str]())  # what a translation was made from is told apart, not told whole
PARTIAL = {"isPartOf": {"@id", "name", "url"}}  # the site as its pages name it
REFERENCE = {"@type", "@id"}  # to what this page, or another one, tells of
ADDRESSES = {"url", "logo", "image", "item", "@id", "license", "eventStatus", "eventAttendanceMode", "urlTemplate"}
DATES = {"datePublished", "dateModified", "startDate", "endDate"}
NUMBERS = {"position", "numberOfItems"}


def mistakes(document: Data) -> list[str]:
    """What is wrong with a JSON-LD document, each as a sentence."""
    found = [] if set(document) == {"@context", "@graph"} else ["It is not a context and a graph."]
    if document.get("@context") != "https://schema.org":
        found.append("The terms are not those of schema.org.")
    for node in document.get("@graph", []):
        found += _of_node(node)
    return found


def names(document: Data) -> tuple[set[str], set[str]]:
    """By which `@id` the things are known that a document tells of, and those that it names only."""
    told = {node["@id"] for node in document["@graph"] if "@id" in node}
    return told, _named(document["@graph"]) - told


def _named(value: object) -> set[str]:
    if isinstance(value, list):
        return {name for each in value for name in _named(each)}
    if not isinstance(value, dict):
        return set()
    own = {value["@id"]} if "@id" in value else set()
    return own | _named([*value.values()])


def _of_node(node: Data, name: str = "") -> list[str]:
    kind = node.get("@type", "")
    if kind not in KINDS:
        return [f"{name}: {kind!r} is no kind that we know."]
    if name and set(node) == REFERENCE:
        return [] if kind in RANGES[name] else [f"{name} is a {kind}."]
    must, may = A_SOURCE if name == "translationOfWork" else KINDS[kind]
    must = PARTIAL.get(name, must)
    if kind == "Organization" and not name:
        must = must | {"description"}
    given = set(node) - {"@type"}
    found = [] if kind in RANGES.get(name, {kind}) else [f"{name} is a {kind}."]
    found += [f"{kind} has no {each}." for each in sorted(must - given)]
    found += [f"{kind} has an odd {each}." for each in sorted(given - must - may)]
    for key in sorted(given):
        for value in node[key] if isinstance(node[key], list) else [node[key]]:
            found += _of_node(value, key) if isinstance(value, dict) else _of_value(kind, key, value)
    if kind in ("BreadcrumbList", "ItemList"):
        places = [each["position"] for each in node["itemListElement"]]
        found += [] if places == list(range(1, len(places) + 1)) else ["The steps are not in order."]
    return found


def _of_value(kind: str, key: str, value: object) -> list[str]:
    said = f"{kind}.{key} is {value!r}"
    if key in RANGES:
        return [f"{said}: no thing."]
    if key in NUMBERS:
        return [] if isinstance(value, int) else [f"{said}: no number."]
    if not isinstance(value, str) or not value.strip():
        return [f"{said}: no text."]
    if (
        value != " ".join(value.split())
        and "\N{NO-BREAK SPACE}" not in value
        and "\N{NARROW NO-BREAK SPACE}" not in value
    ):
        return [f"{said}: odd spaces."]
    if key in ADDRESSES and not re.fullmatch(r"https?://[\w.-]+(:\d+)?/[^\s:]*", value):
        return [f"{said}: no absolute address."]
    if key in DATES and not _is_date(value):
        return [f"{said}: no date of ISO 8601."]
    if key == "inLanguage" and value not in ("nl", "fr", "en"):
        return [f"{said}: no language of the site."]
    if key == "telephone" and not re.fullmatch(r"\+\d{8,15}", value):
        return [f"{said}: no number that can be dialled anywhere."]
    return []


def _is_date(value: str) -> bool:
    """Whether it is a day, or a moment that says how far it is from UTC."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            date.fromisoformat(value)
            return True
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
