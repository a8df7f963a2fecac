"""Alarms, with a real mail server."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from aiosmtpd.controller import Controller
from django.core.management import CommandError, call_command
from django.utils import timezone

from publishing.admin.work_list import Asked
from publishing.admin.work_list.registry import find
from resoc import work
from resoc.operations import alarms
from resoc.operations.findings import ODD, OK, WRONG, Finding
from tests.conftest import ROOT, free_port
from tests.publishing.operations.test_mail import Box

DISK = Finding(WRONG, "The disk is full.", "there_is_room")
ROOM = Finding(OK, "The disk has room.", "there_is_room")
PAGES = Finding(WRONG, "/contact/ can't be made.", "pages_work")
MORE = Finding(WRONG, "/themas/ can't be made.", "pages_work")


@pytest.fixture(autouse=True)
def operator(settings, tmp_path, time_machine):
    """Els runs the site; it is noon, so that an hour later is the same day."""
    settings.STATE_DIR = tmp_path
    settings.SITE_URL = "https://www.example.org"
    settings.OPERATOR_EMAIL = ["els@example.org"]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    time_machine.move_to("2026-05-04 12:00+02:00", tick=False)
    return tmp_path


@pytest.fixture
def box(settings):
    controller = Controller(Box(), hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield controller.handler
    controller.stop()


def told(box) -> list[tuple[str, str]]:
    """The subject and the text of each mail that came since the last look."""
    found = [
        (str(each["Subject"]), each.get_payload(decode=True).decode().replace("\r\n", "\n")) for each in box.messages
    ]
    box.messages.clear()
    return found


def run(*findings: Finding) -> list[Finding]:
    return list(alarms.raise_alarms(findings))


def test_what_turns_wrong_is_told_once_and_when_it_is_right_again_once_more(box, time_machine):
    assert [each.level for each in run(DISK, PAGES)] == [OK]
    ((subject, text),) = told(box)
    assert subject == "www.example.org: 2 things went wrong"
    assert "Turned wrong:\n- The disk is full.\n- /contact/ can't be made." in text
    for _run in range(3):
        assert run(DISK, PAGES) == []
    time_machine.shift(timedelta(days=3))
    assert run(DISK, PAGES) == []
    assert told(box) == []
    run(ROOM, PAGES)
    ((subject, text),) = told(box)
    assert subject == "www.example.org: 1 thing right again, 1 still wrong"
    assert "Right again:\n- The disk has room." in text
    assert "Still wrong:\n- /contact/ can't be made." in text
    assert run(ROOM, PAGES) == []


def test_what_comes_and_goes_all_day_makes_two_mails_and_the_next_day_tells_how_it_is_then(box, time_machine):
    for _hour in range(4):
        run(DISK)
        run(ROOM)
        time_machine.shift(timedelta(hours=1))
    run(DISK)
    assert len(told(box)) == 2
    time_machine.shift(timedelta(days=1))
    run(DISK)
    assert [subject for subject, _text in told(box)] == ["www.example.org: 1 thing went wrong"]


def test_what_was_not_asked_is_no_news(box):
    run(DISK)
    told(box)
    assert run(Finding(OK, "The settings are safe.", "settings_are_safe")) == []
    assert run(DISK) == []


def test_a_part_with_something_wrong_is_wrong_and_all_of_it_is_told(box):
    run(ROOM, Finding(ODD, "little", "there_is_room"), PAGES, MORE)
    ((_subject, text),) = told(box)
    assert "- /contact/ can't be made.\n- /themas/ can't be made." in text
    assert "little" not in text


def test_nobody_gets_a_mail_about_a_site_on_which_all_is_well(box):
    assert run(ROOM) == []
    assert told(box) == []


def test_a_mail_is_one_that_nobody_answers_by_itself_and_holds_no_secret(box, settings):
    settings.EMAIL_HOST_PASSWORD = "heel-geheim"  # noqa: S105
    settings.OPERATOR_EMAIL = ["els@example.org", "jan@example.org"]
    run(Finding(WRONG, "The server said heel-geheim.", "mail_goes_out"))
    (message,) = box.messages
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "els@example.org, jan@example.org"
    assert "heel-geheim" not in message.get_payload(decode=True).decode()


@pytest.mark.django_db
def test_when_mail_is_what_broke_the_desk_and_the_monitor_say_so_and_it_is_tried_again(settings, client, editor):
    assert client.get("/healthz?deep=1", secure=True, headers={"host": "localhost"}).json() == {"status": "ok"}
    (said,) = run(DISK)  # nobody listens
    assert (said.level, said.said.startswith("An alarm could not be sent: ")) == (WRONG, True)
    assert [each.level for each in alarms.reach_somebody()] == [WRONG]
    response = client.get("/healthz?deep=1", secure=True, headers={"host": "localhost"})
    assert (response.status_code, response.json()) == (503, {"status": "failing", "part": "mail"})
    assert client.get("/healthz", secure=True, headers={"host": "localhost"}).status_code == 200
    (line,) = [each for each in find(Asked(editor, timezone.now())) if each.kind == work.ALARM]
    assert line.url.startswith("mailto:?")
    controller = Controller(Box(), hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    try:
        run(DISK)
        assert len(told(controller.handler)) == 1
    finally:
        controller.stop()
    assert [each.level for each in alarms.reach_somebody()] == [OK]
    assert client.get("/healthz?deep=1", secure=True, headers={"host": "localhost"}).json() == {"status": "ok"}
    assert [each for each in find(Asked(editor, timezone.now())) if each.kind == work.ALARM] == []


def test_a_server_that_refuses_is_told(box):
    box.busy = True
    assert "451" in run(DISK)[0].said
    box.busy = False
    assert [each.level for each in run(DISK)] == [OK]


@pytest.mark.django_db
def test_the_command_ends_with_an_error_and_sends_what_it_found(box, settings, monkeypatch):
    settings.SITE_URL = ""
    monkeypatch.setattr("resoc.doctor.questions.NO_ROOM", 10**18)
    out = StringIO()
    for _run in range(2):
        with pytest.raises(CommandError):
            call_command("doctor", mail=True, quiet=True, stdout=out)
    ((_subject, text),) = told(box)
    assert "Make room" in text


def test_without_somebody_to_tell_it_says_so(settings, box):
    settings.OPERATOR_EMAIL = []
    assert [each.level for each in run(DISK)] == [ODD]
    assert told(box) == []


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"ran_at": 1, "unsent": "", "parts": {}}', '{"parts": []}'])
def test_a_damaged_memory_is_none(operator, damage):
    (operator / "alarms.json").write_text(damage)
    assert alarms.recall() == alarms.Memory()


def test_where_nothing_can_be_remembered_it_is_told_all_the_same(operator, box):
    (operator / "alarms.new").mkdir()
    run(DISK)
    assert len(told(box)) == 1


def test_that_the_database_is_away_reaches_who_runs_the_site(operator, box, settings):
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(operator / "data"),
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "OPERATOR_EMAIL": "els@example.org",
    }
    (operator / "data" / "db.sqlite3").mkdir(parents=True)  # a folder in its place
    command = [sys.executable, "manage.py", "doctor", "--mail", "--quiet"]
    for _run in range(2):
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
    ((_subject, text),) = told(box)
    assert "The database does not answer" in text
