"""Publishing the working copy, confirming the public version, and withdrawing it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.i18n.languages import NAMES, is_blank
from publishing.models import (
    MAX_CHARACTERS,
    ChangeNote,
    Publishable,
    Revision,
)
from publishing.models.snapshots import diff, freeze, normalise, thaw
from publishing.search.desk import desk_index
from publishing.workflow.annotations.checking import SOURCE, checks_of, stored, why_not_checked
from publishing.workflow.commit import (
    check_change_note,
    check_end,
    check_note,
    check_publishable,
    check_rows,
    commit,
    commit_on_top,
    commit_waiting,
    lock,
    locked,
    named,
    waiting_versions,
    write_indexes,
)
from publishing.workflow.signals import saved


def publish(
    obj: Publishable,
    author: User | None,
    note: str = "",
    live_from: datetime | None = None,
    live_until: datetime | None = None,
    *,
    keep_waiting: bool = False,
    change_note: ChangeNote | None = None,
) -> Revision:
    """Freeze the saved row of `obj` and its child rows into a Revision.

    It is public from `live_from` (by default, or when past, now) until `live_until` (by
    default for ever); both aware. It overtakes what waits for a later moment, or with
    `keep_waiting` that goes on waiting. `note` is for the desk; `change_note`, an unsaved one, is what
    visitors read of the change. Raises ValidationError, by field, when it can't be.
    """
    now = timezone.now()
    live_from = max(live_from or now, now)
    check_end(live_from, live_until)
    check_note(note)
    check_change_note(change_note)
    with transaction.atomic():
        row = locked(obj)
        row.before_publishing(live_from)
        saved.send(type(row), rows=[row])
        check_publishable(row, live_from, live_until)
        check_rows(row)
        data = freeze(row)
        shown = row.revisions.public(now).first()
        same = shown if shown and not diff(normalise(type(row), shown.data), data) else None
        revision = Revision(
            author=author,
            note=note,
            live_from=live_from,
            live_until=live_until,
            checked_in=checks_of(row, data, shown or row.revisions.first(), author, now),
            unchanged_since=same.said_since if same else None,
            renewed_at=same.renewed_at if same else None,
            data=data,
        )
        waiting = list(waiting_versions(row, now)) if keep_waiting else []
        commit(thaw(type(row), row.pk, data), revision, change_note)
        for each in waiting:
            commit_waiting(each, carried_by=revision)
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
        found = list(model._base_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
        models.prefetch_related_objects(found, *model.children)
        for row in found:
            row.before_publishing(now)
        saved.send(model, rows=found)
        committed = []
        for row in found:
            check_publishable(row, now)
            check_rows(row)
            data = freeze(row)
            shown = thaw(model, row.pk, data)
            committed.append((shown, named(shown, Revision(author=author, note=note, live_from=now, data=data))))
        Revision.objects.bulk_create([revision for _shown, revision in committed])
        stamp.bump(model, takes_away=False)
        write_indexes(committed)
        desk_index.index_all((model, row.pk) for row in found)


def confirm(obj: Publishable, author: User | None, languages: Collection[str] = (SOURCE,)) -> Revision:
    """Say that what visitors read of `obj` in `languages` is still right: the same commit again, dated now.

    A working copy that differs stays unpublished, and what waits keeps waiting. Raises ValidationError when visitors
    do not see `obj`, and for a translation that is not there, is behind, or must still be read.
    """
    with transaction.atomic():
        row = locked(obj)
        saved.send(type(row), rows=[row])
        now = timezone.now()
        shown = row.revisions.public(now).first()
        if shown is None:
            raise ValidationError(_("This is not on the public site."))
        if refused := [why for code in languages if (why := why_not_checked(row, shown, code))]:
            raise ValidationError(refused)
        checks = stored(shown.checks) | dict.fromkeys(languages, now.isoformat())
        checked_at = now if SOURCE in languages else shown.checked_at
        note = "" if SOURCE in languages else _("Checked: %s") % ", ".join(str(NAMES[code]) for code in languages)
        act, _carried = commit_on_top(row, author, note, now=now, checked_at=checked_at, checked_in=checks)
        return cast(Revision, act)


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
        revision.checked_in = stored(last.checks)
        return commit(last.thaw(), revision)


def check_reason(reason: str) -> None:
    """Raise ValidationError, for field `reason`, when visitors could not read why."""
    if is_blank(reason):
        raise ValidationError({"reason": _("Say in a few words why: visitors read it at the old address.")})
    if "\0" in reason:
        raise ValidationError({"reason": ProhibitNullCharactersValidator.message})
    if len(reason.strip()) > MAX_CHARACTERS:
        raise ValidationError({"reason": _("Say it in at most %s characters.") % MAX_CHARACTERS})
