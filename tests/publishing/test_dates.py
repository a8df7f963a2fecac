from datetime import date, datetime

import pytest
from django.utils.translation import override

from publishing.dates import written, written_with_time


@pytest.mark.parametrize(
    ("language", "day", "expected"),
    [
        ("nl", date(2026, 12, 1), "1 december 2026"),
        ("fr", date(2026, 12, 1), "1er décembre 2026"),
        ("fr", date(2026, 12, 11), "11 décembre 2026"),
        ("fr", date(2026, 12, 21), "21 décembre 2026"),
        ("en", date(2026, 12, 1), "1 December 2026"),
        ("fr", None, ""),
    ],
)
def test_a_date_is_written_as_in_its_language(language, day, expected):
    with override(language):
        assert written(day) == expected


def test_a_pattern_may_leave_out_the_year():
    with override("fr"):
        assert written(date(2026, 5, 1), "j F") == "1er mai"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", "24 november 2026, 10.42 uur"),
        ("fr", "24 novembre 2026, 10\xa0h\xa042"),
        ("en", "24 November 2026, 10:42"),
    ],
)
def test_a_time_is_written_as_in_its_language(language, expected):
    with override(language):
        assert written_with_time(datetime(2026, 11, 24, 10, 42)) == expected  # noqa: DTZ001  (as templates give it)
