"""The list of planned changes, on the first page of the admin."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("publishing/panel/upcoming.html", takes_context=True)
def upcoming_events(context: Any) -> dict[str, object]:
    """The first things that go on and off the site."""
    # Only now: a template of any page loads all libraries of tags, and a worker for visitors has no desk.
    from publishing.admin.scheduling import coming_up

    return {"events": coming_up(context["request"].user)}
