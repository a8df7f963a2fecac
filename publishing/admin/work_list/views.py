"""The page with the whole list of work, and the two forms: put something off, and bring it back."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publishing.admin.work_list import listing
from publishing.admin.work_list.entries import Asked, WorkItem, WorkSubject
from publishing.admin.work_list.putting_off import put_off
from publishing.i18n.formats import written
from publishing.models import PutOff
from publishing.text.numbers import parse_int

NEVER = "never"  # the value of the button that dismisses
EVERYTHING = "everything"  # the field of the page with all of it


def everything(request: HttpRequest) -> HttpResponse:
    """The whole list, and what was put off."""
    found = listing.work_list(request.user, everything=True)
    context = {
        "title": _("All that needs attention"),
        "work": found,
        "work_summary": listing.summary(found),
        "everything": True,
        "away": listing.put_off_by_anybody(request.user),
    }
    return render(request, "publishing/work_list.html", admin.site.each_context(request) | context)


@require_POST
def put_off_view(request: HttpRequest) -> HttpResponse:
    """Put off what the form names, as far as it is still to be done: for a while, or for good."""
    about = WorkSubject(request.POST.get("model", ""), parse_int(request.POST.get("pk", "")))
    named = set(request.POST.getlist("item"))
    found = listing.to_do(Asked(request.user, timezone.now(), about=about))
    items = [each for each in found if isinstance(each, WorkItem) and each.key.token in named]
    if items:
        is_for_good = request.POST.get("until") == NEVER
        put_off(items, cast(User, request.user), for_good=is_for_good)
        row = PutOff.objects.filter(kind=items[0].kind.name, author=request.user.pk).latest("at")
        messages.success(request, format_html("{} {}", _told(items[0], row), _button(row)))
    else:
        messages.info(request, _("This is not on the list any more."))
    return _back(request)


def _told(item: WorkItem, row: PutOff) -> str:
    """What was done, in one sentence."""
    if row.until is None:
        return _("“%s” stays away from the list, for everybody, until something changes.") % capfirst(item.label)
    words = {"title": capfirst(item.label), "date": written(timezone.localtime(row.until), "j F")}
    return _("“%(title)s” is put off until %(date)s, for everybody.") % words


def _button(row: PutOff) -> str:
    """The button that brings it back; it belongs to the one form for all messages, as that of undoing."""
    address = reverse("work_bring_back", args=[row.pk])
    return format_html(
        '<button type="submit" class="undo" form="undo" formaction="{}">{}</button>', address, _("Undo this")
    )


@require_POST
def bring_back_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Have on the list again what was put off with one click."""
    rows = listing.standing_for(request.user)
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    rows.filter(at=row.at, model=row.model, object_id=row.object_id).delete()
    messages.success(request, _("It is on the list again, if it is still to be done."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect("work_list" if EVERYTHING in request.POST else "admin:index")


urlpatterns = [
    path("", admin.site.admin_view(everything), name="work_list"),
    path("put-off/", admin.site.admin_view(put_off_view), name="work_put_off"),
    path("<number:pk>/back/", admin.site.admin_view(bring_back_view), name="work_bring_back"),
]
