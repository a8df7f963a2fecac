"""What visitors are told of the last change of a page."""

from typing import Any

from django import template

from publishing.models import ChangeNote, last_told

register = template.Library()


@register.simple_tag
def change_note(page: Any) -> ChangeNote | None:
    """What is new for the reader since the date of `page`, a published object; None when nobody said."""
    revision = page.revision if page.tells_changes else None
    return last_told([revision]).get(revision.pk) if revision else None
