"""Erasing a whole object: rows, versions, what was saved, the bin, the log and files."""

from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from publishing.cache import stamp
from publishing.models import (
    Act,
    ActLine,
    Contribution,
    DeadLink,
    Discarded,
    Draft,
    Event,
    KeptUpload,
    LinkedPage,
    Presence,
    Publishable,
    PutOff,
    ReplacedFile,
    Revision,
    RevisionFile,
    RevisionSlug,
    SentForm,
    ShareLink,
    TranslationLink,
    TranslationState,
)
from publishing.models.immutability import permit
from publishing.models.old_addresses import forget_addresses, forget_missing
from publishing.models.records.events import record
from publishing.models.snapshots import normalise, thaw
from publishing.search import word_index
from publishing.search.desk import desk_index
from publishing.workflow import files, is_live, live_users, lock
from publishing.workflow.erasure.memory import Kind, Version, marks_of, remember
from publishing.workflow.erasure.stored_files import finish
from publishing.workflow.erasure.versions import empty


def erase(obj: Publishable, successor: Publishable | None = None) -> int:
    """Forget `obj` in the working copies, in history, in what was saved, in the bin, in the log and in files.

    Its address stays, to say why it was withdrawn, or with a published `successor` to lead there.
    Visitors must not see it any more and nothing that they see may point at it: raises
    ProtectedError, and StorageUnavailable when the files can't be deleted now. Returns how many files go.
    """
    model = type(obj)
    with transaction.atomic():
        lock(model)
        if is_live(obj) or live_users(obj):
            raise ProtectedError(_("Visitors still see this, or something that points at it."), {obj})
        label = model._meta.label_lower
        remember(Kind.OBJECT, label, obj.pk, marks_of(model, obj.pk))
        named = forget_object(obj, successor)
        record(Event.Kind.ERASED, detail=f"{label} {obj.pk}")
        return finish(named, model, obj.pk)


def forget_object(obj: Publishable, successor: Publishable | None = None) -> set[str]:
    """The same in a transaction of the caller, who remembers it. Returns the files that it named; they stay."""
    model = type(obj)
    named = set(_files_of(obj))
    versions = obj.revisions
    shown = successor.revisions.public().first() if successor else None
    last = versions.filter(withdrawn=True).first()
    forget_addresses(obj, successor)
    forget_missing(set(RevisionSlug.objects.filter(revision__in=versions).values_list("slug", flat=True)))
    with permit():
        if shown:
            names = RevisionSlug.objects.filter(revision__in=versions).values_list("language", "slug").distinct()
            RevisionSlug.objects.bulk_create(
                [RevisionSlug(revision=shown, language=language, slug=slug) for language, slug in names]
            )
        elif last:
            empty(last)
            Revision.objects.filter(pk=last.pk).update(author=None)
        (versions.exclude(pk=last.pk) if last and not shown else versions).delete()
    for row in model._base_manager.filter(pk=obj.pk):
        row.delete()
    stamp.bump()
    ours = {"model": model._meta.label_lower, "object_id": obj.pk}
    own = (ActLine, Discarded, Draft, ShareLink, Presence, SentForm, DeadLink, ReplacedFile, PutOff, TranslationState)
    for kept in (*own, Contribution, LinkedPage):
        kept._base_manager.filter(**ours).delete()
    TranslationLink.objects.filter(pages=None).delete()
    KeptUpload.objects.chosen_for(model, obj.pk).delete()
    Act.objects.filter(lines=None).delete()
    desk_index.changed(model, obj.pk)
    word_index.forget()
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id=str(obj.pk))
    about.update(object_repr="–", change_message="")
    return named


def _files_of(obj: Publishable) -> Iterator[str]:
    """The stored files that the working copy or any version of `obj` names, or once named."""
    model = type(obj)
    for row in model._base_manager.filter(pk=obj.pk):
        yield from files(row)
    yield from RevisionFile.objects.filter(revision__in=obj.revisions).values_list("name", flat=True)
    ours = {"model": model._meta.label_lower, "object_id": obj.pk}
    yield from ReplacedFile.objects.filter(**ours).values_list("name", flat=True)
    versions: list[Version] = [*obj.revisions, *Discarded.objects.of(obj), *Draft.objects.of(obj)]
    acts = ActLine.objects.filter(**ours).values_list("working", flat=True)
    for data in [*(version.data for version in versions), *acts]:
        yield from files(thaw(model, obj.pk, normalise(model, data)))
