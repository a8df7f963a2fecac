"""Traces of a text beside the versions that said it: what can be undone, sent forms, the log, what caches hold."""

import json
import logging
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, models, transaction

from publishing.cache import disk
from publishing.models import Act, ActLine, Publishable, Revision, SentForm, TranslationState
from publishing.search import word_index
from publishing.workflow.erasure.memory import Version
from publishing.workflow.erasure.sent_in import forget_sent_in
from publishing.workflow.signals import saved

logger = logging.getLogger(__name__)


def forget_traces(model: type[Publishable], object_id: int) -> None:
    """Delete what else may hold a text of this object: what can be undone, forms, what people sent in, the log."""
    ours = {"model": model._meta.label_lower, "object_id": object_id}
    Act.objects.filter(lines__in=ActLine.objects.filter(**ours)).delete()
    SentForm.objects.filter(**ours).delete()
    TranslationState.objects.forget_texts(model, object_id)
    forget_sent_in(model, object_id)
    row = model._base_manager.filter(pk=object_id).first()
    if row:
        saved.send(model, rows=[row])
    title = str(row)[:200] if row else "–"
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id=str(object_id))
    for entry in about:
        entry.object_repr, entry.change_message = title, _without_titles(entry.change_message)
        entry.save(update_fields=["object_repr", "change_message"])


def forget_reasons(revision: Revision) -> None:
    """Take from the log of the admin for what reasons `revision` was taken out of the public list."""
    moment = revision.live_from.isoformat()

    def emptied(told: Any) -> object:
        is_ours = isinstance(told, dict) and told.get("live_from") == moment and told.get("reason")
        return told | {"reason": ""} if is_ours else told

    for entry in log_about(revision):
        if (message := with_each_part(entry.change_message, emptied)) != entry.change_message:
            LogEntry.objects.filter(pk=entry.pk).update(change_message=message)


def log_about(version: Version) -> models.QuerySet[LogEntry]:
    """The lines of the log of the admin about the object of `version`."""
    content_type = ContentType.objects.get_for_model(version.model_class)
    return LogEntry.objects.filter(content_type=content_type, object_id=str(version.object_id))


def with_each_part(message: str, change: Callable[[object], object]) -> str:
    """The admin's account of a change, each part of it as `change` gives it; as it is when it has no parts."""
    try:
        parts = json.loads(message)
    except ValueError:
        return message
    if not isinstance(parts, list):
        return message
    changed = [
        {action: change(told) for action, told in part.items()} if isinstance(part, dict) else part for part in parts
    ]
    return message if changed == parts else json.dumps(changed)


def _without_titles(message: str) -> str:
    """The admin's account of a change without what child rows were called."""
    return with_each_part(
        message, lambda told: told | {"object": "–"} if isinstance(told, dict) and "object" in told else told
    )


def once_on_commit(function: Callable[[], object]) -> None:
    """Call `function` once after the transaction, however often this is asked."""
    if not any(each is function for _savepoints, each, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(function, robust=True)


def scrub() -> None:
    """Wipe out what is left beside it: words that no text says, pages that were kept, SQLite's write-ahead log."""
    word_index.forget()
    disk.delete_all(FilePath(settings.STATE_DIR), FilePath(settings.PUBLIC_DIR))
    empty_log()


def empty_log() -> None:
    """Bring SQLite's write-ahead log into the database and wipe it; an hour later again, when it was being read."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = cursor.fetchall()[0][0]
        except OperationalError:
            is_busy = True
    if is_busy:
        logger.warning("The write-ahead log was being read, so it still holds what was erased; it is wiped in an hour.")
