"""Taking one published version out of the public list, with a reason, and putting it there again.

A version that was taken back stays in history, and can become the working copy again. Visitors no longer find it
among the versions of its page, its address gives 410 with the reason, and pages that show a moment in the past
leave it out. What says the same is taken back with it: else its words could be read under another number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.models import CAME_DUE, Event, Publishable, Revision, RevisionText
from publishing.models.snapshots import Snapshot, normalise
from publishing.text.cleaning import clean_line
from publishing.workflow.commit import lock, log, moment
from publishing.workflow.publish import check_reason


def take_back(revision: Revision, author: User | None, reason: str) -> None:
    """Take `revision`, and what says the same, out of the public list; visitors read `reason` at its address.

    Raises ValidationError, for field `reason`, when no reason is given, and when `refusal` has something to say.
    """
    check_reason(reason)
    reason = clean_line(reason).strip()
    with _locked(revision) as stored:
        if said := refusal(stored):
            raise ValidationError(said)
        taken = [each.pk for each in alike(stored) if not each.taken_back_at]
        marks = {"taken_back_at": timezone.now(), "taken_back_by": author, "taken_back_reason": reason}
        Revision.objects.filter(pk__in=taken).update(**marks)
        RevisionText.objects.filter(revision__in=taken).delete()  # nobody searches what is over
        stamp.bump(stored.thaw())
        _tell(stored, author, Event.Kind.TAKEN_BACK, reason)


def list_again(revision: Revision, author: User | None) -> None:
    """Put `revision`, and what was taken back together with it, in the public list again.

    Raises ValidationError when it was not taken back, or is there again already.
    """
    with _locked(revision) as stored:
        if stored.erased_at:
            raise ValidationError(refusal(stored))
        if not stored.taken_back_at:
            raise ValidationError(_("This version is in the public list already."))
        marks = {"taken_back_at": None, "taken_back_by": None, "taken_back_reason": None}
        together = [each.pk for each in alike(stored) if each.taken_back_at == stored.taken_back_at]
        Revision.objects.filter(pk__in=together).update(**marks)
        stamp.bump(stored.thaw(), takes_away=False)
        _tell(stored, author, Event.Kind.LISTED)


def refusal(revision: Revision, now: datetime | None = None) -> str:
    """Why `revision` can't be taken out of the public list, in a sentence; "" when it can."""
    now = now or timezone.now()
    if revision.erased_at:
        return _("What this version said is erased for good.")
    if revision.taken_back_at:
        name = revision.taken_back_by and (revision.taken_back_by.get_full_name() or revision.taken_back_by.username)
        words = {"who": name, "when": moment(revision.taken_back_at)}
        if not name:
            return _("This version was taken out of the public list already, on %(when)s.") % words
        return _("%(who)s took this version out of the public list already, on %(when)s.") % words
    if revision.withdrawn or not revision.came_due:
        return _("Visitors never read this version.")
    if revision.live_from > now:
        return _("This version is not on the site yet. Cancel its plan, and nobody gets to read it.")
    same = alike(revision)
    if any(each.is_public(now) for each in same):
        return _(
            "Visitors read this now. Publish something else first, or take the page off the site: "
            "then you can take this version out of the public list."
        )
    if planned := [each for each in same if each.live_from > now]:
        return _("A version that says the same is planned for %s. Cancel that first.") % moment(planned[0].live_from)
    return ""


class Listing(StrEnum):
    """How a version stands to the public list of versions of its page."""

    OLD = "old"  # in it, and it can be taken out
    NOW = "now"  # in it, and what visitors read now
    PLANNED = "planned"  # not in it yet
    TAKEN = "taken"  # taken out of it, or undone


def listings(obj: Publishable) -> dict[str, Listing]:
    """How the versions of `obj` stand to the public list, by their key in its history; in one query.

    Only those that have a line there: not what said again what was public. None at all when visitors can't
    read old versions of its kind.
    """
    if not obj.has_versions:
        return {}
    now, revisions = timezone.now(), list(obj.revisions.defer("data").filter(CAME_DUE, withdrawn=False, erased_at=None))
    shown = {each.said_since for each in revisions if each.is_public(now)}

    def standing(revision: Revision) -> Listing:
        if revision.taken_back_at:
            return Listing.TAKEN
        if revision.live_from > now:
            return Listing.PLANNED
        return Listing.NOW if revision.said_since in shown else Listing.OLD

    return {f"r{each.pk}": standing(each) for each in revisions if not each.unchanged_since}


def alike(revision: Revision) -> list[Revision]:
    """The versions of its object that say what `revision` says, itself included: once public, now, or planned.

    A version that moved the place, the end or a relation says again what was public, and so counts as the same.
    """
    about = {"model": revision.model, "object_id": revision.object_id, "erased_at": None}
    own = Revision.objects.filter(CAME_DUE, withdrawn=False, **about)
    content = _content(revision)
    return [each for each in own if each.said_since == revision.said_since or _content(each) == content]


def _content(revision: Revision) -> Snapshot:
    """Its content as visitors read it, without its place in the order."""
    model = revision.model_class
    snapshot = normalise(model, revision.data)
    return {name: value for name, value in snapshot.items() if name != model.order_field}


@contextmanager
def _locked(revision: Revision) -> Iterator[Revision]:
    """A transaction with `revision` as it is stored, while nobody else publishes or takes back."""
    with transaction.atomic():
        lock(revision.model_class)
        stored = Revision.objects.select_related("taken_back_by").filter(pk=revision.pk).first()
        if stored is None:
            raise ValidationError(_("Somebody has deleted this in the meantime."))
        yield stored


def _tell(revision: Revision, author: User | None, kind: Event.Kind, reason: str = "") -> None:
    """Write it in the log and in the history of the page, with the person who did it."""
    Event.objects.create(kind=kind, by=author, detail=str(revision.pk))
    told = {"live_from": revision.live_from.isoformat(), "reason": reason}
    log(author, [revision.thaw()], [{kind.value: told}])  # `history` says it in the language of its reader
