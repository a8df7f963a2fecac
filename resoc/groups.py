"""The two groups and their permissions. This code decides: each migration restores them."""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Q

SECRETARIAT = "Secretariaat"  # edits and publishes all content
STAFF = "Medewerkers"  # their own card only, no admin

CONTENT = ("pages", "staff", "priorities", "consultation")


def grant_permissions(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Make the groups; the secretariat gets all rights on content, sees stuck mails and reports, keeps old addresses.

    Nothing while tables are missing, after some of the migrations: who listens to rights needs those tables.
    """
    if not there_is_everything(using):
        return
    secretariat, _created = Group.objects.get_or_create(name=SECRETARIAT)
    Group.objects.get_or_create(name=STAFF)
    looks_at = ("view_mail", "delete_mail", "view_policyreport", "delete_policyreport")
    leads = ("view_oldaddress", "add_oldaddress", "delete_oldaddress")
    may = Q(content_type__app_label__in=CONTENT) | Q(codename__in=(*looks_at, *leads))
    secretariat.permissions.set(Permission.objects.filter(may))


def there_is_everything(using: str) -> bool:
    """Whether the database has the tables of all models."""
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    return tables <= set(connections[using].introspection.table_names())
