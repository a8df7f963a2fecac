"""The pages under one object that its form leads to: preview, history, comparison, erasing."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from publishing.admin import change_notes, edit_conflicts, names
from publishing.admin.history import erasing, history_views, taking_back
from publishing.admin.types import AnyModelAdmin
from publishing.types import AuthenticatedHttpRequest
from publishing.web.preview import preview


class ObjectViewsMixin(AnyModelAdmin):
    """The addresses of these pages; what each does stands in a module of its own."""

    def get_urls(self) -> list[URLPattern]:
        """The addresses under one object that the panel beside its form needs."""
        opts = self.model._meta
        name = f"{opts.app_label}_{opts.model_name}"
        site = self.admin_site
        public_list = path(
            "<number:object_id>/public-list/", site.admin_view(self.public_list_view), name=f"{name}_public_list"
        )
        in_texts = path("<number:object_id>/names/", site.admin_view(self.names_view), name=f"{name}_names")
        change_note = path(
            "<number:object_id>/change-note/", site.admin_view(self.change_note_view), name=f"{name}_change_note"
        )
        return [
            path("add/preview/<str:language>/", site.admin_view(self.preview_view), name=f"{name}_add_preview"),
            path(
                "<number:object_id>/preview/<str:language>/", site.admin_view(self.preview_view), name=f"{name}_preview"
            ),
            path("<number:object_id>/present/", site.admin_view(self.present_view), name=f"{name}_present"),
            path("<number:object_id>/compare/", site.admin_view(self.compare_view), name=f"{name}_compare"),
            path("<number:object_id>/restore/", site.admin_view(self.restore_view), name=f"{name}_restore"),
            path("<number:object_id>/erase/", site.admin_view(self.erase_view), name=f"{name}_erase"),
            *([public_list] if self.model.has_versions else []),
            *([in_texts] if self.model.has_proper_name else []),
            *([change_note] if self.model.tells_changes else []),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, language: str, object_id: int | None = None) -> HttpResponse:
        return preview(self, request, str(object_id) if object_id else None, language)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: object = None) -> HttpResponse:
        return history_views.timeline(self, request, object_id)

    def compare_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return history_views.compare(self, request, str(object_id))

    def restore_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        return history_views.restore_version(self, request, str(object_id))

    def erase_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        return erasing.erase_view(self, request, str(object_id))

    def public_list_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        return taking_back.public_list(self, request, str(object_id))

    def names_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        return names.names_view(self, request, str(object_id))

    def change_note_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        return change_notes.correct_view(self, request, str(object_id))

    def present_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        """A sign of life of the form that is open; answers who else is there."""
        obj = self.get_object(request, str(object_id))
        if request.method != "POST" or obj is None or not self.has_change_permission(request, obj):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        edit_conflicts.arrive(obj, request.user)
        return render(request, "publishing/panel/presence.html", {"others": edit_conflicts.others(obj, request.user)})

    present_view.is_ping = True  # type: ignore[attr-defined]  # the open form sends it by itself
