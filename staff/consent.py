"""Consent: a photo and a mobile number are public only while the person agrees, and the site can show that.

What is written down follows from what is published, so that it cannot be forgotten: a card that
shows such a detail opens a consent, and one that shows it no longer closes it.
"""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models import Revision
from staff.models import Consent, StaffMember

TEXTS = {
    Consent.Detail.PHOTO: _("My photo may be shown on this website and in its contact files, until I withdraw this."),
    Consent.Detail.MOBILE: _(
        "My mobile number may be shown on this website and in its contact files, until I withdraw this."
    ),
}


@receiver(post_save, sender=Revision)
def record(instance: Revision, created: bool, **kwargs: Any) -> None:
    """Write down what the publication `instance` of a card shows from now on, or shows no longer."""
    if not created or instance.withdrawn or instance.model != StaffMember._meta.label_lower:
        return
    for detail, text in TEXTS.items():
        shown = bool(instance.data.get(detail.value))
        given = Consent.objects.filter(member_id=instance.object_id, detail=detail, withdrawn_at=None)
        if shown and not given.exists():
            Consent.objects.create(
                member_id=instance.object_id, detail=detail, text=str(text), given_by=instance.author
            )
        elif not shown and given.update(withdrawn_at=timezone.now(), withdrawn_by=instance.author):
            # What comes back from history must not show it again without being asked.
            StaffMember._base_manager.filter(pk=instance.object_id).update(**{f"shows_{detail.value}": False})
