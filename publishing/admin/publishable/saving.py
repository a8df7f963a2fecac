"""A form that is sent is saved once, over nothing that somebody else saved, or comes back with all that was typed."""

import logging
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from publishing.admin import change_notes, edit_conflicts, idempotency, site_mode
from publishing.admin.inputs import word_files
from publishing.admin.publishable import companions
from publishing.admin.publishable.buttons import stay
from publishing.admin.publishable.corrections import nothing_to_correct
from publishing.admin.publishable.panel import forms_in, tell_problems
from publishing.admin.submission import submission
from publishing.admin.types import AnyModelAdmin
from publishing.cache.outages import is_outage
from publishing.files.storage import StorageUnavailable
from publishing.i18n.urls import desk_address
from publishing.models import Publishable, SentForm
from publishing.models.snapshots import freeze_all
from publishing.search.desk import desk_index
from publishing.types import AnyFormSet, AnyModelForm, AuthenticatedHttpRequest, signed_in
from publishing.web.error_views import tell_no_success
from publishing.web.preview import typed
from publishing.web.sent_forms import form_data, kept_uploads
from publishing.workflow import keep_typed, keep_what_stood, look

logger = logging.getLogger(__name__)


class SavingMixin(AnyModelAdmin):
    """Saving under the lock of the model; what comes twice, too late or during an outage loses nothing."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The form; one that can't be written, as on a full disk, comes back with what was typed.

        What comes back keeps the files that were chosen, once the lock of a save has gone.
        """
        response = self._saved_or_not(signed_in(request), object_id, form_url, extra_context)
        if request.method == "POST":
            context = getattr(response, "context_data", None) or {}
            if "inline_admin_formsets" in context:
                kept_uploads.keep_chosen(request, forms_in(context))
                tell_problems(context)
            elif response.status_code != HTTPStatus.TEMPORARY_REDIRECT:  # after that the form comes again
                kept_uploads.let_go(request)
        return response

    def _saved_or_not(
        self,
        request: AuthenticatedHttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, object] | None,
    ) -> HttpResponse:
        try:
            return self._changeform(request, object_id, form_url, extra_context)
        except (DatabaseError, OSError) as error:
            if request.method != "POST" or not is_outage(error):
                raise
            logger.exception("The form of %s could not be saved", self.opts.label_lower)
            data = form_data.editable(request)
            if isinstance(error, StorageUnavailable):
                data.setlist(form_data.NOT_KEPT_FIELDS, list(request.FILES))
                form_data.drop_files(request)
            else:
                data[form_data.NOT_SAVED] = "1"
            tell_no_success(request)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _changeform(
        self,
        request: AuthenticatedHttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, object] | None,
    ) -> HttpResponse:
        """The form; one that somebody else overtook comes back with both texts."""
        is_correction = object_id is not None and site_mode.is_asked(request)
        if is_correction and (answer := nothing_to_correct(self, request, str(object_id))):
            return answer
        if request.method != "POST":
            opened = None if object_id else self._opened_before(request)
            return opened or super().changeform_view(request, object_id, form_url, extra_context)
        submission(request).digest = idempotency.digest(request)
        kept_uploads.put_back(request)
        word_files.put_texts(request, self.model)
        with transaction.atomic(), desk_index.together():
            companions.lock_all(
                request, self.model
            )  # what publishing takes too, and takes first: never a row before it
            before = idempotency.saved_before(request, self.model)
            if before:
                idempotency.forget_lost(request)
            if before and not object_id:
                return self._added_before(request, before) or super().changeform_view(
                    request, None, form_url, extra_context
                )
            obj = self.get_object(request, unquote(object_id)) if object_id else None
            if obj and before and obj.pk == before.object_id:
                if idempotency.says_nothing_new(submission(request).digest, obj, before):
                    return self._done_before(request, obj)
                form_data.put(request, idempotency.caught_up(request.POST, obj, before))
            if obj and form_data.BASE in request.POST:
                self._compare_with_saved(request, obj)
            if obj and change_notes.lacks_answer(request.POST) and change_notes.asks(obj):
                self._ask_what_is_new(request, str(object_id))
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except ValidationError as error:  # of a correction: nothing of it was kept
                if not is_correction:
                    raise
                submission(request).refused = error
                tell_no_success(request)
                return super().changeform_view(request, object_id, form_url, extra_context)

    def _opened_before(self, request: AuthenticatedHttpRequest) -> HttpResponse | None:
        """Back to an empty form that made a page already: that page, so that it is not made twice."""
        before = idempotency.saved_before(request, self.model)
        obj = self.get_object(request, str(before.object_id)) if before else None
        if obj is None or IS_POPUP_VAR in request.GET or not self.has_view_or_change_permission(request, obj):
            return None
        messages.info(request, _("You saved this already: here it is. For another new one, choose “Add” in the list."))
        return HttpResponseRedirect(desk_address(obj))

    def _added_before(self, request: AuthenticatedHttpRequest, before: SentForm) -> HttpResponse | None:
        """A new page that comes again: from now on it is a change of the page that it made."""
        obj = self.get_object(request, str(before.object_id))
        if obj is None:
            return None
        if IS_POPUP_VAR in request.POST and idempotency.says_nothing_new(submission(request).digest, obj, before):
            return admin.ModelAdmin.response_add(self, request, obj)  # only closes the window
        return HttpResponseRedirect(desk_address(obj), preserve_request=True)

    def _done_before(self, request: AuthenticatedHttpRequest, obj: Publishable) -> HttpResponse:
        """Say that the first try had arrived, and do nothing twice."""
        if IS_POPUP_VAR in request.POST:
            return admin.ModelAdmin.response_change(self, request, obj)
        messages.success(request, idempotency.had_arrived())
        return stay(request, obj)

    def save_form(self, request: HttpRequest, form: AnyModelForm, change: bool) -> object:
        """As Django's, and look how everything stands before it is saved."""
        if change:
            submission(request).before = look(self.model, form.instance.pk)
            keep_what_stood(form.instance)
            submission(request).is_renamed = self.model.has_proper_name and self.model.title_field in form.changed_data
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: AnyModelForm, formsets: list[AnyFormSet], change: bool) -> None:
        """As Django's, and note the child rows that are new."""
        companions.save(signed_in(request), formsets)
        new = [each for formset in formsets for each in formset.forms if each.instance.pk is None]
        super().save_related(request, form, formsets, change)
        submission(request).rows_added = {each.prefix: each.instance.pk for each in new if each.instance.pk}

    def _ask_what_is_new(self, request: AuthenticatedHttpRequest, object_id: str) -> None:
        """Have the form come back with that question when nothing is wrong and visitors would read something else."""
        obj = self.get_object(request, unquote(object_id))
        form: Any = self.get_form(request, obj, change=True)(request.POST, request.FILES, instance=obj)
        formsets, _inlines = self._create_formsets(request, obj, change=True)  # type: ignore[attr-defined]
        is_right = (form.is_valid() or form.asks) and all(formset.is_valid() for formset in formsets)
        if is_right and change_notes.question(form, formsets):
            form_data.editable(request)[form_data.UNANSWERED] = "1"

    def _compare_with_saved(self, request: AuthenticatedHttpRequest, obj: Publishable) -> None:
        saved = freeze_all(obj)
        if request.POST[form_data.BASE] == edit_conflicts.fingerprints(saved):
            return
        form = self.get_form(request, obj, change=True)(request.POST, request.FILES, instance=obj)
        formsets, _inlines = self._create_formsets(request, obj, change=True)  # type: ignore[attr-defined]
        mine = typed(form, formsets)
        found = edit_conflicts.differences(request.POST[form_data.BASE], saved, mine)
        if found:
            row = self.get_object(request, str(obj.pk))
            theirs = self.get_form(request, row, change=True)(instance=row)
            inlines = [
                formset_class(instance=row, prefix=formset_class.get_default_prefix())
                for formset_class, _inline in self.get_formsets_with_inlines(request, row)
            ]
            if any(each.clash for each in found):
                keep_typed(obj, request.user, mine)
            form_data.put(request, edit_conflicts.take_over(request.POST, found, theirs, inlines))
            submission(request).differences = found
