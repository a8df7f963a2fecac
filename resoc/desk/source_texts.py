"""Translations that came with a site in use and that a later version of the site says better.

Nobody's text is changed by a newer version: the desk shows the better one. Only what nobody edited counts: what
visitors read is the version that `manage.py seed` made, and its Dutch is still that of the source content.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models

from pages.models import Aim, MissionPage, Role, TextPage
from priorities.models import Priority, Theme
from publishing.content.fields import RichTextField
from publishing.content.html import to_text
from publishing.i18n.languages import CODES, NAMES, translated_fields
from publishing.models import Publishable, Revision
from resoc.management.commands.seed import CONTENT, NOTE, columns_of
from staff.models import StaffMember

# By model: its table in the source content, and the column that names a row; "" where there is one.
TABLES: dict[type[Publishable], tuple[str, str]] = {
    MissionPage: ("mission", ""),
    Priority: ("priority", "number"),
    Theme: ("theme", "slug_nl"),
    StaffMember: ("staff", "slug"),
    TextPage: ("text_page", "slug_nl"),
}
LANGUAGES = tuple(code for code in CODES if code != settings.LANGUAGE_CODE)


@dataclass(frozen=True)
class SourceComparison:
    """One text in one language: as visitors read it, and as the source content has it by now."""

    column: str
    code: str
    now: str
    better: str
    is_row: bool = False  # of a row below the page

    @property
    def language(self) -> str:
        """The name of its language."""
        return str(NAMES[self.code])


@dataclass(frozen=True)
class Corrected:
    """A page that nobody edited, and its texts that are better by now."""

    page: Publishable
    passages: list[SourceComparison]


def corrected() -> Iterator[Corrected]:
    """Those pages, in the order in which the site shows their kinds; one query."""
    labels = {model._meta.label_lower: model for model in TABLES}
    seeded = Revision.objects.public().filter(model__in=labels, note=NOTE, author=None)
    for revision in seeded.order_by("model", "sort_key"):
        model = labels[revision.model]
        _table, key = TABLES[model]
        source = _sources(model).get(revision.data.get(key) if key else None)
        passages = list(_passages(model, revision.data, source)) if source else []
        if passages:
            yield Corrected(revision.thaw(), passages)


@cache
def _sources(model: type[Publishable]) -> dict[Any, dict[str, Any]]:
    """The rows of `model` in the source content, each as columns, by what names it."""
    content = tomllib.loads(CONTENT.read_text())
    table, key = TABLES[model]
    if not key:
        rows = {"roles": (Role, content["role"]), "aims": (Aim, [{"text": row} for row in content["aim"]])}
        below = {name: [columns_of(child, row) for row in found] for name, (child, found) in rows.items()}
        return {None: columns_of(model, content[table]) | below}
    found = [columns_of(model, row) for row in content[table]]
    return {row[key]: row for row in found}


def _passages(model: type[models.Model], now: dict[str, Any], source: dict[str, Any]) -> Iterator[SourceComparison]:
    """The texts of `model` whose Dutch is that of the source, and a translation is not."""
    for name in translated_fields(model):
        is_rich = isinstance(model._meta.get_field(name), RichTextField)
        said, better = ({code: _plain(row.get(f"{name}_{code}"), is_rich) for code in CODES} for row in (now, source))
        if name == "slug" or said[settings.LANGUAGE_CODE] != better[settings.LANGUAGE_CODE]:
            continue
        for code in LANGUAGES:
            if better[code] and said[code] != better[code]:
                yield SourceComparison(f"{name}_{code}", code, said[code], better[code])
    if model is MissionPage:
        for child, rows in ((Role, "roles"), (Aim, "aims")):
            for row, wanted in zip(now.get(rows, ()), source[rows], strict=False):
                for each in _passages(child, row, wanted):
                    yield SourceComparison(each.column, each.code, each.now, each.better, is_row=True)


def _plain(value: object, is_rich: bool) -> str:
    """A text to be compared: of rich text its words; all spaces are alike."""
    text = to_text(str(value or "")) if is_rich else str(value or "")
    return " ".join(text.split())
