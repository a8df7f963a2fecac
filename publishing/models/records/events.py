"""Writing events about accounts and the site to the log of events."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from publishing.context import current_request
from publishing.models.records.site import Event

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REFUSED_AGAIN = timedelta(minutes=1)  # before which another attempt in vain at the same account is no news


def record(kind: Event.Kind, by: "User | None" = None, about: "User | None" = None, detail: str = "") -> None:
    """Write down that something happened; `by` is by default the user of the current request."""
    by = by or acting()
    if kind == Event.Kind.REFUSED:
        by = None  # whoever it was did not prove it
        if Event.objects.filter(kind=kind, about=about, at__gt=timezone.now() - REFUSED_AGAIN).exists():
            return
    Event.objects.create(kind=kind, by=by, about=about, detail=detail[:200])


def acting() -> "User | None":
    """The user of the current request; None for a visitor or a command."""
    user = getattr(current_request.get(), "user", None)
    return user if user is not None and user.is_authenticated else None
