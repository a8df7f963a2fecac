"""The index of words beside the revisions, and what a visitor finds in it.

The words hang on a revision, which never changes: what was scheduled, ended or was
withdrawn needs no thought here, because only words of public revisions are looked at.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce
from html import unescape
from operator import or_
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from modeltranslation.utils import build_localized_fieldname

from publishing import search, text_index
from publishing.fields import RichTextField
from publishing.languages import CODES, NAMES, current, is_blank, order, resolve, translated_fields
from publishing.links import public_revisions
from publishing.models import Publishable, Revision, RevisionReference, RevisionText, follow
from publishing.reads import Target
from publishing.rich_text import plain_small_letters
from publishing.snapshots import child_models, published_fields

# Raise this when the words that are indexed of a text change: the next start then makes the index anew.
VERSION = 3
MAX_RESULTS = 50  # of a query, on all its pages together
LINE_ENDS = re.compile(r"</(?:p|h2|h3|li|blockquote|t[dh])>|<br\s*/?>")
TAG = re.compile(r"""<(?:"[^"]*"|[^">])*>""")  # the text is sanitised, so every tag is whole
# What is no text, although it is stored as text.
NOT_READ = (models.SlugField, models.URLField, models.FileField)


@dataclass(frozen=True)
class Words:
    """What one object says in one language; `language` is empty for one that has none."""

    language: str
    title: str
    passages: tuple[str, ...]


class Hit(NamedTuple):
    """That one object answers the query, and in which language."""

    model: str
    object_id: int
    revision_id: int  # what visitors see of it
    language: str
    score: int
    sort_key: str
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
    """What answers a query: the best hits, at most `MAX_RESULTS`, and whether there may be more."""

    words: tuple[search.Word, ...]
    at: datetime
    hits: list[Hit]
    may_be_more: bool

    def results(self, hits: Iterable[Hit]) -> list[Result]:
        """These of the hits, as the reader sees them."""
        hits = list(hits)
        thawed = _thawed(hits, self.at)
        return [_result(thawed[hit.revision_id], hit, thawed.get(hit.through), self.words) for hit in hits]


def has_address(model: type[Publishable]) -> bool:
    """Whether objects of `model` are shown at an address, so that one can be led to them."""
    return bool(model.view_name or model.shown_with)


def words_of(obj: Publishable) -> list[Words]:
    """What `obj` and its child rows say, once for each language in which they say something."""
    shared, found = _said(obj, ""), []
    for code in CODES:
        own, column = _said(obj, code), _column(obj, code)
        title = getattr(obj, column) or ""
        if own or (column != obj.title_field and not is_blank(title)):
            found.append(Words(code, title, (*own, *shared)))
    return found or [Words("", resolve(obj, obj.title_field).value, tuple(shared))]


def index(obj: Publishable, revision: Revision) -> list[RevisionText]:
    """The unsaved index rows of `revision`, which holds `obj`."""
    if revision.withdrawn:
        return []
    return [
        RevisionText(
            revision=revision,
            language=words.language,
            title=search.index([words.title], words.language),
            words=search.index([words.title, *words.passages, *obj.keywords], words.language),
        )
        for words in words_of(obj)
    ]


def add(texts: list[RevisionText]) -> int:
    """Insert these index rows; returns how many."""
    RevisionText.objects.bulk_create(texts)
    text_index.learn(texts)
    return len(texts)


def unindexed() -> models.QuerySet[Revision]:
    """The revisions that are or will be public, and that no search finds."""
    not_over = models.Q(superseded_at=None) | models.Q(superseded_at__gt=timezone.now())
    return Revision.objects.filter(not_over, withdrawn=False, texts=None)


def find(query: str, at: datetime | None = None) -> Found:
    """What visitors may see that has every word of `query`, the reader's language first, best first.

    A word that no text has is also looked for as two words.
    """
    at = at or timezone.now()
    words = search.query_words(query)
    if not words:
        return Found((), at, [], False)
    found = _found(words, at)
    if not found.hits and (apart := tuple(text_index.split(words))) != words:
        return _found(apart, at)
    return found


def _found(words: tuple[search.Word, ...], at: datetime) -> Found:
    languages = order(current())
    place = {code: number for number, code in enumerate(("", *languages[1:]))} | {languages[0]: 0}
    best: dict[tuple[str, int], Hit] = {}

    def rank(hit: Hit) -> tuple[Any, ...]:
        return place.get(hit.language, len(place)), -hit.score, hit.model, hit.sort_key, hit.object_id

    found, may_be_more = _hits(words, current(), at)
    # Of what answers for one object, its own words say more than those of what names it.
    for hit in sorted(found, key=lambda hit: (place.get(hit.language, len(place)), bool(hit.through))):
        best.setdefault((hit.model, hit.object_id), hit)
    hits = _at_an_address(sorted(best.values(), key=rank), at)
    return Found(words, at, hits[:MAX_RESULTS], may_be_more or len(hits) > MAX_RESULTS)


@cache
def _text_columns(model: type[models.Model]) -> Mapping[str, tuple[models.Field, ...]]:
    """The columns of `model` that readers read, by language; "" for those that have none."""
    codes = {build_localized_fieldname(name, code): code for name in translated_fields(model) for code in CODES}
    found: dict[str, tuple[models.Field, ...]] = {}
    for field in published_fields(model):
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, NOT_READ)
        if is_text and not field.choices and field.name not in getattr(model, "not_searched", ()):
            code = codes.get(field.name, "")
            found[code] = (*found.get(code, ()), field)
    return found


def _column(obj: Publishable, code: str) -> str:
    """The column of the title in one language."""
    if code and obj.title_field in translated_fields(type(obj)):
        return build_localized_fieldname(obj.title_field, code)
    return obj.title_field


def _said(obj: Publishable, language: str) -> list[str]:
    """The paragraphs of `obj` and its child rows in `language`, "" for those in none; its title is not among them."""
    rows: list[models.Model] = [obj]
    rows += [row for name, _model in child_models(type(obj)) for row in getattr(obj, name).all()]
    return [
        passage
        for row in rows
        for field in _text_columns(type(row)).get(language, ())
        if row is not obj or field.name != _column(obj, language)
        for passage in _passages(field, getattr(row, field.attname))
    ]


def _passages(field: models.Field, value: Any) -> list[str]:
    """The paragraphs of one value, as plain text."""
    text = str(value or "")
    if isinstance(field, RichTextField):
        text = unescape(TAG.sub("", LINE_ENDS.sub("\n", plain_small_letters(text))))
    return [line.strip() for line in text.splitlines() if not is_blank(line)]


def _hits(words: tuple[search.Word, ...], reader: str, at: datetime) -> tuple[list[Hit], bool]:
    """Every row of the index that has all words, and who is responsible for what has them in its title.

    And whether there may be more, because of very many only some were looked at.
    """
    at_home = {model._meta.label_lower for model in _models() if has_address(model)}
    hits, titled, homeless = [], [], []
    looked_at: Counter[bool] = Counter()
    for revision_id, model, object_id, sort_key, language, title, everything in text_index.likely(
        words, reader, at
    ).values_list(
        "revision_id", "revision__model", "revision__object_id", "revision__sort_key", "language", "title", "words"
    ):
        looked_at[language in ("", reader)] += 1
        score = search.score(words, title, everything, language)
        if score and model not in at_home:
            homeless.append(Hit(model, object_id, revision_id, language, score, sort_key))
        elif score:
            hits.append(Hit(model, object_id, revision_id, language, score, sort_key))
            if in_title := search.score(words, title, "", language):
                titled.append((in_title, revision_id, language))
    named = _found_where_named(homeless, at)
    may_be_more = max([*looked_at.values(), len(named)], default=0) > text_index.EXAMINED
    return hits + _found_through(titled, at) + named, may_be_more


def _found_through(titled: list[tuple[int, int, str]], at: datetime) -> list[Hit]:
    """The objects that answer for what was found by its title: a person is found by a task."""
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
            hits.append(Hit(*target, public[target], language, score // 2, "", through=revision_id))
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
    for model, object_id, user, user_id, revision_id, sort_key in newest[: text_index.EXAMINED + 1]:
        hit = by_object[model, object_id]
        found.append(Hit(user, user_id, revision_id, hit.language, hit.score // 2, sort_key, through=hit.revision_id))
    return found


def _at_an_address(hits: list[Hit], at: datetime) -> list[Hit]:
    """Those of `hits` that a page shows, as many as may be shown and one more.

    A page has an address for as long as it is public. Only what stands on the page of something else
    may have none, while that is not public.
    """
    pages = {model._meta.label_lower for model in _models() if model.view_name}
    guests = {model._meta.label_lower: model.shown_with for model in _models() if model.shown_with}
    found: list[Hit] = []
    for begin in range(0, len(hits), MAX_RESULTS + 1):
        some = hits[begin : begin + MAX_RESULTS + 1]
        asked = models.Q(pk__in=[])
        for label, fields in guests.items():
            asked |= models.Q(revision__in=[hit.revision_id for hit in some if hit.model == label], field__in=fields)
        hosts = RevisionReference.objects.filter(asked).values_list("revision", "model", "object_id")
        public = _public({(model, object_id) for _revision, model, object_id in hosts}, at)
        shown = {revision for revision, model, object_id in hosts if (model, object_id) in public}
        found += [hit for hit in some if hit.model in pages or hit.revision_id in shown]
        if len(found) > MAX_RESULTS:
            break
    return found


def _public(wanted: set[Target], at: datetime) -> dict[Target, int]:
    """The revisions of these objects that visitors see."""
    # With a column that no index has: else SQLite reads all of a model in an index, and looks nothing up.
    found = public_revisions(wanted, at).order_by().values_list("model", "object_id", "pk", "created_at")
    return {(model, object_id): revision for model, object_id, revision, _made in found}


@cache
def _models() -> list[type[Publishable]]:
    return [model for model in apps.get_models() if issubclass(model, Publishable)]


def _thawed(hits: list[Hit], at: datetime) -> dict[int, Publishable]:
    """What these revisions hold, each with what it is shown on: one query, and one for each model that needs it."""
    wanted = {hit.revision_id for hit in hits} | {hit.through for hit in hits}
    found = {each.pk: each.thaw(at) for each in Revision.objects.filter(pk__in=wanted).order_by()}
    by_model: dict[type[Publishable], list[Publishable]] = {}
    for obj in found.values():
        by_model.setdefault(type(obj), []).append(obj)
    for model, objects in by_model.items():
        follow(objects, model.shown_with, at)
    return found


def _result(obj: Publishable, hit: Hit, through: Publishable | None, words: tuple[search.Word, ...]) -> Result:
    """`hit` as the reader sees it."""
    reader = current()
    title = resolve(obj, obj.title_field, hit.language or reader)
    # A page that shows the same words to the reader stays in the reader's own surroundings.
    same = resolve(obj, obj.title_field, reader).language in ("", title.language)
    url_language = reader if same else hit.language
    language = hit.language if hit.language != reader else ""
    if through:
        passages = [resolve(through, through.title_field, hit.language or reader).value]
    else:
        passages = [passage for code in dict.fromkeys((hit.language, "")) for passage in _said(obj, code)]
    fragment = search.fragment(passages, words, hit.language)
    return Result(
        kind=obj.page_kind,
        url=obj.get_absolute_url(url_language),
        url_language=url_language if url_language != reader else "",
        title=search.highlight(title.value, words, title.language or hit.language),
        title_lang=title.language if title.language != reader else "",
        fragment=format_html('<span lang="{}">{}</span>', language, fragment) if fragment and language else fragment,
        language_name=str(NAMES[language]) if language else "",
        through=bool(through and obj.found_through),
    )
