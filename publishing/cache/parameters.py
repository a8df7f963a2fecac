"""Query parameters: which ones a view reads, and the one spelling of each that the page cache keeps.

A view declares what it reads with `takes`. The page cache keeps an address with exactly these
parameters, ignores those that only count visitors (`utm_source`), and hands every other query to
the view as it came, without keeping the answer. A view that declares nothing, as the search, is
therefore kept without a query only.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import TypeVar
from urllib.parse import parse_qsl, unquote_plus, urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils import translation

from publishing.i18n.languages import language_of_path
from publishing.text.numbers import parse_int
from publishing.types import AnyPage, AnyPaginator

V = TypeVar("V")

LONGEST = 1000  # characters of a query that is looked at
PAGE = r"[2-9]|[1-9][0-9]{1,3}"  # the first page of a list has no number
SLUG = r"[-a-z0-9_]{1,100}"
# Added by newsletters, advertisers and social networks; no view of any site reads them.
IGNORED = re.compile(
    r"(?:utm|mtm|pk|hsa)_\w+|_ga|_gl|_hsenc|_hsmi|_openstat|dclid|epik|fbclid|g(?:ad_source|braid|clid|clsrc)"
    r"|igshi?d?|li_fat_id|mc_[ce]id|mkt_tok|msclkid|s_cid|ttclid|twclid|vero_id|wbraid|wickedid|yclid"
)


class OtherPage(Exception):  # noqa: N818  (an answer, not an error)
    """The list has another page than the one that was requested, or another spelling of its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


View = Callable[..., HttpResponse]


def takes(**patterns: str) -> Callable[[View], View]:
    """Declare the query parameters that a view reads, each with a pattern for the values that may be kept.

    The view may answer 200 only for values that exist: for others it redirects, as `page_of` does, or
    raises Http404. Otherwise visitors could fill the page cache with made-up ones.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def declared_view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except OtherPage as other:
                return _redirect_to(request, other.number)

        declared_view.parameters = patterns  # type: ignore[attr-defined]
        return declared_view

    return declare


def page_of(request: HttpRequest, paginator: AnyPaginator) -> AnyPage:
    """The page of a list that `?page=` names; raises OtherPage, which `takes` redirects, for any but its one address.

    A number beyond the end leads to the last page, and what is no number to the first.
    """
    asked = request.GET.getlist("page")
    page = paginator.get_page(parse_int(asked[-1]) or 1 if asked else 1)
    if asked and (page.number == 1 or asked != [str(page.number)]):
        raise OtherPage(page.number)
    return page


def one_of(request: HttpRequest, name: str, values: Mapping[str, V]) -> V | None:
    """What `?name=` chooses of a list; None without it. Raises Http404 for what there is nothing of."""
    asked = request.GET.getlist(name)
    if not asked:
        return None
    if len(asked) > 1 or asked[0] not in values:
        raise Http404
    return values[asked[0]]


def _redirect_to(request: HttpRequest, number: int) -> HttpResponse:
    query = request.GET.copy()
    del query["page"]
    if number > 1:
        query["page"] = str(number)
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}" if query else request.path)


@lru_cache(1000)  # called for each visit to a page of a list
def declared(path: str, urlconf: str | None) -> Mapping[str, str]:
    """What the view at `path` takes; nothing where there is no view."""
    with translation.override(language_of_path(path)):
        try:
            view = resolve(path, urlconf).func
        except Resolver404:
            return {}
    return getattr(view, "parameters", {})


SECRETS = {"token", "key"}  # what a part of an address is called that lets its reader in


def has_secret(path: str, urlconf: str | None = None) -> bool:
    """Whether `path` holds a token that lets its reader in, as that of a share link: it is written down nowhere."""
    with translation.override(language_of_path(path)):
        try:
            return not SECRETS.isdisjoint(resolve(path, urlconf).kwargs)
        except Resolver404:
            return False


def kept_query(query: str, path: str, urlconf: str | None = None) -> str | None:
    """The part of `query` that makes it another page; None when the response must not be cached."""
    if len(query) > LONGEST:
        return None
    parts = [part for part in query.split("&") if part and not _is_ignored(part)]
    if not parts:
        return ""
    given = parse_qsl("&".join(parts), keep_blank_values=True)
    patterns = declared(path, urlconf)
    values = dict(given)
    ordered = [(name, values[name]) for name in patterns if name in values]
    is_canonical = urlencode(ordered) == "&".join(parts)
    is_known = all(re.fullmatch(patterns[name], value) for name, value in ordered)
    return "&".join(parts) if is_canonical and is_known else None


def _is_ignored(part: str) -> bool:
    return IGNORED.fullmatch(unquote_plus(part.partition("=")[0]).lower()) is not None
