"""The admin of accounts: Django's, with addresses in their one form, and accounts with rights for superusers only."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest

from staff.account_forms import AccountForm
from staff.rights import may_touch

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's; who may change accounts but is no superuser gives no rights, and touches nobody who has some."""

    form = AccountForm

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request.user, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        return (*super().get_readonly_fields(request, obj), *rights)
