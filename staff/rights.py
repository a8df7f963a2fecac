"""Accounts with rights in the desk: such an account is a superuser's to link, to invite and to close."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

STAFF_GROUP = "Medewerkers"  # their own card only; see `resoc.groups`


def has_rights(user: Any) -> bool:
    """Whether `user` may do more than keep their own card, or could once switched on again."""
    if user is None or user.pk is None:
        return False
    if user.is_staff or user.is_superuser:
        return True
    by_group = Q(group__in=user.groups.exclude(name=STAFF_GROUP))
    return Permission.objects.filter(Q(user=user) | by_group).exists()


def may_touch(actor: Any, user: User | None) -> bool:
    """Whether `actor` may link, invite, close or change account `user`; None is an account still to be made."""
    return user is None or not has_rights(user) or bool(actor and actor.is_active and actor.is_superuser)


def check_may_touch(actor: Any, user: User | None) -> None:
    """Raise ValidationError, with a sentence for `actor`, when only a superuser may do that."""
    if not may_touch(actor, user):
        raise ValidationError(
            _("This account may edit the site. Only a superuser links, invites, changes or closes it.")
        )
