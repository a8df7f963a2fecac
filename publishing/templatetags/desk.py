"""What the templates of the admin ask about a field of a form."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.html import strip_tags
from modeltranslation.utils import build_localized_fieldname

from publishing.languages import CODES, is_blank, translated_fields

register = template.Library()

WORDS_SHOWN = 60  # of a source text above its translation


@dataclass(frozen=True)
class Source:
    """The text in the source language that a field is the translation of."""

    text: str
    words: int
    translated: bool

    @property
    def shortened(self) -> bool:
        return self.words > WORDS_SHOWN


@register.filter
def language(bound: Any) -> str:
    """The language of a field with one text per language; "" of any other field."""
    name, _separator, code = str(getattr(bound, "name", "")).rpartition("_")
    return code if name and code in CODES else ""


@register.filter
def source(bound: BoundField) -> Source | None:
    """What stands in the source language, as the form has it now; None when `bound` translates nothing."""
    code = language(bound)
    if not code:  # also what is only shown, which is no bound field
        return None
    name = bound.name.removesuffix(f"_{code}")
    model = bound.form._meta.model  # type: ignore[attr-defined]  # of a model form
    column = build_localized_fieldname(name, settings.LANGUAGE_CODE)
    if code == settings.LANGUAGE_CODE or name == "slug" or name not in translated_fields(model):
        return None
    text = strip_tags(str(bound.form[column].value() or "").replace("</", " </")).strip()
    if is_blank(text):
        return None
    return Source(text, len(text.split()), translated=not is_blank(bound.value()))
