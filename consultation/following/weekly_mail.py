"""The mail of each week: what visitors were told of, in one mail a language.

Nothing happens when somebody publishes. On Monday at eight upkeep looks at what was published until a day before, so
that what is corrected or undone within a day is in no mail. It makes some mails a minute, each claimed in the database,
so that no worker makes one twice. One that waited for a mail server is made anew right before it goes: what was taken
off the site meanwhile is told to nobody.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consultation.following import followers
from consultation.following.section import public_email
from consultation.models import Follower, WeeklyMail
from priorities.feeds import KINDS, is_spoken, public_of
from publishing.cache import stamp
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES, resolve
from publishing.i18n.urls import address
from publishing.models import Mail, Revision, last_told
from publishing.models.revisions import NEWEST
from publishing.models.values.encryption import DecryptionError
from publishing.operations.mail import Handling, compose, entrust, going, rewrite
from publishing.workflow.signals import restoring

WEEKDAY, HOUR = 0, 8  # Monday, by the clock here
AGE = timedelta(days=1)  # before it is told
LONGEST = timedelta(days=14)  # that one mail tells of, after a time in which none could go
MOST = 30  # entries of one mail
BATCH = 50  # mails that one worker makes in a minute
WAITS_FOR = timedelta(days=5)  # a mail server; then the next one is near

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class MailEntry:
    """A page that is new or changed, in the language of the mail."""

    kind: str
    title: str
    path: str
    changed_at: datetime
    told: str  # what is new for the reader; "" when nobody said, or not in this language


# When


def slot_at(now: datetime) -> datetime:
    """The last moment at which a mail began, or should have."""
    here = timezone.localtime(now)
    begun = (here - timedelta(days=(here.weekday() - WEEKDAY) % 7)).replace(
        hour=HOUR, minute=0, second=0, microsecond=0
    )
    return begun if begun <= here else begun - timedelta(days=7)


def next_slot(now: datetime) -> datetime:
    """The first moment after `now` at which a mail begins."""
    return slot_at(now) + timedelta(days=7)


def send_due(now: datetime | None = None) -> int:
    """Make the next mails of this week, in each language; returns how many.

    Without `SITE_URL` there is no link to send.
    """
    now = now or timezone.now()
    if not settings.SITE_URL:
        return 0
    slot = slot_at(now)
    known = {row.language: row for row in WeeklyMail.objects.all()}
    return sum(_advance(known.get(code) or _begin(code, slot), slot, now) for code in CODES)


def _begin(language: str, slot: datetime) -> WeeklyMail:
    """The row of a language that has none: what was published before is told in no mail."""
    until = slot - AGE
    row, _is_new = WeeklyMail.objects.get_or_create(
        language=language, defaults={"slot": slot, "since": until, "until": until}
    )
    return row


def _advance(row: WeeklyMail, slot: datetime, now: datetime) -> int:
    """Make some mails more, of a new week when it is time for that; returns how many."""
    reached = row.reached
    since, until = row.since, row.until
    if row.slot < slot:
        reached, until = 0, slot - AGE
        since = max(row.until, until - LONGEST)
    if reached is None:
        return 0
    with translation.override(row.language):
        entries = _entries(since, until, now)
        answers_to = public_email()
        chosen = _followers(row.language, reached) if entries else []
        messages = [message for each in chosen if (message := _message(each, entries, slot, answers_to))]
    last = chosen[-1].pk if len(chosen) == BATCH else None
    mine = WeeklyMail.objects.filter(pk=row.pk, slot=row.slot, reached=row.reached)
    with transaction.atomic():
        if not mine.update(slot=slot, since=since, until=until, reached=last):
            return 0  # another worker makes them
        # A follower who left meanwhile gets none, and one who leaves now waits until theirs can be deleted.
        stays = Follower.objects.select_for_update().filter(pk__in=[each.pk for each in chosen])
        there = {each.uid for each in stays}
        messages = [each for each in messages if each.handling.reference in there]  # type: ignore[attr-defined]
        get_connection().send_messages(messages)
    if lost := len(chosen) - len(messages):
        logger.warning("%s followers left meanwhile, or no key of this site reads their address.", lost)
    return len(messages)


def _followers(language: str, reached: int) -> list[Follower]:
    ours = Follower.objects.filter(language=language, pk__gt=reached).exclude(confirmed_at=None)
    return list(ours.order_by("pk")[:BATCH])


# What


def entries_of(since: datetime, until: datetime, now: datetime) -> Iterator[MailEntry]:
    """What changed within that time and visitors still read, in the current language, the newest first.

    A minor change renews no date, so it is none. What changed once more since is told as the change before; what was
    undone is told as nothing.
    """
    found: dict[tuple[str, int], tuple[Revision, Revision]] = {}  # what is public, and the change that is told
    for model in KINDS:
        before = {each.object_id: each for each in _changed(public_of(model, until), since, until).defer("data")}
        within = models.Q(changed__gt=since, changed__lte=until) | models.Q(object_id__in=[*before])
        public: Any = public_of(model, now).annotate(changed=NEWEST)
        for shown in public.filter(within):
            told = shown if since < shown.changed_at <= until else before[shown.object_id]
            found[shown.model, shown.object_id] = shown, told
    notes = last_told(told for _shown, told in found.values())
    for shown, told in sorted(found.values(), key=lambda pair: (pair[1].changed_at, pair[1].pk), reverse=True):
        if not is_spoken(shown):
            continue
        page: Any = shown.thaw(now)
        note = resolve(notes[told.pk], "text") if told.pk in notes else None
        yield MailEntry(
            kind=capfirst(str(page._meta.verbose_name)),
            title=capfirst(resolve(page, "title").shown),
            path=page.get_absolute_url(),
            changed_at=timezone.localtime(told.changed_at),
            told=note.shown if note and not note.fallback else "",
        )


def _changed(public: Any, since: datetime, until: datetime) -> Any:
    return public.annotate(changed=NEWEST).filter(changed__gt=since, changed__lte=until)


def _entries(since: datetime, until: datetime, now: datetime) -> list[MailEntry]:
    """Those that a mail tells, and one more when there are more."""
    return list(islice(entries_of(since, until, now), MOST + 1))


# A mail


def _message(follower: Follower, entries: list[MailEntry], slot: datetime, answers_to: str) -> EmailMessage | None:
    """The mail for one follower, in the current language; None when no key of this site reads the address."""
    try:
        to = follower.address
    except DecryptionError:
        return None
    leave = settings.SITE_URL + followers.link(followers.LEAVE, follower)
    context: dict[str, object] = {
        "entries": entries[:MOST],
        "site": settings.SITE_URL,
        "more": settings.SITE_URL + address(follower.language, "home") if len(entries) > MOST else "",
        "leave": leave,
        "email": answers_to,
    }
    subject = _("What is new at RESOC Westhoek, %s") % written(timezone.localtime(slot))
    # With them a mail program has a button to leave (RFC 2369 3.2; RFC 8058 3.1).
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = compose(to, subject, "weekly", context, reply_to=answers_to, headers=headers)
    entrust(message, Handling(expires_at=slot + WAITS_FOR, reference=follower.uid, is_bulk=True))
    return message


class _Told:
    """What the mails of a week tell, until anything that is public changes."""

    def __init__(self) -> None:
        self.known: dict[tuple[object, ...], list[MailEntry]] = {}

    def entries(self, row: WeeklyMail, now: datetime) -> list[MailEntry]:
        """The entries of `row`, in the current language."""
        # A page that ends by itself does so within the minute after which this is asked again.
        key = row.language, row.since, row.until, stamp.number(), int(now.timestamp() // 60)
        if key not in self.known:
            self.known = {key: _entries(row.since, row.until, now)}
        return self.known[key]


_told = _Told()


@receiver(going)
def say_what_is_so(mail: Mail, now: datetime, **kwargs: object) -> None:
    """Make a mail anew that goes now, or delete it when nothing of what it tells is still public."""
    follower = Follower.objects.filter(uid=mail.reference).first()
    row = WeeklyMail.objects.filter(language=follower.language).first() if follower else None
    if follower is None or row is None:
        return
    with translation.override(row.language):
        entries = _told.entries(row, now)
        message = _message(follower, entries, row.slot, public_email()) if entries else None
    if message:
        rewrite(mail, message)
    else:
        mail.delete()


# A restore


@receiver(restoring)
def keep_how_far(**kwargs: object) -> Callable[[], None]:
    """Remember how far the mails are: an archive is of before, and the same mail would go twice."""
    known = list(WeeklyMail.objects.all())

    def put_back() -> None:
        for row in known:
            values = {"slot": row.slot, "since": row.since, "until": row.until, "reached": row.reached}
            if not WeeklyMail.objects.filter(language=row.language, slot__gt=row.slot).exists():
                WeeklyMail.objects.update_or_create(language=row.language, defaults=values)

    return put_back
