"""The person of a copy of data, and how the copy writes others and moments; see `data_copy`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from staff.models import StaffMember
from staff.rights import has_rights

Json = dict[str, Any]
Rows = list[Json]


@dataclass(frozen=True)
class Person:
    """The person whose copy it is: their account, and the working copy of their card when they have one."""

    request: HttpRequest
    user: User
    member: StaffMember | None
    roles: dict[int, str] = field(default_factory=dict)  # what is said of accounts instead of a name

    def by(self, user_id: int | None) -> str:
        """A person by their role; "site" when nobody did it, or that is unknown."""
        if user_id is None:
            return "site"
        if user_id not in self.roles:
            self.roles[user_id] = self._role(User.objects.get(pk=user_id))
        return self.roles[user_id]

    def _role(self, user: User) -> str:
        if user.pk == self.user.pk:
            return "you"
        if user.is_superuser:
            return "administrator"
        return "secretariat" if has_rights(user) else "colleague"

    def is_own_card(self, label: str, object_id: Any) -> bool:
        """Whether these name the card of this person."""
        own = self.member
        return own is not None and (label, str(object_id)) == (own._meta.label_lower, str(own.pk))

    def what(self, label: str, object_id: Any, title: Callable[[], str]) -> Json:
        """A thing as its kind, its number, and its title unless that is the name of somebody else."""
        try:
            model = apps.get_model(label)
        except LookupError:  # a model that no longer exists
            return {"kind": label, "number": object_id}
        said = {"kind": str(model._meta.verbose_name), "number": object_id}
        is_person = getattr(model, "shown_as_now", False) or model is User
        return said if is_person and not self.is_own_card(label, object_id) else said | {"title": title()}


def written(moment: date | None) -> str | None:
    """A moment in our own time with its difference from UTC, or a day (ISO 8601); None of none."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).isoformat(timespec="seconds")
    return moment.isoformat() if moment else None
