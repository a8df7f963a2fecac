"""The admin of priorities, themes, updates and documents."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from priorities.models import (
    Document,
    Partner,
    Priority,
    PriorityDocument,
    Theme,
    ThemeDocument,
    Update,
    UpdateDocument,
)
from publishing.admin import ChildInline, PublishableAdmin


class PartnerInline(ChildInline):
    model = Partner
    fields = ("organisation", "position")


class PriorityDocumentInline(ChildInline):
    model = PriorityDocument
    fields = ("document", "position")


class ThemeDocumentInline(ChildInline):
    model = ThemeDocument
    fields = ("document", "position")


class UpdateDocumentInline(ChildInline):
    model = UpdateDocument
    fields = ("document", "position")

    def get_extra(self, request: Any, obj: Any = None, **kwargs: Any) -> int:
        """Room for a document in a new update, which often comes because of one."""
        return 0 if obj else 1


@admin.register(Priority)
class PriorityAdmin(PublishableAdmin):
    shared_fields = ("number", "status", "phase", "lead", "contact")
    list_extra = ("status",)
    inlines = (PartnerInline, PriorityDocumentInline)

    @admin.display(description=_("number"), ordering="number")
    def place(self, obj: Any) -> str:
        """Its number, by which the list is put in order."""
        return super().place(obj)


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
    inlines = (ThemeDocumentInline,)


@admin.register(Update)
class UpdateAdmin(PublishableAdmin):
    shared_fields = ("date", "priority", "theme")
    list_extra = ("date",)
    date_hierarchy = "date"
    inlines = (UpdateDocumentInline,)


@admin.register(Document)
class DocumentAdmin(PublishableAdmin):
    shared_fields = ("file", "read_from_file")
    readonly_fields = ("read_from_file",)
    list_extra = ("read_from_file",)
    can_preview = False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for remark in obj.remarks:
            messages.warning(request, remark)

    @admin.display(description=_("the file"))
    def read_from_file(self, obj: Any) -> str:
        return obj.facts if obj.file else self.get_empty_value_display()
