"""Following by mail: asking, confirming and leaving, and what a mail server and a restore have to say about it.

A request tells nothing about anybody: an address gets the same answer whether it follows, was asked before, or is
unknown, in the same time. See decision 91.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, models, transaction
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consultation.following.section import public_email
from consultation.models import Follower
from consultation.models.followers import PURPOSE, digests, mailbox_digests
from publishing.i18n.urls import address
from publishing.models import Erasure, Mail
from publishing.models.values.encryption import DecryptionError, is_newest
from publishing.operations.mail import Handling, compose, entrust, refused, taken
from publishing.workflow.erasure.memory import digest_of, is_digest_of, remember
from publishing.workflow.signals import erased_again

UNCONFIRMED_FOR = timedelta(days=7)
ONCE_IN = timedelta(days=1)
MOST_MAILS = 3  # to ask one mailbox, while nobody says yes
MOST_REFUSALS = 3  # in a row, and it ends
FEWEST_TOLD = 5  # followers: the number of fewer is shown to nobody
CONFIRM, LEAVE = "follow_confirm", "follow_leave"  # the names of the two addresses behind a link


# Asking


def ask(email: str, language: str, root: str) -> None:
    """Write to `email` for a yes, as often as that may be; `root` is the site, with which links in the mail begin."""
    now = timezone.now()
    with transaction.atomic():
        known = Follower.objects.filter(mailbox__in=mailbox_digests(email))
        follower = known.filter(digest__in=digests(email), language=language).first()
        may = _may_write(known, now) and not (follower and follower.confirmed_at)
        if follower is None:
            follower = Follower(language=language, asked_at=now, mailed_at=now)
            follower.address = email
            may = may and _store(follower)
        elif may:
            Follower.objects.filter(pk=follower.pk).update(mailed_at=now, mails=models.F("mails") + 1)
        _write(follower, email, root, is_decoy=not may)


def _may_write(known: models.QuerySet[Follower], now: datetime) -> bool:
    """Whether one more mail may ask this mailbox: once a day, whatever became of the last one, and three in all."""
    if known.filter(mailed_at__gt=now - ONCE_IN).exists():
        return False
    return (known.filter(confirmed_at=None).aggregate(sent=models.Sum("mails"))["sent"] or 0) < MOST_MAILS


def _store(follower: Follower) -> bool:
    """Whether it could be stored: somebody else may ask the same at the same moment."""
    try:
        with transaction.atomic():
            follower.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _write(follower: Follower, email: str, root: str, *, is_decoy: bool) -> None:
    """Ask for a yes. A decoy takes as long, and goes to nobody."""
    lapses_at = follower.asked_at + UNCONFIRMED_FOR
    with translation.override(follower.language):
        context = {"link": root + link(CONFIRM, follower), "words": words(), "until": timezone.localtime(lapses_at)}
        subject = _("Do you want to follow RESOC Westhoek by mail?")
        message = compose(email, subject, "follow_confirm", context, reply_to=public_email())
    entrust(message, Handling(expires_at=lapses_at, reference=follower.uid, is_decoy=is_decoy))
    message.send()


def words() -> str:
    """What a follower says yes to, in the current language; it is kept as it was said."""
    return _("Once a week I want a mail with what RESOC Westhoek published on its website. I can stop at any time.")


# Links


def link(view: str, follower: Follower) -> str:
    """The path behind which somebody confirms or leaves, in the language of the mail."""
    return address(follower.language, view, _signer(view).sign(follower.uid))


def read_link(view: str, token: str) -> str | None:
    """Whom the token of such a path is about, by `uid`; None when this site did not make it for that."""
    try:
        return _signer(view).unsign(token)
    except BadSignature:
        return None


def _signer(view: str) -> Signer:
    return Signer(sep=".", salt=f"consultation.{view}")


# Saying yes, and leaving


def confirm(uid: str) -> Follower | None:
    """Have somebody follow who said yes; a second time changes nothing. None when nobody waits for that any more."""
    now = timezone.now()
    waiting = Follower.objects.filter(uid=uid, confirmed_at=None, asked_at__gt=now - UNCONFIRMED_FOR)
    waiting.update(confirmed_at=now, words=words())
    return Follower.objects.filter(uid=uid).exclude(confirmed_at=None).first()


def may_confirm(uid: str) -> bool:
    """Whether the link to confirm still does something, or did."""
    asked = models.Q(asked_at__gt=timezone.now() - UNCONFIRMED_FOR) | ~models.Q(confirmed_at=None)
    return Follower.objects.filter(asked, uid=uid).exists()


def leave(uid: str) -> None:
    """Delete whom this is about, with the mails that wait; also when a restore brings them back.

    Raises StorageUnavailable when that can't be remembered, and then everything stays.
    """
    with transaction.atomic():
        for follower in Follower.objects.select_for_update().filter(uid=uid):
            remember(Erasure.Kind.ROW, Follower._meta.label_lower, follower.pk, [_mark(follower)])
            follower.delete()
            Mail.objects.filter(reference=uid).delete()  # after it: whoever makes one holds the row until it is there


def _mark(follower: Follower) -> str:
    return digest_of(PURPOSE, follower.uid)


@receiver(erased_again)
def leave_again(erasure: Erasure, **kwargs: Any) -> None:
    """Delete who left since the archive was made that is being restored."""
    if erasure.model != Follower._meta.label_lower:
        return
    follower = Follower.objects.filter(pk=erasure.object_id).first()
    if follower and any(is_digest_of(mark, PURPOSE, follower.uid) for mark in erasure.marks):
        follower.delete()


# What a mail server says


@receiver(taken)
def forget_refusals(reference: str, **kwargs: Any) -> None:
    """A server took a mail: the address works."""
    Follower.objects.filter(uid=reference, refusals__gt=0).update(refusals=0)


@receiver(refused)
def count_refusal(reference: str, **kwargs: Any) -> None:
    """A server refused the address for good; the third time in a row ends it."""
    Follower.objects.filter(uid=reference).update(refusals=models.F("refusals") + 1)
    if Follower.objects.filter(uid=reference, refusals__gte=MOST_REFUSALS).exists():
        leave(reference)


# Upkeep, and the number


def forget_unconfirmed(now: datetime | None = None) -> None:
    """Delete those who said nothing for a week."""
    late = Follower.objects.filter(confirmed_at=None, asked_at__lte=(now or timezone.now()) - UNCONFIRMED_FOR)
    if late.exists():  # each worker asks, and most often nothing need be written
        late.delete()


def encrypt_anew() -> int:
    """Encrypt addresses with the newest key; what can't be read stays as it is. Returns how many were changed."""
    changed = 0
    with transaction.atomic():
        for follower in Follower.objects.select_for_update():
            if is_newest(follower.sealed, PURPOSE):
                continue
            try:
                follower.address = follower.address
            except DecryptionError:
                continue
            follower.save(update_fields=["sealed", "digest", "mailbox"])
            changed += 1
    return changed


def number_told() -> int | None:
    """How many people follow, once each; None while that are so few that it says something about one of them."""
    number = Follower.objects.exclude(confirmed_at=None).values("digest").distinct().count()
    return number if number >= FEWEST_TOLD else None
