"""How often the site writes to people who have nothing to do with it, because somebody typed their address."""

import hmac
import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta
from email.errors import MessageError
from hashlib import sha256

from django.conf import settings
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.utils import timezone

from publishing.models import MailedStranger

ONCE_IN = timedelta(days=1)
CEILING = 20  # strangers that the whole site writes to within `ONCE_IN`


def may_write_to(address: str, now: datetime | None = None) -> bool:
    """Whether a mail may go to a stranger; True means that it goes, and counts.

    Nobody gets a second one within `ONCE_IN`, under no spelling of the address, and all strangers together
    get no more than `CEILING`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        MailedStranger.objects.filter(at__lte=now - ONCE_IN).delete()
        if MailedStranger.objects.count() >= CEILING:
            return False
        _row, is_new = MailedStranger.objects.get_or_create(digest=_digest(mailbox(address)), defaults={"at": now})
        return is_new


def mailbox(address: str) -> str:
    """The common form of all spellings of an address that big mail providers deliver to one person.

    Case, dots and what follows a plus sign make no other mailbox. Elsewhere they might: then two people
    count as one here, and nowhere else.
    """
    text = unicodedata.normalize("NFKC", address)
    text = "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
    with suppress(ValueError, MessageError):  # no address, which no mail goes to
        text = sanitize_address(text, "utf-8")  # as a mail server is told it: quotes and encoded words are read
    name, _at, domain = text.casefold().rpartition("@")
    domain = {"googlemail.com": "gmail.com"}.get(domain.rstrip("."), domain.rstrip("."))
    name = name.strip('"').partition("+")[0].replace(".", "")
    return f"{name}@{domain}"


def _digest(text: str) -> str:
    """The digest of a mailbox: without the key of the site nobody finds out whose it was."""
    return hmac.new(f"publishing.strangers:{settings.SECRET_KEY}".encode(), text.encode(), sha256).hexdigest()
