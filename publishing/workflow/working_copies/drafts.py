"""Kept saves: earlier content of a working copy.

Of each sitting, which is what one person saves within half an hour, the last save is kept. What a
version says already is not kept beside it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2s

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from publishing.models import MAX_CHARACTERS, Draft, Publishable, Revision, content_models
from publishing.models.snapshots import Snapshot, child_models, freeze, freeze_all, normalise, published_fields
from publishing.types import AnyField
from publishing.workflow.signals import committed, saved
from publishing.workflow.state import changed, has_unpublished

SITTING = timedelta(minutes=30)
WHOLE_FOR = timedelta(days=365)  # afterwards one a month
KEPT_FOR = 3 * WHOLE_FOR
MOST = 200  # of one object


def keep(obj: Publishable, author: User | None, *, begins: bool = False) -> Draft | None:
    """Keep the saved working copy of `obj`, which `author` saved just now; it `begins` a sitting when it was put back.

    Returns where, or None when a version says it already. Nothing is done when the newest kept save says the same.
    """
    row = type(obj)._base_manager.get(pk=obj.pk)
    saved.send(type(row), rows=[row])
    kept = Draft.objects.of(row)
    last = kept.filter(was_saved=True).first()
    data, now = freeze_all(row), timezone.now()
    if _is_version(row, freeze(row)):
        kept.filter(digest=digest(freeze(row))).delete()
        kept.update(is_open=False)
        return None
    if last and last.data == data:
        _open(last)
        return last
    title = str(row)[:MAX_CHARACTERS]
    if last and not begins and author and last.author_id == author.pk and now - last.first_at < SITTING:
        last.data, last.digest, last.title, last.last_at = data, digest(freeze(row)), title, now
        last.save(update_fields=["data", "digest", "title", "last_at"])
        _open(last)
        return last
    return _open(_add(row, author, title, data))


def _open(draft: Draft) -> Draft:
    """Note that the working copy says what `draft` does, and no earlier one."""
    Draft.objects.filter(model=draft.model, object_id=draft.object_id).exclude(pk=draft.pk).update(is_open=False)
    if not draft.is_open:
        draft.is_open = True
        draft.save(update_fields=["is_open"])
    return draft


def close(made: Sequence[tuple[Publishable, Revision]], **_signal: object) -> None:
    """Note of objects whose working copy says what their last version does that nothing waits to be published."""
    if not made:
        return
    model = type(made[0][0])
    keys = [revision.object_id for _obj, revision in made]
    waiting = Draft.objects.filter(model=model._meta.label_lower, object_id__in=keys, is_open=True)
    rows = model._base_manager.filter(pk__in=waiting.values("object_id"))
    settled = [row.pk for row in rows if not has_unpublished(row)]
    if settled:
        waiting.filter(object_id__in=settled).update(is_open=False)


committed.connect(close, dispatch_uid="drafts")


def find_open() -> int:
    """Keep what was saved before saves were kept and is in no version; returns how many. It compares all rows."""
    found = 0
    for model in content_models():
        versions = Revision.objects.of(model)
        never = model._base_manager.exclude(pk__in=versions.values("object_id")).values_list("pk", flat=True)
        kept = set(Draft.objects.filter(model=model._meta.label_lower).values_list("object_id", flat=True))
        for row in model._base_manager.filter(pk__in=({*never} | changed(model)) - kept):
            if draft := keep_what_stood(row):
                _open(draft)
                found += 1
    return found


def keep_what_stood(obj: Publishable) -> Draft | None:
    """Keep the saved working copy of `obj`, which is about to be overwritten, when it is kept nowhere yet."""
    row = type(obj)._base_manager.get(pk=obj.pk)
    data = freeze_all(row)
    last = Draft.objects.of(row).filter(was_saved=True).first()
    if (last and last.data == data) or _is_version(row, freeze(row)):
        return None
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    entry = about.select_related("user").order_by("-pk").first()
    user, at = (entry.user, entry.action_time) if entry else (None, None)
    return _add(row, user, str(row)[:MAX_CHARACTERS], data, at)


def keep_typed(obj: Publishable, author: User | None, typed: Snapshot) -> Draft | None:
    """Keep what `author` typed about `obj` and did not get saved, because somebody else had saved meanwhile.

    `typed` is what `preview.typed` gives. A file that came with it is not stored, so the one that is
    saved stands in for it.
    """
    row = type(obj)._base_manager.get(pk=obj.pk)
    data = _storable(row, typed)
    last = Draft.objects.of(row).first()
    if (last and last.data == data) or data == freeze_all(row):
        return None
    return _add(row, author, str(row)[:MAX_CHARACTERS], data, was_saved=False)


def thin(now: datetime | None = None) -> int:
    """Delete kept saves that are old: after a year all but the last of each month, after three years all.

    Returns how many.
    """
    now = now or timezone.now()
    gone = [pk for (pk,) in Draft.objects.filter(last_at__lt=now - KEPT_FOR).values_list("pk")]
    old = Draft.objects.filter(last_at__lt=now - WHOLE_FOR, last_at__gte=now - KEPT_FOR).order_by("-last_at", "-pk")
    months = set()
    for pk, model, object_id, at in old.values_list("pk", "model", "object_id", "last_at"):
        local = timezone.localtime(at)
        month = (model, object_id, local.year, local.month)
        if month in months:
            gone.append(pk)
        months.add(month)
    crowded = Draft.objects.order_by().values("model", "object_id").annotate(number=models.Count("pk"))
    for each in crowded.filter(number__gt=MOST):
        gone += _too_many(each["model"], each["object_id"])
    return Draft.objects.filter(pk__in=gone).delete()[0] if gone else 0


def _too_many(model: str, object_id: int) -> list[int]:
    """The numbers of the oldest kept saves of one object that there is no room for."""
    return list(Draft.objects.filter(model=model, object_id=object_id).values_list("pk", flat=True)[MOST:])


def _add(
    row: Publishable,
    author: User | None,
    title: str,
    data: Snapshot,
    at: datetime | None = None,
    *,
    was_saved: bool = True,
) -> Draft:
    at = at or timezone.now()
    label = row._meta.label_lower
    draft = Draft.objects.create(
        model=label,
        object_id=row.pk,
        title=title,
        author=author,
        first_at=at,
        last_at=at,
        was_saved=was_saved,
        digest=digest(freeze(row) if was_saved else normalise(type(row), data)),
        data=data,
    )
    if gone := _too_many(label, row.pk):
        Draft.objects.filter(pk__in=gone).delete()
    return draft


def digest(value: object) -> str:
    """A digest of a snapshot, or of anything else that JSON can say."""
    return blake2s(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _is_version(row: Publishable, content: Snapshot) -> bool:
    """Whether the newest version of `row`, or the one before it, says this."""
    newest = row.revisions.order_by("-pk").values_list("data", flat=True)[:2]
    return any(content in (data, normalise(type(row), data)) for data in newest)


def _storable(row: Publishable, typed: Snapshot) -> Snapshot:
    """`typed` with files that are stored, and with a number for each row that is new: a negative one."""
    saved = freeze_all(row)
    data = typed | _files(published_fields(type(row)), typed, saved)
    for name, model in child_models(type(row)):
        before = {each["id"]: each for each in saved[name]}
        fields = published_fields(model)
        data[name] = [
            each | _files(fields, each, before.get(each["id"], {})) | {"id": each["id"] or -number}
            for number, each in enumerate(typed[name], start=1)
        ]
    return data


def _files(fields: Iterable[AnyField], typed: Snapshot, saved: Snapshot) -> Snapshot:
    """The saved values of the columns of files in which something was typed."""
    columns = [field.attname for field in fields if isinstance(field, models.FileField)]
    return {column: saved.get(column, "") for column in columns if typed.get(column)}
