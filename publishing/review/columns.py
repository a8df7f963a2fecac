"""Every value of a page and of its child rows, with its names in the form and in a snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils.text import capfirst
from modeltranslation.utils import build_localized_fieldname

from publishing.i18n.languages import CODES, translated_fields
from publishing.models import Child, Publishable
from publishing.models.snapshots import Snapshot, published_fields
from publishing.types import AnyField


@dataclass(frozen=True)
class Column:
    """One value of the page or of one of its rows, with its names in form and snapshot."""

    row: models.Model
    field: AnyField
    name: str  # of the field, without a language
    code: str  # of the language, or ""
    prefix: str  # before a name in the form
    place: tuple[str, int] | None  # in a snapshot: the kind of child row and its key
    label: str

    @property
    def path(self) -> str:
        """Its name in the form."""
        return self.prefix + self.field.name

    @property
    def value(self) -> Any:
        return getattr(self.row, self.field.attname)

    def sibling(self, code: str) -> str:
        """The same text in another language; "" when there is none."""
        return str(getattr(self.row, build_localized_fieldname(self.name, code)) or "")

    def sibling_in(self, snapshot: Snapshot, code: str) -> str | None:
        """The same text in `snapshot`, in language `code`; None when its row was not there."""
        values = snapshot
        if self.place:
            name, pk = self.place
            values = next((row for row in snapshot.get(name) or [] if row.get("id") == pk), {})
        column = build_localized_fieldname(self.name, code)
        return str(values[column] or "") if column in values else None


def rows_of(obj: Publishable) -> dict[str, list[Child]]:
    """The child rows of `obj`, a saved row or a thawed object, by related name."""
    return {name: list(getattr(obj, name).all()) if obj.pk else [] for name in obj.children}


def columns_of(obj: Publishable, rows: Mapping[str, Sequence[Child]]) -> Iterator[Column]:
    """Every value of `obj` and of its child rows that visitors may see."""
    yield from _columns(obj, "", None, "")
    for name, children in rows.items():
        for index, child in enumerate(children):
            label = f"{capfirst(str(child._meta.verbose_name))} {index + 1}: "
            yield from _columns(child, f"{name}-{index}-", (name, child.pk or 0), label)


def _columns(row: models.Model, prefix: str, place: tuple[str, int] | None, label: str) -> Iterator[Column]:
    for field, name, code, verbose_name in _fields(type(row)):
        words = str(verbose_name)
        yield Column(row, field, name, code, prefix, place, label + (words if label else capfirst(words)))


@cache
def _fields(model: type[models.Model]) -> tuple[tuple[AnyField, str, str, object], ...]:
    """Each published field, with its name and its language apart, and what a form calls it, which is lazy."""
    names = {build_localized_fieldname(name, code): (name, code) for name in translated_fields(model) for code in CODES}
    apart = ((field, *names.get(field.name, (field.name, ""))) for field in published_fields(model))
    return tuple((field, name, code, model._meta.get_field(name).verbose_name) for field, name, code in apart)  # type: ignore[union-attr]
