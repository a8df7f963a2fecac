"""The order of the list of work, its caps and its minutes: pure functions, without a database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from math import ceil

from publishing.admin.work_list.entries import NOTHING, Rest, Tier, WorkItem, WorkKind
from publishing.i18n.languages import CODES

MOST_OF_KIND = 3  # lines
MOST = 10  # lines
STEPS = (1, 2, 3, 5, 10, 15, 20, 30)  # minutes
LONGER_BY = 30  # minutes
FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WorkLine:
    """All that is to be done about one page for one reason (a tier)."""

    items: tuple[WorkItem, ...]  # the most pressing first

    @property
    def first(self) -> WorkItem:
        """What decides where the line stands, and where it leads."""
        return self.items[0]

    @property
    def kind(self) -> WorkKind:
        """The kind that it counts as."""
        return self.first.kind

    @property
    def tier(self) -> Tier:
        """The reason."""
        return self.kind.tier

    @property
    def minutes(self) -> int:
        """How long it takes, rounded up."""
        return rounded(sum(each.minutes for each in self.items))

    @property
    def place(self) -> tuple[object, ...]:
        """By which lines are put in order: as its first part, with the most readers and the oldest of all."""
        reach, since = max(each.reach for each in self.items), min(each.since or FIRST for each in self.items)
        first = self.first
        return first.kind.tier, first.kind.rank, -reach, since, first.label, first.subject.pk, _language(first)


@dataclass(frozen=True)
class More:
    """That there are more lines of one kind than are shown."""

    kind: WorkKind
    lines: int
    model: str  # the label of what all of them are about, "" when that differs


@dataclass(frozen=True)
class WorkList:
    """The list as it is shown, and the sums of all of it."""

    entries: tuple[WorkLine | More, ...]
    lines: int  # of all
    minutes: int  # of all

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return self.lines > sum(isinstance(each, WorkLine) for each in self.entries)


def rounded(minutes: float) -> int:
    """The minutes rounded up to what one plans with; above half an hour to half hours."""
    return next((step for step in STEPS if minutes <= step), LONGER_BY * ceil(minutes / LONGER_BY))


def lines_of(items: Iterable[WorkItem]) -> list[WorkLine]:
    """The lines, in order: one for each page and tier."""
    together: dict[tuple[object, ...], list[WorkItem]] = {}
    for item in items:
        of = (item.kind.tier, item.subject if item.subject != NOTHING else (item.kind, item.language, item.cause))
        together.setdefault((item.kind.tier,) if item.kind.tier is Tier.READY else of, []).append(item)
    found = [WorkLine(tuple(sorted(each, key=_place))) for each in together.values()]
    return sorted(found, key=lambda line: line.place)


def arrange(
    found: Iterable[WorkItem | Rest], most_of_kind: int | None = MOST_OF_KIND, most: int | None = MOST
) -> WorkList:
    """The list of what was found: at most so many lines of a kind, and so many in all; None is no limit."""
    found = list(found)
    lines = lines_of(each for each in found if isinstance(each, WorkItem))
    rests = [each for each in found if isinstance(each, Rest)]
    beyond = Counter({kind: sum(each.lines for each in rests if each.kind == kind) for kind in {r.kind for r in rests}})
    entries: list[WorkLine | More] = []
    for kind, group in groupby(lines, key=lambda line: line.kind):
        of_kind = list(group)
        entries += of_kind[:most_of_kind]
        left = of_kind[len(of_kind) if most_of_kind is None else most_of_kind :]
        if number := len(left) + beyond[kind]:
            entries.append(More(kind, number, _model_of(left, [each for each in rests if each.kind == kind])))
    return WorkList(
        tuple(_cut(entries, most)),
        len(lines) + beyond.total(),
        sum(line.minutes for line in lines) + sum(each.minutes for each in rests),
    )


def _cut(entries: Sequence[WorkLine | More], most: int | None) -> Iterable[WorkLine | More]:
    """The entries up to the last of `most` lines, with what is more of its kind."""
    left = len(entries) if most is None else most
    for entry in entries:
        if isinstance(entry, WorkLine):
            if not left:
                return
            left -= 1
        yield entry


def _model_of(lines: Sequence[WorkLine], rests: Sequence[Rest]) -> str:
    models = {line.first.subject.model for line in lines} | {each.model for each in rests}
    return models.pop() if len(models) == 1 else ""


def _place(item: WorkItem) -> tuple[object, ...]:
    """By which things to do are put in order."""
    kind = item.kind
    return kind.tier, kind.rank, -item.reach, item.since or FIRST, item.label, item.subject.pk, _language(item)


def _language(item: WorkItem) -> int:
    """The place of its language among those of the site; what is about none comes first."""
    return CODES.index(item.language) if item.language else -1
