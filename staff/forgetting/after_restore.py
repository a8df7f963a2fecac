"""An account that was forgotten stays so after a restore of an older backup. Imported by the app."""

from typing import Any

from django.contrib.auth.models import User
from django.dispatch import receiver

from publishing.models import Erasure
from publishing.workflow.erasure.memory import mark
from publishing.workflow.signals import erased_again


@receiver(erased_again)
def forget_again(erasure: Erasure, **kwargs: Any) -> None:
    """Close the account for ever, if it is the one that was made at the same moment."""
    user = User.objects.filter(pk=erasure.object_id).first() if erasure.model == User._meta.label_lower else None
    if user and mark("u", user.pk, user.date_joined) in erasure.marks:
        from staff.forgetting.departures import forget_account  # only now: it needs the whole desk

        forget_account(user)
