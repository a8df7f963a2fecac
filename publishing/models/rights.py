"""Permissions of a user on content, by Django's permissions."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_permission_codename
from django.db import models

from publishing.models.content import content_models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


def may(user: "User | AnonymousUser", action: str, model: type[models.Model] | models.Model) -> bool:
    """Whether `user` may `"view"`, `"add"`, `"change"` or `"delete"` what is of `model`, a class or an object."""
    opts = model._meta
    return user.has_perm(f"{opts.app_label}.{get_permission_codename(action, opts)}")


def may_see(user: "User | AnonymousUser", model: type[models.Model] | models.Model) -> bool:
    """Whether `user` may look at what is of `model` in the admin: the right to change implies it."""
    return may(user, "view", model) or may(user, "change", model)


def changeable(user: "User | AnonymousUser") -> list[str]:
    """The labels of the kinds of content that `user` may change."""
    return [model._meta.label_lower for model in content_models() if may_change(user, model)]


def may_change(user: "User | AnonymousUser", model: type[models.Model] | models.Model) -> bool:
    """Whether `user` may change what is of `model`, a class or an object."""
    return may(user, "change", model)
