"""The admin of the mission page, contact details, organisations and text pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pages.models import Aim, ContactDetails, MissionPage, Organisation, Role, Seat, TextPage
from publishing.admin import ChildInline, PublishableAdmin


class RoleInline(ChildInline):
    model = Role


class AimInline(ChildInline):
    model = Aim


class SeatInline(ChildInline):
    model = Seat
    fields = ("group", "organisation", "position")


class SingleAdmin(PublishableAdmin):
    """Of what there is one, and always one: its list goes straight to its form."""

    can_withdraw = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        obj = self.model._base_manager.first()
        return redirect(f"{address}_change", obj.pk) if obj else redirect(f"{address}_add")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._base_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MissionPage)
class MissionPageAdmin(SingleAdmin):
    shared_fields = ("image", ("image_focus_x", "image_focus_y"), "image_is_decorative", "picture_name")
    inlines = (RoleInline, AimInline, SeatInline)


@admin.register(ContactDetails)
class ContactDetailsAdmin(SingleAdmin):
    can_preview = False
    shared_fields = ("name", "email", "street", "postal_code", "municipality")


@admin.register(Organisation)
class OrganisationAdmin(PublishableAdmin):
    shared_fields = ("name", "kind", "url")
    list_extra = ("kind",)
    can_preview = False


@admin.register(TextPage)
class TextPageAdmin(PublishableAdmin):
    shared_fields = ("shows_contact", "position")
