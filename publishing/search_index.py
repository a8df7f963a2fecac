"""The index of words beside the revisions, and what a visitor finds in it.

The words hang on a revision, which never changes: what was scheduled, ended or was
withdrawn needs no thought here, because only words of public revisions are looked at.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
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
from publishing.fields import PublishedForeignKey, RichTextField
from publishing.languages import CODES, NAMES, current, is_blank, order, resolve, translated_fields
from publishing.models import Publishable, Revision, RevisionReference, RevisionText
from publishing.snapshots import child_models, published_fields

MAX_RESULTS = 50
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


@dataclass(frozen=True)
class Hit:
    """That one object answers the query, and in which language."""

    model: str
    object_id: int
    language: str
    score: int
    sort_key: str
    through: str = ""  # the title of what names this object, when that is what answers


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


class Found(NamedTuple):
    """The best results, at most `MAX_RESULTS`, and whether there may be more."""

    results: list[Result]
    may_be_more: bool


def has_address(model: type[Publishable]) -> bool:
    """Whether objects of `model` are shown at an address, so that one can be led to them."""
    return bool(model.view_name) or model.get_absolute_url is not Publishable.get_absolute_url


def words_of(obj: Publishable) -> list[Words]:
    """What `obj` and its child rows say, once for each language in which they say something."""
    own: dict[str, list[str]] = {code: [] for code in CODES}
    shared: list[str] = []
    children = [row for name, _model in child_models(type(obj)) for row in getattr(obj, name).all()]
    for row in [obj, *children]:
        for field, code in _text_columns(type(row)):
            is_title = row is obj and field.name in (obj.title_field, _column(obj, code))
            if not is_title:
                (own[code] if code else shared).extend(_passages(field, getattr(row, field.attname)))
    found = []
    for code in CODES:
        title = getattr(obj, _column(obj, code)) or ""
        if own[code] or (_column(obj, code) != obj.title_field and not is_blank(title)):
            found.append(Words(code, title, (*own[code], *shared)))
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
    """What visitors may see that has every word of `query`, the reader's language first, best first."""
    at = at or timezone.now()
    words = search.query_words(query)
    if not words:
        return Found([], False)
    languages = order(current())
    place = {code: number for number, code in enumerate(("", *languages[1:]))} | {languages[0]: 0}
    best: dict[tuple[str, int], Hit] = {}

    def rank(hit: Hit) -> tuple[Any, ...]:
        return place.get(hit.language, len(place)), -hit.score, hit.model, hit.sort_key, hit.object_id

    found, may_be_more = _hits(words, current(), at)
    # Of what answers for one object, its own words say more than those of what names it.
    for hit in sorted(found, key=lambda hit: (place.get(hit.language, len(place)), bool(hit.through))):
        best.setdefault((hit.model, hit.object_id), hit)
    hits = sorted(best.values(), key=rank)[: MAX_RESULTS + 1]
    objects = _thawed(hits, at)
    results = [
        result
        for hit in hits
        if (obj := objects.get((hit.model, hit.object_id))) and (result := _result(obj, hit, words))
    ]
    return Found(results[:MAX_RESULTS], may_be_more or len(results) > MAX_RESULTS)


def _text_columns(model: type[models.Model]) -> Iterator[tuple[models.Field, str]]:
    """The columns of `model` that readers read, each with its language if it has one."""
    codes = {build_localized_fieldname(name, code): code for name in translated_fields(model) for code in CODES}
    for field in published_fields(model):
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, NOT_READ)
        if is_text and not field.choices and field.name not in getattr(model, "not_searched", ()):
            yield field, codes.get(field.name, "")


def _column(obj: Publishable, code: str) -> str:
    """The column of the title in one language."""
    if code and obj.title_field in translated_fields(type(obj)):
        return build_localized_fieldname(obj.title_field, code)
    return obj.title_field


def _passages(field: models.Field, value: Any) -> list[str]:
    """The paragraphs of one value, as plain text."""
    text = str(value or "")
    if isinstance(field, RichTextField):
        text = unescape(TAG.sub("", LINE_ENDS.sub("\n", text)))
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
            homeless.append(Hit(model, object_id, language, score, sort_key))
        elif score:
            hits.append(Hit(model, object_id, language, score, sort_key))
            if in_title := search.score(words, title, title, language):
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
    ).select_related("revision")
    by_revision: dict[int, list[RevisionReference]] = {}
    for reference in references:
        by_revision.setdefault(reference.revision_id, []).append(reference)
    hits: list[Hit] = []
    seen: set[tuple[str, int, str]] = set()
    for score, revision_id, language in titled:
        for reference in by_revision.get(revision_id, ()):
            answering = (reference.model, reference.object_id, language)
            if answering in seen:  # by a better title
                continue
            seen.add(answering)
            title = next((w.title for w in words_of(reference.revision.thaw(at)) if w.language == language), "")
            # Less than a title that answers, more than a word in a text.
            hits.append(Hit(reference.model, reference.object_id, language, score // 2, "", through=title))
    return hits


def _found_where_named(hits: list[Hit], at: datetime) -> list[Hit]:
    """The pages that name what has no page of its own: a priority is found by its partners."""
    hits = sorted(hits, key=lambda hit: -hit.score)[:MAX_RESULTS]
    names = _thawed(hits, at)
    found = []
    by_object = {(hit.model, hit.object_id): hit for hit in hits}
    references = RevisionReference.objects.filter(
        reduce(or_, (models.Q(model=hit.model, object_id=hit.object_id) for hit in hits), models.Q(pk__in=[])),
        revision__in=Revision.objects.public(at),
    )
    newest = references.order_by("-revision", "-pk").values_list(
        "model", "object_id", "revision__model", "revision__object_id", "revision__sort_key"
    )
    for model, object_id, user, user_id, sort_key in newest[: text_index.EXAMINED + 1]:
        hit = by_object[model, object_id]
        found.append(Hit(user, user_id, hit.language, hit.score // 2, sort_key, through=str(names[model, object_id])))
    return found


def _models() -> list[type[Publishable]]:
    return [model for model in apps.get_models() if issubclass(model, Publishable)]


def _thawed(hits: list[Hit], at: datetime) -> dict[tuple[str, int], Publishable]:
    """The objects that were hit, in one query for each model and each relation that an address needs."""
    ids: dict[str, list[int]] = {}
    for hit in hits:
        ids.setdefault(hit.model, []).append(hit.object_id)
    found: dict[tuple[str, int], Publishable] = {}
    for label, object_ids in ids.items():
        model: Any = apps.get_model(label)
        # What has no address of its own is shown at that of something it points at.
        relations = [field.name for field in published_fields(model) if isinstance(field, PublishedForeignKey)]
        published = model.published(at).following(*([] if model.view_name else relations))
        found |= {(label, obj.pk): obj for obj in published.filter(object_id__in=object_ids)}
    return found


def _result(obj: Publishable, hit: Hit, words: tuple[search.Word, ...]) -> Result | None:
    """`hit` as the reader sees it; None when no page shows it now."""
    reader = current()
    title = resolve(obj, obj.title_field, hit.language or reader)
    # A page that shows the same words to the reader stays in the reader's own surroundings.
    same = resolve(obj, obj.title_field, reader).language in ("", title.language)
    url_language = reader if same else hit.language
    url = obj.get_absolute_url(url_language)
    if not url:
        return None
    language = hit.language if hit.language != reader else ""
    said = next((each for each in words_of(obj) if each.language in (hit.language, "")), None)
    passages = (hit.through,) if hit.through else (said.passages if said else ())
    fragment = search.fragment(passages, words, hit.language)
    return Result(
        kind=obj.page_kind,
        url=url,
        url_language=url_language if url_language != reader else "",
        title=search.highlight(title.value, words, title.language or hit.language),
        title_lang=title.language if title.language != reader else "",
        fragment=format_html('<span lang="{}">{}</span>', language, fragment) if fragment and language else fragment,
        language_name=str(NAMES[language]) if language else "",
        through=bool(hit.through and obj.found_through),
    )
