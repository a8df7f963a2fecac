"""The texts of an object that somebody may translate: each with its source and its translation, and no other value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from modeltranslation.utils import build_localized_fieldname

from publishing.content.fields import RichTextField
from publishing.content.html import to_text
from publishing.i18n.languages import CODES, is_blank, translated_fields
from publishing.models import Publishable
from publishing.models.snapshots import Path, Snapshot, child_models, freeze, published_fields
from publishing.workflow.merge import units


@dataclass(frozen=True)
class TextPair:
    """One text: what it says in the source language, and in that of the translation."""

    path: Path  # in a snapshot, of the translation
    field: Any  # of the model, of the translation
    label: str
    row: str  # the child row that it stands in, in words; "" for a text of the object itself
    source: str
    source_language: str
    target: str
    unit: Snapshot  # the columns that belong together with the translation, as they are now

    @property
    def name(self) -> str:
        """Its name in a form."""
        return "-".join(map(str, self.path))

    @property
    def is_rich(self) -> bool:
        return isinstance(self.field, RichTextField)

    @property
    def is_long(self) -> bool:
        """Whether it needs a box of several lines."""
        return isinstance(self.field, models.TextField)


def texts_of(row: Publishable, language: str) -> list[TextPair]:
    """The texts of saved `row` and of its child rows that can be translated into `language`, in the order of the form.

    What visitors may not see of a person is not among them, nor are addresses of pages.
    """
    return _texts(type(row), freeze(row), language)


def _texts(model: type[Publishable], snapshot: Snapshot, language: str) -> list[TextPair]:
    found = list(_pairs(model, (), "", snapshot, language))
    for name, child in child_models(model):
        kind = capfirst(str(child._meta.verbose_name))
        for number, values in enumerate(snapshot[name], start=1):
            found += _pairs(child, (name, values["id"]), f"{kind} {number}", values, language)
    return found


def _pairs(model: type[models.Model], path: Path, row: str, values: Snapshot, language: str) -> Iterator[TextPair]:
    fields = {field.attname: field for field in published_fields(model)}
    for name in translated_fields(model):
        column = build_localized_fieldname(name, language)
        source_language, source = _source(values, name, language)
        if not source or isinstance(fields.get(column), models.SlugField | None):
            continue
        unit = next(each for each in units(model) if column in each)
        yield TextPair(
            path=(*path, column),
            field=fields[column],
            label=capfirst(str(model._meta.get_field(name).verbose_name)),  # type: ignore[union-attr]
            row=row,
            source=source,
            source_language=source_language,
            target=str(values[column] or ""),
            unit={each: values[each] for each in unit},
        )


def _source(values: Snapshot, name: str, language: str) -> tuple[str, str]:
    """The language and the words from which a text is translated into `language`; two times "" when there are none."""
    for code in (settings.LANGUAGE_CODE, *CODES):
        text = str(values.get(build_localized_fieldname(name, code)) or "")
        if code != language and not is_blank(text):
            return code, text
    return "", ""


def languages_for(row: Publishable) -> list[str]:
    """The languages into which saved `row` can be translated; that of the site itself only where its title lacks it."""
    own = build_localized_fieldname(row.title_field, settings.LANGUAGE_CODE)
    has_own = not is_blank(getattr(row, own, ""))
    codes = [code for code in CODES if code != settings.LANGUAGE_CODE or not has_own]
    snapshot = freeze(row) if translated_fields(type(row)) else {}
    return [code for code in codes if snapshot and _texts(type(row), snapshot, code)]


def words_in(text: str) -> int:
    """How many words a reader of this text, rich or plain, has to read."""
    return len(to_text(text).split())


def plain(text: str) -> str:
    """A text, rich or not, without its markup."""
    return to_text(text).strip()
