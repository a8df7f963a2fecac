"""Correcting what visitors see now: `site_mode` in the form of a page."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from publishing.admin import change_notes, site_mode
from publishing.admin.publishable import companions
from publishing.admin.scheduling import ScheduleForm
from publishing.admin.submission import submission
from publishing.admin.types import AnyModelAdmin
from publishing.i18n.urls import desk_address
from publishing.models import Publishable
from publishing.types import AnyFormSet, AnyModelForm, AuthenticatedHttpRequest, signed_in


class CorrectionMixin(AnyModelAdmin):
    """A form of what is public is made from a copy, which is published and never saved."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> object:
        """The working row; where one corrects what is public, a copy of it with what that says."""
        obj = super().get_object(request, object_id, from_field)
        if obj is None or not site_mode.is_asked(request):
            return obj
        base = site_mode.base_of(obj, also_past=request.method == "POST")
        if base is None:
            return obj
        obj = site_mode.as_public(obj, base)
        obj.refused = submission(request).refused
        return obj

    def get_readonly_fields(self, request: HttpRequest, obj: Publishable | None = None) -> tuple[str, ...]:
        """Also its place, where one corrects what is public: an order is changed in the list."""
        fields = tuple(super().get_readonly_fields(request, obj))
        place = self.model.order_field if site_mode.is_copy(obj) else ""
        return (*fields, place) if place and place not in fields else fields

    def save_model(self, request: HttpRequest, obj: object, form: object, change: bool) -> None:
        if not site_mode.is_copy(obj):
            super().save_model(request, obj, form, change)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What the log says; of a correction the version itself does."""
        return (
            [] if site_mode.is_copy(form.instance) else super().construct_change_message(request, form, formsets, add)
        )

    def save_related(self, request: HttpRequest, form: AnyModelForm, formsets: list[AnyFormSet], change: bool) -> None:
        """As Django's; a correction is published."""
        if not site_mode.is_copy(form.instance):
            super().save_related(request, form, formsets, change)
            return
        companions.save(signed_in(request), formsets)
        companions.publish_all(signed_in(request))
        found = change_notes.before_and_after(form, formsets)
        told = change_notes.answered(request.POST, self.model, *found) if found else None
        sent, amendment = submission(request), site_mode.publish_changes(form, formsets, signed_in(request).user, told)
        sent.amendment, sent.rows_added = amendment, site_mode.rows_added(amendment, form.instance, formsets)


def nothing_to_correct(
    model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, object_id: str
) -> HttpResponse | None:
    """Lead to the form of the working copy when nothing is public, or never was."""
    obj = model_admin.get_object(request, unquote(object_id))
    if obj is None or site_mode.is_copy(obj):
        return None
    messages.info(request, _("This is not on the public site. This is its working copy."))
    return HttpResponseRedirect(desk_address(obj))


def tell(request: AuthenticatedHttpRequest, obj: Publishable) -> None:
    """Tell what a correction of `obj` did, to visitors and to what waits or is saved."""
    amendment: Any = submission(request).amendment
    row = type(obj)._base_manager.get(pk=obj.pk)
    if amendment.revision:
        plans = site_mode.plans_told(ScheduleForm(None, row).waiting)
        messages.success(request, format_html("{} {}", site_mode.published_told(row), plans))
    else:
        messages.info(request, _("Visitors see this already: there was nothing to publish."))
    for told in (site_mode.kept_told(row, amendment, desk_address(row)), site_mode.untouched_told(amendment)):
        if told:
            messages.warning(request, told)
