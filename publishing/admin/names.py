"""The page about a name, of an organisation or a person: where texts have it, and a new name instead of an old one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.admin.history import undoing
from publishing.admin.types import AnyModelAdmin
from publishing.i18n.urls import desk_address
from publishing.models import Publishable
from publishing.models.rights import may_change
from publishing.review import usage
from publishing.review.naming import names
from publishing.review.naming.mentions import by_field
from publishing.types import AuthenticatedHttpRequest

MOST_SHOWN = 200  # places of one kind


def names_view(model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, object_id: str) -> HttpResponse:
    """Where the name stands; the button puts the name of today in the places that were chosen."""
    obj = model_admin.get_object(request, object_id)
    if obj is None:
        raise Http404
    if not model_admin.has_view_or_change_permission(request, obj):
        raise PermissionDenied
    address = desk_address(obj, "names")
    if request.method == "POST":
        if not model_admin.has_change_permission(request, obj):
            raise PermissionDenied
        _replace(request, obj, address)
        return redirect(address)
    named = names.named(obj, request.user)
    choice = [place for place in named.replaceable if may_change(request.user, place.first.text.model_class)]
    by_hand = [place for place in named.old if place not in choice]
    shown = choice[:MOST_SHOWN]
    context = model_admin.admin_site.each_context(request) | {
        "title": _("“%s” in texts") % obj,
        "opts": model_admin.opts,
        "object": obj,
        "named": named,
        "choice": by_field(shown),
        "proposed": {place.key for place in shown if names.is_proposed(place)},
        "number": len(shown),
        "not_shown": len(choice) - len(shown),
        "by_hand": by_field(by_hand[:MOST_SHOWN]),
        "waiting": by_field(named.waiting[:MOST_SHOWN]),
        "same": by_field(named.same[:MOST_SHOWN]),
        "used_by": usage.by_kind(usage.uses(obj)),
    }
    return render(request, "publishing/names.html", context)


def tell_renamed(request: AuthenticatedHttpRequest, obj: Publishable) -> None:
    """Say after a change of the name where texts still have the old one, with a link to the page."""
    number = names.count_former(obj, request.user)
    if not number:
        return
    words = ngettext(
        "The old name still stands in %d place in other texts.",
        "The old name still stands in %d places in other texts.",
        number,
    )
    link = format_html('<a href="{}">{}</a>', desk_address(obj, "names"), _("Look at them and replace it"))
    messages.warning(request, format_html("{} {}", words % number, link))


def _replace(request: AuthenticatedHttpRequest, obj: Publishable, address: str) -> None:
    keys = set(request.POST.getlist("place"))
    if not keys:
        messages.error(request, _("Nothing is replaced: tick the places where the new name must come."))
        return
    done = names.replace(obj, keys, request.user)
    if done.pages:
        words = ngettext(
            "Replaced in %d working copy. Visitors see it when you publish it:",
            "Replaced in %d working copies. Visitors see it when you publish them:",
            len(done.pages),
        )
        pages = ((desk_address(each), usage.name_of(each)) for each in done.pages)
        links = format_html_join(", ", '<a href="{}">{}</a>', pages)
        messages.success(request, format_html("{} {}.", words % len(done.pages), links))
        undoing.offer(request, done.act, address)
    if done.refused:
        words = ngettext(
            "%d text would be too long with the new name. Change it yourself.",
            "%d texts would be too long with the new name. Change them yourself.",
            done.refused,
        )
        messages.warning(request, words % done.refused)
    if done.gone:
        words = ngettext(
            "In %d place somebody changed the text meanwhile. It stays as it is; look at it below.",
            "In %d places somebody changed the text meanwhile. They stay as they are; look at them below.",
            done.gone,
        )
        messages.warning(request, words % done.gone)
