from datetime import UTC, datetime, timedelta

import pytest

from publishing.admin.work_list import NOTHING, Rest, Tier, WorkItem, WorkKind, WorkSubject
from publishing.admin.work_list.ranking import More, WorkLine, WorkList, arrange, lines_of, rounded

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def kind(name, tier, rank):
    return WorkKind(name, tier, rank, name)


READY = kind("ready", Tier.READY, 0)
FAILS = kind("fails", Tier.BROKEN, 1)
STUCK = kind("stuck", Tier.BROKEN, 2)
DUE = kind("due", Tier.DATE, 8)
BEHIND = kind("behind", Tier.LANGUAGES, 15)
MISSING = kind("missing", Tier.LANGUAGES, 16)
PICTURE = kind("picture", Tier.BETTER, 17)
HOLLOW = kind("hollow", Tier.BETTER, 18)


def item(kind, label="Mobility", pk=1, *, model="app.theme", **values):
    return WorkItem(
        kind, label, f"{kind.name}", f"/{pk}/", values.pop("minutes", 2), subject=WorkSubject(model, pk), **values
    )


def labels(found):
    return [line.first.label for line in lines_of(found)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"kind": READY}, {"kind": FAILS, "reach": 4}, id="a lower tier"),
        pytest.param({"kind": FAILS}, {"kind": STUCK, "reach": 4}, id="a lower rank, whatever the reach"),
        pytest.param({"kind": DUE}, {"kind": BEHIND, "since": NOW - timedelta(days=99)}, id="a tier, whatever its age"),
        pytest.param({"reach": 3, "since": NOW}, {"reach": 2, "since": NOW - timedelta(days=9)}, id="more readers"),
        pytest.param({"since": NOW - timedelta(days=2)}, {"since": NOW - timedelta(days=1)}, id="longer ago"),
        pytest.param({"since": None}, {"since": NOW}, id="without a date, which is always"),
        pytest.param({"label": "Alpha", "pk": 9}, {"label": "Beta", "pk": 1}, id="the name"),
        pytest.param({"pk": 1}, {"pk": 2}, id="the older of two with one name"),
    ],
)
def test_what_comes_first(first, second):
    one, other = item(**{"kind": BEHIND, "pk": 1} | first), item(**{"kind": BEHIND, "pk": 2} | second)
    assert [line.items for line in lines_of([other, one])] == [(one,), (other,)]


def test_two_languages_of_one_page_stand_in_the_order_of_the_site():
    (line,) = lines_of([item(MISSING, language="en"), item(MISSING, language="fr")])
    assert [each.language for each in line.items] == ["fr", "en"]


def test_one_line_for_a_page_and_a_tier():
    found = [item(MISSING, language="fr"), item(BEHIND, language="en"), item(PICTURE), item(HOLLOW)]
    lines = lines_of(found)
    assert [[each.kind for each in line.items] for line in lines] == [[BEHIND, MISSING], [PICTURE, HOLLOW]]


def test_a_line_takes_what_its_parts_take_together():
    (line,) = lines_of([item(PICTURE, minutes=4), item(HOLLOW, minutes=15)])
    assert line.minutes == 20


def test_pages_with_one_number_are_two_lines():
    assert labels([item(BEHIND, "Theme"), item(BEHIND, "Priority", model="app.priority")]) == ["Priority", "Theme"]


def test_work_about_no_page_is_a_line_each():
    found = [WorkItem(FAILS, label, "", "", 2, cause=label, subject=NOTHING) for label in ("/a/", "/b/")]
    assert labels(found) == ["/a/", "/b/"]


def test_what_a_site_needs_before_it_has_visitors_is_one_line():
    found = [WorkItem(READY, "Ready?", said, f"/{said}/", 4, cause=said) for said in ("mail", "address")]
    (line,) = lines_of(found)
    assert {each.said for each in line.items} == {"mail", "address"}


def test_a_page_with_two_parts_has_the_reach_of_both():
    found = [item(BEHIND, "B", 2, reach=1), item(MISSING, "B", 2, reach=3), item(BEHIND, "A", 1, reach=2)]
    assert labels(found) == ["B", "A"]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, 1),
        (1, 1),
        (1.2, 2),
        (2, 2),
        (3, 3),
        (4, 5),
        (6, 10),
        (11, 15),
        (16, 20),
        (21, 30),
        (30, 30),
        (31, 60),
        (61, 90),
    ],
)
def test_minutes_are_rounded_up(minutes, expected):
    assert rounded(minutes) == expected


def test_three_lines_of_a_kind_and_then_how_many_more():
    found = arrange([item(BEHIND, f"Theme {number}", number) for number in range(12)])
    assert [type(each) for each in found.entries] == [WorkLine, WorkLine, WorkLine, More]
    assert found.entries[-1] == More(BEHIND, 9, "app.theme")
    assert (found.lines, found.minutes, found.is_cut) == (12, 24, True)


def test_more_of_several_kinds_of_page_has_no_name():
    found = arrange([item(BEHIND, "A", number, model=f"app.{number % 2}") for number in range(8)])
    assert found.entries[-1] == More(BEHIND, 5, "")


def test_what_a_source_only_counts_is_counted():
    found = arrange([*(item(BEHIND, "A", number) for number in range(3)), Rest(BEHIND, 2997, 6000, "app.theme")])
    assert found.entries[-1] == More(BEHIND, 2997, "app.theme")
    assert (found.lines, found.minutes) == (3000, 6006)


def test_ten_lines_and_no_more():
    kinds = [kind(f"kind {number}", Tier.BROKEN, 30 + number) for number in range(7)]
    found = arrange(item(kind, "A", 10 * number + each) for number, kind in enumerate(kinds) for each in range(3))
    assert len([each for each in found.entries if isinstance(each, WorkLine)]) == 10
    assert (found.lines, found.is_cut) == (21, True)


def test_how_many_more_stands_after_the_tenth_line_too():
    kinds = [kind(f"kind {number}", Tier.BROKEN, 30 + number) for number in range(5)]
    numbers = [3, 3, 3, 4, 1]
    found = arrange(item(kind, "A", 10 * pk + each) for pk, kind in enumerate(kinds) for each in range(numbers[pk]))
    lines = [each for each in found.entries if isinstance(each, WorkLine)]
    assert len(lines) == 10
    assert {line.kind for line in lines} == set(kinds[:4])


def test_everything_when_asked():
    found = arrange([item(BEHIND, f"Theme {number}", number) for number in range(12)], None, None)
    assert len(found.entries) == 12
    assert not found.is_cut


def test_nothing_to_do():
    assert arrange([]) == WorkList((), 0, 0)
