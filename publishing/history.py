"""History: who changed what and when, any two versions side by side, and back again.

A version is what was published (a Revision), saved (a Draft), overwritten or deleted (a Discarded),
or the working copy as it is saved now.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from publishing.comparison import changed_labels, differences, missing
from publishing.dates import written
from publishing.editing import Path, values
from publishing.languages import current
from publishing.lists import user_name
from publishing.models import Act, ActLine, Discarded, Draft, Publishable, Revision
from publishing.numbers import whole
from publishing.snapshots import Change, Snapshot, diff, freeze, freeze_all, normalise
from publishing.undoing import button, offer
from publishing.workflow import has_unpublished, last_act, lock, look, record, restore, unpublished_changes

ENTRIES_PER_PAGE = 25
RECENT = 3  # lines beside the form
RECENT_ROWS = 20  # read for those of each kind, because saves in a row are one line
AT_ONCE = timedelta(seconds=2)  # the button Publish saves first: one act, told once
WORKING = "working"  # the name of the working copy among the versions

Version = Revision | Discarded | Draft


@dataclass
class Entry:
    """One line of a history."""

    at: datetime
    who: str
    what: str
    details: list[str] = field(default_factory=list)
    key: str = ""  # of the version that can be compared and restored; "" for a mere save
    mark: str = ""
    url: str = ""  # where visitors can read this version
    before: str = ""  # the key of the version published before it
    made: str = ""  # the key of the version as it was made; `key` is that in which it was carried along since
    is_save: bool = False
    undo: str = ""  # the button that undoes it

    @property
    def when(self) -> str:
        """The moment in words."""
        return when(self.at)


def entries(obj: Publishable, rows: int | None = None, kept: Iterable[Draft] = ()) -> list[Entry]:
    """The history of `obj`, newest first, in three queries: without what each publication changed, see `tell`.

    With `rows`, only from the newest rows of each kind. Of the saves in `kept` it says that they can be put back.
    """
    now = timezone.now()
    revisions = list(obj.revisions.defer("data").select_related("author")[:rows])
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
    saves = about.filter(action_flag__in=(ADDITION, CHANGE)).exclude(change_message="[]").select_related("user")
    acts = _folded(revisions)
    found = [
        *(_of_revision(act, last, _before(act, revisions), now) for act, last in acts),
        *(_of_discarded(each) for each in Discarded.objects.of(obj).defer("data").select_related("author")[:rows]),
        *map(_of_draft, kept),
        *(_of_save(each) for each in saves[:rows]),
    ]
    # A publication comes after the save of the same moment that it is about.
    found.sort(key=lambda entry: (entry.at, not entry.is_save), reverse=True)
    return _merged(found)


def recent(obj: Publishable) -> list[Entry]:
    """The newest lines, for beside the form."""
    return entries(obj, RECENT_ROWS)[:RECENT]


def tell(obj: Publishable, lines: Iterable[Entry]) -> None:
    """Say of those `lines` that are publications what they changed, and where visitors can read them."""
    keys = {key for line in lines for key in (line.key, line.made, line.before) if key.startswith("r")}
    numbers = [int(key[1:]) for key in keys]
    found = obj.revisions.filter(models.Q(pk__in=numbers) | models.Q(carried_by__in=numbers)).order_by("live_from")
    revisions = {f"r{each.pk}": each for each in found}
    snapshots = {key: normalise(type(obj), each.data) for key, each in revisions.items()}
    carried: dict[str, list[Revision]] = {}
    for each in revisions.values():
        act = revisions.get(f"r{each.carried_by_id}")
        if act and each.live_from > act.live_from:
            carried.setdefault(f"r{act.pk}", []).append(each)
    readable = obj.revisions.citable().filter(pk__in=[each.pk for each in revisions.values()])
    public = type(obj).published().filter(object_id=obj.pk).first() if obj.view_name else None
    urls = {f"r{pk}": _public_address(public, pk) for pk in readable.values_list("pk", flat=True)} if public else {}
    for line in lines:
        line.url = urls.get(line.key, "")
        revision = revisions.get(line.made)
        if revision and line.before in snapshots and not (revision.withdrawn or revision.unchanged_since):
            changes = diff(snapshots[line.before], snapshots[line.made])
            line.details += changed_labels(type(obj), changes) or [_("nothing changed")]
            line.details += [_carried_along(type(obj), changes, each) for each in carried.get(line.made, ())]


def _carried_along(model: type[Publishable], changes: list[Change], waiting: Revision) -> str:
    """That the version `waiting` has these changes as well, and which not."""
    there = values(normalise(model, waiting.data))
    missing_there = [each for each in changes if not _has(there, each)]
    words = {"when": when(waiting.live_from), "fields": ", ".join(changed_labels(model, missing_there))}
    if not missing_there:
        return _("also in the version of %(when)s") % words
    if len(missing_there) == len(changes):
        return _("not in the version of %(when)s, which keeps its own") % words
    return _("also in the version of %(when)s; not: %(fields)s") % words


def _has(there: dict[Path, Any], change: Change) -> bool:
    """Whether values `there` say what `change` made of one."""
    if len(change.path) == 2:  # a row that came or went
        return (change.path[1] in there[change.path[:1]]) == (change.new is not None)
    return change.path not in there or isinstance(change.new, list) or there[change.path] == change.new


def _folded(revisions: list[Revision]) -> list[tuple[Revision, Revision]]:
    """What people did, newest first, each with the version that it came to.

    A version that waited and was carried along is no act: it takes the place of the one before it.
    `revisions` come newest first.
    """
    last = {each.pk: each for each in revisions}
    for each in reversed(revisions):
        if each.carried_by_id and (origin := _origin(each, revisions)):
            first = next(pk for pk, version in last.items() if version == origin)
            last[first] = last.pop(each.pk)
    return [(each, last[each.pk]) for each in revisions if each.pk in last]


def _origin(carried: Revision, revisions: list[Revision]) -> Revision | None:
    """The version that waited for the same moment until `carried` took its place, if it is among `revisions`."""
    until = carried.carried_by_id or 0
    same = (each for each in revisions if each.live_from == carried.live_from and not each.withdrawn)
    return next((each for each in same if each.pk <= until and not each.cancelled), None)


def _before(revision: Revision, revisions: list[Revision]) -> Revision | None:
    """What `revision` is compared with: what was public until then; for one that waits, the version before it."""
    older = [each for each in revisions if each.pk < revision.pk]
    if revision.live_from <= revision.created_at:
        shown = (each for each in older if each.live_from < revision.live_from == each.superseded_at)
        older = [each for each in shown if not each.cancelled] or older
    return next(iter(older), None)


def _of_revision(revision: Revision, last: Revision, before: Revision | None, now: datetime) -> Entry:
    """What was done by `revision`, and where that stands: `last` is the version in which it was carried along."""
    act, revision = revision, last
    came_due = revision.superseded_at is None or revision.superseded_at > revision.live_from
    decides = came_due and (revision.superseded_at is None or revision.superseded_at > now)
    end, mark = revision.live_until, ""
    if revision.cancelled:
        mark = _("Cancelled")
    elif not came_due:
        mark = _("Never became public")
    elif revision.live_from > now:
        mark = _("Waits until %s") % when(revision.live_from)
    elif decides and revision.withdrawn:
        mark = _("Withdrawn")
    elif revision.taken_back_at:
        mark = _("Undone")
    elif decides:
        mark = _("Ended on %s") % when(end) if end and end <= now else _("Public now")
    if act.withdrawn:
        what, details = _("took it off the site"), [act.reason]
    elif act.checked_at < act.live_from:
        what, details = act.note, []
    elif act.unchanged_since:
        what, details = _("checked it: it was still right"), []
    else:
        what = _("published") if act.live_from <= act.created_at else _("scheduled")
        details = [act.note] if act.note else []
    key = f"r{revision.pk}"
    earlier = f"r{before.pk}" if before else ""
    return Entry(act.created_at, _name(act.author), what, details, key, mark, before=earlier, made=f"r{act.pk}")


def _of_discarded(discarded: Discarded) -> Entry:
    what = _("deleted it") if discarded.deleted else _("put back an older version; this is what stood here before")
    return Entry(discarded.created_at, _name(discarded.author), what, [], f"d{discarded.pk}")


def _of_draft(draft: Draft) -> Entry:
    what = _("changed the working copy") if draft.was_saved else _("typed this, while somebody else saved")
    return Entry(draft.last_at, _name(draft.author), what, [], f"s{draft.pk}", is_save=draft.was_saved)


def _of_save(save: LogEntry) -> Entry:
    """What the admin's log says, in the language of the reader."""
    entry = Entry(save.action_time, _name(save.user), _("changed the working copy"))
    try:
        parts = json.loads(save.change_message or "[]")
    except ValueError:
        entry.what = save.change_message
        return entry
    entry.is_save = True
    if save.action_flag == ADDITION:
        entry.what = _("made it")
    for part in parts:
        for action, told in part.items():
            if action == "restored":
                entry.is_save = False
                entry.what = _("put back the version of %s") % when(datetime.fromisoformat(told["made_at"]))
            elif "name" in told:
                entry.details.append(capfirst(_(told["name"])))
            else:
                entry.details += [_logged_label(name) for name in told.get("fields", [])]
    return entry


def _logged_label(name: str) -> str:
    """`title (nl)` in the language of the reader."""
    stem, language = re.fullmatch(r"(.*?)( \(\w\w\))?", name).groups(default="")  # type: ignore[union-attr]
    return capfirst(_(stem[:1].lower() + stem[1:])) + language if language else capfirst(_(name))


def _merged(lines: Iterable[Entry]) -> list[Entry]:
    """`lines` with the saves of one person in a row, on one day, as one; a save by publishing is told by that."""
    merged: list[Entry] = []
    for line in lines:
        newer = merged[-1] if merged else None
        if newer and line.is_save and not line.key and newer.who == line.who:
            same_day = timezone.localdate(newer.at) == timezone.localdate(line.at)
            if newer.is_save and newer.what == line.what and same_day:
                newer.details = list(dict.fromkeys([*newer.details, *line.details]))
                continue
            if newer.before and newer.at - line.at < AT_ONCE:
                continue
        merged.append(line)
    return merged


def _public_address(public: Publishable, pk: int) -> str:
    """Where visitors read revision `pk`; "" when what this once said is not public."""
    arguments = [public.slug_in(current())] if hasattr(public, "slug") else []
    try:
        return reverse(f"{public.view_name}_version", args=[*arguments, pk])
    except NoReverseMatch:
        return ""


def _name(user: Any) -> str:
    return user_name(user) or _("The site")


def when(at: datetime) -> str:
    """A moment in words: `today, 10:42`, or with its date."""
    at = timezone.localtime(at)
    days = (timezone.localdate() - at.date()).days
    day = {0: _("today"), 1: _("yesterday")}.get(days) or written(at)
    # Translators: a time of day, in the notation of Django's date filter
    time = date_format(at, _("H:i"))
    return f"{day}, {time}"


# Views; `model_admin` is the PublishableAdmin of the object


def timeline(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The whole history of one object, with two versions to choose."""
    obj = _object(model_admin, request, object_id)
    working = freeze_all(obj)
    kept = [each for each in Draft.objects.of(obj).select_related("author") if each.data != working]
    found = with_undo(obj, entries(obj, kept=kept))
    page_obj = Paginator(found, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    tell(obj, page_obj.object_list)
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
    }
    return _answer(model_admin, request, obj, "admin/history/timeline.html", context)


def compare(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Two versions of one object, word by word."""
    obj = _object(model_admin, request, object_id)
    old_key, new_key = request.GET.get("old", ""), request.GET.get("new", WORKING)
    old, old_name = _snapshot(obj, old_key)
    new, new_name = _snapshot(obj, new_key)
    context = {
        "differences": differences(type(obj), old, new),
        "old_name": old_name,
        "new_name": new_name,
        "old_key": old_key,
    }
    return _answer(model_admin, request, obj, "admin/history/compare.html", context)


def restore_version(model_admin: Any, request: Any, object_id: str) -> HttpResponse:
    """Make a version the working copy again; asked for with GET, it says what would happen."""
    obj = _object(model_admin, request, object_id)
    key = (request.POST if request.method == "POST" else request.GET).get("version", "")
    version = _version(obj, key)
    if version is None:
        raise Http404
    if request.method == "POST":
        row = restore_and_tell(request, version)
        return redirect(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", row.pk)
    snapshot = normalise(type(obj), version.data)
    context = {
        "version": key,
        "when": when(version.created_at),
        "unpublished": has_unpublished(obj),
        "missing": missing(type(obj), snapshot),
        "differences": differences(type(obj), _snapshot(obj, WORKING)[0], snapshot),
    }
    return _answer(model_admin, request, obj, "admin/history/restore.html", context)


def restore_and_tell(request: Any, version: Version) -> Any:
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


def with_undo(obj: Publishable, lines: list[Entry]) -> list[Entry]:
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
        about = [Entry(act.at, _name(act.author), act.get_kind_display())]
        lines = sorted([*lines, *about], key=lambda each: each.at, reverse=True)
    about[-1].undo = button(act)
    return lines


def _object(model_admin: Any, request: HttpRequest, object_id: str) -> Any:
    obj = model_admin.get_object(request, object_id)
    if obj is None:
        raise Http404
    if not model_admin.has_change_permission(request, obj):
        raise PermissionDenied
    return obj


def _version(obj: Publishable, key: str) -> Version | None:
    found: Any = {"r": obj.revisions, "d": Discarded.objects.of(obj), "s": Draft.objects.of(obj)}.get(key[:1])
    return found.filter(pk=whole(key[1:])).first() if found is not None else None


def _snapshot(obj: Publishable, key: str) -> tuple[Snapshot, str]:
    """The content of a version in the terms of today, and its name; raises Http404."""
    if key == WORKING:
        return freeze(type(obj)._base_manager.get(pk=obj.pk)), _("the working copy")
    version = _version(obj, key)
    if version is None:
        raise Http404
    return normalise(type(obj), version.data), when(version.created_at)


def _answer(
    model_admin: Any, request: HttpRequest, obj: Publishable, template: str, context: dict[str, Any]
) -> HttpResponse:
    context |= model_admin.admin_site.each_context(request)
    context |= {"opts": obj._meta, "object": obj, "title": _("History"), "working": WORKING}
    return render(request, template, context)
