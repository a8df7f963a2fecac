"""Redaction: other words in the place of some words of one version, or of a remark about it."""

from copy import deepcopy
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.models import (
    MAX_CHARACTERS,
    ChangeNote,
    Draft,
    Publishable,
    Revision,
    RevisionFile,
    RevisionReference,
    RevisionSlug,
    RevisionText,
    note_columns,
)
from publishing.models.immutability import permit
from publishing.models.snapshots import Snapshot, normalise, thaw
from publishing.search import word_index
from publishing.search.desk import desk_index
from publishing.workflow import lock
from publishing.workflow.commit import write_indexes
from publishing.workflow.erasure.memory import (
    REMARK,
    REMARKS,
    Kind,
    Path,
    Version,
    digest_of,
    mark_of,
    remark_of,
    remember,
)
from publishing.workflow.erasure.traces import forget_traces, log_about, once_on_commit, scrub, with_each_part
from publishing.workflow.working_copies.drafts import digest


def redact(version: Version, path: Path, value: Any) -> None:
    """Put `value` in the place of what `version` says at `path`, for ever: a text without somebody's name.

    `path` is that of one column in `version.data`: `("body_nl",)`, or `("roles", 7, "name_nl")` of
    the child row with that id. `version` may be a published one that visitors no longer read as the page
    of today, a kept save, or something in the bin. What was done with the object can't be undone any
    more. Raises ValidationError for what visitors read now, which is corrected and published instead,
    LookupError when `version` says nothing there, and StorageUnavailable.
    """
    model = version.model_class
    with transaction.atomic():
        lock(model)
        kept = type(version)._base_manager.get(pk=version.pk)
        if isinstance(kept, Revision) and Revision.objects.filter(pk=kept.pk).public().exists():
            raise ValidationError(_("Visitors read this now. Correct it and publish it first."))
        before, data = value_at(kept.data, path), with_value(kept.data, path, value)
        said = {"path": path, "digest": digest_of(before), "value": value}
        remember(Kind.TEXT, kept.model, kept.object_id, [mark_of(kept)], **said)
        change_version(kept, data)
        version.data = data
        forget_traces(model, kept.object_id)
        once_on_commit(scrub)


def redact_remark(revision: Revision, column: str, value: str) -> None:
    """Put `value` in the place of what was written about `revision`, for ever: its `REMARKS`, and in the log.

    Unlike the texts of a page, also about what visitors read now: no form changes a remark. Raises
    LookupError for another column, and StorageUnavailable.
    """
    if column not in REMARKS:
        raise LookupError(column)
    with transaction.atomic():
        lock(revision.model_class)
        kept = Revision.objects.get(pk=revision.pk)
        said = digest_of(remark_of(kept, column))
        marks = [mark_of(kept)]
        remember(Kind.TEXT, kept.model, kept.object_id, marks, path=(REMARK, column), digest=said, value=value)
        change_remark(kept, column, value)
        setattr(revision, column, value)
        once_on_commit(scrub)


def change_remark(revision: Revision, column: str, value: str) -> None:
    """Have `revision` and the log say `value` instead, in a transaction of the caller, who remembers it."""
    before = remark_of(revision, column)
    if column in note_columns():
        ChangeNote.objects.filter(revision=revision).update(**{column: value})
    else:
        with permit():
            Revision.objects.filter(pk=revision.pk).update(**{column: value})

    def changed(told: Any) -> object:
        is_it = before and isinstance(told, dict) and told.get("reason") == before
        return told | {"reason": value} if is_it else told

    for entry in log_about(revision):
        message = value if entry.change_message == before else with_each_part(entry.change_message, changed)
        if message != entry.change_message:
            LogEntry.objects.filter(pk=entry.pk).update(change_message=message)
    stamp.bump()


def value_at(data: Snapshot, path: Path) -> object:
    """The value at `path` in snapshot `data`. Raises LookupError when it says nothing there."""
    return _place(data, path)[path[-1]]


def with_value(data: Snapshot, path: Path, value: object) -> Snapshot:
    """A copy of snapshot `data` with `value` at `path`. Raises LookupError when it says nothing there."""
    data = deepcopy(data)
    _place(data, path)[path[-1]] = value
    return data


def _place(data: Snapshot, path: Path) -> Any:
    place = data
    if len(path) == 3:
        rows = data[str(path[0])]
        place = next((row for row in rows if isinstance(row, dict) and row.get("id") == path[1]), {})
    if path[-1] not in place or len(path) not in (1, 3):
        raise LookupError(path)
    return place


def change_version(version: Version, data: Snapshot) -> None:
    """Have `version` say `data`, and what stands beside it too: indexes, or its title and digest."""
    model = version.model_class
    obj = thaw(model, version.object_id, data)
    if isinstance(version, Revision):
        with permit():
            _rewrite(version, obj, data)
        desk_index.changed(model, version.object_id)
        return
    said = {"data": data, "title": str(obj)[:MAX_CHARACTERS]}
    if isinstance(version, Draft):
        said["digest"] = digest(normalise(model, data))
    type(version)._base_manager.filter(pk=version.pk).update(**said)
    desk_index.changed(model, version.object_id)


def _rewrite(revision: Revision, obj: Publishable, data: Snapshot) -> None:
    had_address = RevisionSlug.objects.filter(revision=revision).exists()
    was_found = RevisionText.objects.filter(revision=revision).exists()
    for index in (RevisionSlug, RevisionReference, RevisionFile, RevisionText):
        index.objects.filter(revision=revision).delete()
    Revision.objects.filter(pk=revision.pk).update(data=data, sort_key=obj.sort_key)
    write_indexes([(obj, revision)])
    if not had_address:
        RevisionSlug.objects.filter(revision=revision).delete()
    if was_found:
        word_index.forget()
    else:
        RevisionText.objects.filter(revision=revision).delete()
    stamp.bump()
