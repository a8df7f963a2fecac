"""Which backups are kept, and which go first when there is no room: functions of moments alone."""

from collections.abc import Callable, Iterable
from datetime import datetime
from math import ceil

DAILY, WEEKLY, MONTHLY = 14, 8, 12  # of so many days, weeks and months the last backup is kept
SHORTEST_MONTH = 28  # days

PERIODS: tuple[tuple[Callable[[datetime], object], int], ...] = (
    (lambda made: made.date(), DAILY),
    (lambda made: made.isocalendar()[:2], WEEKLY),
    (lambda made: (made.year, made.month), MONTHLY),
)


def months_kept() -> int:
    """For how many months a backup lives at most, on a site that makes one each night."""
    return max(ceil(DAILY / SHORTEST_MONTH), ceil(WEEKLY * 7 / SHORTEST_MONTH), MONTHLY)


def kept(made: Iterable[datetime]) -> set[datetime]:
    """The moments whose backups are kept: the last of each period, as far back as there are such periods.

    Periods without a backup do not count, so that a clock that runs ahead or a site that stood still loses none.
    """
    return {each for period, number in PERIODS for each in _last_of(period, number, made)}


def first_to_go(made: Iterable[datetime]) -> list[datetime]:
    """All but the newest, in the order in which they go without room: monthly, weekly, daily ones, old before new."""
    every = sorted(made)
    of_days, of_weeks = (set(_last_of(period, number, every)) for period, number in PERIODS[:2])
    return sorted(every[:-1], key=lambda each: (each in of_days, each in of_weeks, each))


def _last_of(period: Callable[[datetime], object], number: int, made: Iterable[datetime]) -> list[datetime]:
    last = {period(each): each for each in sorted(made)}
    return sorted(last.values())[-number:]
