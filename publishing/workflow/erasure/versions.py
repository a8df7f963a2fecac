"""Erasing one version, and others that say the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.models import (
    ChangeNote,
    Discarded,
    Draft,
    Event,
    Lack,
    Publishable,
    Revision,
    RevisionFile,
    RevisionReference,
    RevisionText,
)
from publishing.models.immutability import permit
from publishing.models.records.events import record
from publishing.models.snapshots import Snapshot, normalise
from publishing.search import word_index
from publishing.search.desk import desk_index
from publishing.workflow import lock
from publishing.workflow.erasure.memory import Kind, Version, mark_of, remember
from publishing.workflow.erasure.redaction import redact_remark
from publishing.workflow.erasure.stored_files import files_named_by, finish, named_elsewhere
from publishing.workflow.erasure.traces import forget_reasons, forget_traces
from publishing.workflow.working_copies.drafts import digest


@dataclass(frozen=True)
class ErasureScope:
    """All that goes with a version: others with the same content, and files that nothing else names."""

    versions: tuple[Version, ...]  # the version itself first
    files: frozenset[str]


def erasure_scope(version: Version) -> ErasureScope:
    """The versions and files that `erase_version` takes away. Raises ValidationError when visitors read it, or will."""
    same = (version, *saying_the_same(version))
    for each in same:
        if isinstance(each, Revision) and _is_public(each):
            raise ValidationError(
                _("Visitors read this, or will. First publish something else in its place, or take it off the site.")
            )
    named = {name for each in same for name in files_named_by(each)}
    return ErasureScope(same, frozenset(named - set(named_elsewhere(named, same))))


def erase_version(version: Version) -> int:
    """Erase what `version` says, for ever. Returns how many files go, which nothing else names.

    A published version stays as an empty line in the history, with when and by whom it was made;
    its address gives 410. A kept save, and what was deleted or overwritten, goes whole. So do others that
    say the same, as after a change of order. The reason of a withdrawal goes when that is what is erased.
    What was done with the object can't be undone any more.
    Raises ValidationError when visitors read it, or will, and StorageUnavailable.
    """
    model = version.model_class
    with transaction.atomic():
        lock(model)
        kept = type(version)._base_manager.get(pk=version.pk)
        gone = erasure_scope(kept)
        for each in gone.versions:
            remember(Kind.VERSION, each.model, each.object_id, [mark_of(each)])
        if isinstance(kept, Revision) and kept.reason:
            redact_remark(kept, "reason", "")
        forget_versions(gone.versions)
        record(Event.Kind.ERASED, detail=f"{model._meta.label_lower} {kept.object_id}")
        return finish(gone.files, model, kept.object_id)


def forget_versions(versions: Iterable[Version]) -> None:
    """Erase what these versions of one object say, in a transaction of the caller, who remembers it; files stay."""
    for each in versions:
        if isinstance(each, Revision):
            forget_reasons(each)
            with permit():
                empty(each)
        else:
            each.delete()
        forget_traces(each.model_class, each.object_id)
        desk_index.changed(each.model_class, each.object_id)
    word_index.forget()
    stamp.bump()


def empty(revision: Revision) -> None:
    """Have `revision` say nothing, and none of the indexes beside it; there is no moment at which it is public."""
    now = timezone.now()
    said: dict[str, object] = {"data": {}, "note": "", "erased_at": now}
    if not revision.withdrawn:
        said |= {"live_until": models.F("live_from"), "taken_back_at": Coalesce("taken_back_at", now)}
        said["taken_back_reason"] = None  # words about what it said
        revision.slugs.all().delete()
    Revision.objects.filter(pk=revision.pk).update(**said)
    for index in (RevisionReference, RevisionFile, RevisionText, ChangeNote, Lack):
        index.objects.filter(revision=revision).delete()


def _is_public(revision: Revision) -> bool:
    """Whether visitors read `revision` now, or will at a time already set."""
    own = Revision.objects.filter(pk=revision.pk, withdrawn=False)
    return own.public().exists() or own.pending().exists()


def saying_the_same(version: Version) -> Iterator[Version]:
    """The other versions of the object that say what `version` says; of a copy, other copies only."""
    model, ours = version.model_class, {"model": version.model, "object_id": version.object_id}
    said = _words(model, version.data)
    tables: list[type[Revision | Draft | Discarded]] = [Draft, Discarded]
    if isinstance(version, Revision):
        tables.insert(0, Revision)
    for table in tables:
        others = table.objects.filter(**ours)
        for each in others.exclude(pk=version.pk) if table is type(version) else others:
            is_erased = isinstance(each, Revision) and each.erased_at
            is_kept = isinstance(each, Draft) and each.digest == digest(normalise(model, version.data))
            if not is_erased and (is_kept or _words(model, each.data) == said):
                yield each


def _words(model: type[Publishable], data: Snapshot) -> Snapshot:
    """The content of a snapshot, without its place among its like."""
    return {name: value for name, value in normalise(model, data).items() if name != model.order_field}
