"""Consent: a photo and a mobile number are public only while the person agrees, and the site can show that.

What is written down follows from what is public at a moment, so that it cannot be forgotten: when a
card shows such a detail a consent begins, and when it shows it no longer that consent ends. A version
that waits opens or closes nothing before it is public, and never when it is cancelled or overtaken.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from publishing.models import Revision
from publishing.workflow import lock
from staff.models import Consent, StaffMember

TEXTS = {
    Consent.Detail.PHOTO: _("My photo may be shown on this website and in its contact files, until I withdraw this."),
    Consent.Detail.MOBILE: _(
        "My mobile number may be shown on this website and in its contact files, until I withdraw this."
    ),
}
# What was not written down for so long is not made up: it was public before this site asked for consent.
LOOKS_BACK = timedelta(days=31)
DAY = timedelta(days=1)


@receiver(post_save, sender=Revision)
def record(instance: Revision, created: bool, **kwargs: Any) -> None:
    """Write down what a publication of a card, that is public at once, changed about consents."""
    if created and instance.model == StaffMember._meta.label_lower and instance.live_from <= timezone.now():
        follow(instance.object_id)


def follow_plans(now: datetime | None = None) -> None:
    """Write down what planned versions of cards changed that became public by themselves in the last day."""
    now = now or timezone.now()
    begun = Revision.objects.of(StaffMember).once_public(now).filter(live_from__gt=now - DAY)
    planned = begun.filter(live_from__gt=models.F("created_at")).values("object_id")
    for member in StaffMember._base_manager.filter(pk__in=planned):
        with transaction.atomic(), translation.override(member.language):
            lock(StaffMember)
            follow(member.pk, now)


def follow(pk: int, now: datetime | None = None) -> None:
    """Bring the consents of staff member `pk` up to what was public until `now`, moment by moment.

    The caller is in a transaction that holds the lock of cards.
    """
    now = now or timezone.now()
    # Off the site is no answer to what may be shown: a withdrawal leaves consents as they are.
    shown = Revision.objects.of(StaffMember).numbered(pk).once_public(now).order_by("live_from", "pk")
    for detail, text in TEXTS.items():
        last = Consent.objects.filter(member_id=pk, detail=detail).first()
        since = (last.withdrawn_at or last.given_at) if last else now - LOOKS_BACK
        given = last if last and not last.withdrawn_at else None
        values = shown.filter(live_from__gt=since).values_list("live_from", "author", f"data__{detail}")
        for at, author, value in values:
            if value and given is None:
                given = Consent.objects.create(
                    member_id=pk, detail=detail, text=str(text), given_at=at, given_by_id=author
                )
            elif given and not value:
                given.withdrawn_at, given.withdrawn_by_id = at, author
                given.save(update_fields=["withdrawn_at", "withdrawn_by"])
                given = None
                # What comes back from history must not show it again without being asked.
                StaffMember._base_manager.filter(pk=pk).update(**{f"shows_{detail.value}": False})
