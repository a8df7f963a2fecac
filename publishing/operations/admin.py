"""The admins of waiting mails, of reports of browsers, and of the log of events."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.models import Event, Mail, PolicyReport
from publishing.operations import audit_log
from publishing.operations.mail import advice_on, deliver
from publishing.review import history

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin


@admin.register(Mail)
class MailAdmin(AnyModelAdmin):
    """Mails that no mail server took yet; nothing to do here but look, try again, or give one up.

    Mails about access are for superusers: nobody else may learn of them, or keep them from arriving.
    """

    list_display = ("subject", "to", "created_at", "tries", "next_try_at", "problem")
    list_display_links = None
    found_by = ("subject", "recipients")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Mail]:
        mails = super().get_queryset(request)
        return mails if request.user.is_superuser else mails.filter(is_security=False)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The list, and how many more mails there are for those who do not see all."""
        hidden = 0 if request.user.is_superuser else Mail.objects.filter(is_security=True).count()
        if hidden and request.method == "GET":
            words = ngettext(
                "%d more mail waits, about signing in. Only who manages this website sees it.",
                "%d more mails wait, about signing in. Only who manages this website sees them.",
                hidden,
            )
            messages.info(request, words % hidden)
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("what is the matter"))
    def problem(self, obj: Mail) -> str:
        """What it means and what to do, and below it what the server said."""
        advice = advice_on(obj.error)
        return format_html("{}<br><small>{}</small>", advice, obj.error) if advice else obj.error

    @admin.display(description=gettext_lazy("to"))
    def to(self, obj: Mail) -> str:
        return ", ".join(obj.recipients) or _("an address that is shown to nobody")

    @admin.action(description=gettext_lazy("Try again now"))
    def try_again(self, request: HttpRequest, queryset: models.QuerySet[Mail]) -> None:
        queryset.update(next_try_at=timezone.now())
        sent = deliver()
        messages.info(request, ngettext("%d mail sent.", "%d mails sent.", sent) % sent)

    def has_add_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False


@admin.register(PolicyReport)
class PolicyReportAdmin(AnyModelAdmin):
    """Reports of browsers; nothing to do here but look, and delete those that are dealt with."""

    list_display = ("held_back", "blocked", "page", "count", "first_at", "last_at")
    list_display_links = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("what"), ordering="directive")
    def held_back(self, obj: PolicyReport) -> str:
        kind = obj.directive.partition("-")[0]
        known = {"script": _("script"), "style": _("design"), "img": _("picture"), "font": _("typeface")}
        return f"{known[kind]} ({obj.directive})" if kind in known else obj.directive

    def has_add_permission(self, request: HttpRequest, obj: PolicyReport | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PolicyReport | None = None) -> bool:
        return False


@admin.register(Event)
class LogAdmin(AnyModelAdmin):
    """Who did what, in one list: events and publications, to read only."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        page_obj = Paginator(audit_log.everything(), history.ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context = self.admin_site.each_context(request) | {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "opts": self.opts,
            "page_obj": page_obj,
            "lines": audit_log.lines(page_obj),
            "days": audit_log.KEPT_FOR.days,
        }
        return render(request, "publishing/log.html", context)

    def has_add_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
