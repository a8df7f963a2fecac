"""Template tags that print translated text together with the language it is in."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db import models
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf, translate_url
from django.utils.html import conditional_escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from publishing.content.internal_links import targets, with_addresses
from publishing.content.link_resolution import addresses
from publishing.content.long_texts import contents, with_addresses_of_headings, with_notes_below
from publishing.content.rich_text import with_scrolling_tables
from publishing.i18n.formats import time_of_day, written, written_with_day, written_with_time
from publishing.i18n.languages import CODES, NAMES, NATIVE_NAMES, Text, current, resolve, resolve_short_title
from publishing.i18n.urls import absolute
from publishing.models import Publishable
from publishing.text.hyphenation import hyphenated, with_hyphenated_headings
from publishing.text.typography import set_right_in_html

register = template.Library()

LOCALES = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB"}
TEXT_LANGUAGES = "languages_of_texts"  # those fallen back to, and the reader's own when something was translated
OWN_LINKS = "own_links_are_resolved"
# What stays on one line; the space that does not break is not stored either.
TOGETHER = re.compile(settings.PUBLISHING_KEPT_TOGETHER)

JOINED = re.compile(r"(?<![\w-])(?=[\w-]{1,20}(?![\w-]))\w+(?:-\w+)+")  # longer ones would not fit beside a text
PLACE = re.compile(r"(?<![\w-])(?=[\w-]{1,20}(?![\w-]))[A-Z]\w+(?:-[A-Z]\w+)+")  # West-Vlaanderen, in a sentence
COLON = re.compile(r"\s*:\s*\Z")
FULL_STOP = re.compile(r"\s*(?<!\.)\.\s*\Z")  # of a sentence; of an abbreviation too, and ours takes its place

register.filter("written", written, expects_localtime=True)
register.filter("time_of_day", time_of_day, expects_localtime=True)
register.filter("written_with_time", written_with_time, expects_localtime=True)
register.filter("written_with_day", written_with_day, expects_localtime=True)


@register.simple_tag(takes_context=True)
def text(
    context: Context, obj: Publishable, field: str, soft: bool = False, alone: bool = False, inside: bool = False
) -> SafeString:
    """The escaped text, marked with `lang` when it is not in the reader's language.

    `soft` is for headings: their long words get soft hyphens. `alone` is for a text that may announce a list which
    does not follow here: it loses the colon at its end. `inside` is for one within a sentence of ours, which has a
    full stop of its own.
    """
    found = resolve(obj, field)
    if alone or inside:
        found = replace(found, value=(COLON if alone else FULL_STOP).sub("", found.value))
    return _text(context, found, soft)


@register.filter
def without_stop(value: str) -> str:
    """A text that is no translated field, for within a sentence of ours: without the full stop at its end."""
    return FULL_STOP.sub("", value)


@register.simple_tag(takes_context=True)
def short_title(context: Context, obj: models.Model, soft: bool = False) -> SafeString:
    """As `text` of the title, in the short form where there is one: for lists and links; the page itself says all."""
    return _text(context, resolve_short_title(obj), soft)


@register.simple_tag(takes_context=True)
def rich(context: Context, obj: models.Model, field: str, whole: bool = False) -> SafeString:
    """The same for rich text, which `RichTextField` sanitised when it was saved.

    `whole` is for the text of a page of its own: its headings get addresses, and a long one a table of contents.
    """
    found = resolve(obj, field)
    language = found.language or current()
    html = with_addresses_of_headings(found.value) if whole else found.value
    before = contents(html, language) if whole else ""
    html = before + with_hyphenated_headings(set_right_in_html(html, language), language)
    html = TOGETHER.sub("\\1\N{NO-BREAK SPACE}", html)
    if OWN_LINKS not in context:  # nobody further up resolves them for the whole page at once
        html = with_addresses(html, addresses(targets(html)))
    html = with_scrolling_tables(html, found.language)
    notes = "note" if whole else f"{obj._meta.model_name}-{obj.pk}-{field}-note"
    return _marked(context, found, with_notes_below(html, notes, language), "div")


@register.filter
def breakable(email: str) -> SafeString:
    """An e-mail address that goes on to a next line after its sign or a full stop, and not inside a word."""
    return mark_safe(re.sub(r"([@.])", r"\1<wbr>", conditional_escape(email)))  # noqa: S308


@register.filter
def unbroken(name: str) -> SafeString:
    """A name in which a short word with a hyphen, such as a place, is not broken there."""
    return mark_safe(JOINED.sub(r'<span class="nobr">\g<0></span>', conditional_escape(name)))  # noqa: S308


@register.simple_tag
def plain(obj: models.Model, field: str) -> str:
    """Just the text, for attributes and for the title element, which hold no markup."""
    return resolve(obj, field).shown


@register.simple_tag
def plain_short_title(obj: models.Model) -> str:
    """The short form of a title, or the title, for the title element."""
    return resolve_short_title(obj).shown


@register.simple_tag
def lang_attr(obj: models.Model, field: str) -> SafeString | str:
    """A `lang` attribute for the element that holds this text, when it needs one."""
    found = resolve(obj, field)
    return format_html(' lang="{}"', found.language) if found.fallback else ""


@register.simple_tag
def has(obj: Publishable, field: str) -> bool:
    """Whether `field` has a text in any language."""
    return bool(resolve(obj, field))


@register.simple_tag(takes_context=True)
def page_links(context: Context) -> "PageLinks":
    """The addresses of this page in every language; see `PageLinks`."""
    page: Any = context.get("page")
    request = context["request"]
    is_object = isinstance(page, Publishable) and bool(page.get_absolute_url())
    exists = page.languages if isinstance(page, Publishable) else CODES
    version = context.get("version")
    suffix = _parameters(context)
    alternates = []
    addresses = context.get("addresses") or {}  # of a page that is not at its own address
    for code in CODES:
        url = page.get_absolute_url(code) if is_object else _other_language(request.path, code) + suffix
        url = addresses.get(code, url)
        same = page.get_versions_url(version and version.pk, code) if version or context.get("subject") else url
        alternates.append(
            Alternate(
                code=code,
                name=NATIVE_NAMES[code],
                url=same,
                absolute_url=absolute(request, url),
                current=code == current(),
                exists=code in exists,
            )
        )
    original = current() if current() in exists else exists[0]
    canonical = next(each.absolute_url for each in alternates if each.code == original)
    below = context.get("version") or context.get("subject") or (page and context.get("section") != "home")
    here = "true" if below else "page"
    return PageLinks(alternates, canonical, original, here)


@dataclass(frozen=True)
class Alternate:
    """This page in one language; `exists` when it is truly translated."""

    code: str
    name: str
    url: str  # where the switcher leads: of an old version, to the same version
    absolute_url: str
    current: bool
    exists: bool

    @property
    def locale(self) -> str:
        """The language as OpenGraph writes it."""
        return LOCALES[self.code]


@dataclass(frozen=True)
class PageLinks:
    """The page in each language, the original of what is shown, and its place."""

    alternates: list[Alternate]
    canonical: str
    language: str  # of the original
    here: str  # `aria-current` of its section in the menu: is it that "page", or one within that section?

    @property
    def default(self) -> str:
        """Where readers of any other language are led: the source, which is Dutch where that exists."""
        return next(each.absolute_url for each in self.alternates if each.exists)


@register.tag
def language_notice(parser: Parser, token: Token) -> "LanguageNoticeNode":
    """Say once, before what it encloses, that parts of that are in another language.

    After it, `is_translation` is whether the page is one: a text in it, and its title, were translated from the source.
    """
    body = parser.parse(("endlanguage_notice",))
    parser.delete_first_token()
    return LanguageNoticeNode(body)


class LanguageNoticeNode(Node):
    """Renders its body first, because only then it is known what fell back."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        with context.push(**{TEXT_LANGUAGES: set()}):
            body = self.nodelist.render(context)
            found = context[TEXT_LANGUAGES]
        original = getattr(context.get("links"), "language", current())
        context["is_translation"] = current() == original and original in found
        codes = [code for code in CODES if code in found and code != current()]
        if not codes:
            return body
        notice = render_to_string("includes/language_notice.html", {"languages": [NAMES[code] for code in codes]})
        return mark_safe(notice + body)  # noqa: S308


@register.tag
def own_links(parser: Parser, token: Token) -> "OwnLinksNode":
    """Give the links to own pages, in all rich texts that it encloses, their addresses by one query."""
    body = parser.parse(("endown_links",))
    parser.delete_first_token()
    return OwnLinksNode(body)


class OwnLinksNode(Node):
    """Renders its body first, because only then it is known what is linked to.

    Nothing but rich text holds a reference between double quotes: elsewhere quotes are escaped.
    """

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        with context.push(**{OWN_LINKS: True}):
            body = self.nodelist.render(context)
        wanted = targets(body)
        return mark_safe(with_addresses(body, addresses(wanted)))  # noqa: S308


def _text(context: Context, found: Text, soft: bool) -> SafeString:
    value = hyphenated(found.shown, found.language or current()) if soft else found.shown
    html = conditional_escape(TOGETHER.sub("\\1\N{NO-BREAK SPACE}", value))
    return _marked(context, found, PLACE.sub(r'<span class="nobr">\g<0></span>', html), "span")


def _marked(context: Context, found: Text, html: str, element: str) -> SafeString:
    if found and (found.fallback or found.translated) and TEXT_LANGUAGES in context:
        context[TEXT_LANGUAGES].add(found.language)
    if not found or not found.fallback:
        return mark_safe(html)  # noqa: S308  (escaped or sanitised by the callers)
    return format_html('<{0} lang="{1}">{2}</{0}>', element, found.language, mark_safe(html))  # noqa: S308


def _parameters(context: Context) -> str:
    """What an address says after `?` in every language: each page of a list is itself an original, a part of it not."""
    number = 1 if context.get("is_filtered") else getattr(context.get("page_obj"), "number", 1)
    parameters = {"q": context.get("query", ""), "page": number if number > 1 else ""}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"?{query}" if query else ""


def _other_language(path: str, code: str) -> str:
    """The same address in another language, or the home page when there is none."""
    translated = _translated(path, code, get_language(), get_script_prefix(), get_urlconf())
    if translated == path and code != current():
        return "/" if code == settings.LANGUAGE_CODE else f"/{code}/"
    return translated


@lru_cache(maxsize=200)  # a wrong address may be long
def _translated(path: str, code: str, _language: str | None, _prefix: str, _urlconf: str | None) -> str:
    return translate_url(path, code)
