"""The values of the list of work: a kind of work, one thing to do, and what else there is of a kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from hashlib import blake2s
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser, User

from publishing.types import StrOrPromise

PUT_OFF_SOON = timedelta(days=7)
PUT_OFF_LATER = timedelta(days=30)


class Tier(IntEnum):
    """Why something comes before something else."""

    READY = 0  # what a site needs before it has visitors
    BROKEN = 1  # wrong for visitors now
    DATE = 2  # a date passes
    WAITING = 3  # somebody waits for an answer
    LANGUAGES = 4  # readers of another language
    BETTER = 5

    @property
    def can_be_dismissed(self) -> bool:
        """Whether somebody may say of this that it is not for us."""
        return self >= Tier.LANGUAGES

    @property
    def put_off_for(self) -> timedelta:
        """How long something stays away that is put off."""
        return PUT_OFF_SOON if self is Tier.BROKEN else PUT_OFF_LATER


@dataclass(frozen=True)
class WorkKind:
    """A kind of work, with its place in the order."""

    name: str  # stored with what is put off, so it never changes
    tier: Tier
    rank: float  # of all kinds, the lowest first
    title: StrOrPromise  # what there is to do, as the list of what was put off names it


class WorkSubject(NamedTuple):
    """The object that something is to be done about."""

    model: str  # its label
    pk: int


NOTHING = WorkSubject("", 0)  # of work about the site as a whole


class Key(NamedTuple):
    """What is put off: with another cause it comes back."""

    kind: str
    model: str
    pk: int
    language: str
    cause: str

    @property
    def token(self) -> str:
        """How a form names it."""
        return blake2s(repr(tuple(self)).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True)
class WorkItem:
    """One thing to do."""

    kind: WorkKind
    label: str  # the title of the page that it is about, or what is wrong
    said: str  # what is to be done, as part of a line: "French is behind in 3 fields"
    url: str  # the very field; "" when nothing in the desk mends it
    minutes: float
    since: datetime | None = None
    subject: WorkSubject = NOTHING
    language: str = ""
    cause: str = ""
    reach: int = 1  # how many readers meet it: see `Publishable.reach`
    advice: str = ""  # HTML that says what to do, folded away

    @property
    def key(self) -> Key:
        """By which it is put off."""
        return Key(self.kind.name, *self.subject, self.language, self.cause)


@dataclass(frozen=True)
class Rest:
    """That there are more lines of a kind than a source gives one by one."""

    kind: WorkKind
    lines: int
    minutes: int
    model: str = ""  # the label of what all of them are about, "" when that differs


@dataclass(frozen=True)
class Asked:
    """For whom, and how much of it, the list is made."""

    user: User | AnonymousUser
    now: datetime
    most: int | None = None  # lines of a kind; a source that has very many gives the others as `Rest`
    about: WorkSubject | None = None  # when it is about this one only; a source may give all the same
