import re
from datetime import date, datetime

import pytest
from django.utils.timezone import make_aware
from django.utils.translation import override

from publishing.i18n.formats import labelled, time_of_day, written, written_with_time
from publishing.review.history import when
from publishing.workflow import moment
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("language", "day", "expected"),
    [
        ("nl", date(2026, 12, 1), "1\xa0december 2026"),
        ("fr", date(2026, 12, 1), "1er\xa0décembre 2026"),
        ("fr", date(2026, 12, 11), "11\xa0décembre 2026"),
        ("fr", date(2026, 12, 21), "21\xa0décembre 2026"),
        ("en", date(2026, 12, 1), "1\xa0December 2026"),
        ("fr", None, ""),
    ],
)
def test_a_date_is_written_as_in_its_language(language, day, expected):
    with override(language):
        assert written(day) == expected


def test_a_pattern_may_leave_out_the_year():
    with override("fr"):
        assert written(date(2026, 5, 1), "j F") == "1er\xa0mai"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", "24\xa0november 2026, 10.42\xa0uur"),
        ("fr", "24\xa0novembre 2026, 10\xa0h\xa042"),
        ("en", "24\xa0November 2026, 10:42"),
    ],
)
def test_a_time_is_written_as_in_its_language(language, expected):
    with override(language):
        assert written_with_time(datetime(2026, 11, 24, 10, 42)) == expected  # noqa: DTZ001  (as templates give it)


def test_the_desk_writes_the_first_of_a_month_as_pages_do():
    at = make_aware(datetime(2020, 12, 1, 10, 42))  # noqa: DTZ001  (of Belgium)
    with override("fr"):
        assert moment(at) == "1er\xa0décembre 2020, 10\xa0h\xa042"
        assert when(at).startswith("1er\xa0décembre 2020, ")


@pytest.mark.parametrize(("language", "expected"), [("nl", "9.05\xa0uur"), ("fr", "9\xa0h\xa005"), ("en", "09:05")])
def test_a_time_alone_is_written_as_with_a_date(language, expected):
    at = datetime(2026, 11, 24, 9, 5)  # noqa: DTZ001  (as templates give it)
    with override(language):
        assert time_of_day(at) == expected
        assert written_with_time(at).endswith(f", {expected}")
        assert time_of_day(None) == ""


def test_each_time_that_people_read_is_written_in_one_way_per_language():
    files = [
        file
        for app in ("publishing", "staff", "pages", "priorities", "consultation", "resoc")
        for file in (ROOT / app).rglob("*.*")
    ]
    sources = [file for file in [*files, *(ROOT / "templates").rglob("*.*")] if file.suffix in (".py", ".html", ".txt")]
    bare = re.compile(r'(?<!_\()"[^"]*\bH:i\b')
    assert [file.name for file in sources if "formats" not in str(file) and bare.search(file.read_text())] == []


def test_no_template_for_readers_writes_a_date_in_another_way():
    written_elsewhere = re.compile(r'\|date:"[^"]*F')
    assert not [file for file in (ROOT / "templates").rglob("*.*") if written_elsewhere.search(file.read_text())]


@pytest.mark.parametrize(("language", "said"), [("nl", "Verslag: te lang"), ("fr", "Verslag\xa0: te lang")])
def test_what_something_is_called_stands_before_it_with_the_space_of_the_language(language, said):
    with override(language):
        assert labelled("Verslag", "te lang") == said
