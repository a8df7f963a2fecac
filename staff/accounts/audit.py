"""The log of accounts: signing in, rights, passwords, second factors. Imported by the app."""

from typing import Any

from allauth.account.signals import login_code_rejected
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver

from publishing.models import Event
from publishing.models.records.events import acting, record
from staff.emails import normal

Kind = Event.Kind
FLAGS = ("is_active", "is_staff", "is_superuser")


@receiver(user_logged_in)
def signed_in(user: User, **kwargs: Any) -> None:
    """Somebody is in, by whatever way and with all that was asked."""
    record(Kind.SIGNED_IN, by=user, about=user)


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], **kwargs: Any) -> None:
    """A wrong password. What was typed as a name is not kept: people type passwords there."""
    typed = [str(credentials[name]) for name in ("username", "email") if credentials.get(name)]
    named = Q(pk__in=[])
    for each in typed:
        named |= Q(username__iexact=each) | Q(email=normal(each) or None)
    record(Kind.REFUSED, about=User.objects.filter(named).first() if "\0" not in "".join(typed) else None)


@receiver((login_code_rejected, authentication_failed))
def code_refused(user: User, **kwargs: Any) -> None:
    """A wrong code of a mail, an app or a passkey."""
    record(Kind.REFUSED, about=user)


@receiver(pre_save, sender=User)
def account_changes(instance: User, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    """Flags, password and address, whoever changes them and wherever; who changes their own address proves it."""
    changed = {*FLAGS, "password", "email"} if update_fields is None else {*FLAGS, "email"} & set(update_fields)
    old = User.objects.filter(pk=instance.pk).first() if instance.pk and changed and not raw else None
    if old is None:
        return
    flags = [name for name in FLAGS if name in changed and getattr(old, name) != getattr(instance, name)]
    if flags:
        words = ", ".join(f"{'+' if getattr(instance, name) else '-'}{name}" for name in flags)
        record(Kind.RIGHTS, about=instance, detail=words)
    # Saved alone, the password is the same one under a newer hash: Django does so when somebody signs in.
    if "password" in changed and old.password != instance.password:
        record(Kind.PASSWORD, about=instance)
    is_another = "email" in changed and normal(old.email) != normal(instance.email) and bool(instance.email)
    if is_another and acting() not in (None, instance):
        record(Kind.ADDRESS, about=instance)


@receiver(post_save, sender=User)
def account_made(instance: User, created: bool, raw: bool, **kwargs: Any) -> None:
    """A new account, with the rights that it began with."""
    if created and not raw:
        rights = ", ".join(f"+{name}" for name in FLAGS[1:] if getattr(instance, name))
        record(Kind.MADE, about=instance, detail=rights)


@receiver(pre_delete, sender=User)
def account_deleted(instance: User, **kwargs: Any) -> None:
    """An account goes; the log can't keep its key, also when its owner deleted it."""
    Event.objects.create(kind=Kind.DELETED, by=acting() if acting() != instance else None)


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def rights_changed(
    sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Somebody comes into a group, or gets a right of their own, or loses it."""
    sign = {"post_add": "+", "pre_remove": "-", "pre_clear": "-"}.get(action)
    if sign is None:
        return
    others = model._base_manager.all() if pk_set is None else model._base_manager.filter(pk__in=pk_set)
    if sign == "-":  # only what is there goes
        field = "groups" if sender is User.groups.through else "user_permissions"
        others = others.filter(**{field if reverse else "user": instance})
    if reverse:  # seen from the group or the right
        for user in others:
            record(Kind.RIGHTS, about=user, detail=f"{sign}{instance}")
    elif words := ", ".join(f"{sign}{each}" for each in others):
        record(Kind.RIGHTS, about=instance, detail=words)


@receiver(m2m_changed, sender=Group.permissions.through)
def group_changed(instance: Any, action: str, **kwargs: Any) -> None:
    """A group may other things; that migrating sets them right is nobody's act."""
    if action in ("post_add", "post_remove", "post_clear") and acting():
        record(Kind.RIGHTS, detail=str(instance))


@receiver(post_save, sender=Authenticator)
def factor_made(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """A passkey, an app or codes more."""
    if created:
        record(Kind.FACTOR, about=instance.user, detail=f"+{instance.type}")


@receiver(post_delete, sender=Authenticator)
def factor_gone(instance: Authenticator, origin: Any, **kwargs: Any) -> None:
    """One less, unless the whole account goes."""
    if getattr(origin, "model", type(origin)) is Authenticator:
        record(Kind.FACTOR, about=instance.user, detail=f"-{instance.type}")
