"""What browsers tell of our policy, and what others send to the same address."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import DatabaseError
from django.utils import timezone

from publishing.models import PolicyReport
from publishing.operations import csp_reports
from publishing.operations.csp_reports import LARGEST, MOST_A_MINUTE, MOST_AT_ONCE, NEW, OLD, origin
from resoc.groups import SECRETARIAT

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
ADDRESS = "/csp-report/"


def old(**changes: object) -> dict:
    """A report as Firefox sends it."""
    return {
        "csp-report": {
            "document-uri": "http://testserver/themas/?q=woord",
            "referrer": "http://testserver/geheim/",
            "violated-directive": "script-src-elem 'self'",
            "effective-directive": "script-src-elem",
            "original-policy": "default-src 'none'",
            "blocked-uri": "https://evil.example/x.js?wie=jan",
            "source-file": "http://testserver/themas/",
        }
        | changes
    }


def new(**changes: object) -> dict:
    """A report as Chrome sends it, one of a list."""
    body = {
        "documentURL": "http://testserver/fr/themes/",
        "effectiveDirective": "img-src",
        "blockedURL": "https://pictures.example:8443/x.png",
        "sourceFile": "",
    }
    return {"age": 1, "type": "csp-violation", "url": "http://testserver/", "user_agent": "x", "body": body | changes}


def send(client, said: object, kind: str = OLD, **extra: str):
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return client.post(ADDRESS, raw, content_type=kind, **extra)


def kept() -> list[tuple]:
    return list(PolicyReport.objects.order_by("pk").values_list("directive", "blocked", "page", "count"))


@pytest.mark.parametrize(
    ("kind", "said", "row"),
    [
        (OLD, old(), ("script-src-elem", "https://evil.example", "/themas/", 1)),
        (f"{OLD}; charset=utf-8", old(), ("script-src-elem", "https://evil.example", "/themas/", 1)),
        (NEW, [new()], ("img-src", "https://pictures.example", "/fr/themes/", 1)),
        (OLD, old(**{"blocked-uri": "inline"}), ("script-src-elem", "inline", "/themas/", 1)),
        (OLD, old(**{"blocked-uri": "data:text/html,<b>jan</b>"}), ("script-src-elem", "data", "/themas/", 1)),
        (OLD, old(**{"effective-directive": ""}), ("script-src-elem", "https://evil.example", "/themas/", 1)),
        (
            OLD,
            old(**{"document-uri": "http://testserver/voorbeeld/Ab3-" + "x" * 40 + "/"}),
            ("script-src-elem", "https://evil.example", "/voorbeeld/***/", 1),
        ),
    ],
)
def test_a_report_is_kept_without_anything_about_the_reader(client, kind, said, row):
    response = send(client, said, kind, HTTP_USER_AGENT="Mozilla/5.0 jan", REMOTE_ADDR="203.0.113.7")
    assert (response.status_code, response.content, dict(response.cookies)) == (204, b"", {})
    assert kept() == [row]
    stored = json.dumps(list(PolicyReport.objects.values()), default=str)
    for word in ("jan", "woord", "geheim", "203.0.113.7", "Mozilla"):
        assert word not in stored


def test_the_same_report_counts_once_in_a_while(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _time in range(3):
            send(client, old())
        assert kept()[0][-1] == 1
        clock.shift(timedelta(seconds=11))
        send(client, [new()], NEW)
        send(client, old())
    assert [row[-1] for row in kept()] == [2, 1]
    first = PolicyReport.objects.earliest("pk")
    assert first.last_at - first.first_at == timedelta(seconds=11)


def test_many_other_reports_are_not_all_kept(client, monkeypatch):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(MOST_A_MINUTE + 5):
            send(client, old(**{"document-uri": f"http://testserver/{number}/"}))
        assert len(kept()) == MOST_A_MINUTE
        monkeypatch.setattr(csp_reports, "MOST", MOST_A_MINUTE + 1)
        clock.shift(timedelta(minutes=2))
        for number in range(3):
            send(client, old(**{"document-uri": f"http://testserver/nieuw-{number}/"}))
            clock.shift(timedelta(seconds=1))
    pages = [row[2] for row in kept()]
    assert len(pages) == MOST_A_MINUTE + 1
    assert pages[-3:] == ["/nieuw-0/", "/nieuw-1/", "/nieuw-2/"]


def test_of_one_body_only_so_many_are_read(client):
    said = [new(documentURL=f"http://testserver/{number}/") for number in range(MOST_AT_ONCE + 5)]
    send(client, said, NEW)
    assert len(kept()) == MOST_AT_ONCE


@pytest.mark.parametrize(
    "said",
    [
        old(**{"blocked-uri": "moz-extension://0a1b/x.js"}),
        old(**{"source-file": "chrome-extension"}),
        old(**{"source-file": "safari-web-extension://0a1b/x.js"}),
        old(**{"document-uri": "https://other.example/themas/"}),
        old(**{"document-uri": "about:blank"}),
        old(**{"document-uri": "http://[testserver/"}),
        old(**{"effective-directive": "<script>"}),
        old(**{"effective-directive": "x" * 5000}),
        old(**{"blocked-uri": "https://[x"}),
        old(**{"blocked-uri": "https:///x"}),
        old(**{"document-uri": "http://testserver/a\0b/"}),
        old(**{"document-uri": "http://testserver/\ud800/"}),
        old(**{"document-uri": ["http://testserver/"]}),
        old(**{"document-uri": 7, "effective-directive": None}),
        {"csp-report": "x"},
        {"csp-report": [old()]},
        {"body": {}},
        {},
        [],
        [[], None, "x", 3, {"body": None}],
        "x",
        7,
        None,
        True,
    ],
)
def test_what_is_no_report_of_ours_is_taken_and_forgotten(client, said):
    assert send(client, said).status_code == 204
    assert kept() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe\x00",
        b'{"csp-report": "\xc3"}',
        b"[" * 8000,
        b'{"a":' * 3000,
        b"9" * 5000,
        b"\0" * 100,
    ],
)
def test_rubbish_is_refused(client, raw):
    assert send(client, raw).status_code == 400
    assert kept() == []


def test_what_is_long_is_cut_short(client):
    send(client, old(**{"document-uri": "http://testserver/" + "a-" * 3000, "blocked-uri": f"https://{'b' * 500}.x/"}))
    assert [(len(row[1]), len(row[2])) for row in kept()] == [(200, 200)]


class Unread:
    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("length", [str(LARGEST + 1), "9" * 30, "-1", "x", ""])
def test_a_body_that_is_large_or_of_unknown_length_is_not_read(client, length):
    extra = {"wsgi.input": Unread(), "CONTENT_LENGTH": length, "CONTENT_TYPE": OLD}
    assert client.generic("POST", ADDRESS, **extra).status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_another_kind_of_body_is_refused(client, kind):
    assert send(client, old(), kind).status_code == 415


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_report_is_taken(client, method):
    assert getattr(client, method)(ADDRESS).status_code == 405


def test_it_needs_no_form_of_ours(client):
    client.handler.enforce_csrf_checks = True
    assert send(client, old()).status_code == 204


def test_a_database_that_is_away_is_no_error(client, monkeypatch):
    def fail(*_arguments):
        raise DatabaseError("away")

    monkeypatch.setattr(csp_reports, "keep", fail)
    assert send(client, old()).status_code == 204


def test_a_browser_that_goes_away_is_no_error(client):
    class Broken:
        def read(self, *_size: int) -> bytes:
            raise OSError("gone")

        readline = read

    extra = {"wsgi.input": Broken(), "CONTENT_LENGTH": "10", "CONTENT_TYPE": OLD}
    assert client.generic("POST", ADDRESS, **extra).status_code == 400


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", "self"),
        ("eval", "eval"),
        ("wss://x.example/a", "wss://x.example"),
        ("https://jan:geheim@x.example/a", "https://x.example"),
        ("blob", "blob"),
        ("ms-browser-extension://x", ""),
        ("file:///home/jan/x", ""),
    ],
)
def test_of_an_address_the_origin_is_kept(address, found):
    assert origin(address) == found


# The header


def test_every_page_says_where_reports_go(client):
    for address in ("/", "/nergens/", "/account/login/"):
        headers = client.get(address).headers
        directives = headers["Content-Security-Policy"].split("; ")
        assert "report-uri /csp-report/" in directives
        assert headers["Reporting-Endpoints"] == 'csp="/csp-report/"'
        assert directives == sorted(directives)


def test_the_policy_is_the_same_in_every_process(tmp_path):
    code = """
import django; django.setup()
from django.test import Client
print(Client().get("/csp-report/", headers={"x-forwarded-proto": "https"}).headers["Content-Security-Policy"])
"""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "resoc.settings"}
    environment |= {"SITE_URL": "https://testserver", "TRUSTED_PROXY_COUNT": "1"}
    (tmp_path / "public" / "static").mkdir(parents=True)
    said = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "; report-to csp; report-uri /csp-report/; " in said.pop()


@pytest.mark.browser
def test_a_browser_that_holds_something_back_tells_it(page):
    page.goto("/themas/?q=woord")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://evil.invalid/x.png'}))")
    for _time in range(50):
        if kept():
            break
        page.wait_for_timeout(100)
    assert kept() == [("img-src", "https://evil.invalid", "/themas/", 1)]


# The desk


@pytest.fixture
def report() -> PolicyReport:
    now = timezone.now()
    row = {"directive": "script-src-elem", "blocked": "https://evil.example", "page": "/themas/"}
    return PolicyReport.objects.create(**row, first_at=now, last_at=now)


def test_the_secretariat_reads_and_deletes_reports_and_changes_none(editor_client, report):
    page = editor_client.get("/admin/publishing/policyreport/").content.decode()
    assert "https://evil.example" in page
    assert editor_client.get("/admin/publishing/policyreport/add/").status_code == 403
    assert editor_client.post(f"/admin/publishing/policyreport/{report.pk}/change/", {"page": "x"}).status_code == 403
    choice = {"action": "delete_selected", "_selected_action": report.pk, "post": "yes"}
    editor_client.post("/admin/publishing/policyreport/", choice)
    assert kept() == []


def test_reports_have_a_place_in_the_menu_only_when_there_are_any(editor_client, report):
    assert "/admin/publishing/policyreport/" in editor_client.get("/admin/").content.decode()
    report.delete()
    assert "/admin/publishing/policyreport/" not in editor_client.get("/admin/").content.decode()


def test_who_is_not_of_the_secretariat_does_not_read_them(editor_client, editor, report):
    editor.groups.remove(Group.objects.get(name=SECRETARIAT))
    assert editor_client.get("/admin/publishing/policyreport/").status_code == 403
