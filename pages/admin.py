"""The admin of the mission page, contact details, organisations and text pages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.models import Aim, ContactDetails, MissionPage, Notice, Organisation, Role, Seat, Synonym, TextPage
from pages.models.statements import AccessibilityStatement, DataFlow, InaccessibleContent, PrivacyStatement
from pages.search_words import leading_nowhere
from publishing.admin import ChildInline, PublishableAdmin
from publishing.admin.forms import PublishableForm
from publishing.i18n.urls import desk_address
from publishing.review.usage import Use

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin


class RoleInline(ChildInline):
    model = Role


class AimInline(ChildInline):
    model = Aim


class SeatInline(ChildInline):
    model = Seat
    fields = ("group", "organisation", "position")


class SingleAdmin(PublishableAdmin):
    """Admin of a model with exactly one object: the list redirects to its form."""

    can_withdraw = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        obj = self.model._base_manager.first()
        return redirect(desk_address(obj) if obj else desk_address(self.model, "add"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._base_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def why_not_deleted(self, request: HttpRequest, obj: Any, used_by: Sequence[Use]) -> list[str]:
        return [_("There is one of it: you can only change it.")]


@admin.register(MissionPage)
class MissionPageAdmin(SingleAdmin):
    shared_fields = (
        "streekpact_document",
        "programme_document",
        "image",
        ("image_focus_x", "image_focus_y"),
        "image_is_decorative",
        "picture_name",
    )
    inlines = (RoleInline, AimInline, SeatInline)


@admin.register(ContactDetails)
class ContactDetailsAdmin(SingleAdmin):
    can_preview = False
    shared_fields = (
        "name",
        "email",
        "street",
        "postal_code",
        "municipality",
        "documents_appeal_url",
        "licence",
    )


@admin.register(Organisation)
class OrganisationAdmin(PublishableAdmin):
    shared_fields = ("name", "kind", "url")
    list_extra = ("kind",)
    can_preview = False


@admin.register(TextPage)
class TextPageAdmin(PublishableAdmin):
    shared_fields = ("place", "shows_contact", "position")
    radio_fields = {"place": admin.VERTICAL}
    list_extra = ("place",)


class NoticeForm(PublishableForm):
    """A notice, which visitors see on every page."""

    always_ends = True


@admin.register(Notice)
class NoticeAdmin(SingleAdmin):
    form = NoticeForm
    can_preview = False
    can_withdraw = True


class InaccessibleContentInline(ChildInline):
    model = InaccessibleContent


class DataFlowInline(ChildInline):
    model = DataFlow


class StatementAdmin(SingleAdmin):
    """Admin of a statement: its fields in groups, before its texts by language."""

    can_preview = False
    shared_first = True
    groups: tuple[tuple[Any, tuple[Any, ...]], ...] = ()  # a heading, and fields without a language

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The groups, then the Dutch texts, the French, the English."""
        return [*((label, {"fields": names}) for label, names in self.groups), *super().get_fieldsets(request, obj)]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django calls the empty choice None, which beside a status reads as one."""
        kwargs.setdefault("choices", db_field.get_choices(blank_choice=[("", _("Not chosen yet"))]))
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(AccessibilityStatement)
class AccessibilityStatementAdmin(StatementAdmin):
    groups = (
        (gettext_lazy("Compliance status"), ("status",)),
        (gettext_lazy("This statement"), ("method", "assessor", "made_on", "reviewed_on")),
        (gettext_lazy("Remarks and complaints"), ("response_days", "complaints_url")),
        (gettext_lazy("Enforcement body"), ("enforcement_url", "enforcement_address")),
    )
    radio_fields = {"status": admin.VERTICAL, "method": admin.VERTICAL}
    inlines = (InaccessibleContentInline,)


@admin.register(PrivacyStatement)
class PrivacyStatementAdmin(StatementAdmin):
    groups = (
        (gettext_lazy("Who is responsible"), ("controller", "number", "address", "email")),
        (gettext_lazy("Data protection officer"), ("officer_email",)),
        (gettext_lazy("Supervision"), ("authority",)),
    )
    radio_fields = {"authority": admin.VERTICAL}
    inlines = (DataFlowInline,)


class SynonymList(ChangeList):
    """The list of search words, each with whether it leads somewhere."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        nowhere = leading_nowhere()
        self.result_list = list(self.result_list)
        for each in self.result_list:
            each.leads_nowhere = each.pk in nowhere


@admin.register(Synonym)
class SynonymAdmin(AnyModelAdmin):
    """Words of visitors that lead to words of the site; a line holds as soon as it is saved."""

    list_display = ("said", "meant", "language", "remark")
    list_filter = ("language",)
    search_fields = ("said", "meant")
    fields = ("language", "said", "meant")
    list_per_page = 500
    radio_fields = {"language": admin.HORIZONTAL}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SynonymList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("remark"))
    def remark(self, obj: Any) -> str:
        return _("No public page has these words.") if obj.leads_nowhere else ""

    def save_model(self, request: HttpRequest, obj: Synonym, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.pk in leading_nowhere():
            words = _("No public page has ‘%(words)s’ yet. Until one has, this search word finds nothing more.")
            messages.warning(request, words % {"words": obj.meant})
