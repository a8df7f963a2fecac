"""Alarms: what turns wrong, and what is right again, is written to the operator.

`manage.py doctor --mail` sends them, from a timer. They go straight to the mail server, past the queue in the
database: that may be what is wrong. What was told is remembered in a file on this machine. About one part the same
news goes out once a day at most, so that something that comes and goes all day makes two mails and no more. When no
mail server takes an alarm, the desk says so, `/healthz?deep=1` fails, and the next run tries again.
"""

import json
import logging
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from publishing.operations.logs import masked
from publishing.operations.mail import AUTOMATIC
from resoc.operations.findings import ODD, OK, WRONG, Finding

EXPECTED_WITHIN = timedelta(days=2)  # of the last run of the timer

logger = logging.getLogger(__name__)


@dataclass
class Told:
    """What was told about one part: whether it is wrong, and on which day each kind of news went out last."""

    is_wrong: bool = False
    wrong_on: str = ""
    right_on: str = ""

    def is_news(self, is_wrong: bool, today: str) -> bool:
        """Whether that it is wrong, or right, is to be told today."""
        return is_wrong is not self.is_wrong and (self.wrong_on if is_wrong else self.right_on) != today

    def tell(self, is_wrong: bool, today: str) -> None:
        """Note that it is told."""
        self.is_wrong = is_wrong
        if is_wrong:
            self.wrong_on = today
        else:
            self.right_on = today


@dataclass
class Memory:
    """What the last runs left: when the timer ran, what was told, and why an alarm could not be sent."""

    ran_at: datetime | None = None
    unsent: str = ""
    parts: dict[str, Told] = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """What one mail tells."""

    wrong: list[Finding]
    right: list[Finding]
    still_wrong: list[Finding]

    def __bool__(self) -> bool:
        return bool(self.wrong or self.right)

    @property
    def subject(self) -> str:
        """How many are wrong, or that all is right again, and of which site."""
        site = urlsplit(settings.SITE_URL).hostname or socket.gethostname()
        if self.wrong:
            return f"{site}: {_times(len(self.wrong), 'thing')} went wrong"
        rest = f", {len(self.still_wrong)} still wrong" if self.still_wrong else ""
        return f"{site}: {_times(len(self.right), 'thing')} right again{rest}"

    @property
    def text(self) -> str:
        """The mail."""
        blocks = [
            _block("Turned wrong:", self.wrong),
            _block("Right again:", self.right),
            _block("Still wrong:", self.still_wrong),
            f"Found by 'manage.py doctor' on the machine {socket.gethostname()}, {timezone.now():%Y-%m-%d %H:%M} UTC.",
            "Nothing more comes about these until they change. See docs/operators.md for each of them.",
        ]
        return "\n\n".join(filter(None, blocks)) + "\n"


def _times(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _block(head: str, findings: list[Finding]) -> str:
    return "\n".join([head, *(f"- {each.line}" for each in findings)]) if findings else ""


def raise_alarms(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Write to the operator what is news; yields what came of it, as one more finding."""
    if not settings.OPERATOR_EMAIL:
        yield Finding(ODD, "Nobody hears of this: set OPERATOR_EMAIL.", "alarms")
        return
    memory, today = recall(), f"{timezone.localdate():%Y-%m-%d}"
    news = news_of(list(findings), memory, today)
    memory.unsent = ""
    if news:
        try:
            send(news)
        except Exception as error:  # a server that is away, or refuses
            memory.unsent = masked(str(error) or type(error).__name__)
            logger.error("An alarm could not be sent: %s", memory.unsent)
        else:
            for finding in (*news.wrong, *news.right):
                memory.parts.setdefault(finding.part, Told()).tell(finding.level == WRONG, today)
    memory.ran_at = timezone.now()
    remember(memory)
    if memory.unsent:
        yield Finding(WRONG, f"An alarm could not be sent: {memory.unsent}. Look at EMAIL_URL.", "alarms")
    elif news:
        yield Finding(OK, f"Sent to {len(settings.OPERATOR_EMAIL)}: {news.subject}.", "alarms")


def news_of(findings: list[Finding], memory: Memory, today: str) -> News:
    """What is to be told now. What was not asked, because something else is away, is no news."""
    by_part: dict[str, Finding] = {}
    for finding in findings:  # a part with something wrong is wrong
        if finding.part not in by_part or (by_part[finding.part].level != WRONG and finding.level == WRONG):
            by_part[finding.part] = finding
    wrong, right, still = [], [], []
    for part, finding in by_part.items():
        told, is_wrong = memory.parts.get(part, Told()), finding.level == WRONG
        if told.is_news(is_wrong, today):
            if is_wrong:
                wrong += [each for each in findings if each.part == part and each.level == WRONG]
            else:
                right.append(finding)
        elif is_wrong:
            still.append(finding)
    return News(wrong, right, still)


def send(news: News) -> None:
    """Hand the mail to the mail server. Raises whatever that says."""
    message = EmailMessage(
        masked(news.subject),
        news.text,
        to=settings.OPERATOR_EMAIL,
        headers=AUTOMATIC,
        connection=get_connection(settings.MAIL_SERVER_BACKEND),
    )
    message.send()


def reach_somebody() -> Iterator[Finding]:
    """Whether somebody hears of what goes wrong."""
    if not settings.OPERATOR_EMAIL:
        return  # one of the settings, which says so
    memory = recall()
    if memory.unsent:
        yield Finding(WRONG, f"The last alarm could not be sent: {memory.unsent}. Look at EMAIL_URL.")
    elif memory.ran_at is None or memory.ran_at < timezone.now() - EXPECTED_WITHIN:
        since = "ever" if memory.ran_at is None else f"since {memory.ran_at:%Y-%m-%d}"
        yield Finding(ODD, f"No timer ran 'manage.py doctor --mail' {since}, so nobody is told what goes wrong.")
    else:
        yield Finding(OK, "Who runs the site hears of what goes wrong.")


def unsent() -> str:
    """Why the last alarm could not be sent; empty when it could, or there was none."""
    return recall().unsent


def recall() -> Memory:
    """What the last runs left; nothing when the file is not there or makes no sense."""
    try:
        said: dict[str, Any] = json.loads(_file().read_text())
        parts = {str(name): Told(**about) for name, about in said["parts"].items()}
        return Memory(datetime.fromisoformat(said["ran_at"]), str(said["unsent"]), parts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()


def remember(memory: Memory) -> None:
    """Keep what this run leaves. Where nothing can be written, the next run tells it once more."""
    said = {
        "ran_at": memory.ran_at.isoformat() if memory.ran_at else None,
        "unsent": memory.unsent,
        "parts": {name: vars(told) for name, told in memory.parts.items()},
    }
    file = _file()
    try:
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(said))
        draft.replace(file)
    except OSError as error:
        logger.error("What was told can't be remembered: %s", error)


def _file() -> Path:
    return Path(settings.STATE_DIR) / "alarms.json"
