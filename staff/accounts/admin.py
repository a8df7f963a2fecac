"""The admin of accounts: Django's, with addresses in their one form, and accounts with rights for superusers only.

The person hears what a superuser changed for them.
"""

from typing import Any

from allauth.account.admin import EmailAddress  # which registers it
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from staff.accounts.forms import AccountForm
from staff.accounts.notices import AccountChange, tell_account
from staff.accounts.second_factor import forget_factors
from staff.rights import may_touch

# The address of an account is that of its user: a second list of them would only confuse. The other two
# show the secrets and the sessions of everybody.
for _model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(_model)
admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's, with *Forget the second factor*. Only a superuser gives rights or changes an account that has some.

    The person hears of a new password, another address and a factor that was forgotten.
    """

    form = AccountForm
    found_by = ("username", "first_name", "last_name", "email")
    change_form_template = "admin/staff/account_form.html"

    def get_urls(self) -> list[Any]:
        forget = self.admin_site.admin_view(self.forget_factor_view)
        return [path("<int:object_id>/forget-factor/", forget, name="forget_second_factor"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Both addresses hear of a new one."""
        old = User.objects.filter(pk=obj.pk).values_list("email", flat=True).first() if change else None
        super().save_model(request, obj, form, change)
        if old is not None and old != obj.email:
            tell_account(request, obj, AccountChange.ADDRESS, to={old, obj.email})

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """As Django's; the person hears of it."""
        account = self.get_object(request, unquote(id))
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and account and User.objects.get(pk=account.pk).password != account.password:
            tell_account(request, account, AccountChange.PASSWORD)
        return response

    def forget_factor_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks whether the second factor of an account must go, and takes it away; for superusers only."""
        if not request.user.is_superuser:
            raise PermissionDenied
        user = User.objects.filter(pk=object_id).first()
        if user is None:
            raise Http404
        if request.method == "POST":
            forget_factors(user)
            tell_account(request, user, AccountChange.FACTOR)
            messages.success(request, _("Forgotten: %s signs in without, and sets up a new one for the desk.") % user)
            return redirect("admin:auth_user_change", object_id)
        context = self.admin_site.each_context(request) | {
            "opts": self.model._meta,
            "object": user,
            "title": _("Forget the second factor"),
        }
        return render(request, "admin/staff/forget_factor.html", context)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request.user, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        return (*super().get_readonly_fields(request, obj), *rights)
