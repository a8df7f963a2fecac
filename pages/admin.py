"""The admin of the mission page, organisations and text pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pages.models import Aim, MissionPage, Organisation, Role, Seat, TextPage
from publishing.admin import ChildInline, PublishableAdmin


class RoleInline(ChildInline):
    model = Role


class AimInline(ChildInline):
    model = Aim


class SeatInline(ChildInline):
    model = Seat
    fields = ("group", "organisation", "position")


@admin.register(MissionPage)
class MissionPageAdmin(PublishableAdmin):
    """The one page without which there is no site: its list goes straight to its form."""

    shared_fields = ("image", ("image_focus_x", "image_focus_y"), "image_is_decorative", "picture_name")
    inlines = (RoleInline, AimInline, SeatInline)
    can_withdraw = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        page = MissionPage._base_manager.first()
        if page is None:
            return redirect("admin:pages_missionpage_add")
        return redirect("admin:pages_missionpage_change", page.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not MissionPage._base_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(PublishableAdmin):
    shared_fields = ("name", "kind", "url")
    list_extra = ("kind",)


@admin.register(TextPage)
class TextPageAdmin(PublishableAdmin):
    shared_fields = ("position",)
