"""The views of history: the timeline of an object, any two versions side by side, and back again.

`model_admin` is the `PublishableAdmin` of the object.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from publishing.admin.history.erasing import may_erase
from publishing.admin.history.undoing import button, offer
from publishing.admin.types import AnyModelAdmin
from publishing.i18n.urls import desk_address
from publishing.models import Act, ActLine, Discarded, Draft, Publishable, Revision
from publishing.models.snapshots import Snapshot, freeze, freeze_all, normalise
from publishing.review.diff import changed_labels, differences, missing
from publishing.review.history import (
    AT_ONCE,
    ENTRIES_PER_PAGE,
    HistoryEntry,
    Version,
    author_name,
    entries,
    taken_back_words,
    tell,
    when,
)
from publishing.text.numbers import parse_int
from publishing.types import AuthenticatedHttpRequest, signed_in
from publishing.workflow import has_unpublished, last_act, listings, lock, look, record, restore, unpublished_changes

WORKING = "working"  # the name of the working copy among the versions


# Views; `model_admin` is the PublishableAdmin of the object


def timeline(model_admin: AnyModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The whole history of one object, with two versions to choose."""
    obj = to_change(model_admin, request, object_id)
    working = freeze_all(obj)
    kept = [each for each in Draft.objects.of(obj).select_related("author") if each.data != working]
    found = with_undo(obj, entries(obj, kept=kept))
    page_obj = Paginator(found, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    tell(obj, page_obj.object_list)
    standing = listings(obj)
    for line in page_obj.object_list:
        line.listing = standing.get(line.key, "")
    changes = unpublished_changes(obj)
    unpublished = bool(changes) or not obj.revisions.standing().exists()
    keys = [entry.key for entry in page_obj if entry.key]
    # The newest and the one before; the working copy is only news when it holds some.
    newest = [WORKING, *keys] if unpublished or len(keys) < 2 else keys
    context = {
        "page_obj": page_obj,
        "new": newest[0],
        "old": newest[1] if len(newest) > 1 else WORKING,
        "keys": keys,
        "unpublished": unpublished,
        "changes": changed_labels(type(obj), changes),
        **may_erase(signed_in(request), obj, keys),
    }
    return answer(model_admin, request, obj, "publishing/history/timeline.html", context)


def compare(model_admin: AnyModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Two versions of one object, word by word."""
    obj = to_change(model_admin, request, object_id)
    old_key, new_key = request.GET.get("old", ""), request.GET.get("new", WORKING)
    old, old_name = _snapshot(obj, old_key)
    new, new_name = _snapshot(obj, new_key)
    context = {
        "differences": differences(type(obj), old, new),
        "old_name": old_name,
        "new_name": new_name,
        "old_key": old_key,
    }
    return answer(model_admin, request, obj, "publishing/history/compare.html", context)


def restore_version(model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, object_id: str) -> HttpResponse:
    """Make a version the working copy again; with GET, it says what would happen."""
    obj = to_change(model_admin, request, object_id)
    key = (request.POST if request.method == "POST" else request.GET).get("version", "")
    version = _version(obj, key)
    if version is None:
        raise Http404
    if request.method == "POST":
        row = restore_and_tell(request, version)
        return redirect(desk_address(row))
    snapshot = normalise(type(obj), version.data)
    context = {
        "version": key,
        "when": when(version.created_at),
        "unpublished": has_unpublished(obj),
        "taken": taken_back_words(version) if isinstance(version, Revision) and version.taken_back_reason else "",
        "missing": missing(type(obj), snapshot),
        "differences": differences(type(obj), _snapshot(obj, WORKING)[0], snapshot),
    }
    return answer(model_admin, request, obj, "publishing/history/restore.html", context)


def restore_and_tell(request: AuthenticatedHttpRequest, version: Version) -> Any:
    """Make `version` the working copy, and tell which relations stay empty; gives the saved row."""
    empty = missing(version.model_class, normalise(version.model_class, version.data))
    with transaction.atomic():
        lock(version.model_class)
        before = look(version.model_class, version.object_id)
        row = restore(version, request.user)
        act = record(Act.Kind.RESTORED, request.user, [before])
    messages.success(request, _("Put back as working copy: visitors see it when you publish."))
    offer(request, act)
    if empty:
        messages.warning(request, _("Left empty, because it was deleted since: %s.") % get_text_list(empty, _("and")))
    return row


def with_undo(obj: Publishable, lines: list[HistoryEntry]) -> list[HistoryEntry]:
    """`lines` with the button at what can be undone now, if anything."""
    act = last_act(obj)
    if act is None:
        return lines
    line = ActLine.objects.get(act=act, model=obj._meta.label_lower, object_id=obj.pk)
    made = [
        f"r{pk}" for pk in obj.revisions.filter(pk__gt=line.before, pk__lte=line.after).values_list("pk", flat=True)
    ]
    about = [each for each in lines if each.made in made] or [
        each for each in lines if not each.is_save and abs(each.at - act.at) < AT_ONCE
    ]
    if not about:
        about = [HistoryEntry(act.at, author_name(act.author), act.get_kind_display())]
        lines = sorted([*lines, *about], key=lambda each: each.at, reverse=True)
    about[-1].undo = button(act)
    return lines


def to_change(model_admin: AnyModelAdmin, request: HttpRequest, object_id: str) -> Any:
    """The object with this key, when this user may change it; else 404 or 403."""
    obj = model_admin.get_object(request, object_id)
    if obj is None:
        raise Http404
    if not model_admin.has_change_permission(request, obj):
        raise PermissionDenied
    return obj


def answer(
    model_admin: AnyModelAdmin, request: HttpRequest, obj: Publishable, template: str, context: dict[str, Any]
) -> HttpResponse:
    """A page about the history of `obj`."""
    context |= model_admin.admin_site.each_context(request)
    context |= {"opts": obj._meta, "object": obj, "title": _("History"), "working": WORKING}
    return render(request, template, context)


def _version(obj: Publishable, key: str) -> Version | None:
    found: Any = {
        "r": obj.revisions.filter(erased_at=None),
        "d": Discarded.objects.of(obj),
        "s": Draft.objects.of(obj),
    }.get(key[:1])
    return found.filter(pk=parse_int(key[1:])).first() if found is not None else None


def _snapshot(obj: Publishable, key: str) -> tuple[Snapshot, str]:
    """The content of a version in the terms of today, and its name; raises Http404."""
    if key == WORKING:
        return freeze(type(obj)._base_manager.get(pk=obj.pk)), _("the working copy")
    version = _version(obj, key)
    if version is None:
        raise Http404
    return normalise(type(obj), version.data), when(version.created_at)
