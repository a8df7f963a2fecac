import json

import pytest

from publishing.cache import failures

KEY = ("https", "www.example.org", "/themas/", "page=2")


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    return tmp_path


def test_what_fails_is_remembered_with_its_address_and_forgotten(state):
    failures.note(KEY, False)
    (failure,) = failures.failing()
    assert (failure.key, failure.address, failure.is_withheld) == (KEY, "/themas/", False)
    failures.clear(KEY), failures.clear(KEY)
    assert failures.failing() == []


def test_how_long_it_fails_already_is_kept_and_so_is_that_it_is_withheld(time_machine):
    time_machine.move_to("2026-05-01 12:00Z", tick=False)
    failures.note(KEY, False)
    time_machine.move_to("2026-05-01 13:00Z", tick=False)
    failures.note(KEY, True)
    failures.note(KEY, False)
    (failure,) = failures.failing()
    assert (failure.since.hour, failure.is_withheld) == (12, True)
    assert failures.is_withheld(KEY)


def test_few_are_remembered(monkeypatch):
    monkeypatch.setattr(failures, "MOST", 3)
    for number in range(5):
        failures.note(("http", "localhost", f"/{number}/", ""), False)
    assert len(failures.failing()) == 3
    assert not failures.is_withheld(("http", "localhost", "/4/", ""))


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"[]", b"\xff", b'{"key": 1, "since": 2}', b'{"key": [1], "since": "x"}']
)
def test_a_damaged_note_is_none(state, damage):
    failures.note(KEY, True)
    (file,) = (state / "failing").iterdir()
    file.write_bytes(damage)
    assert failures.failing() == []
    assert not failures.is_withheld(KEY)


def test_where_nothing_can_be_written_nothing_fails(state):
    (state / "failing").write_text("a file where the folder should be")
    failures.note(KEY, True)
    failures.clear(KEY)
    assert failures.failing() == []


def test_the_first_request_that_failed_is_named_and_a_note_of_before_names_none(state):
    failures.note(KEY, False, "aaaa1111")
    failures.note(KEY, True, "bbbb2222")
    assert [each.request for each in failures.failing()] == ["aaaa1111"]
    (file,) = (state / "failing").iterdir()
    about = json.loads(file.read_text())
    del about["request"]
    file.write_text(json.dumps(about))
    assert [each.request for each in failures.failing()] == [""]


def test_an_address_is_told_once_whatever_the_host_and_the_query():
    for host, query, is_withheld in (("a.example", "", False), ("b.example", "page=2", True)):
        failures.note(("https", host, "/themas/", query), is_withheld)
    (failure,) = failures.failing()
    assert (failure.address, failure.is_withheld) == ("/themas/", True)
    assert len(list(failures.every())) == 2


def test_what_nobody_tries_again_is_told_for_a_week(time_machine):
    time_machine.move_to("2026-05-01 12:00Z", tick=False)
    failures.note(failures.asked_for("/zoeken/", "GET"), False)
    failures.note(KEY, False)
    time_machine.move_to("2026-05-09 12:00Z", tick=False)
    assert [each.address for each in failures.failing()] == ["/themas/"]
