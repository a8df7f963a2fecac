"""Who did what: what is published stands in its revisions, everything else that matters in `Event`.

Rows hold no names and no internet addresses, and go after `KEPT_FOR`.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.history import Entry
from publishing.lists import user_name
from publishing.logs import current_request
from publishing.models import Event, Revision

KEPT_FOR = timedelta(days=365)
REFUSED_AGAIN = timedelta(minutes=1)  # before which another attempt in vain at the same account is no news


def record(kind: Event.Kind, by: Any = None, about: Any = None, detail: str = "") -> None:
    """Write down that something happened; `by` is by default who sent the request that is answered now."""
    by = by or acting()
    if kind == Event.Kind.REFUSED:
        by = None  # whoever it was did not prove it
        if Event.objects.filter(kind=kind, about=about, at__gt=timezone.now() - REFUSED_AGAIN).exists():
            return
    Event.objects.create(kind=kind, by=by, about=about, detail=detail[:200])


def acting() -> Any:
    """Who is signed in and sent the request that is answered now; None for a visitor or a command."""
    user = getattr(current_request.get(), "user", None)
    return user if user is not None and user.is_authenticated else None


def forget_old() -> None:
    """Delete what is older than `KEPT_FOR`."""
    old = Event.objects.filter(at__lt=timezone.now() - KEPT_FOR)
    if old.exists():  # each worker asks once a minute, and most often nothing need be written
        old.delete()


def everything() -> Any:
    """When, which and of what kind: events and revisions in one list, the newest first."""
    events = Event.objects.order_by().annotate(of=models.Value("event")).values_list("at", "pk", "of")
    revisions = Revision.objects.order_by().annotate(of=models.Value("revision")).values_list("created_at", "pk", "of")
    return events.union(revisions, all=True).order_by("-at", "-pk")


def lines(rows: Iterable[tuple[Any, int, str]]) -> Iterator[Entry]:
    """`rows` of `everything` in words."""
    rows = list(rows)
    events = Event.objects.select_related("by", "about").in_bulk([pk for _at, pk, of in rows if of == "event"])
    revisions = Revision.objects.select_related("author").in_bulk([pk for _at, pk, of in rows if of == "revision"])
    for _at, pk, of in rows:
        yield _of_event(events[pk]) if of == "event" else _of_revision(revisions[pk])


def _of_event(event: Event) -> Entry:
    nobody = _("Somebody") if event.kind == Event.Kind.REFUSED else _("The site")
    about = user_name(event.about) if event.about_id != event.by_id else ""
    details = [about, *(_words(part) for part in event.detail.split(", "))]
    return Entry(event.at, user_name(event.by) or nobody, event.get_kind_display(), [each for each in details if each])


def _words(part: str) -> str:
    """`+is_staff` in the words of the form of accounts; anything else, such as the name of a group, as it is."""
    flags = {field.name: str(field.verbose_name) for field in User._meta.get_fields() if hasattr(field, "verbose_name")}
    flags |= {"totp": _("Authenticator app"), "webauthn": _("Passkeys"), "recovery_codes": _("Recovery codes")}
    sign, name = (part[:1], part[1:]) if part[:1] in ("+", "-") else ("", part)
    return f"{sign} {flags.get(name, name)}".strip()


def _of_revision(revision: Revision) -> Entry:
    if revision.withdrawn:
        what = _("took it off the site")
    else:
        what = _("published") if revision.live_from <= revision.created_at else _("scheduled")
    try:
        title = f"{capfirst(str(revision.model_class._meta.verbose_name))}: {revision.thaw()}"
    except LookupError:  # a model that no longer exists
        title = revision.model
    return Entry(revision.created_at, user_name(revision.author) or _("The site"), what, [title])
