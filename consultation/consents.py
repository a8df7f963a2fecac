"""Consent to a name: it is public only while the person agrees in writing, and the site can show that.

A consent speaks of one name. Taking it back ends at once whatever shows that name: what is public, what is planned,
and the box in the working copy. Two years after the end of a mandate the site does so by itself.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultation.models import Mandate, NameConsent
from publishing.models import Erasure, Revision
from publishing.search.desk import desk_index
from publishing.workflow import amend, amend_waiting, lock
from publishing.workflow.erasure.memory import remember_row, remembered_row
from publishing.workflow.signals import erased_again

MADE = "recorded_at"

TEXT = gettext_lazy(
    "My name may stand on this website beside my organisation and my group, until I take this back, and no longer "
    "than two years after I am a member."
)


def record(
    mandate: Mandate, given_on: date, how: str, user: User | None, *, replaces_public: bool = False
) -> NameConsent:
    """Write down that the person in `mandate` agreed to the name that it says.

    An earlier consent ends with it, and another name that is public or planned goes, unless the caller itself puts
    this one in the place of what is public (`replaces_public`).
    """
    with transaction.atomic():
        lock(Mandate)
        holds = {"shows_name": mandate.shows_name, "agreed_name": mandate.name}
        if not replaces_public and has_other_name(mandate):
            take_back(mandate, user)
        _held(mandate).update(**_ended_by(user))
        consent = NameConsent.objects.create(
            mandate_id=mandate.pk, name=mandate.name, text=str(TEXT), given_on=given_on, how=how, recorded_by=user
        )
        Mandate._base_manager.filter(pk=mandate.pk).update(**holds)
        vars(mandate).update(holds)
        desk_index.changed(Mandate, mandate.pk)
        _log(mandate, user, _("Consent to the name written down."))
    return consent


def take_back(mandate: Mandate, user: User | None) -> bool:
    """Let nothing show the name in `mandate` any more, at once; returns whether anything did or might have.

    A restore of an older backup takes it back again.
    """
    with transaction.atomic():
        lock(Mandate)
        for consent in _held(mandate):
            remember_row(consent, MADE)
        return _take_back(mandate, user)


def _take_back(mandate: Mandate, user: User | None) -> bool:
    row: Any = Mandate._base_manager.get(pk=mandate.pk)
    versions = _read_or_planned(row)
    is_named = any(each.data.get("name") for each in versions)
    has_ended = bool(_held(row).update(**_ended_by(user)))
    if not is_named and not has_ended and not row.shows_name and not row.agreed_name:
        return False
    off = {"shows_name": False, "agreed_name": ""}
    if is_named:
        (amend if versions[0].is_public(timezone.now()) else amend_waiting)(row, off, user)
    Mandate._base_manager.filter(pk=row.pk).update(**off)
    vars(mandate).update(off)
    desk_index.changed(Mandate, row.pk)
    _log(row, user, _("Consent to the name ended: no page shows it any more."))
    return is_named


@receiver(erased_again)
def take_back_again(erasure: Erasure, **kwargs: Any) -> None:
    """Take back the name of which the consent ended since the archive was made that is being restored."""
    consent = remembered_row(erasure, NameConsent.objects.filter(withdrawn_at=None), MADE)
    if consent:
        with translation.override(settings.LANGUAGE_CODE):
            _take_back(consent.mandate, None)


def let_former_names_go(now: datetime | None = None) -> None:
    """Take the names of former members off the site whose time is over."""
    now = now or timezone.now()
    named = Revision.objects.of(Mandate).public(now).exclude(data__name="")
    over = [revision.object_id for revision in named if revision.thaw(now).is_long_over]  # type: ignore[attr-defined]
    for row in Mandate._base_manager.filter(pk__in=over):
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            lock(Mandate)
            _take_back(row, None)  # after a restore the same clock says so


def has_other_name(mandate: Mandate) -> bool:
    """Whether what visitors read of `mandate`, or will, names somebody else than it says."""
    return any(each.data.get("name") not in (mandate.name, "", None) for each in _read_or_planned(mandate))


def _read_or_planned(mandate: Mandate) -> list[Revision]:
    """What visitors read of `mandate`, if anything, and then what they will."""
    return [*mandate.revisions.public()[:1], *mandate.revisions.pending().filter(withdrawn=False)]


def _held(mandate: Mandate) -> models.QuerySet[NameConsent]:
    """The consents of `mandate` that hold."""
    return NameConsent.objects.filter(mandate_id=mandate.pk, withdrawn_at=None)


def _ended_by(user: User | None) -> dict[str, Any]:
    return {"withdrawn_at": timezone.now(), "withdrawn_by": user}


def _log(mandate: Mandate, user: User | None, words: str) -> None:
    if user:
        LogEntry.objects.log_actions(user.pk, [mandate], CHANGE, words)
