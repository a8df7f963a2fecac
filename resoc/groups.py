"""The two groups and what each may do. The code is the truth: migrating sets it right."""

from typing import Any

from django.contrib.auth.models import Group, Permission

SECRETARIAT = "Secretariaat"  # edits and publishes all content
STAFF = "Medewerkers"  # their own card only, no admin

CONTENT = ("pages", "staff", "priorities")


def grant_permissions(**kwargs: Any) -> None:
    """Make the groups, and give the secretariat all rights on content, and only those."""
    secretariat, _created = Group.objects.get_or_create(name=SECRETARIAT)
    Group.objects.get_or_create(name=STAFF)
    secretariat.permissions.set(Permission.objects.filter(content_type__app_label__in=CONTENT))
