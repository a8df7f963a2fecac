"""The admin of staff members."""

from django.contrib import admin

from publishing.admin import PublishableAdmin
from staff.models import StaffMember


@admin.register(StaffMember)
class StaffMemberAdmin(PublishableAdmin):
    shared_fields = (
        "name",
        "slug",
        "phone",
        "email",
        "photo",
        ("photo_focus_x", "photo_focus_y"),
        "is_secretariat",
        "position",
    )
    list_extra = ("function_nl", "phone")
    prepopulated_fields = {"slug": ("name",)}

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields
