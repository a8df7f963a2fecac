"""Followers for tests, and the mail server that they need."""

import re
from email.message import Message
from typing import Any

from django.utils import timezone

from consultation.models import Follower
from pages.forms import visitor_forms
from pages.models import ContactDetails
from publishing.models import Mail
from publishing.operations.mail import wire_of
from publishing.workflow import publish

ADDRESS = "an@voorbeeld.example"
FOLLOW = "/volgen/"


def follower(address: str = ADDRESS, language: str = "nl", **values: Any) -> Follower:
    """Somebody who said yes."""
    made = Follower(**{"language": language, "confirmed_at": timezone.now(), "words": "Ja."} | values)
    made.address = address
    made.save()
    return made


def make_reachable(editor: Any, email: str = "secretariaat@resoc.example") -> ContactDetails:
    """Give RESOC a public e-mail address; "" takes it away."""
    details = ContactDetails.objects.first() or ContactDetails(name="RESOC Westhoek")
    details.email = email
    details.save()
    publish(details, editor)
    return details


def asked(client: Any, email: str = ADDRESS, address: str = FOLLOW, headers: Any = None, **typed: str) -> Any:
    """The answer to who gives this address in the form."""
    data = {"email": email, "seal": visitor_forms.seal()} | typed
    return client.post(address, data, headers=headers or {"Sec-Fetch-Site": "same-origin"})


def text_of(message: Message) -> str:
    """The plain text of a mail."""
    part = next(each for each in message.walk() if each.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode()  # type: ignore[union-attr]


def waiting() -> list[Message]:
    """The mails that wait."""
    return [wire_of(mail) for mail in Mail.objects.order_by("pk")]


def link_in(message: Message) -> str:
    """The path of the link of a mail to confirm or to leave."""
    return re.search(r"https?://[^/\s]+(/\S*(?:volgen|suivre|follow)/\S+)", text_of(message))[1]  # type: ignore[index]
