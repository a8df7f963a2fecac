"""The log of events: publications stand in their revisions, everything else that matters in `Event`.

Rows hold no names and no internet addresses, and go after `KEPT_FOR`.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.models import Event, Revision
from publishing.review.history import HistoryEntry, user_name
from publishing.text.numbers import parse_int

KEPT_FOR = timedelta(days=365)


ABOUT_VERSIONS = (Event.Kind.TAKEN_BACK, Event.Kind.LISTED)  # their detail is the number of a version


def forget_old() -> None:
    """Delete what is older than `KEPT_FOR`."""
    old = Event.objects.filter(at__lt=timezone.now() - KEPT_FOR)
    if old.exists():  # each worker runs this once a minute, and most often nothing need be written
        old.delete()


def everything() -> Any:
    """Moment, key and kind of events and revisions in one list, the newest first."""
    events = Event.objects.order_by().annotate(of=models.Value("event")).values_list("at", "pk", "of")
    revisions = Revision.objects.order_by().annotate(of=models.Value("revision")).values_list("created_at", "pk", "of")
    return events.union(revisions, all=True).order_by("-at", "-pk")


def lines(rows: Iterable[tuple[object, int, str]]) -> Iterator[HistoryEntry]:
    """`rows` of `everything` in words."""
    rows = list(rows)
    events = Event.objects.select_related("by", "about").in_bulk([pk for _at, pk, of in rows if of == "event"])
    about = {pk: parse_int(event.detail) for pk, event in events.items() if event.kind in ABOUT_VERSIONS}
    numbers = [*about.values(), *(pk for _at, pk, of in rows if of == "revision")]
    revisions = Revision.objects.select_related("author").in_bulk(numbers)
    for _at, pk, of in rows:
        if of == "revision":
            yield _of_revision(revisions[pk])
        elif pk in about:
            yield _of_version(events[pk], revisions.get(about[pk]))
        else:
            yield _of_event(events[pk])


def _of_version(event: Event, revision: Revision | None) -> HistoryEntry:
    """What happened to a version; None when that is gone for good."""
    details = [_title(revision)] if revision else []
    return HistoryEntry(event.at, user_name(event.by) or _("The site"), event.get_kind_display(), details)


def _of_event(event: Event) -> HistoryEntry:
    nobody = _("Somebody") if event.kind == Event.Kind.REFUSED else _("The site")
    about = user_name(event.about) if event.about_id != event.by_id else ""
    details = [about, *(_words(part) for part in event.detail.split(", "))]
    return HistoryEntry(
        event.at, user_name(event.by) or nobody, event.get_kind_display(), [each for each in details if each]
    )


def _words(part: str) -> str:
    """`+is_staff` in the words of the form of accounts; anything else, such as the name of a group, as it is."""
    flags = {field.name: str(field.verbose_name) for field in User._meta.get_fields() if hasattr(field, "verbose_name")}
    label, _space, number = part.partition(" ")
    if number.isdecimal() and "." in label:  # `priorities.theme 12`, of something that was erased
        with suppress(LookupError):
            return f"{apps.get_model(label)._meta.verbose_name} {number}"
    flags |= {"totp": _("Authenticator app"), "webauthn": _("Passkeys"), "recovery_codes": _("Recovery codes")}
    sign, name = (part[:1], part[1:]) if part[:1] in ("+", "-") else ("", part)
    return f"{sign} {flags.get(name, name)}".strip()


def _of_revision(revision: Revision) -> HistoryEntry:
    if revision.withdrawn:
        what = _("took it off the site")
    else:
        what = _("published") if revision.live_from <= revision.created_at else _("scheduled")
    return HistoryEntry(revision.created_at, user_name(revision.author) or _("The site"), what, [_title(revision)])


def _title(revision: Revision) -> str:
    """Of what it is a version, and how that is called in it."""
    try:
        words = _("Erased") if revision.erased_at else revision.thaw()
        return f"{capfirst(str(revision.model_class._meta.verbose_name))}: {words}"
    except LookupError:  # a model that no longer exists
        return revision.model
