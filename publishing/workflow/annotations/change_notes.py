"""What visitors read of a change, corrected later, and the dates that follow from it.

A version itself never changes: its change note stands beside it, and `Revision.renewed_at` is worked out anew.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.models import ChangeNote, Publishable, Revision
from publishing.workflow.commit import check_change_note, lock, log

CORRECTED = "change_note"  # how the log of the admin names it


def correct(revision: Revision, change_note: ChangeNote, author: User | None) -> bool:
    """Have visitors read `change_note`, an unsaved one, of `revision`; one that says nothing takes it away.

    Returns whether that is another than before. Raises ValidationError when there is nothing to read it at, and when
    it is too long.
    """
    check_change_note(change_note)
    with transaction.atomic():
        lock(revision.model_class)
        stored = Revision.objects.filter(pk=revision.pk).first()
        if stored is None:
            raise ValidationError(_("Somebody has deleted this in the meantime."))
        if not can_have_note(stored):
            raise ValidationError(_("Visitors read nothing about this version."))
        before = ChangeNote.objects.filter(revision=stored).first()
        wanted = change_note.of(stored)
        wanted.is_minor &= can_be_minor(stored)
        if _said(before) == _said(wanted):
            return False
        if before:
            before.delete()
        if not wanted.says_nothing:
            wanted.save(force_insert=True)
        date_anew(stored.model_class, stored.object_id)
        obj = stored.thaw()
        stamp.bump(obj)
        # `history` says it in the language of its reader.
        log(author, [obj], [{CORRECTED: {"live_from": stored.live_from.isoformat()}}])
        return True


def can_have_note(revision: Revision) -> bool:
    """Whether visitors are, or will be, told of the change that `revision` made."""
    is_a_change = not (revision.withdrawn or revision.unchanged_since or revision.erased_at or revision.cancelled)
    return is_a_change and revision.came_due and revision.model_class.tells_changes


def can_be_minor(revision: Revision) -> bool:
    """Whether `revision` took, or takes, the place of something that visitors read."""
    own = Revision.objects.filter(model=revision.model, object_id=revision.object_id).defer("data")
    return any(each.pk == revision.pk and before for each, before in _in_turn(own))


def date_anew(model: type[Publishable], object_id: int) -> None:
    """Work out anew which date the versions of an object show, in a transaction of the caller."""
    own = Revision.objects.of(model).numbered(object_id)
    minor = set(
        ChangeNote.objects.filter(revision__in=own.order_by(), is_minor=True).values_list("revision", flat=True)
    )
    if minor or own.exclude(renewed_at=None).exists():
        for pk, renewed_at in dates(own.defer("data"), minor):
            own.filter(pk=pk).update(renewed_at=renewed_at)


def dates(revisions: Iterable[Revision], minor: Container[int]) -> Iterator[tuple[int, datetime | None]]:
    """The keys of those whose date becomes another, with the `renewed_at` of each, when those in `minor` are minor."""
    renewed: dict[datetime, datetime | None] = {}  # by since when it is said
    for each, before in _in_turn(revisions):
        if each.unchanged_since:
            date = renewed.get(each.unchanged_since)
        else:
            date = (renewed[before.said_since] or before.said_since) if before and each.pk in minor else None
        renewed.setdefault(each.said_since, date)
        if each.renewed_at != date:
            yield each.pk, date


def _in_turn(revisions: Iterable[Revision]) -> Iterator[tuple[Revision, Revision | None]]:
    """Those of one object that come due, in that order, each with what visitors read until then."""
    before: Revision | None = None
    for each in sorted(revisions, key=lambda each: (each.live_from, each.pk)):
        if not each.came_due:
            continue
        yield each, before if before and _stands_until(before, each.live_from) else None
        before = each


def _stands_until(revision: Revision, at: datetime) -> bool:
    """Whether visitors read `revision` until moment `at`; what was erased later once was read."""
    is_over = revision.live_until and revision.live_until <= at and not revision.erased_at
    return not revision.withdrawn and not is_over


def _said(change_note: ChangeNote | None) -> tuple[dict[str, str], bool] | None:
    return None if change_note is None or change_note.says_nothing else (change_note.words, change_note.is_minor)
