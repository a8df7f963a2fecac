"""The checklist before publishing: errors that block it, and warnings.

A pure judgement in plain words, for each language; nothing is saved or published here. It
costs a handful of queries, whatever the length of the page and of its history.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from publishing.content.fields import RichTextField
from publishing.content.html import to_text
from publishing.content.internal_links import LINK, own_path, target_of
from publishing.content.link_resolution import PathTarget, place_of, public_revisions
from publishing.files.fields import described_picture, is_asked_for
from publishing.i18n.languages import CODES, NAMES, is_blank, translated_fields
from publishing.models import Child, Publishable, Revision, RevisionSlug
from publishing.models.relations import PublishedForeignKey
from publishing.models.snapshots import published_fields
from publishing.queries.dependencies import Target
from publishing.review import translation_rules
from publishing.review.columns import Column, columns_of, rows_of
from publishing.review.translation_rules import WORD
from publishing.review.translation_states import origins_of
from publishing.workflow import check_publishable

LONG_SENTENCE = 30  # words

HEADING = re.compile(r"<h([1-6])>")
BARE_ADDRESS = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
FILE_NAME = re.compile(
    r".*\.(jpe?g|png|gif|webp|avif|heic|tiff?|svg|pdf)|(img|dsc[nf]?|pict?|image|scan|foto|photo)[-_ ]?\d+",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”»’)]*\s+(?=[\"“«‘(]*[A-ZÀ-ÖØ-Þ\d])")
# After these a full stop ends no sentence, although a capital or a figure may follow.
ABBREVIATION = re.compile(
    r"\b(?:[^\W\d_]|bv|bijv|dhr|mevr|dr|prof|ir|ing|art|nr|blz|ca|resp|incl|excl|st|mr|mrs|ms|mme|mlle|ex|cf|vs|tel"
    r"|jan|feb|aug|sept|okt|nov|dec)\.$",
    re.IGNORECASE,
)
EMPTY_NAMES = {
    *("hier", "klik hier", "klik", "lees meer", "meer", "meer info", "meer lezen", "deze link", "link"),
    *("ici", "cliquez ici", "cliquer ici", "lire la suite", "en savoir plus", "plus", "ce lien", "lien"),
    *("here", "click here", "read more", "more", "learn more", "this link"),
}


class Severity(models.TextChoices):
    """How much an item of the checklist matters."""

    BLOCKS = "blocks", gettext_lazy("Blocks")
    WARNS = "warns", gettext_lazy("Warns")


@dataclass(frozen=True)
class Item:
    """One thing to do, and where.

    `field` is the name of the column, or of a child row's column as Django's forms name it
    (`roles-0-name_fr`); empty for the page as a whole. `language` is empty for what has none.
    """

    severity: Severity
    language: str
    field: str
    message: str

    @property
    def language_name(self) -> str:
        """The language as a heading."""
        return capfirst(str(NAMES.get(self.language) or _("For all languages")))


def checklist(obj: Publishable, rows: Mapping[str, Sequence[Child]] | None = None) -> list[Item]:
    """The items to mend before `obj` is published: by language, errors that block first.

    `obj` is a saved row, or the unsaved instance of a form; `rows` are its child rows by
    related name, in the order of the form, by default the saved ones.
    """
    if rows is None:
        rows = rows_of(obj)
    columns = list(columns_of(obj, rows))
    items = [
        *_refused(obj, rows),
        *_related(columns),
        *_missing(columns),
        *_behind(obj, columns),
        *_unread(obj),
        *_doubts(obj),
        *_pictures(columns),
        *_headings(columns),
        *_links(columns),
        *_sentences(columns),
    ]
    order = ("", *CODES)
    # "blocks" happens to come before "warns"
    return sorted(dict.fromkeys(items), key=lambda item: (order.index(item.language), item.severity))


def links_in(columns: Iterable[Column]) -> Iterator[tuple[Column, str, str]]:
    """The links in rich text: where each stands, what it leads to, and its words."""
    for column in _rich(columns):
        for href, words in LINK.findall(column.value):
            yield column, unescape(href), to_text(words)


# What blocks


def _refused(obj: Publishable, rows: Mapping[str, Sequence[Child]]) -> Iterator[Item]:
    """The errors with which `workflow.publish` would refuse it."""
    try:
        check_publishable(obj, timezone.now())
    except ValidationError as error:
        yield from _errors(error, type(obj), "")
    except FileNotFoundError:  # a bucket that is away says nothing: see `check_picture`
        for field in published_fields(type(obj)):
            file = getattr(obj, field.attname) if isinstance(field, models.FileField) else None
            if file and not file.storage.exists(file.name):
                message = _("%s: this file is lost. Choose it again.") % capfirst(str(field.verbose_name))
                yield Item(Severity.BLOCKS, "", field.name, message)
    for name, children in rows.items():
        for index, child in enumerate(children):
            try:
                # Relations are judged all at once: Django would run a query for each.
                child.full_clean(exclude={child.parent, *(field.name for field in _relations(type(child)))})
            except ValidationError as error:
                yield from _errors(error, type(child), f"{name}-{index}-")
            for field in _relations(type(child)):
                if not field.blank and getattr(child, field.attname) is None:
                    message = str(field.error_messages["blank"])
                    yield Item(Severity.BLOCKS, "", f"{name}-{index}-{field.name}", message)


def _errors(error: ValidationError, model: type[models.Model], prefix: str) -> Iterator[Item]:
    relations = {field.name for field in _relations(model)}
    for name, errors in error.error_dict.items():
        for each in errors:
            if name in relations and each.code == "invalid":
                continue  # what it points at is gone: `_related` says so in plain words
            field = "" if name == NON_FIELD_ERRORS else prefix + name
            for message in each.messages:
                yield Item(Severity.BLOCKS, _language_of(model, name), field, message)


def _relations(model: type[models.Model]) -> list[PublishedForeignKey]:
    return [field for field in published_fields(model) if isinstance(field, PublishedForeignKey)]


def _language_of(model: type[models.Model], column: str) -> str:
    for name in translated_fields(model):
        for code in CODES:
            if column == build_localized_fieldname(name, code):
                return code
    return ""


def _related(columns: Sequence[Column]) -> Iterator[Item]:
    """Relations that lead to nothing, or to what visitors do not see."""
    pointing: list[tuple[Column, Target]] = []
    models_by_label: dict[str, object] = {}
    for column in columns:
        if isinstance(column.field, PublishedForeignKey) and column.value:
            model: Any = column.field.related_model
            models_by_label[model._meta.label_lower] = model
            pointing.append((column, (model._meta.label_lower, column.value)))
    rows: dict[Target, object] = {}
    for label, model in models_by_label.items():
        ids = {target[1] for _column, target in pointing if target[0] == label}
        rows |= {(label, pk): row for pk, row in model._base_manager.in_bulk(ids).items()}
    public = _public({target for _column, target in pointing})
    for column, target in pointing:
        if target not in rows:
            message = _("%s: this was deleted. Choose another one, or leave it empty.") % column.label
            yield Item(Severity.BLOCKS, "", column.path, message)
        elif target not in public:
            message = _("%(field)s: “%(name)s” is not public, so visitors do not see it here. Publish it too.")
            yield _warning(column, message % {"field": column.label, "name": _short(str(rows[target]))})


def _public(wanted: set[Target]) -> set[Target]:
    return set(public_revisions(wanted).values_list("model", "object_id"))


# Languages


def _missing(columns: Sequence[Column]) -> Iterator[Item]:
    """Texts that exist in the source language only; one item for a language without any."""
    sources = translation_rules.sources(columns)
    for code in translation_rules.targets():
        missing = [column for column in sources if translation_rules.is_missing(column, code)]
        if len(missing) == len(sources) > 1:
            path = translation_rules.path_in(sources[0], code)
            yield Item(Severity.WARNS, code, path, _("Nothing is translated yet."))
            continue
        for column in missing:
            path = translation_rules.path_in(column, code)
            yield Item(Severity.WARNS, code, path, _("%s: not translated yet.") % column.label)


def _behind(obj: Publishable, columns: Sequence[Column]) -> Iterator[Item]:
    """Translations that stayed as they were when their source changed."""
    for each in translation_rules.behind(translation_rules.sources(columns), origins_of(obj)):
        message = _("%s: the original changed after this was translated. Read it again.") % each.column.label
        yield Item(Severity.WARNS, each.code, each.path, message)


def _unread(obj: Publishable) -> Iterator[Item]:
    for code in CODES:
        name = f"needs_check_{code}"
        if translated_fields(type(obj)) and getattr(obj, name, False):
            message = _("A native speaker still has to read this. Untick it afterwards.")
            yield Item(Severity.WARNS, code, name, message)


def _doubts(obj: Publishable) -> Iterator[Item]:
    """The warnings of the model itself."""
    for column, message in obj.doubts():
        yield Item(Severity.WARNS, _language_of(type(obj), column), column, message)


# Pictures


def _pictures(columns: Sequence[Column]) -> Iterator[Item]:
    """Pictures without a text alternative: by convention `image` is described by `image_alt`."""
    for column in columns:
        picture = described_picture(type(column.row), column.name)
        if not picture or not is_asked_for(column.row, column.name):
            continue
        file = PurePath(str(getattr(column.row, picture)))
        if is_blank(column.value):
            if column.code in ("", settings.LANGUAGE_CODE):
                yield _warning(column, _("%s: describe the picture for people who cannot see it.") % column.label)
        elif FILE_NAME.fullmatch(column.value.strip()) or column.value.strip() in (file.name, file.stem):
            yield _warning(column, _("%s: this is the name of a file. Say what the picture shows.") % column.label)


# Texts


def _headings(columns: Sequence[Column]) -> Iterator[Item]:
    """Rich texts whose headings skip a level, so that their order is lost in a screen reader."""
    for column in _rich(columns):
        level = 1  # of the title of the page
        for found in map(int, HEADING.findall(column.value)):
            if found > level + 1:
                message = _("%s: a smaller heading comes before a heading. Make it a heading first.") % column.label
                yield _warning(column, message)
                break
            level = found


def _links(columns: Sequence[Column]) -> Iterator[Item]:
    """Links that lead to nothing visitors can see, or whose words do not say where they lead."""
    found = list(links_in(columns))
    public = _public({target for _column, href, _text in found if (target := target_of(href))})
    places = {href: place_of(own_path(href).partition("#")[0].partition("?")[0]) for _column, href, _text in found}
    addresses = _public_addresses({place.slug for place in places.values() if place and place.slug})
    for column, href, text in found:
        target, place = target_of(href), places[href]
        dead = target not in public if target else bool(own_path(href)) and not _leads_somewhere(place, addresses)
        values = {"field": column.label, "words": _short(text)}
        if dead:
            message = _("%(field)s: the link “%(words)s” leads to a page that visitors can not see.")
            yield _warning(column, message % values)
        if text.strip(" .:>»→").casefold() in EMPTY_NAMES:
            message = _("%(field)s: the link “%(words)s” does not say where it leads. Use the name of the page.")
            yield _warning(column, message % values)
        elif BARE_ADDRESS.fullmatch(text.strip()):
            message = _("%(field)s: the link “%(words)s” is an address. Use the name of the page.")
            yield _warning(column, message % values)


def _public_addresses(slugs: set[str]) -> set[tuple[str, str, str]]:
    """Model, slug and language of what visitors find under one of `slugs`."""
    if not slugs:
        return set()
    found = RevisionSlug.objects.filter(slug__in=slugs, revision__in=Revision.objects.public())
    return set(found.values_list("revision__model", "slug", "language"))


def _leads_somewhere(place: PathTarget | None, addresses: set[tuple[str, str, str]]) -> bool:
    if place is None:
        return False
    if place.model is None or not place.slug:
        return True
    return (place.model._meta.label_lower, place.slug, place.language) in addresses


def _sentences(columns: Sequence[Column]) -> Iterator[Item]:
    """The longest sentence of each text, when it is very long."""
    for column in columns:
        if not isinstance(column.field, models.TextField) or is_blank(column.value):
            continue
        longest = max(sentences(str(column.value)), key=_length)
        if (length := _length(longest)) > LONG_SENTENCE:
            message = _("%(field)s: a sentence of %(count)s words, “%(words)s”. Make it two.")
            values = {"field": column.label, "count": length, "words": _short(longest)}
            yield _warning(column, message % values)


def sentences(html: str) -> list[str]:
    """The sentences of a text; every paragraph, heading, list item and cell ends one."""
    found = []
    for line in to_text(html).splitlines():
        begun = ""
        for piece in SENTENCE_END.split(line.strip()):
            begun = f"{begun} {piece}".strip()
            if not ABBREVIATION.search(begun):
                found.append(begun)
                begun = ""
        found.append(begun)
    return [sentence for sentence in found if sentence] or [""]


def _length(sentence: str) -> int:
    return len(WORD.findall(sentence))


def _rich(columns: Iterable[Column]) -> Iterator[Column]:
    return (column for column in columns if isinstance(column.field, RichTextField) and column.value)


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(40)


def _warning(column: Column, message: str) -> Item:
    return Item(Severity.WARNS, column.code, column.path, message)
