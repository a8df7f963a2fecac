"""The search of visitors: from a query to results, best first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext

from publishing.content.link_resolution import public_revisions
from publishing.i18n.languages import NAMES, current, order, resolve, translated_fields
from publishing.models import Publishable, Revision, RevisionReference, RevisionSlug, RevisionText, content_models
from publishing.queries.dependencies import Target
from publishing.search import backend, places, ranking
from publishing.search import text as search_text
from publishing.search.forgiveness import Known, distances, nearest, slips
from publishing.search.indexing import _said, has_address
from publishing.search.stop_words import STOP_WORDS, telling_words
from publishing.search.synonyms import with_synonyms
from publishing.search.word_index import MUTE, PUBLIC

MAX_RESULTS = 50  # of a query, on all its pages together
WHOLE = 60  # what it counts that the whole query is what something is called
WEIGHED = 10  # known words of which one looks how frequent they are


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


@dataclass(frozen=True)
class Found:
    """The results of a query: the best hits, at most `MAX_RESULTS`, whether there may be more, and how it was read."""

    words: tuple[search_text.Word, ...]
    at: datetime
    hits: list[Hit]
    may_be_more: bool = False
    meant: str = ""  # the query with the words that were looked for instead of what no text has
    is_partial: bool = False  # whether what was found has only most of the words
    is_too_common: bool = False  # whether the query has only words that say nothing

    def results(self, hits: Iterable[Hit]) -> list[Result]:
        """These of the hits, as the reader sees them."""
        hits = list(hits)
        words = [each for word in self.words for each in word.alternatives]
        thawed = _thawed(hits, self.at)
        return [
            _result(thawed[hit.revision_id], hit, thawed.get(hit.through), words)
            if hit.revision_id
            else _result_at(hit, words)
            for hit in hits
        ]


def find(query: str, at: datetime | None = None) -> Found:
    """What visitors may see that has every word of `query`, best first; else what comes near to it.

    One way to read the query after another, until there is something in the reader's language: all words, also
    written as two; their synonyms; the nearest words for those that no text has; most of the words. Only then the
    same in other languages.
    """
    at = at or timezone.now()
    said = search_text.query_words(query)
    if not said:
        return Found((), at, [])
    if all(word.folded in STOP_WORDS for word in said):
        return Found(said, at, [], is_too_common=True)
    search = _Search(query, current(), at)
    return search.of_number() or search.find(tuple(telling_words(said)))


class _Row(NamedTuple):
    """A text that was looked at."""

    revision_id: int
    model: str
    object_id: int
    sort_key: str
    language: str
    title: str
    words: str


@dataclass(frozen=True)
class _Search:
    """One search: the texts that it looked at so far, and the last parts of their addresses."""

    query: str
    reader: str
    at: datetime
    rows: dict[int, _Row] = field(default_factory=dict)
    slugs: dict[int, set[str]] = field(default_factory=dict)

    def find(self, words: tuple[search_text.Word, ...]) -> Found:
        own, others = ("", self.reader), order(self.reader)[1:]
        self.look_at(backend.likely(words, self.reader, self.at))
        found = self.best(words, own)
        if found.hits and found.hits[0].score > 0:  # else a statement that only mentions it
            return found
        wide = with_synonyms(words, self.reader)
        if wide != words or len(words) > 1:
            self.look_at(backend.near(wide, self.reader, self.at))
        unknown = [word for word in words if not self.has(word)]
        readings = [wide] if wide != words else []
        if unknown and (apart := tuple(PUBLIC.split(words))) != words:
            self.look_at(backend.likely(apart, self.reader, self.at))
            readings.insert(0, apart)
        for reading in readings:
            if (wider := self.best(reading, own)).hits:
                return wider
        if found.hits:
            return found
        apart_by_word = self.like(unknown)
        least = (len(words) + 1) // 2
        for languages in (own, others):
            for reading in (words, *readings) if languages is others else ():
                if (found := self.best(reading, languages)).hits:
                    return found
            meant, corrected = self.meant(wide, apart_by_word, languages)
            if meant and (found := self.best(corrected, languages)).hits:
                return replace(found, meant=meant)
            if len(words) > 1 and (found := self.best(corrected, languages, least)).hits:
                return replace(found, meant=meant, is_partial=True)
        return Found(words, self.at, [])

    def of_number(self) -> Found | None:
        """Who has this telephone number, alone; None when the query is no number, or nobody's."""
        wanted = search_text.number_endings(self.query)
        known = PUBLIC.ending(wanted) if wanted else []
        if not known:
            return None
        self.look_at(backend.each(known, self.at))
        people = {model._meta.label_lower for model in _models() if has_address(model)} & _named()
        rows = [
            row for row in self.rows.values() if row.model in people and any(f" {each} " in row.title for each in known)
        ]
        words = tuple(search_text.Word(each, each) for each in known)
        # Of the texts of one object, in three languages, that of the reader.
        rows.sort(key=lambda row: (row.language not in ("", self.reader), row.sort_key, row.object_id))
        hits = {
            row.object_id: Hit(row.model, row.object_id, row.revision_id, row.language, 0, "", 1)
            for row in reversed(rows)
        }
        return Found(words, self.at, list(reversed(hits.values()))) if hits else None

    def look_at(self, texts: models.QuerySet[RevisionText]) -> None:
        """Read these texts, and where they are found."""
        columns = "revision_id", "revision__model", "revision__object_id", "revision__sort_key"
        found = {pk: _Row(*row) for pk, *row in texts.values_list("pk", *columns, "language", "title", "words")}
        unseen = {row.revision_id for row in found.values()} - self.slugs.keys()
        self.rows.update(found)
        self.slugs.update({each: set() for each in unseen})
        for revision_id, slug in RevisionSlug.objects.filter(revision__in=unseen).values_list("revision", "slug"):
            self.slugs[revision_id].add(slug)

    def has(self, word: search_text.Word) -> bool:
        """Whether a public text has this word, in another form, or begins with it."""
        texts = [(row.words, row.language) for row in self.rows.values()]
        texts += [(names, language) for _name, language, names in places.indexed()]
        return any(ranking.strength(word, text, language) >= ranking.BEGINNING for text, language in texts)

    def best(self, words: tuple[search_text.Word, ...], languages: Sequence[str], least: int | None = None) -> Found:
        """What has all words in one of these languages, or at least so many of them."""
        hits, may_be_more = self._hits(words, languages, len(words) if least is None else least)
        place = {code: number for number, code in enumerate(languages)} | {self.reader: 0}

        def rank(hit: Hit) -> tuple[object, ...]:
            number = place.get(hit.language, len(place))
            return number, -hit.matched, -hit.score, hit.model, hit.sort_key, hit.object_id

        best: dict[tuple[str, int, str], Hit] = {}
        # Of the hits of one object, its own words count before those of a page that names it.
        for hit in sorted(hits, key=lambda hit: (place.get(hit.language, len(place)), bool(hit.through))):
            best.setdefault((hit.model, hit.object_id, hit.place), hit)
        pages = {model._meta.label_lower for model in _models() if has_address(model)}
        there = sorted((hit for hit in best.values() if hit.place or hit.model in pages), key=rank)
        return Found(words, self.at, there[:MAX_RESULTS], may_be_more or len(there) > MAX_RESULTS)

    def _hits(
        self, words: tuple[search_text.Word, ...], languages: Sequence[str], least: int
    ) -> tuple[list[Hit], bool]:
        """Every text that answers, and the people responsible for a page that has the words in its title.

        And whether there may be more, because of very many only some were looked at.
        """
        kinds = {model._meta.label_lower: model for model in _models()}
        hits: list[Hit] = []
        titled: list[tuple[int, int, str]] = []
        homeless: list[Hit] = []
        there = [row for row in self.rows.values() if row.language in languages]
        for row in there:
            kind, slugs = kinds[row.model], self.slugs[row.revision_id]
            strengths = ranking.strengths(words, row.title, row.words, row.language)
            if (matched := sum(map(bool, strengths))) < least or not matched:
                continue
            score = sum(strengths)
            if slugify(self.query) in slugs or self._is_whole(row.title, row.language):
                score += WHOLE
            target = row.model, row.object_id, row.revision_id, row.language
            if has_address(kind):
                hits.append(Hit(*target, score + kind.weight_at(slugs), row.sort_key, matched=matched))
                if in_title := ranking.score(words, row.title.split(ranking.NAMES)[0], "", row.language):
                    titled.append((in_title, row.revision_id, row.language))
            elif kind.found_at:
                hits.append(Hit("", 0, 0, row.language, score, "", matched=matched, place=kind.found_at))
            else:
                homeless.append(Hit(*target, score, row.sort_key, matched=matched))
        hits += _found_where_printed(homeless, self.at)
        named = _found_where_named(homeless, self.at)
        hits += self._places(words, languages, least)
        may_be_more = max(len(there), len(named)) > backend.EXAMINED
        return hits + _found_through(titled, self.at, len(words)) + named, may_be_more

    def _places(self, words: tuple[search_text.Word, ...], languages: Sequence[str], least: int) -> Iterator[Hit]:
        for name, language, names in places.indexed():
            strengths = ranking.strengths(words, names, "", language) if language in languages else []
            matched = sum(map(bool, strengths))
            if matched and matched >= least and places.PLACES[name].is_there():
                score = sum(strengths) + places.WEIGHT + (WHOLE if self._is_whole(names, language) else 0)
                yield Hit("", 0, 0, language, score, "", matched=matched, place=name)

    def _is_whole(self, names: str, language: str) -> bool:
        return ranking.is_whole_name(search_text.indexed_words([self.query], language), names)

    def like(self, unknown: Sequence[search_text.Word]) -> dict[str, dict[str, int]]:
        """The known words that may be meant by each of these, and how many letters apart; their texts are looked at."""
        found = {word.folded: self._apart(word.folded) for word in unknown}
        if candidates := {each for apart in found.values() for each in apart}:
            self.look_at(backend.each(sorted(candidates), self.at))
        return found

    def meant(
        self, words: tuple[search_text.Word, ...], apart: dict[str, dict[str, int]], languages: Sequence[str]
    ) -> tuple[str, tuple[search_text.Word, ...]]:
        """The query with the nearest words that these languages know, and what to look for then."""
        query, corrected = self.query, []
        for word in words:
            known = {each: self._known(each, languages) for each in apart.get(word.folded, ())}
            there = {each: apart[word.folded][each] for each in known if known[each].texts}
            if nearest_words := nearest(there, known):
                query = query.replace(word.written, nearest_words[0])
                closest = tuple(each for each in nearest_words if there[each] == there[nearest_words[0]])
                word = word._replace(also=(*word.also, *closest), worth=ranking.CORRECTED)
            corrected.append(word)
        return query if query != self.query else "", tuple(corrected)

    def _apart(self, folded: str) -> dict[str, int]:
        """The known words that sound most like this one, and how many letters apart."""
        known = {*PUBLIC.like(folded, slips(folded))}
        known |= {word for _name, _code, names in places.indexed() for word in names.split()}
        found = distances(
            folded,
            {
                word
                for word in known - STOP_WORDS
                if word.isalnum() and abs(len(word) - len(folded)) <= MUTE + slips(folded)
            },
        )
        return {word: found[word] for word in sorted(found, key=lambda word: (found[word], word))[:WEIGHED]}

    def _known(self, word: str, languages: Sequence[str]) -> Known:
        """In how many texts in these languages a word stands, of those looked at, and whether as a name only."""
        rows = [row for row in self.rows.values() if row.language in languages and f" {word} " in row.words]
        named = _named()
        here = [names for _name, code, names in places.indexed() if code in languages and f" {word} " in names]
        is_name = bool(rows) and all(row.model in named and f" {word} " in row.title for row in rows)
        return Known(len(rows) + len(here), is_name and not here)


def _found_through(titled: list[tuple[int, int, str]], at: datetime, matched: int) -> list[Hit]:
    """Objects that are found by the titles of others: a person by the title of a task."""
    names = {
        (model._meta.label_lower, field) for model in _models() for field in model.found_through if has_address(model)
    }
    titled = sorted(titled, reverse=True)[:MAX_RESULTS]
    if not names or not titled:
        return []
    references = RevisionReference.objects.filter(
        reduce(or_, (models.Q(model=model, field=field) for model, field in names)),
        revision__in={revision for _score, revision, _language in titled},
    ).values_list("revision", "model", "object_id")
    by_revision: dict[int, list[Target]] = {}
    for revision_id, model, object_id in references:
        by_revision.setdefault(revision_id, []).append((model, object_id))
    public = _public({target for targets in by_revision.values() for target in targets}, at)
    hits: list[Hit] = []
    seen: set[tuple[Target, str]] = set()
    for score, revision_id, language in titled:
        for target in by_revision.get(revision_id, ()):
            if target not in public or (target, language) in seen:  # by a better title
                continue
            seen.add((target, language))
            # Less than a title that answers, more than a word in a text.
            hits.append(Hit(*target, public[target], language, score // 2, "", matched, through=revision_id))
    return hits


def _found_where_named(hits: list[Hit], at: datetime) -> list[Hit]:
    """The pages that name what has no page of its own: a priority is found by its partners."""
    if not hits:
        return []
    hits = sorted(hits, key=lambda hit: -hit.score)[:MAX_RESULTS]
    by_object = {(hit.model, hit.object_id): hit for hit in hits}
    references = RevisionReference.objects.filter(
        reduce(or_, (models.Q(model=hit.model, object_id=hit.object_id) for hit in hits)),
        revision__in=Revision.objects.public(at),
    )
    newest = references.order_by("-revision", "-pk").values_list(
        "model", "object_id", "revision__model", "revision__object_id", "revision_id", "revision__sort_key"
    )
    found = []
    for model, object_id, user, user_id, revision_id, sort_key in newest[: backend.EXAMINED + 1]:
        hit = by_object[model, object_id]
        through = hit.revision_id
        found.append(
            Hit(user, user_id, revision_id, hit.language, hit.score // 2, sort_key, hit.matched, through=through)
        )
    return found


def _found_where_printed(hits: list[Hit], at: datetime) -> Iterator[Hit]:
    """The pages on which what has no page of its own is printed: a statement around a text."""
    printed = {model._meta.label_lower: model.printed_on for model in _models() if model.printed_on}
    hits = [hit for hit in hits if hit.model in printed]
    if not hits:
        return
    wanted = reduce(or_, (models.Q(revision__model=label, slug=slug) for label, slug in printed.values() if label))
    called = RevisionSlug.objects.filter(wanted, language=settings.LANGUAGE_CODE)
    pages: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    for label, object_id, slug in called.values_list("revision__model", "revision__object_id", "slug").distinct():
        public = Revision.objects.public(at).filter(model=label, object_id=object_id)
        pages[label, slug] += [(object_id, *row) for row in public.values_list("pk", "sort_key")]
    for hit in hits:
        label, slug = printed[hit.model] or ("", "")
        weight = apps.get_model(label).weight_at([slug])
        for object_id, revision_id, sort_key in pages[label, slug]:
            score, through = hit.score + weight, hit.revision_id
            yield Hit(label, object_id, revision_id, hit.language, score, sort_key, hit.matched, through=through)


def _public(wanted: set[Target], at: datetime) -> dict[Target, int]:
    """The revisions of these objects that visitors see."""
    # With a column that no index has: else SQLite reads all of a model in an index, and looks nothing up.
    found = public_revisions(wanted, at).order_by().values_list("model", "object_id", "pk", "created_at")
    return {(model, object_id): revision for model, object_id, revision, _made in found}


@cache
def _models() -> list[type[Publishable]]:
    return content_models()


def _named() -> set[str]:
    """The kinds of content that are called by a name, the same in each language, such as a person."""
    return {model._meta.label_lower for model in _models() if model.title_field not in translated_fields(model)}


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
    fragment = search_text.fragment(passages, words, hit.language)
    return Result(
        kind=obj.page_kind,
        url=obj.get_absolute_url(url_language),
        url_language=url_language if url_language != reader else "",
        title=search_text.highlight(title.value, words, title.language or hit.language),
        title_lang=title.language if title.language != reader else "",
        fragment=format_html('<span lang="{}">{}</span>', language, fragment) if fragment and language else fragment,
        language_name=str(NAMES[language]) if language else "",
        through=bool(through and obj.found_through),
    )
