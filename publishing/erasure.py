"""Forgetting for ever: the one thing that takes from history, for personal data (GDPR, article 17)."""

from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from publishing import stamp, text_index
from publishing.immutability import permit
from publishing.models import (
    Act,
    ActLine,
    Discarded,
    Draft,
    Presence,
    Publishable,
    Revision,
    RevisionFile,
    RevisionSlug,
    SentForm,
    ShareLink,
)
from publishing.pictures import delete_stored
from publishing.snapshots import normalise, thaw
from publishing.workflow import files, is_live, live_users, lock


def erase(obj: Publishable, successor: Publishable | None = None) -> int:
    """Forget `obj` in the working copies, in history, in what was saved, in the bin, in the log and in files.

    Its address stays, to say why it was withdrawn, or with a published `successor` to lead there.
    Visitors must not see it any more and nothing that they see may point at it: raises
    ProtectedError, and StorageAway when the files can't be deleted now. Returns how many files go.
    """
    model = type(obj)
    with transaction.atomic():
        lock(model)
        row = model._base_manager.get(pk=obj.pk)
        if is_live(row) or live_users(row):
            raise ProtectedError(_("Visitors still see this, or something that points at it."), {row})
        named = set(_files_of(row))
        others = RevisionFile.objects.filter(name__in=named).exclude(revision__in=row.revisions)
        gone = named - set(others.values_list("name", flat=True))
        versions = row.revisions
        shown = successor.revisions.public().first() if successor else None
        last = versions.filter(withdrawn=True).first()
        with permit():
            if shown:
                names = RevisionSlug.objects.filter(revision__in=versions).values_list("language", "slug").distinct()
                RevisionSlug.objects.bulk_create(
                    [RevisionSlug(revision=shown, language=language, slug=slug) for language, slug in names]
                )
            elif last:
                Revision.objects.filter(pk=last.pk).update(data={}, author=None)
                last.references.all().delete()
                last.files.all().delete()
            (versions.exclude(pk=last.pk) if last and not shown else versions).delete()
        pk = row.pk
        row.delete()
        text_index.forget()
        ours = {"model": model._meta.label_lower, "object_id": pk}
        for kept in (ActLine, Discarded, Draft, ShareLink, Presence, SentForm):
            kept.objects.filter(**ours).delete()
        Act.objects.filter(lines=None).delete()
        about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id=str(pk))
        about.update(object_repr="–", change_message="")
        stamp.bump()
        if gone:
            default_storage.exists(min(gone))  # while files are away nobody is told that they went

        def delete() -> None:
            for name in gone:
                delete_stored(default_storage, name)

        transaction.on_commit(delete, robust=True)
    return len(gone)


def _files_of(row: Publishable) -> Iterator[str]:
    """The stored files that the working copy or any version of `row` names."""
    yield from files(row)
    versions: list[Revision | Discarded | Draft] = [
        *row.revisions,
        *Discarded.objects.of(row),
        *Draft.objects.of(row),
    ]
    acts = ActLine.objects.filter(model=row._meta.label_lower, object_id=row.pk).values_list("working", flat=True)
    for data in [*(version.data for version in versions), *acts]:
        yield from files(thaw(type(row), row.pk, normalise(type(row), data)))
