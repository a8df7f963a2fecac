import re
from datetime import date, datetime

import pytest
from django.utils.timezone import make_aware
from django.utils.translation import override

from publishing.dates import written, written_with_time
from publishing.history import when
from publishing.workflow import moment
from tests.conftest import ROOT


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


def test_the_desk_writes_the_first_of_a_month_as_pages_do():
    at = make_aware(datetime(2020, 12, 1, 10, 42))  # noqa: DTZ001  (of Belgium)
    with override("fr"):
        assert moment(at) == "1er décembre 2020, 10:42"
        assert when(at).startswith("1er décembre 2020, ")


def test_no_template_for_readers_writes_a_date_in_another_way():
    written_elsewhere = re.compile(r'\|date:"[^"]*F')
    assert not [file for file in (ROOT / "templates").rglob("*.*") if written_elsewhere.search(file.read_text())]
