"""The admin of priorities, themes and updates."""

from django.contrib import admin

from priorities.models import Partner, Priority, Theme, Update
from publishing.admin import ChildInline, PublishableAdmin


class PartnerInline(ChildInline):
    model = Partner
    fields = ("organisation", "position")


@admin.register(Priority)
class PriorityAdmin(PublishableAdmin):
    shared_fields = ("number", "status", "phase", "lead", "contact")
    list_extra = ("number", "status")
    inlines = (PartnerInline,)


@admin.register(Theme)
class ThemeAdmin(PublishableAdmin):
    shared_fields = (
        "status",
        "priority",
        "contact",
        "url",
        "image",
        ("image_focus_x", "image_focus_y"),
        "image_is_decorative",
        "position",
    )
    list_extra = ("status",)


@admin.register(Update)
class UpdateAdmin(PublishableAdmin):
    shared_fields = ("date", "priority", "theme")
    list_extra = ("date",)
    date_hierarchy = "date"
