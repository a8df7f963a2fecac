"""Template tags about editing: links from a page to the fields of its form, and what somebody changed last."""

from typing import Any

from django import template
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from publishing.i18n.languages import current, localized, translated_fields
from publishing.i18n.urls import desk_address
from publishing.models.rights import may_change

register = template.Library()

LOOKED_AT = 50  # entries of the log, among which what somebody changed last is found


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
    """For people who may edit `obj`: a link to `field` (or a kind of child row) in the language of the page."""
    if not context.get("editing") or not obj or context.get("preview") or context.get("version"):
        return ""
    if not may_change(context["request"].user, obj):
        return ""
    opts = obj._meta
    anchor, name = "", str(opts.verbose_name)
    if field in getattr(obj, "children", ()):
        anchor, name = f"#{field}-group", str(opts.get_field(field).related_model._meta.verbose_name_plural)
    elif field:
        column = localized(field, [current()])[0] if field in translated_fields(type(obj)) else field
        anchor, name = f"#id_{column}", str(opts.get_field(field).verbose_name)
    url = desk_address(obj)
    return format_html('<a class="edit" href="{}{}">{}<span class="vh">: {}</span></a>', url, anchor, _("edit"), name)


@register.filter
def remarks_at(remarks: dict[str, list[object]] | None, bound: object) -> list[object]:
    """The remarks on the text of one field of a form, of those that the panel found."""
    return (remarks or {}).get(str(getattr(bound, "html_name", "")), [])
