"""What templates ask about editing: the fields of a form, and the way from a page to them."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.forms import BoundField
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from publishing.languages import CODES, current, is_blank, localized, translated_fields
from publishing.rich_text import plain_small_letters

register = template.Library()

LOOKED_AT = 50  # entries of the log, among which what somebody changed last is found
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
    if not isinstance(bound, BoundField):  # who may only look sees no fields
        return None
    code = language(bound)
    if not code:  # also what is only shown, which is no bound field
        return None
    name = bound.name.removesuffix(f"_{code}")
    model = bound.form._meta.model  # type: ignore[attr-defined]  # of a model form
    column = build_localized_fieldname(name, settings.LANGUAGE_CODE)
    if code == settings.LANGUAGE_CODE or name == "slug" or name not in translated_fields(model):
        return None
    text = strip_tags(plain_small_letters(str(bound.form[column].value() or "")).replace("</", " </")).strip()
    if is_blank(text):
        return None
    return Source(text, len(text.split()), translated=not is_blank(bound.value()))


@register.simple_tag
def last_changed(user: User, most: int) -> list[LogEntry]:
    """The newest entry in the log of each thing that `user` changed and that is still there."""
    newest: dict[tuple[int | None, str | None], LogEntry] = {}
    for entry in LogEntry.objects.filter(user=user).select_related("content_type")[:LOOKED_AT]:
        newest.setdefault((entry.content_type_id, entry.object_id), entry)
    there = set()
    for kind in {entry.content_type for entry in newest.values() if entry.content_type}:
        if model := kind.model_class():
            keys = [key for kind_id, key in newest if kind_id == kind.pk]
            there |= {(kind.pk, str(pk)) for pk in model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}
    return [entry for key, entry in newest.items() if key in there][:most]


@register.simple_tag(takes_context=True)
def edit(context: Context, obj: Any, field: str = "") -> SafeString | str:
    """For who may edit `obj`: a link to `field` (or a kind of child row) in the language of the page."""
    if not context.get("editing") or not obj or context.get("preview") or context.get("version"):
        return ""
    opts = obj._meta
    if not context["request"].user.has_perm(f"{opts.app_label}.change_{opts.model_name}"):
        return ""
    anchor, name = "", str(opts.verbose_name)
    if field in getattr(obj, "children", ()):
        anchor, name = f"#{field}-group", str(opts.get_field(field).related_model._meta.verbose_name_plural)
    elif field:
        column = localized(field, [current()])[0] if field in translated_fields(type(obj)) else field
        anchor, name = f"#id_{column}", str(opts.get_field(field).verbose_name)
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])
    return format_html('<a class="edit" href="{}{}">{}<span class="vh">: {}</span></a>', url, anchor, _("edit"), name)
