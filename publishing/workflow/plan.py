"""Planned versions: cancel one, move it, and set when something ends."""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.models import (
    CAME_DUE,
    Publishable,
    Revision,
)
from publishing.models.snapshots import diff, normalise
from publishing.workflow.annotations.change_notes import date_anew
from publishing.workflow.commit import (
    check_end,
    check_note,
    commit_on_top,
    commit_waiting,
    lock,
    locked,
    log,
    moment,
    refuse,
    taken_errors,
    waiting_versions,
)


def cancel(revision: Revision, author: User | None) -> None:
    """Cancel a version that is still waiting: it stays in history, and what is public stays public.

    What it had overtaken before its time does not come back: nobody counts on that any more.
    Raises ValidationError when it does not wait any more.
    """
    with transaction.atomic():
        waiting = _locked_waiting(revision)
        cancel_waiting(waiting)
        log(author, [waiting.thaw()], _("The planned publication of %s is cancelled.") % moment(revision.live_from))


def reschedule(
    revision: Revision, author: User | None, live_from: datetime, live_until: datetime | None = None
) -> Revision:
    """The same version at another time: the waiting one is cancelled, a new one has its data.

    Raises ValidationError, by field, when `live_from` is past, when the end comes before it, or
    when somebody else has one of its addresses, or its number, in that time.
    """
    if live_from <= timezone.now():
        raise ValidationError({"live_from": _("This moment is past. Choose a later one.")})
    check_end(live_from, live_until)
    with transaction.atomic():
        waiting = _locked_waiting(revision)
        row = waiting.thaw()
        refuse(taken_errors(row, live_from, live_until))
        cancel_waiting(waiting)
        words = {"old": moment(waiting.live_from), "new": moment(live_from)}
        log(author, [row], _("The publication of %(old)s is moved to %(new)s.") % words)
        times = {"live_from": live_from, "live_until": live_until, "checked_at": live_from}
        return commit_waiting(waiting, author=author, **times)


def advance(revision: Revision, author: User | None, note: str = "") -> Revision:
    """Publish a version that waits now, with its own content and end, and not the working copy.

    What else waits goes on waiting, with what it says. Raises ValidationError when `revision` does not
    wait any more, or somebody else has one of its addresses, or its number, now.
    """
    check_note(note)
    with transaction.atomic():
        waiting = _locked_waiting(revision)
        obj, now = waiting.thaw(), timezone.now()
        refuse(taken_errors(obj, now, waiting.live_until))
        shown = obj.revisions.public(now).first()
        others = [each for each in waiting_versions(obj, now) if each.pk != waiting.pk]
        cancel_waiting(waiting)
        log(author, [obj], _("The publication of %s is brought forward to now.") % moment(waiting.live_from))
        is_same = shown and not diff(normalise(type(obj), shown.data), normalise(type(obj), waiting.data))
        same = shown if is_same else None
        times: dict[str, object] = {"live_from": now, "checked_at": now}
        times |= {"unchanged_since": same.said_since if same else None, "renewed_at": same.renewed_at if same else None}
        act = commit_waiting(waiting, author=author, note=note or waiting.note, **times)
        for each in others:
            commit_waiting(each, carried_by=act)
    return act


def set_end(obj: Publishable, author: User | None, live_until: datetime | None) -> None:
    """Let what visitors see of `obj` end at that time, or never; its working copy stays a working copy.

    What waits keeps waiting. Raises ValidationError, by field, when nothing is public, the end is
    past, or somebody else has one of its addresses, or its number, in that time.
    """
    now = timezone.now()
    check_end(now, live_until)
    with transaction.atomic():
        row = locked(obj)
        shown = row.revisions.public(now).first()
        if shown is None:
            raise ValidationError(_("This is not on the public site."))
        obj = shown.thaw()
        before = taken_errors(obj, now, shown.live_until)  # such as a number from when two could have the same
        errors = taken_errors(obj, now, live_until)
        refuse({field: said for field, said in errors.items() if said != before.get(field)})
        note = _("Ends on %s.") % moment(live_until) if live_until else _("Does not end any more.")
        log(author, [row], note)
        commit_on_top(row, author, note, live_until=live_until)


def waits_as(revision: Revision) -> Revision:
    """The version in which `revision` waits on, since others were committed on top of what is public; else itself."""
    own = Revision.objects.filter(model=revision.model, object_id=revision.object_id, live_from=revision.live_from)
    while True:
        by_act = models.Q(carried_by=revision.pk) | models.Q(carried_by__live_from=revision.superseded_at)
        later = own.filter(by_act, pk__gt=revision.pk).exclude(carried_by=None).order_by("pk").first()
        if later is None or revision.cancelled:
            return revision
        revision = later


def _locked_waiting(revision: Revision) -> Revision:
    """`revision` as it is stored and waits, and nobody else can change that until we are done."""
    lock(revision.model_class)
    stored = Revision.objects.filter(pk=revision.pk).first()
    now = stored and waits_as(stored)
    waiting = Revision.objects.pending().filter(pk=now.pk, withdrawn=False).first() if now else None
    if waiting is None:
        raise ValidationError(_("This version does not wait any more: it has begun, or somebody cancelled it."))
    return waiting


def cancel_waiting(waiting: Revision) -> None:
    """Mark `waiting` as cancelled, and let what it would have overtaken go on."""
    own = Revision.objects.filter(model=waiting.model, object_id=waiting.object_id)
    own.filter(pk=waiting.pk).update(cancelled=True, superseded_at=timezone.now())
    stamp.bump(waiting.thaw())
    waiting.texts.all().delete()
    for older in own.filter(CAME_DUE, pk__lt=waiting.pk, superseded_at=waiting.live_from):
        newer = own.filter(CAME_DUE, pk__gt=older.pk).aggregate(first=models.Min("live_from"))
        own.filter(pk=older.pk).update(superseded_at=newer["first"])
    date_anew(waiting.model_class, waiting.object_id)
