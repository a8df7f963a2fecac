"""The admin of the bin."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from publishing.admin.history import erasing, history_views
from publishing.admin.types import AnyModelAdmin
from publishing.i18n.languages import localized, translated_fields
from publishing.i18n.urls import desk_address
from publishing.models import Discarded, Publishable, content_models
from publishing.models.rights import may_change
from publishing.models.snapshots import normalise
from publishing.review import history
from publishing.review.diff import differences, missing
from publishing.types import AuthenticatedHttpRequest, signed_in


@admin.register(Discarded)
class BinAdmin(AnyModelAdmin):
    """The bin: what was deleted, to look at and to put back."""

    list_display = ("title", "kind", "who", "created_at")
    actions = None
    change_list_template = "publishing/change_list.html"
    change_form_template = "publishing/history/discarded.html"

    def _editable(self, request: HttpRequest) -> list[type[Publishable]]:
        """The kinds of content that this user may edit."""
        kinds = [model for model in content_models() if self.admin_site.is_registered(model)]
        return [model for model in kinds if may_change(request.user, model)]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Discarded]:
        """The objects in the bin of the kinds that this user may edit."""
        editable = [model._meta.label_lower for model in self._editable(request)]
        return Discarded.objects.in_bin().filter(model__in=editable).select_related("author")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """The titles in every language, of whatever kind."""
        columns: set[str] = set()
        for model in self._editable(request):
            title = model.title_field
            columns.update(localized(title) if title in translated_fields(model) else (title,))
        return tuple(f"data__{column}" for column in sorted(columns))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("Kind"))
    def kind(self, obj: Discarded) -> str:
        return capfirst(str(obj.model_class._meta.verbose_name))

    @admin.display(description=gettext_lazy("by"), ordering="author")
    def who(self, obj: Discarded) -> str:
        return history.user_name(obj.author)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self._editable(request))

    def has_view_permission(self, request: HttpRequest, obj: Discarded | None = None) -> bool:
        return self.has_module_permission(request)

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Discarded | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        """Beside Django's, the page that erases for good."""
        view = self.admin_site.admin_view(self.erase_view)
        return [path("<number:object_id>/erase/", view, name="publishing_discarded_erase"), *super().get_urls()]

    def erase_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        """Erase what lies in the bin, with all that is kept of it; for superusers."""
        erasing.check_may_erase(request)
        discarded = self.get_object(request, str(object_id))
        if discarded is None:
            raise Http404
        return erasing.erase_from_bin(self, request, discarded)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """What was deleted, with a button to put it back."""
        discarded = self.get_object(request, unquote(object_id or ""))
        if discarded is None:
            return super().changeform_view(
                request, object_id, form_url, extra_context
            )  # which says that it is not there
        model = discarded.model_class
        if request.method == "POST":
            row = history_views.restore_and_tell(signed_in(request), discarded)
            return redirect(desk_address(row))
        content = normalise(model, discarded.data)
        context = self.admin_site.each_context(request) | {
            "title": discarded.title,
            "opts": self.opts,
            "discarded": discarded,
            "kind": self.kind(discarded),
            "when": history.when(discarded.created_at),
            "missing": missing(model, content),
            "differences": differences(model, {}, content),
            "plain": True,
        }
        return render(request, "publishing/history/discarded.html", context)
