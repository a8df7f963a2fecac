"""Signals: a card gets or loses an account, or its address or the account changes. Imported by the app."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone

from publishing.models import Event
from publishing.models.records.events import acting, record
from publishing.workflow.signals import restored
from staff.emails import is_taken, normal
from staff.models import CardLink, StaffMember
from staff.rights import may_touch


@receiver(pre_save, sender=StaffMember)
def card_changes(instance: StaffMember, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    """Note what the card was connected with; what comes out of the bin gets no account that grew since."""
    if raw:
        return
    old = StaffMember._base_manager.filter(pk=instance.pk).first() if instance.pk else None
    is_new = instance.user_id is not None and (old is None or old.user_id != instance.user_id)
    if is_new and acting() and not may_touch(acting(), instance.user):
        instance.user = None
    instance.before = old  # type: ignore[attr-defined]  # for `card_changed`


@receiver(post_save, sender=StaffMember)
def card_changed(instance: StaffMember, raw: bool, **kwargs: Any) -> None:
    """Log the new connection of a card and an account, and end the links that rested on the old one."""
    if raw:
        return
    old = instance.__dict__.pop("before", None)
    before = old.user_id if old else None
    if before != instance.user_id:
        if before:
            record(Event.Kind.UNLINKED, about=old.user)
        if instance.user_id:
            record(Event.Kind.LINKED, about=instance.user)
    if old and (before, old.email) != (instance.user_id, instance.email):
        end_links(CardLink.objects.filter(member=instance))


@receiver(pre_save, sender=User)
def one_form(instance: User, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    """The address of an account in its one form, and its name where that is the address; not what another has."""
    if raw or (update_fields is not None and "email" not in update_fields):
        return
    email = normal(instance.email)
    if not email or is_taken(email, but=instance):
        return
    instance.email = email
    others = User.objects.exclude(pk=instance.pk)
    if normal(instance.username) == email and not others.filter(username__iexact=email).exists():
        instance.username = email


@receiver(post_save, sender=User)
def one_list(instance: User, created: bool, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    """The list of addresses that django-allauth keeps lets nobody in by an address of before."""
    if not (created or raw) and (update_fields is None or "email" in update_fields):
        EmailAddress.objects.filter(user=instance).exclude(email=instance.email).delete()


@receiver(pre_save, sender=User)
def account_changes(instance: User, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    """Note what an account was."""
    told = {"is_active", "is_staff", "is_superuser", "email"}
    if raw or instance.pk is None or (update_fields is not None and not told & set(update_fields)):
        return
    old = User.objects.filter(pk=instance.pk).first()
    if old and any(getattr(old, name) != getattr(instance, name) for name in told):
        end_links(CardLink.objects.filter(member__user=instance))


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def rights_change(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Whoever comes into a group or gets a right, or loses it, needs a new link."""
    if not action.startswith("post_"):
        return
    if not reverse:
        end_links(CardLink.objects.filter(member__user=instance))
    elif pk_set:
        end_links(CardLink.objects.filter(member__user__in=pk_set))


@receiver(m2m_changed, sender=Group.permissions.through)
def group_changes(instance: Any, action: str, **kwargs: Any) -> None:
    """The same for all of a group that may other things from now on."""
    if action.startswith("post_") and isinstance(instance, Group):
        end_links(CardLink.objects.filter(member__user__groups=instance))


def end_links(links: Any) -> None:
    """Let those of `links` end that do more than ask whether a card is right."""
    links.exclude(purpose=CardLink.Purpose.CHECK).end()


@receiver(restored)
def _end_links(**_said: Any) -> str:
    """Links of before a restore let nobody in: they were used since, or ended."""
    return f"{CardLink.objects.valid().update(expires_at=timezone.now())} links to cards"
