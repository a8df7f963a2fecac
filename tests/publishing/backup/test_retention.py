from datetime import UTC, datetime, timedelta

import pytest

from publishing.backup import retention
from publishing.backup.retention import first_to_go, kept


def nights(last: str, number: int) -> list[datetime]:
    end = datetime.fromisoformat(f"{last}T02:00")
    return [end - timedelta(days=each) for each in range(number)]


def days(moments) -> list[str]:
    return [f"{each:%m-%d}" for each in sorted(moments)]


@pytest.mark.parametrize(
    ("last", "number", "expected"),
    [
        ("2026-03-31", 0, ""),
        ("2026-03-31", 1, "03-31"),
        ("2026-03-31", 14, "03-18 03-19 03-20 03-21 03-22 03-23 03-24 03-25 03-26 03-27 03-28 03-29 03-30 03-31"),
        # 15: the fifteenth is a Tuesday, whose week is kept by its Sunday
        ("2026-03-31", 15, "03-18 03-19 03-20 03-21 03-22 03-23 03-24 03-25 03-26 03-27 03-28 03-29 03-30 03-31"),
        # Sundays of the six weeks before the fourteen days, and the ends of months
        (
            "2026-03-31",
            90,
            "01-31 02-15 02-22 02-28 03-01 03-08 03-15 03-18 03-19 03-20 03-21 03-22 03-23 03-24 03-25 03-26 03-27 "
            "03-28 03-29 03-30 03-31",
        ),
    ],
)
def test_what_is_kept(last, number, expected):
    assert days(kept(nights(last, number))) == expected.split()


def test_after_years_there_are_fourteen_days_eight_weeks_and_twelve_months():
    now: list[datetime] = []
    for night in reversed(nights("2026-03-31", 900)):  # each night one more, and what is not kept goes
        now = sorted(kept([*now, night]))
    assert days(now)[-21:] == days(kept(nights("2026-03-31", 90)))
    assert [f"{each:%Y-%m}" for each in now[:9]] == [
        f"{year}-{month:02}" for year, month in [(2025, each) for each in range(4, 13)]
    ]
    assert min(now) > datetime(2025, 4, 1)  # none lives longer than a year  # noqa: DTZ001


def test_of_a_day_the_last_one_is_kept():
    day = [datetime(2026, 3, 31, hour) for hour in (2, 9, 17)]  # noqa: DTZ001
    assert kept(day) == {day[-1]}


def test_a_site_that_stood_still_loses_nothing():
    old = nights("2020-03-31", 14)
    assert set(old) <= kept([*old[:13], datetime(2026, 1, 1)]) | {old[13]}  # noqa: DTZ001


def test_without_room_months_go_before_weeks_before_days_and_the_newest_never():
    every = kept(nights("2026-03-31", 90))
    order = first_to_go(every)
    assert [f"{each:%m-%d}" for each in order[:9]] == [
        "01-31", "02-28", "02-15", "02-22", "03-01", "03-08", "03-15", "03-18", "03-19",
    ]  # fmt: skip
    assert max(every) not in order
    assert len(order) == len(every) - 1
    assert first_to_go([]) == first_to_go([max(every)]) == []


def test_for_how_many_months_a_backup_lives_follows_from_what_is_kept(monkeypatch):
    assert retention.months_kept() == 12
    monkeypatch.setattr(retention, "MONTHLY", 1)
    assert retention.months_kept() == 2
    nights = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(500)]
    monkeypatch.undo()
    assert nights[-1] - min(retention.kept(nights)) < timedelta(days=366)
