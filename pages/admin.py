"""The admin of the mission page, organisations and text pages."""

from django.contrib import admin

from pages.models import Aim, MissionPage, Organisation, Role, Seat, TextPage
from publishing.admin import ChildInline, PublishableAdmin, SingletonAdmin, TabularChildInline


class RoleInline(ChildInline):
    model = Role


class AimInline(TabularChildInline):
    model = Aim


class SeatInline(TabularChildInline):
    model = Seat
    fields = ("group", "organisation", "position")


@admin.register(MissionPage)
class MissionPageAdmin(SingletonAdmin):
    shared_fields = ("image", "picture_name")
    inlines = (RoleInline, AimInline, SeatInline)


@admin.register(Organisation)
class OrganisationAdmin(PublishableAdmin):
    shared_fields = ("name", "kind", "url")
    list_extra = ("kind",)


@admin.register(TextPage)
class TextPageAdmin(PublishableAdmin):
    shared_fields = ("position",)
    list_extra = ("position",)
