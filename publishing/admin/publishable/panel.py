"""The panel beside the form and the messages above it: the state of the object, errors, and possible actions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from js_asset import Media

from publishing.admin import change_notes, changelist, edit_conflicts, idempotency, site_mode
from publishing.admin.publishable import companions, contributed
from publishing.admin.publishable.languages.language_tabs import language_tabs
from publishing.admin.publishable.languages.source_texts import give_sources
from publishing.admin.scheduling import ScheduleForm, panel
from publishing.admin.submission import submission
from publishing.admin.types import AnyModelAdmin
from publishing.files.limits import MAX_UPLOAD, too_large
from publishing.i18n.languages import NAMES, NATIVE_NAMES, elided, translated_fields
from publishing.i18n.urls import absolute
from publishing.models import Publishable, Revision, ShareLink
from publishing.models.rights import may_change
from publishing.models.snapshots import freeze_all
from publishing.review import history, usage
from publishing.review.checklist import checklist
from publishing.review.columns import rows_of
from publishing.review.diff import changed_labels, label
from publishing.types import AuthenticatedHttpRequest, signed_in
from publishing.web.preview import typed_rows
from publishing.web.sent_forms import form_data
from publishing.workflow import State, is_live, state, unpublished_changes
from publishing.workflow.annotations.checking import languages_of, why_not_checked


class PanelMixin(AnyModelAdmin):
    """The form with its panel."""

    change_form_template = "publishing/change_form.html"
    can_withdraw = True
    can_preview = True  # whether visitors see it on a page, its own or another's

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Publishable | None = None,
    ) -> HttpResponse:
        context["schedule"] = panel(context["adminform"].form.schedule)
        # The import map of the rich text editor is an inline script: it needs the nonce.
        context["media"] = Media.from_media(context["media"], nonce=signed_in(request).csp_nonce)
        all_forms = forms_in(context)
        form = context["adminform"].form
        rows = [(each.formset.fk.remote_field.related_name, each.formset) for each in context["inline_admin_formsets"]]
        give_sources([("", [form]), *rows], obj, request.POST)
        context["asks"] = form.asks and not problems(all_forms)
        context |= {
            "title": elided(context["title"]),
            "language_tabs": language_tabs(all_forms) if translated_fields(self.model) else [],
            "can_preview": self.can_preview,
            "max_upload": MAX_UPLOAD,
            "too_large": too_large(),
            "languages": NATIVE_NAMES.items(),
            "unsaved": not request.POST.keys().isdisjoint({form_data.UNSAVED, form_data.READ}),
            "form_token": idempotency.token_of(request) or idempotency.new_token(),
        }
        context["corrects"] = site_mode.is_copy(form.instance)
        if obj:
            context |= self.panel_context(signed_in(request), obj)
        is_new = context.get("state", State.NEW) in (State.NEW, State.SCHEDULED)
        context["versions_stay"] = self.model.has_versions and is_new
        if context["asks"]:
            formsets = [each.formset for each in context["inline_admin_formsets"]]
            context["would_change"] = site_mode.would_change(form, formsets)
            context["question"] = change_notes.question(form, formsets)
            if obj:  # what is typed may name something else than what is saved
                along, more_along = companions.offered(signed_in(request), form.instance, dict(typed_rows(formsets)))
                context |= {"companions": along, "more_companions": more_along}
        tell_problems(context)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def panel_context(self, request: AuthenticatedHttpRequest, obj: Publishable) -> dict[str, object]:
        """The context of the panel: where `obj` stands, who else is here, and what can be done about it.

        Content apps add theirs, for a template that extends ours.
        """
        deletion: Any = self  # as in `DeletionMixin`
        where, is_changing = state(obj), may_change(request.user, obj)
        public = obj.revisions.public().first()
        differences = submission(request).differences
        row = self.get_object(request, str(obj.pk)) or obj
        # A form that came back with errors was still made from what was saved then.
        base = request.POST.get(form_data.BASE) if not differences else None
        if request.method == "GET":
            edit_conflicts.arrive(obj, request.user)
        changes = changed_labels(type(obj), unpublished_changes(obj))
        waiting = ScheduleForm(None, obj).waiting
        rows = rows_of(row)
        along, more_along = companions.offered(request, row, rows)
        comes_at = waiting[0].live_from if waiting else None
        return {
            "state": where,
            "badge": State.CHANGED if waiting and where == State.PUBLISHED else where,
            "where": changelist.where_words(where, comes_at, bool(changes)),
            "changes": changes,
            "standing": site_mode.standing(obj, waiting, changes),
            "can_withdraw": self.can_withdraw and is_live(obj),
            "asks_what_is_new": change_notes.asks(obj),
            "public_url": obj.get_absolute_url() if public else "",
            "used_by": usage.by_kind(used_by := usage.uses(obj)),
            "why_not_deleted": deletion.why_not_deleted(request, obj, used_by),
            "reason": request.POST.get(form_data.REASON, ""),
            "base": base or edit_conflicts.fingerprints(freeze_all(row)),
            "differences": [(label(type(obj), each.path), each) for each in differences],
            "overtaken_by": last_editor(obj, request.user) if differences and not site_mode.is_copy(obj) else None,
            "others": edit_conflicts.others(obj, request.user),
            "checked": checked_languages(row, public) if public else [],
            "checklist": checklist(row, rows),
            "companions": along,
            "more_companions": more_along,
            "history": history.recent(obj),
            "share_link": (link := ShareLink.objects.of(obj).valid().first() if is_changing else None),
            "share_address": absolute(request, link.get_absolute_url()) if link and link.token else "",
            **contributed.panel_context(request, row),
        }


@dataclass(frozen=True)
class CheckedLanguage:
    """When somebody last checked what visitors read in one language, and why nobody can now."""

    code: str
    name: str
    at: datetime | None
    why_not: str  # "" when somebody can

    @property
    def is_source(self) -> bool:
        """Whether it is the language that the others are translated from."""
        return self.code == settings.LANGUAGE_CODE


def checked_languages(row: Publishable, public: Revision) -> list[CheckedLanguage]:
    """What was checked of public version `public` of working row `row`, by language."""
    return [
        CheckedLanguage(code, capfirst(str(NAMES[code])), public.checks.get(code), why_not_checked(row, public, code))
        for code in languages_of(type(row))
    ]


def tell_problems(context: dict[str, Any]) -> None:
    """What stands above the form: what is the matter, told once; two texts side by side are no error."""
    told = context["unsaved"] or context["asks"] or context.get("differences")
    form = context["adminform"].form
    context["general"] = [] if told else form.non_field_errors()
    context["problems"] = [] if told and not context["asks"] else problems([*forms_in(context), form.schedule])
    context["errors"] = []
    if context["general"] or context["problems"] or told:
        context["messages"] = ()  # what else was done is told on the next page, never above what is wrong here


def forms_in(context: dict[str, Any]) -> list[Any]:
    """The forms on a page to change something: that of the object, and those of its child rows."""
    return [
        context["adminform"].form,
        *(form for each in context["inline_admin_formsets"] for form in each.formset),
    ]


def problems(forms: Iterable[BaseForm]) -> list[tuple[str, str, str]]:
    """What is wrong in which field: its id in the page, its label, and a sentence."""
    return [
        (bound.auto_id, capfirst(str(bound.label)), str(error))
        for form in forms
        for bound in form
        for error in bound.errors
    ]


def last_editor(obj: Publishable, user: User) -> LogEntry | None:
    """The newest entry in the log about `obj` of somebody other than `user`."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
    return about.exclude(user=user).select_related("user").first()
