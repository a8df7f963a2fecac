"""What is planned, on the first page of the admin."""

from typing import Any

from django import template

from publishing.schedule import UPCOMING, upcoming

register = template.Library()


@register.inclusion_tag("admin/panel/upcoming.html", takes_context=True)
def upcoming_events(context: Any) -> dict[str, Any]:
    """The first things that go on and off the site."""
    return {"events": upcoming(context["request"].user, UPCOMING)}
