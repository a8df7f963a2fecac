"""The memory of erasures, without the erased content: in a table, and in a file beside the database.

A restore brings back what was erased since its archive was made, and replaces the table. So it takes what
table and file know together, and erases again what the archive does not know of; see `again`.

Numbers are given out again after a restore. So what is erased again must also have been made at the same
moment (`marks`), and a text or a file must say the same (`digest`, with the key of this site: what it said
can't be guessed from it).
"""

import fcntl
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from publishing.files.storage import StorageUnavailable
from publishing.models import ChangeNote, Discarded, Draft, Erasure, Publishable, Revision, note_columns

Kind = Erasure.Kind
Row = TypeVar("Row", bound=models.Model)
Path = tuple[str | int, ...]  # as in `snapshots.Change`
Version = Revision | Draft | Discarded
LETTERS: dict[str, type[Version]] = {"r": Revision, "s": Draft, "d": Discarded}  # as in `history`
# What editors wrote about a version, beside what it says; the path of one is `(REMARK, "note")`. The last ones are of
# its change note, a row of its own.
REMARK, REMARKS = "about", ("note", "reason", "taken_back_reason", *note_columns())
FIELDS = ("uid", "kind", "model", "object_id", "marks", "path", "digest", "value")

logger = logging.getLogger(__name__)


# What is remembered


def remember(
    kind: Erasure.Kind,
    model: str,
    object_id: int,
    marks: Iterable[str] = (),
    *,
    path: Path = (),
    digest: str = "",
    value: object = None,
) -> None:
    """Remember an erasure, in the transaction that erases. Raises StorageUnavailable when the file can't be written."""
    with _held():  # whether that is possible: afterwards it would be too late to say no
        pass
    Erasure.objects.create(
        uid=secrets.token_hex(16),
        at=timezone.now(),
        kind=kind,
        model=model,
        object_id=object_id,
        marks=list(marks),
        path=list(path),
        digest=digest,
        value=value,
    )
    ours = Erasure.objects.filter(model=model, object_id=object_id)
    if ours.filter(kind=Kind.TEXT).exists():
        store(settled(ours), ours)
    if not any(function is write_down for _saves, function, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(write_down, robust=True)


def remember_row(row: models.Model, made: str) -> None:
    """Remember that `row` ended, such as a consent; its field `made` says when it began.

    Where that can't be written down the log says so, and it ends all the same.
    """
    try:
        remember(Kind.ROW, row._meta.label_lower, row.pk, [digest_of(*_said(row, made))])
    except StorageUnavailable:
        logger.exception("A restore of an older backup would bring back what ended now (%s).", row._meta.label_lower)


def remembered_row(record: Erasure, rows: models.QuerySet[Row], made: str) -> Row | None:
    """The one of `rows` of which `remember_row` made `record`; None when it is not there, or another has its number."""
    if record.model != rows.model._meta.label_lower:
        return None
    row = rows.filter(pk=record.object_id).first()
    return row if row and any(is_digest_of(each, *_said(row, made)) for each in record.marks) else None


def _said(row: models.Model, made: str) -> tuple[object, ...]:
    return row._meta.label_lower, row.pk, getattr(row, made).astimezone(UTC).isoformat()


def store(records: Iterable[Erasure], among: models.QuerySet[Erasure] | None = None) -> None:
    """Make the table, or the part of it that is `among`, say these `records`, in a transaction of the caller."""
    there = {each.uid: each for each in (Erasure.objects.all() if among is None else among.all())}
    records = list(records)
    Erasure.objects.filter(uid__in=there.keys() - {each.uid for each in records}).delete()
    Erasure.objects.bulk_create(_copy(each) for each in records if each.uid not in there)
    for each in records:
        if each.uid in there and there[each.uid].value != each.value:
            Erasure.objects.filter(uid=each.uid).update(value=each.value)


def settled(records: Iterable[Erasure]) -> list[Erasure]:
    """`records` once each, oldest first, without what a later erasure took away.

    Of a text that was redacted twice both say the last value: the first one may still hold what the second
    took away. Of what was erased whole no text is left.
    """
    found = list({each.uid: each for each in sorted(records, key=lambda each: (each.at, each.uid))}.values())
    versions = {each.marks[0] for each in found if each.kind == Kind.VERSION}
    objects = {(each.model, each.object_id): each.at for each in found if each.kind == Kind.OBJECT}
    last = {_place(each): each.value for each in found if each.kind == Kind.TEXT}
    kept = []
    for each in found:
        if each.kind == Kind.TEXT:
            erased_at = objects.get((each.model, each.object_id))
            is_left = list(each.path) == [REMARK, "reason"]  # why a page went stays on an empty line
            if (each.marks[0] in versions and not is_left) or (erased_at and erased_at >= each.at):
                continue
            each.value = last[_place(each)]
        kept.append(each)
    return kept


def _place(record: Erasure) -> tuple[object, ...]:
    return (record.marks[0], *record.path)


def _copy(record: Erasure) -> Erasure:
    return Erasure(at=record.at, **{name: getattr(record, name) for name in FIELDS})


# By what it is known again


def mark(letter: str, pk: int, made_at: datetime) -> str:
    """The mark of a row, which tells it from another that gets the same number later."""
    return f"{letter}{pk}@{made_at.astimezone(UTC).isoformat()}"


def mark_of(version: Version) -> str:
    """The mark of a version."""
    letter = next(letter for letter, model in LETTERS.items() if isinstance(version, model))
    return mark(letter, version.pk, version.first_at if isinstance(version, Draft) else version.created_at)


def marked(record: Erasure) -> Version | None:
    """The version that `record` is about; None when it is not there, or another one has its number."""
    return _with_mark(record, record.marks[0])


def is_there(record: Erasure) -> bool:
    """Whether the object that `record` is about is there; another one may have its number."""
    marks = set(record.marks)
    if any(_with_mark(record, each) for each in marks if each[0] in LETTERS):
        return True
    model = apps.get_model(record.model)
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id=str(record.object_id)
    )
    return any(mark("l", each.pk, each.action_time) in marks for each in about.order_by("pk")[:1])


def _with_mark(record: Erasure, said: str) -> Version | None:
    number = said[1:].partition("@")[0]
    table = LETTERS[said[0]]
    ours = table._base_manager.filter(model=record.model, object_id=record.object_id)
    found = ours.filter(pk=number).first()
    return found if found and mark_of(found) == said else None


def remark_of(revision: Revision, column: str) -> str:
    """What was written about `revision`; `column` is one of `REMARKS`."""
    told: object = revision if column not in note_columns() else ChangeNote.objects.filter(revision=revision).first()
    return str(getattr(told, column, "") or "")


def marks_of(model: type[Publishable], object_id: int) -> list[str]:
    """The marks of an object, which tell it from another with its number: its beginning, and its kept copies.

    It began with its first version, or with the first line of the log. Both stay for ever.
    """
    ours = {"model": model._meta.label_lower, "object_id": object_id}
    found = [mark_of(each) for each in Revision.objects.filter(**ours).order_by("pk")[:1]]
    copies: list[Version] = [*Draft.objects.filter(**ours), *Discarded.objects.filter(**ours)]
    found += map(mark_of, copies)
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id=str(object_id))
    return found + [mark("l", each.pk, each.action_time) for each in about.order_by("pk")[:1]]


# Digests


def digest_of(*said: object) -> str:
    """A digest to compare with, which says nothing about the content."""
    return digests(said)[0]


def is_digest_of(digest: str, *said: object) -> bool:
    """Whether `digest_of` gave `digest` for this, with the key of today or an earlier one."""
    return any(constant_time_compare(digest, each) for each in digests(said))


def digests(said: tuple[object, ...]) -> list[str]:
    """The digests of this with the key of today and with earlier ones."""
    text = json.dumps(said, sort_keys=True, default=str)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac("publishing.erasure", text, key, algorithm="sha256").hexdigest() for key in keys]


def content_digest(name: str) -> str:
    """The SHA-256 of a stored file, as archives have it; "" when it is not there."""
    found = hashlib.sha256()
    try:
        with default_storage.open(name) as file:
            for chunk in file.chunks():
                found.update(chunk)
    except FileNotFoundError:
        return ""
    return found.hexdigest()


# The file


def address() -> FilePath:
    """The file beside the database, a line for each erasure."""
    return FilePath(settings.STATE_DIR) / "erasures.jsonl"


def write_down() -> None:
    """Have the file say what the table says, and what it alone knows. Raises StorageUnavailable when that can't be."""
    with _held():
        known, odd = read()
        records = settled([*known, *Erasure.objects.all()])
        lines = [*odd, *map(_line, records)]
        text = "".join(f"{line}\n" for line in lines)
        path = address()
        if text == (path.read_text() if path.exists() else ""):
            return
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def read() -> tuple[list[Erasure], list[str]]:
    """The records in the file, and the lines that can't be read."""
    try:
        lines = address().read_text().splitlines()
    except FileNotFoundError:
        return [], []
    records, odd = [], []
    for line in filter(None, lines):
        try:
            said = json.loads(line)
            records.append(Erasure(at=datetime.fromisoformat(said["at"]), **{name: said[name] for name in FIELDS}))
        except (ValueError, KeyError, TypeError):
            odd.append(line)
    return records, odd


def unwritten() -> int:
    """How many erasures of the table the file does not know. Raises StorageUnavailable when it can't be written."""
    with _held():
        known = {each.uid for each in read()[0]}
    return Erasure.objects.exclude(uid__in=known).count()


def _line(record: Erasure) -> str:
    said = {"at": record.at.astimezone(UTC).isoformat()} | {name: getattr(record, name) for name in FIELDS}
    return json.dumps(said, ensure_ascii=False)


@contextmanager
def _held() -> Iterator[None]:
    """Hold the file alone among the processes of this machine."""
    try:
        descriptor = os.open(address().with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
            if address().exists() and not os.access(address(), os.W_OK):
                raise PermissionError(f"{address()} can't be written.")
            yield
        finally:
            os.close(descriptor)
    except StorageUnavailable:
        raise
    except OSError as error:
        raise StorageUnavailable(f"What is erased can't be remembered: {error}") from error
