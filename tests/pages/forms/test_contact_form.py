"""The contact form, with a real mail server."""

import re
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from pages.forms import contact_form
from pages.models import ContactDetails
from publishing.models import LostMail, Mail
from publishing.operations import mail
from publishing.operations.mail import deliver
from publishing.workflow import publish
from tests.axe import violations
from tests.conftest import free_port
from tests.publishing.operations.test_mail import Box

pytestmark = pytest.mark.django_db

TO = "secretariaat@resoc.example"
PHONE = "tel:+3251519356"
WRITE = "/contact/schrijf/"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def port(settings) -> int:
    settings.EMAIL_BACKEND = "publishing.operations.mail.Queue"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    return settings.EMAIL_PORT


@pytest.fixture
def reachable(editor):
    details = ContactDetails.objects.first() or ContactDetails(name="RESOC Westhoek")
    details.email = TO
    details.save()
    publish(details, editor)
    return details


@pytest.fixture
def server(port):
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller.handler
    controller.stop()


def sent(client, address=WRITE, headers=None, **typed):
    data = {"message": "Dag, één vraag over de bus.", "seal": contact_form.seal()} | typed
    return client.post(address, data, headers={"Sec-Fetch-Site": "same-origin"} if headers is None else headers)


def said(response) -> str:
    return response.content.decode()


# Without an address it is not there


def test_without_an_address_there_is_no_form_and_nothing_leads_to_it(client):
    assert WRITE not in said(client.get("/contact/"))
    assert client.get(WRITE).status_code == 404
    response = sent(client)
    assert response.status_code == 404
    assert not Mail.objects.exists()


def test_when_the_address_goes_while_somebody_types_the_text_is_given_back(client, reachable, editor):
    client.get(WRITE)
    reachable.email = ""
    reachable.save()
    publish(reachable, editor)
    response = sent(client, subject="Mijn onderwerp")
    assert response.status_code == 404
    for text in ("één vraag over de bus", "Mijn onderwerp", PHONE, "Bel"):
        assert text in said(response)
    assert not Mail.objects.exists()


# A message


@pytest.mark.parametrize("address", [WRITE, "/fr/contact/ecrire/", "/en/contact/write/"])
def test_the_form_works_without_cookie_and_script(client, reachable, address):
    html = said(client.get(address))
    assert "<script" not in html
    assert 'method="post"' in html
    seal = re.search(r'name="seal" value="([^"]+)"', html)[1]
    response = sent(client, address, seal=seal)
    assert response.status_code == 200
    assert not response.cookies
    assert not client.cookies
    assert response.headers["Cache-Control"] == "no-store, private"
    assert Mail.objects.count() == 1


def test_a_message_goes_to_the_secretariat_and_leaves_nothing(client, reachable, server, caplog):
    assert sent(client, email="an@voorbeeld.example", subject="De bus", page="/themas/").status_code == 200
    assert deliver() == 1
    (message,) = server.messages
    assert message["X-RcptTo"] == TO
    assert message["Reply-To"] == "an@voorbeeld.example"
    assert "noreply@" in message["From"]
    assert "an@voorbeeld.example" not in message["From"]
    text = message.get_payload(decode=True).decode()
    assert "één vraag over de bus" in text
    assert "http://testserver/themas/" in text
    assert not Mail.objects.exists()
    assert not LostMail.objects.exists()
    assert "an@voorbeeld" not in caplog.text
    assert "vraag" not in caplog.text


def test_without_an_own_address_there_is_none_to_answer(client, reachable, server):
    assert "kan het secretariaat je niet antwoorden" in said(sent(client))
    deliver()
    assert server.messages[0]["Reply-To"] is None


def test_the_waiting_row_says_nothing_of_the_sender(client, reachable, editor_client):
    sent(client, email="an@voorbeeld.example", subject="Mijn geheim")
    row = repr(Mail.objects.values().get())
    page = said(editor_client.get("/admin/publishing/mail/"))
    for secret in ("an@voorbeeld", "geheim", "vraag"):
        assert secret not in row
        assert secret not in page


def test_the_page_is_the_same_for_everybody_so_it_may_be_cached(client, reachable):
    first, second = client.get(WRITE), client.get(WRITE)
    assert first.content == second.content
    assert "Cache-Control" not in first.headers
    assert "Cookie" not in first.headers.get("Vary", "")


# What is refused: a sentence, the text kept, the telephone shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"message": " "}, "Schrijf hier je bericht"),
        ({"message": "x" * 5001}, "5001 tekens"),
        ({"message": "\r\n".join(["https://spam.example/"] * 6)}, "meer dan 5 links"),
        ({"email": "an@voorbeeld.example\r\nBcc: alle@voorbeeld.example"}, "geen volledig e-mailadres"),
        ({"email": "an"}, "geen volledig e-mailadres"),
        ({"subject": "Dag\r\nBcc: alle@voorbeeld.example"}, "op één regel"),
        ({"subject": "x" * 151}, "hoogstens 150"),
        ({"email": '"\x1cBcc:alle@voorbeeld.example\x1c"@voorbeeld.example'}, "geen volledig e-mailadres"),
        ({"page": "https://elders.example/"}, "bestaat niet op deze website"),
        ({"page": "//elders.example/"}, "bestaat niet op deze website"),
        ({"page": "/nergens/"}, "bestaat niet op deze website"),
        ({"website": "https://spam.example/"}, "leeg moet blijven"),
        ({"seal": ""}, "lang open"),
        ({"seal": "739000:vals"}, "lang open"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, reachable, typed, sentence):
    response = sent(client, **({"subject": "Over de bus"} | typed))
    html = said(response)
    assert response.status_code == 422
    assert sentence in html
    assert PHONE in html
    assert typed.get("message", "één vraag over de bus").strip().splitlines()[:1] == [] or (
        typed.get("message", "één vraag over de bus").split()[0] in html
    )
    assert not Mail.objects.exists()
    seal = re.search(r'name="seal" value="([^"]+)"', html)[1]
    assert sent(client, seal=seal).status_code == 200, "with the seal of the answer it goes"


def test_exactly_5000_characters_go(client, reachable):
    assert sent(client, message="x" * 2500 + "\r\n" + "y" * 2499).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elders.example"},
        {"Origin": "null"},
        {"Referer": "https://elders.example/x"},
    ],
)
def test_a_form_of_another_site_is_refused_and_given_nothing_back(client, reachable, headers):
    response = sent(client, headers=headers, message="Van elders")
    assert response.status_code == 403
    assert "Van elders" not in said(response)
    assert not Mail.objects.exists()


def test_a_second_click_sends_no_second_message(client, reachable):
    assert sent(client).status_code == sent(client).status_code == 200
    assert Mail.objects.count() == 1


def test_who_sends_too_often_waits_an_hour(client, reachable):
    for number in range(contact_form.MOST_OF_ONE):
        assert sent(client, message=f"Bericht {number}").status_code == 200
    response = sent(client, message="Bericht te veel")
    assert response.status_code == 429
    assert "Bericht te veel" in said(response)
    assert PHONE in said(response)
    assert Mail.objects.count() == contact_form.MOST_OF_ONE
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert sent(client, message="Van een ander").status_code == 200


def test_all_together_have_a_limit_too(client, reachable, monkeypatch):
    monkeypatch.setattr(contact_form, "MOST_OF_ALL", 1)
    assert sent(client).status_code == 200
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert sent(client, message="Nog een").status_code == 429


def test_the_limit_keeps_no_address(client, reachable, monkeypatch):
    keys = []
    monkeypatch.setattr(contact_form.cache, "add", lambda key, *_rest: keys.append(key) or True)
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    sent(client)
    assert keys
    assert "192.0.2" not in repr(keys)


def test_while_the_database_cannot_be_written_the_text_is_kept(client, reachable, monkeypatch):
    def away(*_args):
        raise OperationalError

    monkeypatch.setattr(contact_form, "_send", away)
    response = sent(client)
    assert response.status_code == 503
    assert "één vraag over de bus" in said(response)
    assert PHONE in said(response)


# The mail server is away


def test_a_message_waits_for_the_server_and_is_dropped_after_a_week_and_told(
    client, reachable, port, editor_client, caplog
):
    assert sent(client, email="an@voorbeeld.example").status_code == 200
    now = timezone.now()
    assert deliver(now + timedelta(minutes=1)) == 0
    assert deliver(now + timedelta(days=6, hours=23)) == 0
    assert Mail.objects.count() == 1
    deliver(now + timedelta(days=7, seconds=5))
    assert not Mail.objects.exists()
    assert LostMail.objects.count() == 1
    assert "1 bericht van een bezoeker ging verloren" in said(editor_client.get("/admin/"))
    assert "an@voorbeeld" not in caplog.text
    deliver(now + timedelta(days=38))
    assert not LostMail.objects.exists()


def test_a_lost_message_counts_once_whichever_worker_drops_it(client, reachable):
    sent(client)
    waiting = Mail.objects.filter(is_visitors=True)
    assert [mail._drop_lost(waiting, timezone.now()) for _worker in range(2)] == [1, 0]
    assert LostMail.objects.count() == 1


def test_what_a_server_repeats_of_a_message_is_kept_nowhere(client, reachable, monkeypatch, caplog):
    def refuses(_backend):
        raise OSError("554 spam: één vraag over de bus")

    monkeypatch.setattr(mail, "get_connection", refuses)
    sent(client)
    deliver(timezone.now() + timedelta(minutes=1))
    assert Mail.objects.get().error == "554"
    assert "vraag" not in caplog.text


# The page that it is about


def test_the_page_in_the_address_is_filled_in_when_it_is_one_of_ours(client, reachable):
    assert 'value="/themas/regiomarketing/"' in said(client.get(f"{WRITE}?page=/themas/regiomarketing/"))
    for foreign in ("https://elders.example/", "//elders.example/", "/\\elders.example/", "/nergens/", "/themas/?q=x"):
        assert "elders" not in said(client.get(WRITE, {"page": foreign}))
        assert 'name="page" value' not in said(client.get(WRITE, {"page": foreign}))


LINK = "Klopt hier iets niet?"


def test_the_foot_of_each_page_leads_to_the_form_with_that_page(client, reachable):
    for path in ("/", "/themas/regiomarketing/", "/contact/", "/privacy/"):
        html = said(client.get(path))
        address = re.search(rf'href="([^"]+)" rel="nofollow">{re.escape(LINK)}', html)[1]
        assert address == f"{WRITE}?page={path}"
        assert f'value="{path}"' in said(client.get(address))
    assert "/fr/contact/ecrire/?page=/fr/" in said(client.get("/fr/"))


def test_without_an_address_no_foot_leads_there(client):
    assert LINK not in said(client.get("/"))


def test_an_old_version_and_a_missing_page_lead_nowhere_wrong(client, reachable):
    html = said(client.get("/nergens/<script>/"))
    assert "<script>" not in html
    address = re.search(r'href="([^"]+)" rel="nofollow">', html)[1]
    assert 'name="page" value' not in said(client.get(address))


def test_what_is_wrong_stands_with_its_field_for_screen_readers(client, reachable):
    html = said(sent(client, email="an"))
    field = re.search(r'<input[^>]+name="email"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert "id_email_error" in field
    assert "id_email_helptext" in field


# In a browser, without script


def test_in_a_browser_the_form_goes_by_keyboard_on_a_small_screen(browser, live_server, reachable):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(WRITE)
    assert violations(page) == []
    page.focus("#id_message")
    page.keyboard.press("Tab")
    page.keyboard.type("an")
    for _field in ("subject", "page", "button"):
        page.keyboard.press("Tab")  # never the trap
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    page.fill("#id_message", "Dag")
    page.fill("#id_email", "an@voorbeeld.example")
    page.click("button[type=submit]")
    page.wait_for_selector("text=an@voorbeeld.example")
    assert violations(page) == []
    assert context.cookies() == []
    context.close()


def test_the_title_of_what_was_refused_has_the_spaces_of_french(client, reachable):
    page = sent(client, "/fr/contact/ecrire/", message="").content.decode()
    assert "<title>Non envoyé\N{NO-BREAK SPACE}: écrivez-nous · RESOC Westhoek</title>" in page
