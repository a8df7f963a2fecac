"""The rules on translations: which texts have none, and which are behind because their source changed since.

The source is the text in the language of the site (`LANGUAGE_CODE`). Of each translation is remembered from which
source it was made, its *origin*; who remembers that is `translation_states`. Here are pure judgements. Begin with
`is_behind`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s

from django.conf import settings
from modeltranslation.utils import build_localized_fieldname

from publishing.content.html import to_text
from publishing.files.fields import is_asked_for
from publishing.i18n.languages import CODES, is_blank
from publishing.review.columns import Column
from publishing.review.diff import Piece, word_diff_of
from publishing.text.cleaning import searchable

WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


# Which texts


def targets() -> tuple[str, ...]:
    """The languages into which texts are translated."""
    return tuple(code for code in CODES if code != settings.LANGUAGE_CODE)


def sources(columns: Iterable[Column]) -> list[Column]:
    """The texts in the source language that there is something to translate of."""
    return [column for column in columns if column.code == settings.LANGUAGE_CODE and _has_source(column)]


def _has_source(column: Column) -> bool:
    """Whether there is something to translate, and not the alternative of a picture that is not there."""
    return is_asked_for(column.row, column.name) and not is_blank(column.value)


def path_in(column: Column, code: str) -> str:
    """The name in the form of the text of `column` in language `code`."""
    return column.prefix + build_localized_fieldname(column.name, code)


def key_of(column: Column) -> str:
    """What names a text in every language, as long as its row is there: `title`, or `roles/7/name`."""
    return key(column.name, column.place)


def key(name: str, place: tuple[str, int] | None) -> str:
    """The same for field `name` of the page, or of the child row at `place` in a snapshot."""
    return f"{place[0]}/{place[1]}/{name}" if place else name


# What is missing


def is_missing(column: Column, code: str) -> bool:
    """Whether source `column` has no translation into `code`."""
    return is_blank(column.sibling(code))


# What is behind


def words(value: str) -> list[str]:
    """The words of a text, plain or with markup: without layout, punctuation and capitals."""
    return WORD.findall(searchable(to_text(value)).casefold())


def digest(value: str) -> str:
    """A digest of the words of a text. So a change of comma, or of layout, asks no one to translate anew."""
    return blake2s(" ".join(words(value)).encode(), digest_size=10).hexdigest()


@dataclass(frozen=True)
class Origin:
    """The source that a translation was made from, or that somebody said it still says."""

    translation: str  # the digest of the translation
    source: str  # the digest of the source
    text: str | None  # the source itself; None when that was erased

    @classmethod
    def made(cls, source: str, translation: str) -> "Origin":
        """The origin of a translation of that source."""
        return cls(digest(translation), digest(source), source)

    @classmethod
    def read(cls, stored: object) -> "Origin | None":
        """What `stored` of an origin says; None when it is none."""
        if not isinstance(stored, dict) or not {"translation", "source"} <= stored.keys():
            return None
        return cls(str(stored["translation"]), str(stored["source"]), stored.get("text"))

    @property
    def stored(self) -> dict[str, str | None]:
        """It as JSON."""
        return {"translation": self.translation, "source": self.source, "text": self.text}

    def is_of(self, translation: str) -> bool:
        """Whether it is about this translation: one in other words was made since, from what stands beside it."""
        return self.translation == digest(translation)


Origins = Mapping[str, Origin]  # of the texts of one object in one language, by `key`


def is_behind(source: str, translation: str, origin: Origin | None) -> bool:
    """Whether `source` says something else than what `translation` was made from."""
    if origin is None or is_blank(source) or is_blank(translation):
        return False
    return origin.source != digest(source) and origin.is_of(translation)


@dataclass(frozen=True)
class Behind:
    """A translation that is behind."""

    column: Column  # of the source
    code: str  # of the language of the translation
    origin: Origin

    @property
    def path(self) -> str:
        """The name of the translation in the form."""
        return path_in(self.column, self.code)

    @cached_property
    def pieces(self) -> list[Piece]:
        """What changed in the source since; none when what it said then was erased."""
        return changes_since(self.column, str(self.column.value), self.origin)

    @property
    def changed_words(self) -> int:
        """How many words of the source changed."""
        return changed_words(self.pieces) or 1


def behind(columns: Iterable[Column], origins: Mapping[str, Origins]) -> Iterator[Behind]:
    """The translations of `columns` that are behind; `origins` are by language."""
    for column in columns:
        if column.code != settings.LANGUAGE_CODE or column.name == "slug":
            continue
        for code in targets():
            origin = origins.get(code, {}).get(key_of(column))
            if origin and is_behind(str(column.value or ""), column.sibling(code), origin):
                yield Behind(column, code, origin)


def changes_since(column: Column, source: str, origin: Origin) -> list[Piece]:
    """What changed between what `origin` says and `source`, a value of `column`."""
    return [] if origin.text is None else word_diff_of(column.field, origin.text, source)


def changed_words(pieces: Iterable[Piece]) -> int:
    """How many words `pieces` mark; of words that others replaced the most on either side."""
    number = removed = 0
    for piece in pieces:
        found = len(WORD.findall(piece.text))
        if piece.kind == "removed":
            removed = found
            number += found
        elif piece.kind == "added":  # what it replaces comes before it
            number += max(found - removed, 0)
            removed = 0
        else:
            removed = 0
    return number
