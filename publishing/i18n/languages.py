"""The language in which a text is shown: the honest side of translated fields.

modeltranslation falls back silently. Here a text always comes with the language it is
in, so that the page can say so (WCAG 2.2 3.1.2, Language of Parts).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, get_language_info, gettext_lazy
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname

from publishing.text.cleaning import is_blank as is_blank
from publishing.text.typography import set_right

ELISION = re.compile(r"\bde (?=[aeiouyhàâéèêëîïôùûœ])", re.IGNORECASE)
CODES: tuple[str, ...] = tuple(code for code, _name in settings.LANGUAGES)
NATIVE_NAMES = {code: get_language_info(code)["name_local"].capitalize() for code in CODES}
NAMES = {"nl": gettext_lazy("Dutch"), "fr": gettext_lazy("French"), "en": gettext_lazy("English")}


@dataclass(frozen=True)
class Text:
    """A value and the language it is in; `language` is empty when it is in none."""

    value: str
    language: str = ""
    fallback: bool = False  # not in the language of the reader
    translated: bool = False  # from the source, which says it too

    def __bool__(self) -> bool:
        return not is_blank(self.value)

    @property
    def shown(self) -> str:
        """The value with its quotes and spaces as its language wants them, as visitors read it."""
        return set_right(self.value, self.language or current())


def language_of_path(path: str) -> str:
    """The language that the prefix of a path names, Dutch when there is none."""
    # Not Django's get_language_from_path: that takes `/en-nu/` for a kind of English.
    first = path.removeprefix("/").split("/")[0]
    return first if first in CODES else settings.LANGUAGE_CODE


def current() -> str:
    """The language being spoken now, one of `CODES`."""
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return code if code in CODES else settings.LANGUAGE_CODE


def elided(text: str) -> str:
    """French `text` into which Django put a word: “Ajout de actualité” becomes “Ajout d’actualité”."""
    return ELISION.sub("d’", text) if current() == "fr" else text


def translated_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The names of the fields of `model` that have a value per language, as the model lists them."""
    return _translated_fields(model)


@cache  # called for every text of a page
def _translated_fields(model: type[models.Model]) -> tuple[str, ...]:
    try:
        names = translator.get_options_for_model(model).all_fields
    except NotRegistered:
        return ()
    return tuple(field.name for field in model._meta.concrete_fields if field.name in names)


@cache
def order(language: str) -> tuple[str, ...]:
    """The languages to try for a reader of `language`, best first."""
    return (language, *(code for code in CODES if code != language))


def resolve(obj: models.Model, field: str, language: str | None = None) -> Text:
    """The text of `field` for a reader of `language` (by default the current one)."""
    if field not in translated_fields(type(obj)):
        return Text(str(getattr(obj, field) or ""))
    wanted = language or current()
    for code, column in _columns(field, wanted):
        value = getattr(obj, column)
        if not is_blank(value):
            has_source = code != settings.LANGUAGE_CODE and not is_blank(getattr(obj, _source(field)))
            return Text(value, code, fallback=code != wanted, translated=code == wanted and has_source)
    return Text("", wanted)


def resolve_short_title(obj: models.Model) -> Text:
    """The short form of its title for a reader of the current language, or the title itself where there is none.

    A short form in another language does not take the place of a title in the reader's own.
    """
    title = resolve(obj, getattr(obj, "title_field", "title"))
    if "short_title" not in translated_fields(type(obj)):
        return title
    short = resolve(obj, "short_title")
    return short if short and (title.fallback or not short.fallback) else title


@cache
def _columns(field: str, language: str) -> tuple[tuple[str, str], ...]:
    """The languages and columns of `field` in the order of a reader of `language`."""
    return tuple((code, build_localized_fieldname(field, code)) for code in order(language))


@cache
def _source(field: str) -> str:
    """The column that the others are translated from."""
    return build_localized_fieldname(field, settings.LANGUAGE_CODE)


def languages_with(obj: models.Model, field: str) -> tuple[str, ...]:
    """The languages in which `field` has a text of its own; all when it has no languages."""
    if field not in translated_fields(type(obj)):
        return CODES
    return tuple(code for code in CODES if not is_blank(getattr(obj, build_localized_fieldname(field, code))))


def localized(field: str, languages: Iterable[str] = CODES) -> tuple[str, ...]:
    """The column names of translated field `field`: `title` gives `title_nl`, …"""
    return tuple(build_localized_fieldname(field, code) for code in languages)
