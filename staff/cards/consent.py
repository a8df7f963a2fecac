"""Consent: a photo and a mobile number are public only while the person agrees, and the site can show that.

What is written down follows from what is public at a moment, so that it cannot be forgotten: when a
card shows such a detail a consent begins, and when it shows it no longer that consent ends. A version
that waits opens or closes nothing before it is public, and never when it is cancelled or overtaken.

The person ticks a box on My card, or says yes with a link in a mail (`staff.my_card.consent_requests`). Somebody
who ticks it for another person in the desk says how that person agreed (`ConsentFormMixin`).
"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import models, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from publishing.models import Erasure, Revision
from publishing.models.records.events import acting
from publishing.search.desk import desk_index
from publishing.workflow import amend, amend_waiting, lock
from publishing.workflow.erasure.memory import remember_row, remembered_row
from publishing.workflow.signals import erased_again
from staff.models import Consent, StaffMember

TEXTS = {
    Consent.Detail.PHOTO: _("My photo may be shown on this website and in its contact files, until I withdraw this."),
    Consent.Detail.MOBILE: _(
        "My mobile number may be shown on this website and in its contact files, until I withdraw this."
    ),
}
NOT_SHOWN = {
    Consent.Detail.PHOTO: _("The photo is saved, but visitors do not see it: this person did not agree to that yet."),
    Consent.Detail.MOBILE: _(
        "The mobile number is saved, but visitors do not see it: this person did not agree to that yet."
    ),
}
# What was not written down for so long is not made up: it was public before this site asked for consent.
LOOKS_BACK = timedelta(days=31)
DAY = timedelta(days=1)
GIVEN = "given_at"


def hidden_details(member: StaffMember) -> list[Consent.Detail]:
    """The details that the card of working row `member` has and may not show, for want of consent."""
    return [
        each for each in Consent.Detail if getattr(member, each.value) and not getattr(member, f"shows_{each.value}")
    ]


class ConsentFormMixin(forms.Form):
    """A form of a card in which a detail that needs consent is shown only with an answer to how it was given.

    Asked is each time that the box is ticked or that what it shows is another one, but not of somebody's own card.
    """

    def clean(self) -> dict[str, Any]:
        form: Any = self
        self.answers: dict[str, str] = {}  # by column of the card, for the person who saves the form
        cleaned: dict[str, Any] = super().clean() or form.cleaned_data
        user = acting()
        is_own = user is not None and user.pk == form.instance.user_id
        for detail in Consent.Detail.values:
            flag, answer = f"shows_{detail}", f"{detail}_agreed"
            if flag not in cleaned or detail not in cleaned:
                continue
            if not cleaned[detail]:
                cleaned[flag] = False  # consent is given with the photo or the number at hand, not before
            how = cleaned.get(answer) or ""
            is_new = not {flag, detail}.isdisjoint(form.changed_data)
            if cleaned[flag] and is_new and not how and not is_own:
                form.add_error(answer, _("Say how the person agreed, or untick that visitors see it."))
            elif how and not cleaned[flag]:
                form.add_error(flag, _("Tick this too, or leave out how the person agreed."))
            elif how or is_new:
                self.answers[f"{detail}_consent"] = how
        return cleaned


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
        row = StaffMember._base_manager.filter(pk=pk).values(detail.value, f"{detail.value}_consent").first() or {}
        values = shown.filter(live_from__gt=since).values_list("live_from", "author", f"data__{detail}")
        for at, author, value in values:
            # What the working copy says of how is about its own photo or number, or about one that comes just now
            # and that it gets after this: see `amend`.
            how = row.get(f"{detail.value}_consent", "") if value else ""
            if how and value != str(row.get(detail.value)):
                how = "" if shown.filter(live_from__lt=at, **{f"data__{detail}": value}).exists() else how
            is_other = bool(value and how and given and how != given.how)  # given again, for another one
            if given and (is_other or not value):
                given.withdrawn_at, given.withdrawn_by_id = at, author
                given.save(update_fields=["withdrawn_at", "withdrawn_by"])
                if not value:
                    remember_row(given, GIVEN)
                given = None
                if not value:  # what comes back from history must not show it again without being asked
                    off = {f"shows_{detail.value}": False, f"{detail.value}_consent": ""}
                    StaffMember._base_manager.filter(pk=pk).update(**off)
                    desk_index.changed(StaffMember, pk)
            if value and given is None:
                given = Consent.objects.create(
                    member_id=pk, detail=detail, text=str(text), how=how, given_at=at, given_by_id=author
                )


@receiver(erased_again)
def withdraw_again(erasure: Erasure, **kwargs: Any) -> None:
    """Hide the detail of which the consent ended since the archive was made that is being restored."""
    given = remembered_row(erasure, Consent.objects.filter(withdrawn_at=None), GIVEN)
    if given is None:
        return
    off = {f"shows_{given.detail}": False, f"{given.detail}_consent": ""}
    row = StaffMember._base_manager.get(pk=given.member_id)
    with transaction.atomic(), translation.override(row.language):
        lock(StaffMember)
        if row.revisions.public().exists():
            amend(row, off, None)
        elif row.revisions.pending().filter(withdrawn=False).exists():
            amend_waiting(row, off, None)
        StaffMember._base_manager.filter(pk=row.pk).update(**off)
        Consent.objects.filter(pk=given.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
        desk_index.changed(StaffMember, row.pk)
