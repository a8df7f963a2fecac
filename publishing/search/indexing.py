"""The index of words beside the revisions.

The words hang on a revision, which never changes: what was scheduled, ended or was
withdrawn needs no thought here, because only words of public revisions are looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.db import models
from django.utils import timezone
from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname

from publishing.content.fields import RichTextField
from publishing.content.html import to_text
from publishing.i18n.languages import CODES, is_blank, resolve, translated_fields
from publishing.models import Publishable, Revision, RevisionText
from publishing.models.revisions import not_overtaken
from publishing.models.snapshots import child_models, published_fields
from publishing.search import places
from publishing.search import text as search_text
from publishing.search.ranking import NAMES
from publishing.search.word_index import PUBLIC
from publishing.types import AnyField

# Raise this when the words that are indexed of a text change: the next start then makes the index anew.
VERSION = 11


# Fields that store something else as text, and are not indexed.
NOT_READ = (models.SlugField, models.URLField, models.FileField)


@dataclass(frozen=True)
class Words:
    """The texts of one object in one language; `language` is empty when it has none."""

    language: str
    title: str
    passages: tuple[str, ...]


def has_address(model: type[Publishable]) -> bool:
    """Whether objects of `model` are shown at an address, so that one can be led to them."""
    return bool(model.view_name)


def words_of(obj: Publishable) -> list[Words]:
    """The texts of `obj` and its child rows, once for each language in which there are any."""
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
            title=NAMES.strip().join(search_text.indexed_words([name], words.language) for name in names),
            words=search_text.indexed_words([*names, *words.passages], words.language),
        )
        for words in words_of(obj)
        for names in [_names(obj, words)]
    ]


def _names(obj: Publishable, words: Words) -> list[str]:
    """What an object is called in one language, its title first: also the last part of its address.

    One that stands alone at the address of a place is called as that is: who asks for `contact RESOC` wants that page.
    """
    language = words.language or CODES[0]
    column = f"short_title_{language}"
    names = [words.title, *filter(None, (getattr(obj, column, ""), obj.slug_in(language))), *obj.keywords]
    return names + (places.names_of(obj.found_at) if obj.found_at and obj.is_single else [])


def add(texts: list[RevisionText]) -> int:
    """Insert these index rows; returns how many."""
    RevisionText.objects.bulk_create(texts)
    PUBLIC.learn(texts)
    return len(texts)


def unindexed() -> models.QuerySet[Revision]:
    """The revisions that are or will be public, and that no search finds."""
    not_over = not_overtaken(timezone.now())
    return Revision.objects.filter(not_over, withdrawn=False, texts=None)


@cache
def _text_columns(model: type[models.Model]) -> Mapping[str, tuple[AnyField, ...]]:
    """The columns of `model` that readers read, by language; "" for those that have none."""
    codes = {build_localized_fieldname(name, code): code for name in translated_fields(model) for code in CODES}
    found: dict[str, tuple[AnyField, ...]] = {}
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
    said = [
        passage
        for row in rows
        for field in _text_columns(type(row)).get(language, ())
        if row is not obj or field.name != _column(obj, language)
        for passage in _passages(field, getattr(row, field.attname))
    ]
    if not language:
        return said
    with override(language):
        return [*said, *filter(None, obj.words_besides())]


def _passages(field: AnyField, value: object) -> list[str]:
    """The paragraphs of one value, as plain text."""
    text = str(value or "")
    if isinstance(field, RichTextField):
        text = to_text(text)
    return [line.strip() for line in text.splitlines() if not is_blank(line)]
