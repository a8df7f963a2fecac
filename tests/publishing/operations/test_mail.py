"""With a real mail server, which can be away or refuse."""

from datetime import timedelta
from email import message_from_bytes, policy
from importlib import import_module

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.apps import apps
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from publishing.models import Mail
from publishing.operations import mail
from publishing.operations.mail import advice_on, deliver, send, wire_of

pytestmark = pytest.mark.django_db


class Box(Message):
    """Keeps what comes in; refuses it for the time being while `busy`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages, self.busy = [], False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
        if self.busy:
            return "451 Try again later"
        return await super().handle_DATA(server, session, envelope)

    def handle_message(self, message) -> None:
        self.messages.append(message)


@pytest.fixture
def server(port):
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller.handler
    controller.stop()


def write(**changes) -> None:
    EmailMessage("Één onderwerp", "Dag, hier is één tekst.", to=["jan@example.org"], **changes).send()


def test_a_mail_goes_to_the_server_as_it_was_written(server):
    EmailMessage("Één onderwerp", "Dag", to=["jan@example.org"], bcc=["els@example.org"]).send()
    assert deliver() == 1
    (message,) = server.messages
    assert str(message["Subject"]).startswith("=?utf-8?")
    assert message["X-RcptTo"] == "jan@example.org, els@example.org"
    assert "els@example.org" not in message["To"]
    assert not Mail.objects.exists()


def test_our_mails_are_text_and_html(server):
    context = {"member": {"name": "<b>Jan</b>"}, "link": "https://example.org/x", "days": 30}
    send("jan@example.org", "Uitnodiging", "invitation", context)
    deliver()
    (message,) = server.messages
    parts = {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in message.walk()
        if not part.is_multipart()
    }
    assert set(parts) == {"text/plain", "text/html"}
    assert "<b>Jan</b>" in parts["text/plain"]
    assert "&lt;b&gt;Jan" in parts["text/html"]
    assert '<a href="https://example.org/x"' in parts["text/html"]
    assert '<html lang="nl"' in parts["text/html"]


def test_without_a_server_nothing_is_lost_and_it_goes_when_the_server_is_back(port):
    write()
    assert deliver() == 0
    waiting = Mail.objects.get()
    assert (waiting.tries, bool(waiting.error)) == (1, True)
    assert deliver() == 0, "not at once again"
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert deliver(timezone.now() + timedelta(minutes=3)) == 1
        assert len(controller.handler.messages) == 1
    finally:
        controller.stop()
    assert not Mail.objects.exists()


def test_a_server_that_is_busy_is_asked_again_less_and_less_often(server):
    server.busy = True
    write()
    now, waits = timezone.now(), []
    for _try in range(12):
        deliver(now)
        waiting = Mail.objects.get()
        waits.append((waiting.next_try_at - now).total_seconds())
        now = waiting.next_try_at
    assert waits[:3] == [60, 120, 240]
    assert max(waits) == 6 * 3600
    assert "451" in waiting.error
    server.busy = False
    assert deliver(now) == 1


def test_one_mail_that_cannot_go_does_not_hold_up_the_next(server):
    server.busy = True
    write()
    deliver()
    server.busy = False
    write()
    assert deliver() == 1
    assert Mail.objects.count() == 1


def test_a_mail_is_sent_once_though_two_workers_try(server, monkeypatch):
    write()
    connect, seen = mail.get_connection, []

    def while_another_worker_tries(backend):
        if not seen:
            seen.append(deliver())  # in the middle of the first one's sending
        return connect(backend)

    monkeypatch.setattr(mail, "get_connection", while_another_worker_tries)
    assert deliver() == 1
    assert seen == [0]
    assert len(server.messages) == 1


def test_what_is_rolled_back_sends_no_mail(server):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert deliver() == 0


# Secrets


def test_what_a_mail_says_stands_nowhere_in_clear_in_the_database(port):
    write()
    row = Mail.objects.values().get()
    assert b"hier is" not in bytes(row["message"])
    assert "hier is" not in repr(row)


def test_a_mail_of_before_another_key_is_still_sent(server, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de oude sleutel", []
    write()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de nieuwe sleutel", ["de oude sleutel"]
    assert deliver() == 1
    assert "hier is" in server.messages[0].get_payload(decode=True).decode()


def test_a_mail_that_no_key_reads_is_dropped_and_said_and_holds_up_no_other(server, settings, caplog):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de oude sleutel", []
    write()
    write()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "een andere sleutel", []
    write()
    assert deliver() == 1
    assert not Mail.objects.exists()
    assert "2 waiting mails were dropped" in caplog.text
    assert deliver() == 0


def test_a_mail_is_dropped_when_what_it_holds_has_lapsed(server):
    server.busy = True
    now = timezone.now()
    send("jan@example.org", "Code", "invitation", {}, expires_at=now + timedelta(minutes=10))
    write()
    assert deliver(now + timedelta(minutes=9, seconds=30)) == 0
    assert Mail.objects.count() == 2
    server.busy = False
    assert deliver(now + timedelta(minutes=10)) == 0, "not due again yet, and the first has lapsed"
    assert Mail.objects.count() == 1
    assert deliver(now + timedelta(hours=1)) == 1
    assert len(server.messages) == 1


def test_a_mail_that_breaks_the_sending_holds_up_no_other(server, monkeypatch):
    write()
    Mail.objects.update(sender="geen\nadres")
    write()
    assert deliver() == 1
    assert "adres" in Mail.objects.get().sender
    assert Mail.objects.get().error


def test_what_a_mail_server_said_is_kept_and_shown_without_secrets(port, settings, editor_client, monkeypatch):
    settings.EMAIL_HOST_PASSWORD = "Zomer-2026!"  # noqa: S105
    said = "535 no: Zomer-2026! of jan@example.org at smtp://noreply:iets@mail.example.org/"
    monkeypatch.setattr(mail, "get_connection", lambda _backend: (_ for _ in ()).throw(OSError(said)))
    write()
    deliver()
    kept = Mail.objects.get().error
    assert kept.startswith("535 no: ***")
    assert "***@example.org" in kept
    html = editor_client.get("/admin/publishing/mail/").content.decode()
    for secret in ("Zomer-2026!", "jan@example.org at", "iets@"):
        assert secret not in kept
        assert secret not in html


def test_mails_that_wait_during_an_upgrade_are_encrypted_and_go_later():
    upgrade = import_module("publishing.migrations.0014_mails_with_secrets")
    plain = EmailMessage("Code", "ABCD", to=["jan@example.org"]).message().as_bytes()
    made = timezone.now() - timedelta(days=2)
    mail = Mail.objects.create(
        sender="a@example.org",
        recipients=["jan@example.org"],
        subject="Code",
        message=plain,
        next_try_at=timezone.now(),
        created_at=made,
    )
    upgrade.encrypt_waiting(apps, None)
    mail.refresh_from_db()
    assert b"ABCD" not in bytes(mail.message)
    assert (mail.is_security, mail.expires_at) == (True, made + timedelta(days=30))
    assert b"ABCD" in wire_of(mail).as_bytes()
    upgrade.decrypt_waiting(apps, None)
    mail.refresh_from_db()
    assert bytes(mail.message) == plain


@pytest.mark.parametrize(
    "subject",
    [
        "Johan Halsberghe wijzigde de eigen kaart",
        "Hélène-Françoise Vandenbroucke-D’Hondt, coördinatrice: kaart gewijzigd",
        "é" * 70,
        "ü" * 300,
        "Оксана Шевченко просить підтвердити свою картку на сайті RESOC Westhoek",
        "👩‍🌾" * 30,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "x" * 200,
        "https://www.example.org/" + "x" * 60 + " is dood",
        "woord " * 40,
    ],
)
def test_no_subject_begins_with_an_empty_line(port, subject):
    lines: list[bytes] = []

    class Wiretap:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
            lines.extend(envelope.original_content.split(b"\r\n"))
            return "250 OK"

    controller = Controller(Wiretap(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        message = EmailMessage(subject, "Dag", "site@example.org", ["a@example.org"])
        get_connection("publishing.operations.mail.Queue").send_messages([message])
        assert deliver() == 1
    finally:
        controller.stop()
    head = lines[: lines.index(b"")]
    start = next(number for number, line in enumerate(head) if line.startswith(b"Subject:"))
    following = [number for number in range(start + 1, len(head)) if head[number][:1] not in b" \t"]
    end = following[0] if following else len(head)
    assert head[start].removeprefix(b"Subject:").strip()
    assert all(line.strip() for line in head)
    assert max(map(len, head[start:end])) <= 78
    sent = message_from_bytes(b"\r\n".join(head[start:end]) + b"\r\n\r\n", policy=policy.default)
    assert sent["Subject"] == " ".join(subject.split())


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("[Errno 111] Connection refused", "niet bereikbaar"),
        ("timed out", "niet bereikbaar"),
        ("[Errno 101] mail.example.org:587 Network is unreachable", "niet bereikbaar"),
        ("(535, b'5.7.8 Error: authentication failed')", "wachtwoord"),
        ("{'x@example.org': (550, b'5.1.1 User unknown')}", "weigert dit adres"),
        ("(451, b'Try again later')", "later terug"),
        ("(554, b'Transaction failed')", "weigert deze mail"),
        ("", ""),
    ],
)
def test_what_a_server_said_comes_with_what_to_do(error, advice):
    assert advice in advice_on(error)
    assert bool(advice_on(error)) == bool(error)


def test_the_list_of_waiting_mails_has_its_name_and_advice(editor_client):
    now = timezone.now()
    Mail.objects.create(recipients=["a@b.be"], subject="S", message=b"", error="<b>timed out", next_try_at=now)
    html = editor_client.get("/admin/publishing/mail/").content.decode()
    assert "Wachtende mails" in html
    assert "Selecteer wachtende mail" not in html
    assert "niet bereikbaar" in html
    assert "<b>timed out" not in html
