"""Old addresses in the desk: what visitors miss, what leads where, and pasting the list of a former site."""

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.i18n.languages import NAMES
from publishing.i18n.urls import desk_address
from publishing.models import MissingAddress, OldAddress
from publishing.operations.addresses.address_list import MOST_LINES, TooManyLinesError, parse, save
from publishing.operations.admin import AnyModelAdmin
from publishing.text.numbers import parse_int
from publishing.types import signed_in
from publishing.web.addresses.old_addresses import url_of
from publishing.web.addresses.wrong_addresses import guesses

MOST_MISSING = 25  # of which a page is guessed
PER_PAGE = 50


@admin.register(OldAddress)
class OldAddressAdmin(AnyModelAdmin):
    """The list says what visitors miss, and has a button for each; adding is pasting. Nothing is changed by hand."""

    def has_change_permission(self, request: HttpRequest, obj: OldAddress | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """What visitors asked for in vain, with the page that may have been meant; then the addresses that lead."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.GET.keys() - {"page"}:
            raise BadRequest("The list has pages, and nothing to narrow it by.")
        if request.method == "POST":
            return self._act(request)
        page_obj = Paginator(OldAddress.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
        context = self.admin_site.each_context(request) | {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "opts": self.opts,
            "may_add": self.has_add_permission(request),
            "may_delete": self.has_delete_permission(request),
            "missing": [_with_guess(each) for each in missing()[:MOST_MISSING]],
            "more": max(0, missing().count() - MOST_MISSING),
            "page_obj": page_obj,
            "old": [{"row": each, "url": url_of(each), "language": NAMES.get(each.language)} for each in page_obj],
        }
        return render(request, "publishing/old_addresses.html", context)

    def _act(self, request: HttpRequest) -> HttpResponse:
        """One button of the list."""
        if pk := parse_int(request.POST.get("_delete", "")):
            if not self.has_delete_permission(request):
                raise PermissionDenied
            OldAddress.objects.filter(pk=pk).delete()
        elif not self.has_add_permission(request):
            raise PermissionDenied
        elif pk := parse_int(request.POST.get("_dismiss", "")):
            MissingAddress.objects.filter(pk=pk).update(is_dismissed=True)
        elif row := MissingAddress.objects.filter(pk=parse_int(request.POST.get("_lead", ""))).first():
            best = next(iter(guesses(row.address, 1)), None)
            # What was read on the button: meanwhile another page may be more alike.
            if best is None or best.url != request.POST.get(f"url-{row.pk}"):
                messages.warning(request, _("The page that was offered is another one by now. Look once more."))
            else:
                save(parse(f"{row.address}\t{best.url}", request.get_host()), signed_in(request).user)
                messages.success(request, _("%(old)s leads to %(new)s.") % {"old": row.address, "new": best.url})
        return redirect(desk_address(OldAddress, "changelist"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Pasting, then the preview, then saving what is right."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("Paste old addresses"),
            "opts": self.opts,
            "most": MOST_LINES,
            "text": request.GET.get("old", "")[:500],
        }
        if request.method == "POST":
            text = context["text"] = request.POST.get("text", "")
            try:
                lines = parse(text, request.get_host())
            except TooManyLinesError:
                lines = []
                context["error"] = _("These are more than %d lines. Paste them in parts.") % MOST_LINES
            wrong = [line for line in lines if not line.is_right]
            right = [line for line in lines if line.is_right]
            if "_save" in request.POST and right:
                number = save(right, signed_in(request).user)
                done = ngettext("%d old address leads to its page.", "%d old addresses lead to their page.", number)
                messages.success(request, done % number)
                if not wrong:
                    return redirect(desk_address(OldAddress, "changelist"))
                # What is wrong stays, to be mended.
                context["text"], right = "\n".join(line.text for line in wrong), []
            if not lines and "error" not in context:
                context["error"] = _("There is no line with two addresses.")
            context |= {"is_read": bool(lines), "wrong": wrong, "right": right}
        return render(request, "publishing/paste_addresses.html", context)


def missing() -> models.QuerySet[MissingAddress]:
    """What visitors asked for in vain, and nobody said that no page belongs there; the most asked first."""
    return MissingAddress.objects.filter(is_dismissed=False).order_by("-count", "-last_on", "address")


def _with_guess(row: MissingAddress) -> dict[str, object]:
    return {"row": row, "guess": next(iter(guesses(row.address, 1)), None)}
