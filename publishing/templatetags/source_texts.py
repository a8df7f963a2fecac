"""Template filters about the fields of a form that hold a text in one language."""

from typing import TYPE_CHECKING

from django import template
from django.forms import BoundField

from publishing.i18n.languages import CODES

if TYPE_CHECKING:
    from publishing.admin.publishable.languages.source_texts import SourceText

register = template.Library()


@register.filter
def language(bound: object) -> str:
    """The language of a field with one text per language; "" of any other field."""
    name, _separator, code = str(getattr(bound, "name", "")).rpartition("_")
    return code if name and code in CODES else ""


@register.filter
def source(bound: object) -> "SourceText | None":
    """What stands in the source language, as the form has it now; None when `bound` translates nothing."""
    # Only now: a template of any page loads all libraries of tags, and a worker for visitors has no desk.
    from publishing.admin.publishable.languages.source_texts import source_of

    return source_of(bound) if isinstance(bound, BoundField) else None  # with the right to view only, it is none
