"""The search over everything in the desk: its page of results, each with its state and the field that has the words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.admin.changelist import standings
from publishing.i18n.formats import written_with_day
from publishing.i18n.languages import NAMES, current
from publishing.i18n.urls import desk_address
from publishing.models import Discarded, Publishable, Revision, content_models
from publishing.models.rights import may_change, may_see
from publishing.models.snapshots import Snapshot, freeze_all
from publishing.review.diff import label
from publishing.search.desk import desk_query
from publishing.search.desk.desk_index import WORKING, Said, texts_of, title_of
from publishing.search.desk.desk_query import DeskHit, DeskResults, Viewer
from publishing.search.text import Word, clean_query, fold, fragment, highlight, telling, tidy
from publishing.workflow import states

RESULTS_PER_PAGE = 20
LOOKED_AT = 1_000  # rows of a kind that is no content
SHOWN = 10  # of them


@dataclass(frozen=True)
class OtherLanguage:
    """Another language in which the words stand, and the field that has them."""

    language: str
    url: str


@dataclass(frozen=True)
class FoundObject:
    """One object that was found, ready to be shown."""

    kind: str
    state: str
    url: str
    title: SafeString
    title_language: str = ""
    place: str = ""  # what the form calls the field where the words stand; "" in the title
    fragment: str = ""
    language: str = ""  # the code of the language of the words
    language_name: str = ""
    others: tuple[OtherLanguage, ...] = ()


@dataclass(frozen=True)
class ObjectCopy:
    """One copy of an object: what it says, where it stands, and how one gets to a place in it."""

    model: type[Publishable]
    object_id: int
    data: Snapshot
    state: str
    url: str
    is_published: bool = False
    is_form: bool = False  # whether `url` is that of a form, so that one gets to a field

    def address(self, said: Said | None) -> str:
        """The address of the field that says this."""
        if not (self.is_form and said):
            return self.url
        place = str(said.path[-1])
        if len(said.path) > 1:
            name = str(said.path[0])
            ids = [row["id"] for row in self.data[name]]
            place = f"{name}-{ids.index(said.path[1])}-{place}"
        return f"{self.url}#id_{place}"


def search_page(request: HttpRequest) -> HttpResponse:
    """The results for `q`, a page at a time; any query, also an odd one, gets a page."""
    query = clean_query(request.GET.get("q", ""))
    viewer = viewer_of(request)
    found = desk_query.find(query, viewer, current())
    page_obj = Paginator(found.hits, RESULTS_PER_PAGE).get_page(request.GET.get("page"))
    context = admin.site.each_context(request) | {
        "title": _("Search in everything"),
        "query": query,
        "page_obj": page_obj,
        "results": results(found, list(page_obj), viewer),
        "others": list(_beside_content(request, found.words)) if page_obj.number == 1 else [],
        "may_be_more": found.may_be_more,
        "meant": [(typed, ", ".join(words)) for typed, words in found.meant.items()],
        "is_partial": found.is_partial and bool(found.hits),
    }
    return render(request, "publishing/search.html", context)


def viewer_of(request: HttpRequest) -> Viewer:
    """What the person who asks may see of the content of the desk."""
    kinds = [model for model in content_models() if admin.site.is_registered(model)]
    return Viewer(
        sees=[model._meta.label_lower for model in kinds if may_see(request.user, model)],
        changes=[model._meta.label_lower for model in kinds if may_change(request.user, model)],
    )


def results(found: DeskResults, hits: Sequence[DeskHit], viewer: Viewer) -> list[FoundObject]:
    """These of the hits, as the reader sees them; the number of queries depends on their kinds only."""
    copies = _copies(hits)
    return [
        _result(copy, hit, found.words, may_change=hit.model in viewer.changes)
        for hit in hits
        if (copy := copies.get((hit.model, hit.object_id)))
    ]


def _copies(hits: Iterable[DeskHit]) -> dict[tuple[str, int], ObjectCopy]:
    """The copy in which each of these hits was found, by its object."""
    by_model: dict[str, list[DeskHit]] = {}
    for hit in hits:
        by_model.setdefault(hit.model, []).append(hit)
    versions = Revision.objects.in_bulk(
        [int(hit.copy[1:]) for some in by_model.values() for hit in some if _is(hit, "r")]
    )
    bin_ids = [int(hit.copy[1:]) for some in by_model.values() for hit in some if _is(hit, "d")]
    deleted = Discarded.objects.in_bulk(bin_ids)
    found: dict[tuple[str, int], ObjectCopy] = {}
    for kind in content_models():
        kind_label = kind._meta.label_lower
        some = by_model.get(kind_label, [])
        ids = [hit.object_id for hit in some if not _is(hit, "d")]
        rows: dict[int, Any] = {}
        if ids:
            # Not the model's own manager: it would read the columns of one language only.
            queried: Any = models.QuerySet(kind).filter(pk__in=ids).prefetch_related(*kind.children)
            rows = {row.pk: row for row in queried}
        where = standings(kind, list(rows.values()), states(kind, rows.values())) if rows else {}
        for hit in some:
            copy = _copy(kind, hit, rows, where, versions, deleted)
            if copy:
                found[kind_label, hit.object_id] = copy
    return found


def _is(hit: DeskHit, letter: str) -> bool:
    """Whether it was found in a version, "r", or in the bin, "d"."""
    return hit.copy.startswith(letter) and hit.copy != WORKING


def _copy(
    kind: type[Publishable],
    hit: DeskHit,
    rows: Mapping[int, Any],
    where: Mapping[int, str],
    versions: Mapping[int, Revision],
    deleted: Mapping[int, Discarded],
) -> ObjectCopy | None:
    pk = hit.object_id
    if _is(hit, "d"):
        kept = deleted.get(int(hit.copy[1:]))
        url = reverse("admin:publishing_discarded_change", args=[kept.pk]) if kept else ""
        return ObjectCopy(kind, pk, kept.data, _("In the bin"), url) if kept else None
    row = rows.get(pk)
    if row is None:
        return None
    if hit.copy == WORKING:
        return ObjectCopy(kind, pk, freeze_all(row), where[pk], desk_address(row), is_form=True)
    version = versions.get(int(hit.copy[1:]))
    if version is None:
        return None
    if version.live_from > timezone.now():
        only = _("only in what is planned for %s") % written_with_day(timezone.localtime(version.live_from))
    else:
        only = _("only in what visitors read now")
    url = f"{desk_address(kind, 'compare', pk)}?old={hit.copy}&new={WORKING}"
    return ObjectCopy(kind, pk, version.data, f"{where[pk]} · {only}", url, is_published=True)


def _result(copy: ObjectCopy, hit: DeskHit, words: tuple[Word, ...], *, may_change: bool) -> FoundObject:
    reader = current()
    said = texts_of(copy.model, copy.data, is_published=copy.is_published)
    said = [each for each in said if may_change or not each.is_withheld]
    language = hit.language or reader
    title, title_language = title_of(copy.model, copy.data, language)
    # What the title does not have is shown beside it.
    rest = tuple(word for word in words if telling([title], (word,), hit.language) is None)
    best = (_best(said, rest, hit.language) if rest else None) or _best(said, words, hit.language)
    is_title = best is None or best.text == title
    return FoundObject(
        kind=capfirst(str(copy.model._meta.verbose_name)),
        state=copy.state,
        url=copy.address(best),
        title=highlight(title or _("(no title yet)"), words, title_language or hit.language),
        title_language=title_language if title_language != reader else "",
        place="" if best is None or is_title else label(copy.model, best.path),
        fragment="" if best is None or is_title else fragment([best.text], words, hit.language),
        language=best.language if best and best.language != reader else "",
        language_name=capfirst(str(NAMES[best.language])) if best and best.language else "",
        others=tuple(
            OtherLanguage(capfirst(str(NAMES[code])), copy.address(place))
            for code in hit.languages
            if copy.is_form and best and code != hit.language
            if (place := _best(said, words, code)) and place.language == code
        ),
    )


def _best(said: Sequence[Said], words: tuple[Word, ...], language: str) -> Said | None:
    """The text in `language`, or in none, that has most of the words; the first of equals, so the title before all."""
    likely = [each for each in said if each.language in (language, "")]
    place = telling([each.text for each in likely], words, language)
    return None if place is None else likely[place]


def _beside_content(request: HttpRequest, words: Sequence[Word]) -> Iterator[FoundObject]:
    """What is no content, such as accounts and waiting mails: of the lists that this person may look at.

    An admin takes part by naming in `found_by` the fields that are looked in.
    """
    for model, model_admin in admin.site._registry.items():
        names = getattr(model_admin, "found_by", ())
        if not (names and words and model_admin.has_view_permission(request)):
            continue
        number = 0
        for row in model_admin.get_queryset(request).order_by("-pk")[:LOOKED_AT]:
            texts = [tidy(_as_text(getattr(row, name))) for name in names]
            folded = fold(" ".join(texts))
            if number < SHOWN and all(any(form in folded for form in word.spellings) for word in words):
                number += 1
                yield FoundObject(
                    kind=capfirst(str(model._meta.verbose_name)),
                    state="",
                    url=desk_address(row),
                    title=highlight(" · ".join(filter(None, texts)), words, ""),
                )


def _as_text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
