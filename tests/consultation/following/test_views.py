"""The pages to follow by mail, with a real mail server."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from consultation.following import views as follow_views
from consultation.following.followers import CONFIRM, LEAVE, link
from consultation.models import Follower
from publishing.files.storage import StorageUnavailable
from publishing.models import Mail
from publishing.operations.mail import deliver
from tests.axe import violations
from tests.consultation.followers import ADDRESS, FOLLOW, asked, follower, link_in, make_reachable, text_of, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("port")]


@pytest.fixture
def reachable(editor):
    return make_reachable(editor)


def said(response) -> str:
    return response.content.decode()


def test_without_an_address_of_ours_nothing_is_taken(client):
    assert client.get(FOLLOW).status_code == asked(client).status_code == 404
    assert not Mail.objects.exists()
    assert not Follower.objects.exists()


@pytest.mark.parametrize("address", [FOLLOW, "/fr/suivre/", "/en/follow/"])
def test_from_the_form_to_the_mail_to_a_yes_to_leaving_without_cookie_and_script(client, reachable, server, address):
    html = said(client.get(address))
    assert "<script" not in html
    seal = re.search(r'name="seal" value="([^"]+)"', html)[1]
    response = asked(client, address=address, seal=seal)
    assert response.status_code == 200
    assert ADDRESS in said(response)
    deliver()
    (message,) = server.messages
    assert message["X-RcptTo"] == ADDRESS
    assert message["Reply-To"] == "secretariaat@resoc.example"
    path = link_in(message)
    assert path.startswith(address)
    assert client.get(path).status_code == 200
    assert Follower.objects.get().confirmed_at is None, "a link that is followed changes nothing"
    page = said(client.post(path, headers={"Sec-Fetch-Site": "same-origin"}))
    assert Follower.objects.get().confirmed_at
    away = re.search(r'href="(/[^"]*(?:stoppen|arreter|leave)/[^"]+)"', page)[1]
    assert client.get(away).status_code == 200
    assert Follower.objects.exists(), "a link that is followed changes nothing"
    assert client.post(away).status_code == 200
    assert not Follower.objects.exists()
    assert not client.cookies


def test_the_answer_is_the_same_for_every_address(client, reachable, caplog):
    follower("volgt@voorbeeld.example")
    follower("wacht@voorbeeld.example", confirmed_at=None)
    answers = {
        name: asked(client, f"{name}@voorbeeld.example") for name in ("volgt", "wacht", "nieuw", "nieuw", "volgt")
    }
    bodies = {
        re.sub(r"\b(volgt|wacht|nieuw)@", "x@", said(answer)) + str(answer.status_code) for answer in answers.values()
    }
    assert len(bodies) == 1
    assert len({tuple(sorted(dict(answer.headers))) for answer in answers.values()}) == 1
    assert "voorbeeld" not in caplog.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, "Schrijf hier je e-mailadres"),
        ({"email": "an"}, "geen volledig e-mailadres"),
        ({"email": "an@voorbeeld.example\r\nBcc: alle@voorbeeld.example"}, "geen volledig e-mailadres"),
        ({"email": '"\x1cBcc:alle@voorbeeld.example\x1c"@voorbeeld.example'}, "geen volledig e-mailadres"),
        ({"email": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.be"}, "254"),
        ({"website": "https://spam.example/"}, "leeg moet blijven"),
        ({"seal": ""}, "lang open"),
        ({"seal": "739000:vals"}, "lang open"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, reachable, typed, sentence):
    response = asked(client, **typed)
    assert response.status_code == 422
    assert sentence in said(response)
    assert response.headers["Cache-Control"] == "no-store, private"
    assert not Mail.objects.exists()
    assert not Follower.objects.exists()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elders.example"}])
def test_a_form_of_another_site_is_refused(client, reachable, headers):
    assert asked(client, headers=headers).status_code == 403
    path = link(CONFIRM, follower(confirmed_at=None))
    assert client.post(path, headers=headers).status_code == 403
    assert Follower.objects.get().confirmed_at is None
    assert not Mail.objects.exists()


def test_who_asks_too_often_waits_an_hour(client, reachable):
    for number in range(follow_views.MOST_OF_ONE):
        assert asked(client, f"a{number}@voorbeeld.example").status_code == 200
    assert asked(client, "te@voorbeeld.example").status_code == 429
    assert not any("te@" in text_of(message) for message in waiting())
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert asked(client, "ander@voorbeeld.example").status_code == 200


def test_while_the_database_cannot_be_written_it_is_said(client, reachable, monkeypatch):
    def away(*_args):
        raise OperationalError

    monkeypatch.setattr("consultation.following.followers.ask", away)
    response = asked(client)
    assert response.status_code == 503
    assert ADDRESS in said(response)


def test_the_form_is_the_same_for_everybody_so_it_may_be_cached(client, reachable):
    first, second = client.get(FOLLOW), client.get(FOLLOW)
    assert first.content == second.content
    assert "Cache-Control" not in first.headers


# Behind a link


@pytest.mark.parametrize("view", [CONFIRM, LEAVE])
def test_a_page_behind_a_link_is_for_nobody_else(client, view):
    response = client.get(link(view, follower(confirmed_at=None)))
    assert response.headers["Cache-Control"] == "no-store, private"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "voorbeeld" not in said(response)


@pytest.mark.parametrize("path", ["/volgen/bevestigen/x/", "/volgen/stoppen/x/", "/volgen/stoppen/x.y/"])
def test_a_link_that_nobody_made_leads_nowhere(client, path):
    assert client.get(path).status_code == client.post(path).status_code == 404
    assert client.get(path).headers["Cache-Control"] == "no-store, private"


def test_a_link_that_lapsed_says_so_and_does_nothing(client):
    made = follower(confirmed_at=None)
    path = link(CONFIRM, made)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client.get(path).status_code == client.post(path).status_code == 410
    made.delete()
    assert client.get(path).status_code == 410


def test_the_button_of_a_mail_program_leaves_with_one_post(client):
    path = link(LEAVE, follower())
    response = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert not Follower.objects.exists()
    assert client.post(path, "List-Unsubscribe=One-Click", content_type="text/plain").status_code == 200


def test_a_post_with_any_form_or_origin_leaves(client):
    path = link(LEAVE, follower())
    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(path, headers=elsewhere).status_code == 200
    assert not Follower.objects.exists()


def test_one_may_leave_while_resoc_has_no_address_any_more(client):
    assert client.post(link(LEAVE, follower())).status_code == 200


def test_while_it_cannot_be_remembered_nobody_is_told_that_they_left(client, monkeypatch):
    def away(*_args, **_options):
        raise StorageUnavailable("weg")

    path = link(LEAVE, follower())
    monkeypatch.setattr("consultation.following.followers.remember", away)
    response = client.post(path)
    assert response.status_code == 503
    assert "Dat lukt nu niet" in said(response)
    assert Follower.objects.exists()


# In a browser, without script


def test_in_a_browser_it_goes_by_keyboard_on_a_small_screen(browser, live_server, reachable):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(FOLLOW)
    assert violations(page) == []
    page.focus("#id_email")
    page.keyboard.type("an")
    page.keyboard.press("Tab")  # never the trap
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    assert violations(page) == []
    page.fill("#id_email", ADDRESS)
    page.click("button[type=submit]")
    page.wait_for_selector(f"text={ADDRESS}")
    assert violations(page) == []
    page.goto(link_in(waiting()[0]))
    assert violations(page) == []
    page.click("button[type=submit]")
    page.click("text=Stop met volgen")
    assert violations(page) == []
    page.click("button[type=submit]")
    page.wait_for_selector("text=Je adres is gewist")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert context.cookies() == []
    assert not Follower.objects.exists()
    context.close()
