"""What a search found, as the reader sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from publishing.i18n.languages import NAMES, current, resolve
from publishing.models import Publishable, Revision
from publishing.search import places
from publishing.search import text as search_text
from publishing.search.indexing import _said
from publishing.text.typography import set_right


class Hit(NamedTuple):
    """One object that matches the query, and in which language."""

    model: str
    object_id: int
    revision_id: int  # what visitors see of it
    language: str
    score: int
    sort_key: str
    matched: int = 0  # how many of the words
    place: str = ""  # the name of the address, of what is no content: see `places`
    aside: bool = False  # whether it is a statement that only mentions the words
    is_sure: bool = True  # whether it has the words themselves, and not just longer ones
    through: int = 0  # the revision of what names this object, or is named by it, when the title of that answers


@dataclass(frozen=True)
class Result:
    """One page that was found, ready to be shown; languages are named when they are not the reader's."""

    kind: str
    url: str
    url_language: str
    title: SafeString
    title_lang: str
    fragment: SafeString
    language_name: str
    through: bool


def as_results(hits: Iterable[Hit], at: datetime, words: Sequence[search_text.Word]) -> list[Result]:
    """These hits, with `words` marked in them."""
    hits = list(hits)
    thawed = _thawed(hits, at)
    return [
        _result(thawed[hit.revision_id], hit, thawed.get(hit.through), words)
        if hit.revision_id
        else _result_at(hit, words)
        for hit in hits
    ]


def _thawed(hits: list[Hit], at: datetime) -> dict[int, Publishable]:
    """What these revisions hold, in one query."""
    wanted = ({hit.revision_id for hit in hits} | {hit.through for hit in hits}) - {0}
    return {each.pk: each.thaw(at) for each in Revision.objects.filter(pk__in=wanted).order_by()}


def _result_at(hit: Hit, words: Sequence[search_text.Word]) -> Result:
    """A page that is no content, as the reader sees it: it is there in each language."""
    place, reader = places.PLACES[hit.place], current()
    return Result(
        kind=gettext("Page"),
        url=place.get_absolute_url(reader),
        url_language="",
        title=search_text.highlight(place.title_in(reader), words, reader),
        title_lang="",
        fragment=SafeString(""),
        language_name="",
        through=False,
    )


def _result(obj: Publishable, hit: Hit, through: Publishable | None, words: Sequence[search_text.Word]) -> Result:
    """`hit` as the reader sees it."""
    reader = current()
    title = resolve(obj, obj.title_field, hit.language or reader)
    # A page that shows the same words to the reader stays in the reader's own surroundings.
    same = resolve(obj, obj.title_field, reader).language in ("", title.language)
    url_language = reader if same else hit.language
    language = hit.language if hit.language != reader else ""
    if through:
        passages = [resolve(through, through.title_field, hit.language or reader).value]
        passages += _said(through, hit.language) + _said(through, "") if through.printed_on else []
    else:
        passages = [passage for code in dict.fromkeys((hit.language, "")) for passage in _said(obj, code)]
    passages = [set_right(passage, hit.language or reader) for passage in passages]
    fragment = search_text.fragment(passages, words, hit.language)
    return Result(
        kind=obj.page_kind,
        url=obj.get_absolute_url(url_language),
        url_language=url_language if url_language != reader else "",
        title=search_text.highlight(title.shown, words, title.language or hit.language),
        title_lang=title.language if title.language != reader else "",
        fragment=format_html('<span lang="{}">{}</span>', language, fragment) if fragment and language else fragment,
        language_name=str(NAMES[language]) if language else "",
        through=bool(through and obj.found_through),
    )
