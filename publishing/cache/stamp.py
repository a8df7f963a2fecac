"""The stamp: one number that is raised by each change of what is public.

It is a row in the database, raised in the transaction that changes what is public, so it is right
after a crash and on every machine. A file on this machine counts the changes that were made here;
every process maps it into memory, so reading it costs no system call. The number that the database
gave last stands there too: one process asks for all.
"""

import fcntl
import json
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableSequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from mmap import mmap
from operator import or_
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from publishing.cache.disk import live
from publishing.models import (
    CAME_DUE,
    LAST_TURN,
    TURNS,
    Lack,
    Publishable,
    Revision,
    RevisionReference,
    RevisionSlug,
    Stamp,
    StampChange,
)
from publishing.models.revisions import not_overtaken
from publishing.models.snapshots import says_less
from publishing.queries.dependencies import Change, Target
from publishing.queries.prepared import PreparedQuery, param

# The fields of the file, of SIZE bytes each.
CHANGES, NUMBER, ASKED = range(3)  # changes here; the stamp that was read last; when, in ns on the monotonic clock
SIZE = 8
logger = logging.getLogger(__name__)

OF_ONE = "revision__model", "revision__object_id"
BESIDE = {Lack._meta.label_lower}  # rows beside versions that a page may depend on; they point at nothing it shows
CHANGES_KEPT = 100  # of which it is known what changed; pages that are older are rendered again


@dataclass(frozen=True)
class StampState:
    """The stamp at one moment, and how long it holds."""

    number: int
    changed_at: datetime
    until: datetime | None  # when the next planned change comes


def path() -> Path:
    """The file that counts the changes on this machine."""
    return Path(settings.STATE_DIR) / "changes"


def taken_path() -> Path:
    """The file on this machine with what was taken away lately."""
    return Path(settings.STATE_DIR) / "taken"


def bump(changed: Publishable | type[models.Model] | None = None, takes_away: bool = True) -> None:
    """Raise the stamp, in the transaction that changes what is public.

    `changed` is what changed: one object, or a model for any of its objects, also one of rows beside
    versions that a page depends on; None when it may be anything. `takes_away` says whether visitors
    can no longer read something that they could read before; when in doubt it is True: a page that
    fails afterwards is then not served as it last was.
    """
    now = timezone.now()
    if not Stamp.objects.update(number=models.F("number") + 1, changed_at=now):
        Stamp.objects.create(pk=1, number=1, changed_at=now)
    number = Stamp.objects.values_list("number", flat=True)[0]
    StampChange.objects.create(
        number=number,
        model=changed._meta.label_lower if changed else "",
        object_id=None if changed is None or isinstance(changed, type) else changed.pk,
        takes_away=takes_away,
    )
    StampChange.objects.filter(number__lte=number - CHANGES_KEPT).delete()
    if not any(function is touch for _savepoints, function, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(touch, robust=True)
    if takes_away:
        transaction.on_commit(partial(remember, number), robust=True)


SINCE: PreparedQuery[Revision] = PreparedQuery(
    lambda: StampChange.objects.filter(number__gt=param("after"), number__lte=param("number")).values_list(
        "model", "object_id", "takes_away"
    )
)
SLUGS: PreparedQuery[Revision] = PreparedQuery(
    lambda number: RevisionSlug.objects.filter(_of_any(number)).values_list(*OF_ONE, "slug").distinct()
)
POINTS_AT: PreparedQuery[Revision] = PreparedQuery(
    lambda number: (
        RevisionReference.objects.filter(_of_any(number)).values_list(*OF_ONE, "model", "object_id").distinct()
    )
)


def _of_any(number: int) -> models.Q:
    """A condition with parameters for the revisions of `number` objects."""
    each = ({name: param(f"{name}{place}") for name in OF_ONE} for place in range(number))
    return reduce(or_, (models.Q(**one) for one in each))


def changes(after: int, number: int) -> list[Change] | None:
    """What changed when the stamp went from `after` to `number`; None when that is not kept any more."""
    rows = SINCE.rows(after=after, number=number)
    if len(rows) != number - after:
        return None
    changed: dict[Target, bool] = defaultdict(bool)
    for model, object_id, takes_away in rows:
        changed[model, object_id or 0] |= takes_away
    return _described(changed)


def _described(changed: Mapping[Target, bool]) -> list[Change]:
    """A `Change` for each target, with its slugs and references; the values say whether something was taken away."""
    of_them = [target for target in changed if target[1]]
    named = {
        f"{name}{place}": value
        for place, target in enumerate(of_them)
        for name, value in zip(OF_ONE, target, strict=True)
    }
    slugs, points_at = defaultdict(set), defaultdict(set)
    if of_them:
        for model, object_id, slug in SLUGS.rows(len(of_them), **named):
            slugs[model, object_id].add(slug)
        for model, object_id, *target in POINTS_AT.rows(len(of_them), **named):
            points_at[model, object_id].add(tuple(target))
    return [
        Change(*each, frozenset(slugs[each]), frozenset(points_at[each]), takes_away, may_point=each[0] not in BESIDE)
        for each, takes_away in changed.items()
    ]


def taken_by_plan(after: datetime, until: datetime) -> list[Change]:
    """What the plan took away after `after` and up to `until`: what ended, and what a shorter version replaced."""
    ended = Revision.objects.ending(after).filter(live_until__lte=until)
    taken: set[Target] = set(ended.values_list("model", "object_id"))
    planned = Revision.objects.filter(CAME_DUE, live_from__gt=models.F("created_at"))
    for began in planned.filter(live_from__gt=after, live_from__lte=until):
        before = Revision.objects.filter(
            model=began.model, object_id=began.object_id, superseded_at=began.live_from, withdrawn=False
        ).first()
        if before and says_less(began.model_class, before.data, began.data):
            taken.add((began.model, began.object_id))
    return _described(dict.fromkeys(taken, True))


def remember(number: int) -> None:
    """Note on disk what the change with this number took away, for when the database is away."""
    changed = [
        [number, change.model, change.object_id, sorted(change.slugs), sorted(change.points_at)]
        for change in changes(number - 1, number) or [Change("", 0, frozenset(), frozenset())]
    ]
    with taken_path().open("a+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        file.seek(0)
        # A higher number is one from before a backup was put back.
        earlier = [each for each in _noted(file) if each[0] < number][-CHANGES_KEPT:]
        file.seek(0)
        file.truncate()
        file.writelines(json.dumps(each) + "\n" for each in (*earlier, *changed))


def remembered(after: int) -> list[Change]:
    """What this machine knows was taken away since the stamp was `after`; makes no query."""
    try:
        with taken_path().open() as file:
            found = [each for each in _noted(file) if each[0] > after]
    except OSError:
        return []
    return [
        Change(model, object_id, frozenset(slugs), frozenset((label, key) for label, key in points_at))
        for _number, model, object_id, slugs, points_at in found
    ]


def _noted(file: Iterable[str]) -> Iterator[list[Any]]:
    """The lines of that file, parsed; damaged ones are left out."""
    for line in file:
        with suppress(ValueError):
            number, model, object_id, slugs, points_at = json.loads(line)
            yield [number, model, object_id, slugs, points_at]


def touch() -> None:
    """Count a change on this machine, so that every process here queries the database again."""
    descriptor = os.open(path(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
        count = int.from_bytes(os.pread(descriptor, SIZE, 0), sys.byteorder)
        os.pwrite(descriptor, (count + 1).to_bytes(SIZE, sys.byteorder), 0)
    finally:
        os.close(descriptor)
    live(Path(settings.PUBLIC_DIR)).unlink(missing_ok=True)  # nginx passes requests on to gunicorn


def watched() -> MutableSequence[int]:
    """The fields `CHANGES`, `NUMBER` and `ASKED`, shared by all processes of this machine."""
    try:
        descriptor = os.open(path(), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < 3 * SIZE:
                os.ftruncate(descriptor, 3 * SIZE)
            return cast(MutableSequence[int], memoryview(mmap(descriptor, 3 * SIZE)).cast("Q"))
        finally:
            os.close(descriptor)
    except OSError as error:  # then only polling tells what changed, a little later
        logger.warning("The count of changes can't be watched: %s", error)
        return [0, 0, 0]


COUNT: PreparedQuery[Stamp] = PreparedQuery(lambda: Stamp.objects.values_list("number", "changed_at"))


def state(known: StampState | None = None) -> StampState:
    """The state in the database; `known` is the previous one, which saves a query when nothing changed."""
    now = timezone.now()
    number, changed_at = next(iter(COUNT.rows()), (0, now))
    if known and known.number == number and (known.until is None or known.until > now):
        return known
    return StampState(number, changed_at, next_change(now))


def number() -> int:
    """The stamp in the database."""
    return next((number for number, _changed_at in COUNT.rows()), 0)


SOONEST = {f"next_{moment}": models.Min(moment, filter=models.Q(**{f"{moment}__gt": param("now")})) for moment in TURNS}
STANDING = not_overtaken(param("now"))
NEXT: PreparedQuery[Revision] = PreparedQuery(
    lambda: (
        Revision.objects.order_by()
        .alias(last_turn=LAST_TURN)
        .filter(CAME_DUE, STANDING, last_turn__gt=param("now"))
        .values_list(models.Value(1))  # of all of them together
        .annotate(**SOONEST)
    )
)


def next_change(now: datetime) -> datetime | None:
    """The first moment after `now` at which what is public changes by plan."""
    return min((moment for row in NEXT.rows(now=now) for moment in row[1:] if moment), default=None)
