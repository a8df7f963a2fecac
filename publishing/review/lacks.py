"""What a version lacks, such as the description of a picture: judged when it is made, and kept beside it.

So the list of work reads rows, and nothing is judged while somebody waits for it. A *judge* is a function of a
thawed object and its version that yields what it finds; each kind is judged by one. Not the checklist of a form, which
judges what is not saved yet: that is `checklist`. A version from before there were judges gets its rows from
`catch_up`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2s

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from publishing.cache import stamp
from publishing.files.fields import described_picture, is_asked_for
from publishing.i18n.languages import is_blank
from publishing.models import Lack, Publishable, Revision
from publishing.models.revisions import not_overtaken
from publishing.review.columns import Column, columns_of, rows_of
from publishing.workflow.signals import committed

VERSION = "3"  # raise it when a judge judges otherwise: upkeep then judges everything anew
JUDGED = ""  # the kind of the row that says by which judges a version was judged
PICTURE, HOLLOW, UNCHECKED = "picture", "hollow", "unchecked"
CHECKED_FOR = timedelta(days=365)
AT_A_TIME = 200  # versions


@dataclass(frozen=True)
class FoundLack:
    """What a judge finds."""

    kind: str
    minutes: float
    language: str = ""
    fields: Sequence[str] = field(default=())  # the columns, as forms name them
    # In what circumstances: with others it comes back after it was put off. It names no person and quotes nothing.
    cause: str = ""
    since: datetime | None = None  # by default since visitors read what the version says


Judge = Callable[[Publishable, Revision], Iterable[FoundLack]]

_judges: list[Judge] = []
_counted: set[str] = set()  # the kinds of which a page says how many there are


def count_on_a_page(kind: str) -> None:
    """Say that a page tells visitors how many public versions lack this: it is made anew when that changes."""
    _counted.add(kind)


def judge(function: Judge) -> Judge:
    """Decorate a function that judges each version that is made. The number of its queries is small."""
    _judges.append(function)
    return function


def cause_of(*values: object) -> str:
    """A digest of what must change for something to come back."""
    return blake2s(repr(values).encode(), digest_size=12).hexdigest()


# Keeping


def record(made: Sequence[tuple[Publishable, Revision]], **_signal: object) -> None:
    """Judge these versions of one model and keep what they lack, in the transaction that made them.

    What the version before lacked already is lacked since then. What versions lack that are over goes.
    """
    if not made:
        return
    numbers = [revision.object_id for _obj, revision in made]
    ours = Lack.objects.filter(revision__model=made[0][1].model, revision__object_id__in=numbers)
    before: dict[tuple[object, ...], datetime] = {}
    rows_before = list(ours.order_by().select_related("revision").defer("revision__data"))
    for each in rows_before:
        key = (each.revision.object_id, each.kind, each.language, each.cause)
        before[key] = min(before.get(key, each.since), each.since)
    rows = [row for obj, revision in made for row in _judged(obj, revision)]
    for row in rows:
        since = before.get((row.revision.object_id, row.kind, row.language, row.cause), row.since)
        row.since = min(row.since, since)
    is_over = models.Q(revision__superseded_at__lte=timezone.now())
    is_known = models.Q(revision__in=[revision.pk for _obj, revision in made])  # indexed anew, after an erasure
    ours.filter(is_over | is_known).delete()
    Lack.objects.bulk_create(rows)
    if any(_is_counted_otherwise(revision, rows_before, rows) for _obj, revision in made):
        stamp.bump(Lack, takes_away=False)


def _is_counted_otherwise(made: Revision, before: Iterable[Lack], after: Iterable[Lack]) -> bool:
    """Whether a page may count the object of `made` otherwise than before; True when in doubt."""
    lacking = {(row.kind, row.language) for row in after if row.revision == made and row.kind in _counted}
    standing: dict[Revision, set[tuple[str, str]]] = {}
    for row in before:
        if row.revision.object_id == made.object_id and row.revision != made:
            found = standing.setdefault(row.revision, set())
            if row.kind in _counted:
                found.add((row.kind, row.language))
    is_known = bool(standing) and all(each.is_public(made.created_at) or _was_public(each, made) for each in standing)
    return any(found != lacking for found in standing.values()) or bool(lacking and not is_known)


def _was_public(old: Revision, made: Revision) -> bool:
    """Whether visitors read `old` until `made` took its place."""
    return old.superseded_at == made.live_from and not (
        old.withdrawn
        or old.taken_back_at
        or old.live_from > made.live_from
        or (old.live_until and old.live_until <= made.live_from)
    )


committed.connect(record, dispatch_uid="lacks")


def _judged(obj: Publishable, revision: Revision) -> Iterator[Lack]:
    """The unsaved rows about `revision`, which holds `obj`; none about a withdrawal."""
    if revision.withdrawn:
        return
    yield Lack(revision=revision, kind=JUDGED, since=revision.live_from, cause=VERSION)
    for each in (found for function in _judges for found in function(obj, revision)):
        yield Lack(
            revision=revision,
            kind=each.kind,
            language=each.language,
            fields=[*each.fields],
            minutes=each.minutes,
            since=each.since or revision.changed_at,
            cause=each.cause,
        )


def judge_anew(revisions: Iterable[Revision]) -> None:
    """Judge these versions again, as when something changed that is no version."""
    for revision in revisions:
        with transaction.atomic():
            ours = Lack.objects.filter(revision=revision)
            counted = ours.filter(kind__in=_counted).order_by("kind", "language").values_list("kind", "language")
            before = list(counted)
            ours.delete()
            try:
                obj = revision.thaw()
            except LookupError:  # of a model that no longer exists
                continue
            Lack.objects.bulk_create(_judged(obj, revision))
            if list(counted.all()) != before:
                stamp.bump(Lack, takes_away=False)


def unjudged() -> models.QuerySet[Revision]:
    """The versions that are or will be public, and that were not judged as this code judges."""
    judged = Lack.objects.filter(revision=models.OuterRef("pk"), kind=JUDGED, cause=VERSION)
    return Revision.objects.filter(~models.Exists(judged), not_overtaken(timezone.now()), withdrawn=False)


def catch_up(most: int = AT_A_TIME) -> int:
    """Judge at most so many versions from before this code; returns how many."""
    waiting = list(unjudged().order_by("pk")[:most])
    judge_anew(waiting)
    return len(waiting)


# Judging


@judge
def pictures(obj: Publishable, revision: Revision) -> Iterator[FoundLack]:
    """The pictures without a description."""
    lacking = [column for column in columns_of(obj, rows_of(obj)) if _lacks_description(column)]
    if lacking:
        files = [str(getattr(each.row, described_picture(type(each.row), each.name))) for each in lacking]
        paths = [each.path for each in lacking]
        yield FoundLack(PICTURE, 2 * len(lacking), fields=paths, cause=cause_of(files))


def _lacks_description(column: Column) -> bool:
    is_source = column.code in ("", settings.LANGUAGE_CODE)
    picture = described_picture(type(column.row), column.name)
    return bool(picture) and is_source and is_asked_for(column.row, column.name) and is_blank(column.value)


@judge
def hollow(obj: Publishable, revision: Revision) -> Iterator[FoundLack]:
    """A page of which visitors read no more than its title: no text, no list, and no address elsewhere."""
    rows = rows_of(obj)
    columns = list(columns_of(obj, {}))
    texts = [each for each in columns if isinstance(each.field, models.TextField)]
    said = any(
        isinstance(each.field, models.TextField | models.URLField) and not is_blank(each.value) for each in columns
    )
    if obj.view_name and texts and not said and not any(rows.values()):
        first = next(each for each in texts if each.code in ("", settings.LANGUAGE_CODE))
        yield FoundLack(HOLLOW, 15, fields=[first.path])


@judge
def unchecked(obj: Publishable, revision: Revision) -> Iterator[FoundLack]:
    """That nobody checked for a year whether it is still right, once that is so."""
    if obj.stays_current:
        due = revision.checked_at + CHECKED_FOR
        yield FoundLack(UNCHECKED, 3, cause=f"{revision.checked_at:%Y-%m-%d}", since=due)
