"""With a real mail server, which can be away or refuse."""

import smtplib
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
        "Bericht: =?utf-8?q?=0ABcc:_x@example.org?=",
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


# An address that nobody sees, and very many mails


class Choosy(Box):
    """Refuses whom `refuses` names, with that answer; after the text when it names `DATA`."""

    def __init__(self, **refuses: str) -> None:
        super().__init__()
        self.refuses = refuses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        if "RCPT" in self.refuses:
            return self.refuses["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        return self.refuses.get("DATA") or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def told():
    """What the queue says of mails with a reference."""
    heard = []

    def hear(kind):
        return lambda reference, **_kwargs: heard.append((kind, reference))

    receivers = hear("taken"), hear("refused")
    mail.taken.connect(receivers[0], weak=False)
    mail.refused.connect(receivers[1], weak=False)
    yield heard
    mail.taken.disconnect(receivers[0])
    mail.refused.disconnect(receivers[1])


@pytest.fixture
def served_by(port):
    """Starts a server with this handler; it ends with the test."""
    begun = []

    def serve(handler):
        controller = Controller(handler, hostname="127.0.0.1", port=port)
        controller.start()
        begun.append(controller)
        return handler

    yield serve
    for controller in begun:
        controller.stop()


def write_to_a_follower(reference: str = "abc", **handling) -> None:
    message = EmailMessage("Weekoverzicht", "Dag", to=["An <an@voorbeeld.example>"])
    mail.entrust(message, mail.Handling(reference=reference, **handling))
    message.send()


def test_a_mail_with_a_reference_is_delivered_and_said_so_and_lists_no_address(server, told, boss_client):
    write_to_a_follower()
    assert "voorbeeld.example" not in repr(Mail.objects.values().get())
    html = boss_client.get("/admin/publishing/mail/").content.decode()
    assert "Weekoverzicht" in html
    assert "voorbeeld.example" not in html
    assert deliver() == 1
    assert server.messages[0]["X-RcptTo"] == "an@voorbeeld.example"
    assert told == [("taken", "abc")]


@pytest.mark.parametrize("refuses", [{"RCPT": "550 5.1.1 no such user"}, {"DATA": "552 mailbox full"}])
def test_a_refusal_for_good_drops_it_and_is_told(served_by, told, caplog, refuses):
    served_by(Choosy(**refuses))
    write_to_a_follower()
    assert deliver() == 0
    assert not Mail.objects.exists()
    assert told == [("refused", "abc")]
    assert "voorbeeld" not in caplog.text


@pytest.mark.parametrize(
    "refuses",
    [
        {"RCPT": "450 4.2.1 an@voorbeeld.example is busy"},
        {"DATA": "451 later"},
        {"RCPT": "554 5.7.1 an@voorbeeld.example: relay access denied"},
        {"DATA": "550 5.7.1 looks like spam"},
    ],
)
def test_what_says_nothing_of_the_address_lets_it_wait(served_by, told, caplog, refuses):
    served_by(Choosy(**refuses))
    write_to_a_follower()
    assert deliver() == 0
    assert told == []
    assert Mail.objects.get().error in ("450", "451", "554", "550")
    assert "voorbeeld" not in caplog.text + repr(Mail.objects.values().get())


def test_a_server_that_does_not_know_us_refuses_no_address():
    assert not mail.is_refused_for_good(smtplib.SMTPAuthenticationError(535, b"no"))
    assert not mail.is_refused_for_good(smtplib.SMTPSenderRefused(550, b"no", "x"))
    assert not mail.is_refused_for_good(smtplib.SMTPConnectError(554, b"no"))
    assert not mail.is_refused_for_good(OSError())


def test_a_refusal_of_another_mail_is_no_end(served_by, told):
    served_by(Choosy(RCPT="550 no such user"))
    write()
    deliver()
    assert Mail.objects.count() == 1
    assert told == []


def test_very_many_wait_for_the_others(server):
    write_to_a_follower(is_bulk=True)
    write()
    assert deliver() == 2
    assert [message["X-RcptTo"] for message in server.messages] == ["jan@example.org", "an@voorbeeld.example"]


def test_a_server_that_is_away_is_asked_once_for_very_many(port):
    for number in range(3):
        write_to_a_follower(str(number), is_bulk=True)
    assert deliver() == 0
    assert sorted(Mail.objects.values_list("tries", flat=True)) == [0, 0, 1]
