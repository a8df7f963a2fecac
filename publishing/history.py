"""History: who changed what and when, any two versions side by side, and back again.

A version is what was published (a Revision), what was overwritten or deleted (a Discarded),
or the working copy as it is saved now.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from publishing.fields import RichTextField
from publishing.languages import current
from publishing.models import Discarded, Publishable, Revision
from publishing.numbers import whole
from publishing.snapshots import Change, Snapshot, child_models, diff, freeze, normalise, published_fields
from publishing.workflow import restore

ENTRIES_PER_PAGE = 25
MAX_PAGES = 1000
CONTEXT = 24  # unchanged words and spaces kept on both sides of a change
WORKING = "working"  # the name of the working copy among the versions

Version = Revision | Discarded


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


def entries(obj: Publishable, until: int = ENTRIES_PER_PAGE) -> list[Entry]:
    """The newest `until` lines of the history of `obj`, newest first; costs the same however old it is."""
    now = timezone.now()
    revisions = list(obj.revisions.select_related("author")[: until + 1])  # one more, to compare the oldest with
    discarded = Discarded.objects.of(obj).select_related("author")[:until]
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
    saves = about.exclude(change_message="[]").select_related("user")[:until]
    public = type(obj).published(now).filter(object_id=obj.pk).first() if obj.view_name else None
    pairs = zip(revisions, [*revisions[1:], None], strict=False)
    found = [
        *(_of_revision(obj, each, before, public, now) for each, before in pairs),
        *(_of_discarded(each) for each in discarded),
        *_of_saves(saves),
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:until]


def recent(obj: Publishable) -> list[Entry]:
    """The three newest lines, for beside the form."""
    return entries(obj, 3)


def _of_revision(obj: Publishable, revision: Revision, before: Revision | None, public: Any, now: datetime) -> Entry:
    """`before` is the revision before it; `public` is what visitors see of `obj` now, if anything."""
    if revision.withdrawn:
        return Entry(revision.created_at, _name(revision.author), _("took it off the site"), [revision.reason])
    details = [revision.note] if revision.note else []
    model = type(obj)
    if before:
        changed = changed_labels(model, diff(normalise(model, before.data), normalise(model, revision.data)))
        details += changed or [_("nothing changed")]
    what = _("published") if revision.live_from <= revision.created_at else _("scheduled")
    if revision.unchanged_since:
        what, details = _("checked it: it was still right"), []
    entry = Entry(revision.created_at, _name(revision.author), what, details, f"r{revision.pk}")
    came_due = revision.superseded_at is None or revision.superseded_at > revision.live_from
    if revision.cancelled:
        entry.mark = _("Cancelled")
    elif not came_due:
        entry.mark = _("Never became public")
    elif revision.live_from > now:
        entry.mark = _("Waits until %s") % _moment(revision.live_from)
    elif revision.superseded_at is None or revision.superseded_at > now:
        end = revision.live_until
        entry.mark = _("Ended on %s") % _moment(end) if end and end <= now else _("Public now")
    if came_due and revision.live_from <= now and public:
        entry.url = _public_address(public, revision)
    return entry


def _of_discarded(discarded: Discarded) -> Entry:
    what = _("deleted it") if discarded.deleted else _("put back an older version; this is what stood here before")
    return Entry(discarded.created_at, _name(discarded.author), what, [], f"d{discarded.pk}")


def _of_saves(saves: Iterable[LogEntry]) -> Iterator[Entry]:
    """One entry for each run of saves by one person."""
    run: Entry | None = None
    for save in saves:
        if save.action_flag == DELETION:
            continue
        labels, text = _labels(save)
        what = {ADDITION: _("made it"), CHANGE: _("changed the working copy")}[save.action_flag]
        if text:
            yield Entry(save.action_time, _name(save.user), text)
        elif run and (run.who, run.what) == (_name(save.user), what):
            run.details = list(dict.fromkeys([*run.details, *labels]))
        else:
            if run:
                yield run
            run = Entry(save.action_time, _name(save.user), what, labels)
    if run:
        yield run


def _labels(save: LogEntry) -> tuple[list[str], str]:
    """The fields that the admin's log names, in the language of the reader; else what it says."""
    try:
        parts = json.loads(save.change_message or "[]")
    except ValueError:
        return [], save.change_message
    labels: list[str] = []
    for part in parts:
        for action in part.values():
            if "name" in action:
                labels.append(capfirst(_(action["name"])))
            else:
                labels += [_label(name) for name in action.get("fields", [])]
    return labels, ""


def _label(name: str) -> str:
    """`title (nl)` in the language of the reader."""
    stem, language = re.fullmatch(r"(.*?)( \(\w\w\))?", name).groups(default="")  # type: ignore[union-attr]
    return capfirst(_(stem[:1].lower() + stem[1:])) + language if language else capfirst(_(name))


def _public_address(public: Publishable, revision: Revision) -> str:
    """Where visitors read `revision`; "" when what this once said is not public."""
    arguments = [public.slug_in(current())] if hasattr(public, "slug") else []
    try:
        return reverse(f"{public.view_name}_version", args=[*arguments, revision.pk])
    except NoReverseMatch:
        return ""


def _name(user: Any) -> str:
    return (user.get_full_name() or user.username) if user else _("The site")


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y, H:i")


# Labels


def label(model: type[Publishable], path: tuple[str | int, ...]) -> str:
    """What the form calls the value at `path` of a snapshot; "" for what it does not know any more."""
    name = str(path[0])
    rows = dict(child_models(model)).get(name)
    if rows is None:
        return _field_label(model, name)
    if len(path) < 3:
        return capfirst(str(rows._meta.verbose_name_plural))
    return f"{capfirst(str(rows._meta.verbose_name))}: {_field_label(rows, str(path[2]))}"


def changed_labels(model: type[Publishable], changes: Iterable[Change]) -> list[str]:
    """The labels of the fields, and of the kinds of child rows, that `changes` are about."""
    labels = (label(model, change.path[:1]) for change in changes)
    return list(dict.fromkeys(each for each in labels if each))


def _field_label(model: type[models.Model], column: str) -> str:
    labels = {each.attname: str(each.verbose_name) for each in model._meta.concrete_fields}
    return capfirst(labels.get(column, ""))


# Comparing


@dataclass(frozen=True)
class Piece:
    """Some words, and whether they are the same, added or removed."""

    kind: str  # "same", "added", "removed" or "gap"
    text: str


@dataclass(frozen=True)
class FieldDifference:
    """What differs in one field, or that a child row came or went."""

    label: str
    pieces: list[Piece]
    note: str = ""


def differences(model: type[Publishable], old: Snapshot, new: Snapshot) -> list[FieldDifference]:
    """What differs between two snapshots, in words, in the order of the form."""
    found = []
    for change in diff(old, new):
        name = str(change.path[0])
        rows = dict(child_models(model)).get(name)
        if rows is None:
            found.append(_compared(model, name, label(model, change.path), change))
        elif len(change.path) == 1:
            found.append(FieldDifference(label(model, change.path), [], _("in another order")))
        elif len(change.path) == 2:
            row = change.new or change.old
            kind = "added" if change.new else "removed"
            text = "; ".join(
                shown for key in row if key not in ("id", "position") and (shown := show(rows, key, row[key]))
            )
            found.append(FieldDifference(capfirst(str(rows._meta.verbose_name)), [Piece(kind, text)]))
        elif change.path[2] != "position":
            found.append(_compared(rows, str(change.path[2]), label(model, change.path), change))
    return [each for each in found if each.label]


def _compared(model: type[models.Model], column: str, name: str, change: Change) -> FieldDifference:
    old, new = show(model, column, change.old), show(model, column, change.new)
    if old == new:
        return FieldDifference(name, [], _("only the formatting or the links"))
    return FieldDifference(name, word_diff(old, new))


def show(model: type[models.Model], column: str, value: Any) -> str:
    """The value of a column of a snapshot, as people read it."""
    fields = {each.attname: each for each in published_fields(model)}
    if column not in fields or value in (None, ""):
        return ""
    found: Any = fields[column]
    if isinstance(found, models.ForeignKey):
        return _name_of(found.related_model, value)
    if isinstance(found, RichTextField):
        blocks = re.sub(r"</(p|h2|h3|li|td|th|blockquote)>|<br ?/?>", " \n", str(value))
        return unescape(strip_tags(blocks)).strip()
    if isinstance(found, models.FileField):
        return PurePath(str(value)).name
    if isinstance(found, models.BooleanField):
        return _("yes") if value else _("no")
    if found.choices:
        return str(dict(found.flatchoices).get(value, value))
    if isinstance(found, models.DateTimeField):
        return _moment(found.to_python(value))
    if isinstance(found, models.DateField):
        day = found.to_python(value)
        return date_format(day, "j F Y") if isinstance(day, date) else str(value)
    return str(value)


def _name_of(model: Any, pk: int) -> str:
    """The name of what a relation leads to, also when that was deleted since."""
    row = model._base_manager.filter(pk=pk).first()
    if row is None:
        last = Revision.objects.of(model).filter(object_id=pk).first()
        row = last and last.thaw()
    return str(row) if row else _("something that was deleted")


def word_diff(old: str, new: str) -> list[Piece]:
    """The words of `old` and `new`, marked; long stretches that are the same are shortened."""
    before, after = re.findall(r"\S+|\s+", old), re.findall(r"\S+|\s+", new)
    pieces: list[Piece] = []
    removed = added = ""
    for operation, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        same = "".join(before[i:j])
        # A space between two changes belongs to both: people read changed phrases, not words.
        if operation == "equal" and (not same.isspace() or not (removed or added) or j == len(before)):
            pieces += [*_changed(removed, added), *_shortened(before[i:j], first=i == 0, last=j == len(before))]
            removed = added = ""
        else:
            removed, added = removed + same, added + "".join(after[k:m])
    return pieces + _changed(removed, added)


def _changed(removed: str, added: str) -> list[Piece]:
    return [Piece(kind, text) for kind, text in (("removed", removed), ("added", added)) if text]


def _shortened(words: list[str], first: bool, last: bool) -> list[Piece]:
    if len(words) <= 2 * CONTEXT:
        return [Piece("same", "".join(words))]
    head = [] if first else [Piece("same", "".join(words[:CONTEXT]))]
    tail = [] if last else [Piece("same", "".join(words[-CONTEXT:]))]
    return [*head, Piece("gap", "…"), *tail]


# Views; `model_admin` is the PublishableAdmin of the object


def timeline(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The whole history of one object."""
    obj = _object(model_admin, request, object_id)
    number = min(max(whole(request.GET.get("page", "1")), 1), MAX_PAGES)
    found = entries(obj, number * ENTRIES_PER_PAGE + 1)
    paginator = Paginator(found, ENTRIES_PER_PAGE)
    page_obj = paginator.get_page(number)
    keys = [entry.key for entry in found if entry.key]
    return _answer(
        model_admin,
        request,
        obj,
        "admin/history/timeline.html",
        {"page_obj": page_obj, "default": keys[:1], "keys": keys},
    )


def compare(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Two versions of one object, word by word."""
    obj = _object(model_admin, request, object_id)
    old, old_name = _snapshot(obj, request.GET.get("old", ""))
    new, new_name = _snapshot(obj, request.GET.get("new", WORKING))
    return _answer(
        model_admin,
        request,
        obj,
        "admin/history/compare.html",
        {
            "differences": differences(type(obj), old, new),
            "old_name": old_name,
            "new_name": new_name,
            "old_key": request.GET.get("old", ""),
        },
    )


def restore_version(model_admin: Any, request: Any, object_id: str) -> HttpResponse:
    """Make a version the working copy again."""
    obj = _object(model_admin, request, object_id)
    if request.method != "POST":
        raise PermissionDenied
    version = _version(obj, request.POST.get("version", ""))
    if version is None:
        raise Http404
    row = restore(version, request.user)
    messages.success(request, _("Put back as working copy: visitors see it when you publish."))
    tell_what_is_missing(request, row, version)
    opts = obj._meta
    return redirect(f"admin:{opts.app_label}_{opts.model_name}_change", obj.pk)


def tell_what_is_missing(request: HttpRequest, row: Publishable, version: Version) -> None:
    """Say which relations stay empty because what they lead to was deleted since."""
    snapshot = normalise(type(row), version.data)
    empty = [
        capfirst(str(each.verbose_name))
        for each in published_fields(type(row))
        if isinstance(each, models.ForeignKey) and snapshot[each.attname] and not getattr(row, each.attname)
    ]
    if empty:
        messages.warning(request, _("Left empty, because it was deleted since: %s.") % get_text_list(empty, _("and")))


def _object(model_admin: Any, request: HttpRequest, object_id: str) -> Any:
    obj = model_admin.get_object(request, object_id)
    if obj is None:
        raise Http404
    if not model_admin.has_change_permission(request, obj):
        raise PermissionDenied
    return obj


def _version(obj: Publishable, key: str) -> Version | None:
    found: Any = {"r": obj.revisions, "d": Discarded.objects.of(obj)}.get(key[:1])
    return found.filter(pk=whole(key[1:])).first() if found is not None else None


def _snapshot(obj: Publishable, key: str) -> tuple[Snapshot, str]:
    """The content of a version in the terms of today, and its name; raises Http404."""
    if key == WORKING:
        return freeze(type(obj)._base_manager.get(pk=obj.pk)), _("the working copy")
    version = _version(obj, key)
    if version is None:
        raise Http404
    return normalise(type(obj), version.data), _moment(version.created_at)


def _answer(
    model_admin: Any, request: HttpRequest, obj: Publishable, template: str, context: dict[str, Any]
) -> HttpResponse:
    context |= model_admin.admin_site.each_context(request)
    context |= {"opts": obj._meta, "object": obj, "title": _("History"), "working": WORKING}
    return render(request, template, context)
