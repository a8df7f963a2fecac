"""Mail that is never lost: each message waits in the database until a mail server has taken it.

`Queue` is the site's e-mail backend. What it is given is sent right after the transaction,
beside the request; what fails is tried again, see `upkeep`. The secretariat sees what is stuck.

A waiting message is encrypted, because many hold a code or a link that lets somebody in. One that
is no use any more when the server is back is dropped; see `Handling`.
"""

import logging
import re
import smtplib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import Header
from email.message import Message
from email.mime.image import MIMEImage
from email.policy import compat32
from email.utils import getaddresses, make_msgid
from typing import cast

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import MIMEMixin
from django.db import close_old_connections, connection, models, transaction
from django.dispatch import Signal
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from publishing.models import MAX_CHARACTERS, LostMail, Mail
from publishing.models.values.encryption import DecryptionError, decrypt, encrypt
from publishing.operations.logs import masked

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
SMTP_CODE = re.compile(r"(?:^|\()([45][0-9]{2})\b")  # of a refusal, in what smtplib says (RFC 5321 4.2)
PERMANENT = range(500, 600)
POLICY = re.compile(rb"\s*5\.7\.")  # a refusal for its sender or what it says (RFC 3463 3.8): not of the address
PURPOSE = "mail"  # of the key
STUCK_AFTER = timedelta(minutes=10)
KEEP_LOST = timedelta(days=30)  # that messages of visitors were lost

logger = logging.getLogger(__name__)

# Sent with the `reference` of a mail: a server took it; a server refused the address for good, and the mail is dropped.
taken, refused = Signal(), Signal()

# Sent with `mail`, one of very many, and `now`, right before it goes: it may have waited for days. A receiver has it
# say what is so now (`rewrite`), or deletes it.
going = Signal()


# The header by which programs that reply by themselves know such mail (RFC 3834, section 5).
AUTOMATIC = {"Auto-Submitted": "auto-generated"}


@dataclass(frozen=True)
class Handling:
    """How the queue treats a message."""

    expires_at: datetime | None = None  # when the code or link in it lapses: later nobody needs it
    is_security: bool = False  # about access to an account: only a superuser sees that it waits, and may drop it
    listed_as: str = ""  # in place of the subject, which stays encrypted; for what a visitor wrote
    is_decoy: bool = False  # never sent; made all the same, so that the time it takes tells nothing
    # By which `taken` and `refused` say how it went. The address of such a mail stands in no list of the desk, and what
    # a server says of it in no log.
    reference: str = ""
    is_bulk: bool = False  # one of very many: goes when no other mail waits


@dataclass(frozen=True)
class Picture:
    """A small picture in a mail: it comes with the mail, so that nothing is fetched to read that."""

    caption: str
    content: bytes  # JPEG


def entrust(message: EmailMessage, handling: Handling) -> None:
    """Have the queue treat `message` so, once it is sent."""
    message.handling = handling  # type: ignore[attr-defined]


def send(
    to: str,
    subject: str,
    template: str,
    context: dict[str, object],
    reply_to: str = "",
    expires_at: datetime | None = None,
    pictures: Sequence[Picture] = (),
    is_security: bool = False,
) -> None:
    """Write what `compose` makes. `expires_at` is when its link lapses; for `is_security` see `Handling`."""
    message = compose(to, subject, template, context, reply_to, pictures)
    entrust(message, Handling(expires_at, is_security))
    message.send()


def compose(
    to: str,
    subject: str,
    template: str,
    context: dict[str, object],
    reply_to: str = "",
    pictures: Sequence[Picture] = (),
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """A message in the current language: `mail/<template>.txt`, and the same as HTML, with `pictures` below it.

    Replies go to `reply_to`, when somebody reads them.
    """
    text = render_to_string(f"mail/{template}.txt", context).strip() + "\n"
    answers = [reply_to] if reply_to else None
    said = AUTOMATIC | dict(headers or {})
    message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[to], reply_to=answers, headers=said)
    numbered = {make_msgid(): picture for picture in pictures}
    captions = {number.strip("<>"): picture.caption for number, picture in numbered.items()}
    message.attach_alternative(as_html(subject, text, captions), "text/html")
    for number, picture in numbered.items():
        inline = MIMEImage(picture.content, "jpeg")
        inline.add_header("Content-ID", number)
        inline.add_header("Content-Disposition", "inline")
        message.attach(inline)
    if pictures:
        message.mixed_subtype = "related"  # type: ignore[attr-defined]  # the pictures are parts of the page (RFC 2387)
    return message


def as_html(subject: str, text: str, pictures: Mapping[str, str] | None = None) -> str:
    """A plain text as HTML: its paragraphs and lists, with links, for large letters and dark screens.

    `pictures` has the caption of each picture that comes with the mail, by its Content-ID.
    """
    blocks = [block.splitlines() for block in text.strip().split("\n\n")]
    context = {"subject": subject, "blocks": blocks, "language": get_language(), "pictures": pictures or {}}
    return render_to_string("mail/frame.html", context)


class Queue(BaseEmailBackend):
    """Keeps what it is given, and has it sent as soon as the transaction is through."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        kept = [(_row_of(message), _handling_of(message)) for message in email_messages if message.recipients()]
        with transaction.atomic():
            Mail.objects.bulk_create(row for row, _handling in kept)
            if decoys := [row.pk for row, handling in kept if handling.is_decoy]:
                Mail.objects.filter(pk__in=decoys).delete()
            if kept:
                transaction.on_commit(_deliver_beside, robust=True)
        return len(kept)


def _handling_of(message: EmailMessage) -> Handling:
    return getattr(message, "handling", Handling())


def _row_of(message: EmailMessage) -> Mail:
    handling = _handling_of(message)
    return Mail(
        sender=message.from_email,
        recipients=[] if handling.reference else message.recipients(),
        subject=(handling.listed_as or message.subject)[:MAX_CHARACTERS],
        message=sealed(_wire(message).as_bytes()),
        next_try_at=timezone.now(),
        expires_at=handling.expires_at,
        is_security=handling.is_security,
        is_visitors=bool(handling.listed_as),
        reference=handling.reference,
        is_bulk=handling.is_bulk,
    )


LONGEST_WORD = 60  # characters that fit beside the name of a header
UNFOLDED = compat32.clone(max_line_length=998)  # as long as a line may be (RFC 5322 2.1.1)


def _wire(message: EmailMessage) -> Message:
    """`message` as it goes over the line. Each header begins on the line of its name: a first line with nothing but
    that (RFC 5322 3.2.2) is what some servers refuse. A subject typed as `=?utf-8?q?…?=` is read as it was typed.
    """
    wire = message.message()
    subject = " ".join(message.subject.split())
    if not subject.isascii() or "=?" in subject or any(len(word) > LONGEST_WORD for word in subject.split()):
        wire.replace_header("Subject", Header(subject, "utf-8", header_name="Subject").encode())
    if any(len(value) > LONGEST_WORD and " " not in value for value in message.extra_headers.values()):  # an address
        wire.policy = UNFOLDED
    return wire


def rewrite(mail: Mail, message: EmailMessage) -> None:
    """Have a waiting mail say what `message` says; only for this attempt, see `going`."""
    mail.message = sealed(_wire(message).as_bytes())


def sealed(wire: bytes) -> bytes:
    """A message as it goes over the line, encrypted."""
    return encrypt(wire.decode("latin-1"), PURPOSE).encode()


def unsealed(message: bytes) -> bytes:
    """The message that `sealed` encrypted. Raises DecryptionError."""
    return decrypt(message.decode("latin-1"), PURPOSE).encode("latin-1")


class Wire(MIMEMixin, Message):  # type: ignore[misc]  # as in Django itself
    """What goes over the line, with the line ends that Django's own messages have."""


class StoredMessage(EmailMessage):
    """A message that was made before, to be sent as it is. Raises DecryptionError."""

    def __init__(self, mail: Mail) -> None:
        self.wire = wire_of(mail)
        named = [address for _name, address in getaddresses(self.wire.get_all("To", []))]
        super().__init__(subject=mail.subject, from_email=mail.sender, to=mail.recipients or named)

    def message(self, **kwargs: object) -> Wire:  # type: ignore[override]
        return self.wire


def wire_of(mail: Mail) -> Wire:
    """The message of a waiting mail. Raises DecryptionError."""
    return cast(Wire, message_from_bytes(unsealed(bytes(mail.message)), _class=Wire, policy=UNFOLDED))


def texts_of(mail: Mail) -> list[str]:
    """The subject of a waiting mail and what it says, as text or HTML; only the subject when no key decrypts it."""
    try:
        parts = [part for part in wire_of(mail).walk() if part.get_content_maintype() == "text"]
    except DecryptionError:
        parts = []
    texts = (part.get_payload(decode=True) for part in parts)
    return [mail.subject, *(text.decode("utf-8", "replace") for text in texts if isinstance(text, bytes))]


def deliver(now: datetime | None = None) -> int:
    """Send what is due; returns how many messages a server took.

    A message is claimed before it is sent, so that no two workers send it; when the worker dies
    meanwhile it is due again a little later. What has lapsed is dropped, and so is what no key of
    this site decrypts.
    """
    now = now or timezone.now()
    sent = unreadable = 0
    lapsed = Mail.objects.filter(expires_at__lte=now)
    if lapsed.exists():  # each worker runs this once a minute, and most often nothing need be written
        dropped = _drop_lost(lapsed.filter(is_visitors=True), now) + lapsed.delete()[0]
        logger.warning("%s waiting mails were dropped: what they held has lapsed.", dropped)
    old = LostMail.objects.filter(at__lte=now - KEEP_LOST)
    if old.exists():
        old.delete()
    due = Mail.objects.filter(next_try_at__lte=now).order_by("is_bulk", "pk")
    for pk, due_at, tries in due.values_list("pk", "next_try_at", "tries"):
        mine = Mail.objects.filter(pk=pk, next_try_at=due_at)
        if not mine.update(next_try_at=now + _wait(tries), tries=models.F("tries") + 1):
            continue
        mail = Mail.objects.filter(pk=pk).first()
        if mail is None:  # somebody gave it up
            continue
        try:
            if mail.is_bulk:
                going.send(None, mail=mail, now=now)
                if mail.pk is None:
                    continue
            server = get_connection(settings.MAIL_SERVER_BACKEND)
            server.send_messages([StoredMessage(mail)])
        except DecryptionError:
            mine = Mail.objects.filter(pk=mail.pk)
            unreadable += _drop_lost(mine.filter(is_visitors=True), now) + mine.delete()[0]
        except Exception as error:  # a server that is away, or a mail of which no sense can be made
            if mail.reference and is_refused_for_good(error):
                Mail.objects.filter(pk=mail.pk).delete()
                refused.send_robust(None, reference=mail.reference)
                continue
            # The secretariat reads it, and a server may repeat the password or the mail itself.
            is_private = mail.is_visitors or mail.reference
            said = _code_of(error) if is_private else masked(str(error) or type(error).__name__)
            logger.warning("Mail %s waits: %s", mail.pk, said)
            Mail.objects.filter(pk=mail.pk).update(error=said[:MAX_CHARACTERS])
            if mail.is_bulk and not isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
                break  # no server answered: it is not asked again for each of very many
        else:
            Mail.objects.filter(pk=mail.pk).delete()
            sent += 1
            if mail.reference:
                taken.send_robust(None, reference=mail.reference)
    if unreadable:
        logger.error("%s waiting mails were dropped: no key of this site decrypts them.", unreadable)
    return sent


def is_refused_for_good(error: Exception) -> bool:
    """Whether a server refused the address: with 5xx, while the mail was delivered.

    A refusal of our password or of the sender, or one that says by its code that it is a matter of policy, tells
    nothing about the address.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said: list[tuple[int, bytes | str]] = [*error.recipients.values()]
    elif isinstance(error, smtplib.SMTPDataError):
        said = [(error.smtp_code, error.smtp_error)]
    else:
        return False
    return all(code in PERMANENT and not POLICY.match(_bytes(words)) for code, words in said)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _drop_lost(mails: models.QuerySet[Mail], now: datetime) -> int:
    """Drop `mails`, which visitors wrote and nobody else has; note each once, whichever worker dropped it."""
    with transaction.atomic():
        dropped = mails.delete()[0]
        LostMail.objects.bulk_create(LostMail(at=now) for _mail in range(dropped))
    return dropped


def _code_of(error: Exception) -> str:
    """The code of a refusal, and nothing that the server repeats of what a visitor wrote."""
    code = SMTP_CODE.search(str(error))
    return code[1] if code else type(error).__name__


def advice_on(error: str) -> str:
    """What `error`, as a mail server or the way to it gave it, means to the secretariat, and what to do; "" of none."""
    if not error:
        return ""
    code = SMTP_CODE.search(error)
    if code is None:
        return _(
            "The mail server can’t be reached. Nothing to do: the website tries again by itself. "
            "If it takes longer than a day, tell who runs the site."
        )
    if code[1] in ("530", "534", "535", "538"):
        return _("The mail server does not accept the password of the website. Tell who runs the site.")
    if code[1] in ("550", "551", "553"):
        return _(
            "The mail server refuses this address. Is it spelt right? Correct it where it stands, and delete this."
        )
    if code[1].startswith("4"):
        return _("The mail server asks to come back later. Nothing to do: the website tries again by itself.")
    return _("The mail server refuses this mail. Tell who runs the site.")


def stuck(now: datetime | None = None) -> models.QuerySet[Mail]:
    """Mails that a mail server should have taken by now."""
    return Mail.objects.filter(tries__gt=0, created_at__lte=(now or timezone.now()) - STUCK_AFTER)


def _wait(tries: int) -> timedelta:
    return cast(timedelta, min(FIRST_RETRY * 2**tries, LAST_RETRY))


def _deliver_beside() -> None:
    """Send in a thread of its own: nobody waits for a mail server, or learns from its slowness who has an account."""
    if connection.in_atomic_block:  # a test that never commits
        return
    threading.Thread(target=_deliver_quietly, name="mail", daemon=True).start()


def _deliver_quietly() -> None:
    try:
        deliver()
    except Exception:
        logger.exception("Mail could not be sent; it is tried again.")
    finally:
        close_old_connections()
        connection.close()
