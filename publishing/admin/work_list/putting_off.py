"""Putting work off, for everybody in the desk: for a while (not now), or for good (not for us)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone

from publishing.admin.work_list.entries import Key, WorkItem
from publishing.models import PutOff

FIELDS = ("kind", "model", "object_id", "language", "cause")


def put_off(items: Iterable[WorkItem], author: User, *, for_good: bool = False, now: datetime | None = None) -> None:
    """Leave these out of the list; `for_good` counts only where a kind of work can be dismissed."""
    now = now or timezone.now()
    with transaction.atomic():
        for item in items:
            tier = item.kind.tier
            until = None if for_good and tier.can_be_dismissed else now + tier.put_off_for
            columns: dict[str, Any] = dict(zip(FIELDS, item.key, strict=True))
            PutOff.objects.update_or_create(**columns, defaults={"author": author, "at": now, "until": until})


def standing_keys(now: datetime) -> set[Key]:
    """What is left out of the list at that moment, by key."""
    return {Key(*row) for row in PutOff.objects.standing(now).values_list(*FIELDS)}


def is_put_off(now: datetime, **columns: str) -> models.Exists:
    """The condition of a query that its row is left out; `columns` names its columns by those of PutOff."""
    same = {name: models.OuterRef(column) for name, column in columns.items()}
    return models.Exists(PutOff.objects.standing(now).filter(**same))
