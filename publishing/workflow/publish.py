"""Publishing the working copy, confirming what is public, and withdrawing it."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing import stamp
from publishing.languages import is_blank
from publishing.models import (
    MAX_CHARACTERS,
    Publishable,
    Revision,
)
from publishing.snapshots import (
    diff,
    freeze,
    normalise,
    thaw,
)
from publishing.workflow.commit import (
    check_end,
    check_note,
    check_publishable,
    check_rows,
    commit,
    commit_copy,
    commit_on_top,
    lock,
    locked,
    named,
    waiting_versions,
    write_indexes,
)


def publish(
    obj: Publishable,
    author: User | None,
    note: str = "",
    live_from: datetime | None = None,
    live_until: datetime | None = None,
    *,
    keep_waiting: bool = False,
) -> Revision:
    """Freeze the saved row of `obj` and its child rows into a Revision.

    It is public from `live_from` (by default, or when past, now) until `live_until` (by
    default for ever); both aware. It overtakes what waits for a later moment, or with
    `keep_waiting` that goes on waiting. Raises ValidationError, by field, when it can't be.
    """
    now = timezone.now()
    live_from = max(live_from or now, now)
    check_end(live_from, live_until)
    check_note(note)
    with transaction.atomic():
        row = locked(obj)
        check_publishable(row, live_from, live_until)
        check_rows(row)
        data = freeze(row)
        shown = row.revisions.public(now).first()
        since = shown.changed_at if shown and not diff(normalise(type(row), shown.data), data) else None
        revision = Revision(
            author=author,
            note=note,
            live_from=live_from,
            live_until=live_until,
            unchanged_since=since,
            data=data,
        )
        waiting = list(waiting_versions(row, now)) if keep_waiting else []
        commit(thaw(type(row), row.pk, data), revision)
        for each in waiting:
            commit_copy(each, carried_by=revision)
        return revision


def publish_new(rows: Sequence[Publishable], author: User | None, note: str = "") -> None:
    """`publish` for many saved rows of one model that never were published, by few statements for all together.

    Their addresses are compared with what is there already, not with each other. Raises
    ValidationError for the first row that can't be published, and then none is.
    """
    if not rows:
        return
    model = type(rows[0])
    with transaction.atomic():
        lock(model)
        now = timezone.now()
        saved = list(model._base_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
        models.prefetch_related_objects(saved, *model.children)
        committed = []
        for row in saved:
            check_publishable(row, now)
            check_rows(row)
            data = freeze(row)
            shown = thaw(model, row.pk, data)
            committed.append((shown, named(shown, Revision(author=author, note=note, live_from=now, data=data))))
        Revision.objects.bulk_create([revision for _shown, revision in committed])
        stamp.bump(model, takes_away=False)
        write_indexes(committed)


def confirm(obj: Publishable, author: User | None) -> Revision:
    """Say that what visitors read of `obj` is still right: the same commit again, dated now.

    A working copy that differs stays unpublished, and what waits keeps waiting. Raises
    ValidationError when visitors do not see `obj`.
    """
    with transaction.atomic():
        row = locked(obj)
        now = timezone.now()
        act, _carried = commit_on_top(row, author, "", now=now, checked_at=now)
        if act is None:
            raise ValidationError(_("This is not on the public site."))
        return act


def withdraw(obj: Publishable, author: User | None, reason: str) -> Revision:
    """Take `obj` off the public site now; `reason` is shown at its old address.

    Also overtakes what was scheduled. Raises ValidationError when it was never public or
    no reason is given.
    """
    check_reason(reason)
    with transaction.atomic():
        row = locked(obj)
        shown = row.revisions.due().filter(withdrawn=False).first()
        last = shown or row.revisions.pending().filter(withdrawn=False).first()
        if last is None:
            raise ValidationError(_("This is not on the public site."))
        # What was public, not the working copy: a withdrawal must not freeze a draft.
        revision = Revision(
            author=author, live_from=timezone.now(), withdrawn=True, reason=reason.strip(), data=last.data
        )
        return commit(last.thaw(), revision)


def check_reason(reason: str) -> None:
    """Raise ValidationError, for field `reason`, when visitors could not read why."""
    if is_blank(reason):
        raise ValidationError({"reason": _("Say in a few words why: visitors read it at the old address.")})
    if "\0" in reason:
        raise ValidationError({"reason": ProhibitNullCharactersValidator.message})
    if len(reason.strip()) > MAX_CHARACTERS:
        raise ValidationError({"reason": _("Say it in at most %s characters.") % MAX_CHARACTERS})
