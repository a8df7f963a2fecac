"""The admin of priorities, themes, updates and documents."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from priorities.attachments import AttachmentInline
from priorities.models import (
    Document,
    Partner,
    Priority,
    PriorityDocument,
    Subject,
    Theme,
    ThemeDocument,
    Update,
    UpdateDocument,
)
from publishing.admin import ChildInline, PublishableAdmin


class PartnerInline(ChildInline):
    model = Partner
    fields = ("organisation", "position")


class PriorityDocumentInline(AttachmentInline):
    model = PriorityDocument


class ThemeDocumentInline(AttachmentInline):
    model = ThemeDocument


class UpdateDocumentInline(AttachmentInline):
    model = UpdateDocument

    def get_extra(self, request: Any, obj: Any = None, **kwargs: Any) -> int:
        """Room for documents in a new update, which often comes because of them."""
        return max(super().get_extra(request, obj, **kwargs), 0 if obj else 2)


class AboutInline(ChildInline):
    """Rows of which each names a priority or a theme."""

    fields = ("priority", "theme", "position")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "theme":  # a row has one of both
            kwargs["label"] = capfirst(_("or a theme"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SubjectInline(AboutInline):
    model = Subject

    def get_extra(self, request: Any, obj: Any = None, **kwargs: Any) -> int:
        """Room for a priority and a theme in a new update."""
        return max(super().get_extra(request, obj, **kwargs), 0 if obj else 2)


@admin.register(Priority)
class PriorityAdmin(PublishableAdmin):
    shared_fields = ("number", "status", "phase", "lead", "contact")
    list_extra = ("status",)
    inlines = (PartnerInline, PriorityDocumentInline)

    @admin.display(description=_("number"), ordering="number")
    def place(self, obj: Any) -> str:
        """The number of the priority, by which the list is ordered."""
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
    shared_fields = ("date",)
    list_extra = ("date",)
    date_hierarchy = "date"
    inlines = (SubjectInline, UpdateDocumentInline)


@admin.register(Document)
class DocumentAdmin(PublishableAdmin):
    shared_first = True
    shared_fields = ("file", "read_from_file", "is_news", "news_on")
    readonly_fields = ("read_from_file",)
    list_extra = ("read_from_file",)
    can_preview = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "file":
            field.widget.attrs |= {"accept": "application/pdf,.pdf", "data-reads": "title_nl"}
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for remark in obj.remarks:
            messages.warning(request, remark)

    @admin.display(description=_("the file"))
    def read_from_file(self, obj: Any) -> str:
        return obj.facts if obj.file else self.get_empty_value_display()
