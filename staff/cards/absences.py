"""Absences: validation in forms, and the mail to the person who stands in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.models import CAME_DUE, Revision
from publishing.models.snapshots import thaw
from staff.cards import notices
from staff.models import StaffMember, is_long

ABSENCE = ("absent_from", "absent_until", "stand_in")
ASKED = "long_absence"  # the hidden field with the very late day that the form asked about


class AbsenceMixin(forms.Form):
    """A form of a card that refuses an absence which says nothing, and asks whether a very long one is meant."""

    long_absence = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if set(ABSENCE).isdisjoint(self.changed_data):
            return cleaned
        last = cleaned.get("absent_until")
        if last is None and "absent_until" not in self.errors:
            if cleaned.get("stand_in") and not cleaned.get("absent_from"):
                self.add_error("absent_until", _("Say up to which day: without it visitors do not see the stand-in."))
        elif last and "absent_until" in self.changed_data:
            if last < timezone.localdate():
                self.add_error("absent_until", _("This day is past. Choose today or a later one."))
            elif is_long(last) and cleaned.get(ASKED) != last.isoformat():
                self._ask(last.isoformat())
        return cleaned

    def _ask(self, day: str) -> None:
        """Refuse `day` once; the form that comes back has it as the answer."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # of a request
        data[self.add_prefix(ASKED)] = day
        self.data = data
        message = _("This is more than two years from now. Is it right? Then save once more.")
        self.add_error("absent_until", ValidationError(message, code="asked"))


@receiver(post_save, sender=Revision)
def tell_stand_ins(instance: Revision, created: bool, **_said: Any) -> None:
    """Write to the stand-in when a published or planned version of a card says so for the first time.

    The stand-in of an absence that is not over is told when somebody else takes it over.
    """
    if not created or instance.model != StaffMember._meta.label_lower or instance.carried_by_id:
        return
    now = timezone.now()
    earlier = Revision.objects.of(StaffMember).numbered(instance.object_id).filter(pk__lt=instance.pk, withdrawn=False)
    shown = earlier.filter(live_from__lte=now, cancelled=False).order_by("-live_from", "-pk").first()
    waiting = earlier.filter(live_from__gt=now, cancelled=False)
    waiting = waiting.filter(CAME_DUE)
    card = _card(instance)
    before = [_card(each) for each in (shown, *waiting) if each]
    if not instance.withdrawn and _asks(card, instance) and not any(_same(card, each) for each in before):
        _write(card, "stand_in", instance)
    if instance.live_from > now or shown is None:
        return
    old = _card(shown)
    if _asks(old, instance) and (old.stand_in_id != card.stand_in_id or not _asks(card, instance)):
        _write(old, "stand_in_over", instance)


def _card(revision: Revision) -> StaffMember:
    return thaw(StaffMember, revision.object_id, revision.data)


def _asks(card: StaffMember, revision: Revision) -> bool:
    """Whether somebody stands in for `card` on a day on which `revision` can be read."""
    return bool(card.stand_in_id and card.turns and card.turns[-1] > max(revision.live_from, timezone.now()))


def _same(one: StaffMember, other: StaffMember) -> bool:
    names = ("absent_from", "absent_until", "stand_in_id")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _write(card: StaffMember, template: str, revision: Revision) -> None:
    rows = StaffMember._base_manager.select_related("user")
    stand_in = rows.filter(pk=card.stand_in_id).first() if card.stand_in_id else None
    if stand_in and stand_in.mail_address:
        notices.tell_stand_in(stand_in, card, template, revision.author)
