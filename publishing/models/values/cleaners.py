"""Which cleaning of invisible letters each field of a model has."""

from collections.abc import Callable, Mapping
from functools import cache

from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from publishing.i18n.languages import translated_fields
from publishing.text.cleaning import clean_identifier, clean_line, clean_text
from publishing.types import AnyField

# The one cleaning of texts: which of `cleaning` each field has


@cache
def cleaners(model: type[models.Model]) -> Mapping[str, Callable[[str], str]]:
    """The cleaning functions for the texts of `model`, by column; columns of translated fields have a language each."""
    of_language = translated_fields(model)
    found = {field.attname: cleaner(field) for field in model._meta.concrete_fields if field.name not in of_language}
    return {name: clean for name, clean in found.items() if clean}


def cleaner(field: AnyField) -> Callable[[str], str] | None:
    """The function that cleans a text of `field`; None when nobody types its values."""
    own: Callable[[str], str] | None = getattr(field, "text_cleaner", None)
    if own:
        return own
    if isinstance(field, models.TextField):
        return clean_text
    if not isinstance(field, models.CharField) or field.choices:
        return None
    is_identifier = isinstance(field, models.SlugField | models.URLField | models.EmailField | PhoneNumberField)
    return clean_identifier if is_identifier else clean_line


@cache
def stored_cleaners(model: type[models.Model]) -> Mapping[str, Callable[[str], str]]:
    """What cleans what was stored of `model`, by column, whenever it is read.

    An address stays as it was published, for as long as it is: it is cleaned when it is saved.
    """
    slugs = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.SlugField)}
    return {name: clean for name, clean in cleaners(model).items() if name not in slugs}


def cleaned(field: AnyField, value: object) -> object:
    """A `value` for `field`, clean when it is a text."""
    clean = cleaner(field)
    return clean(value) if clean and isinstance(value, str) else value


def clean_row(row: models.Model) -> None:
    """Clean the texts of `row`, which may be new."""
    for name, clean in cleaners(type(row)).items():
        if isinstance(value := row.__dict__.get(name), str):
            setattr(row, name, clean(value))
