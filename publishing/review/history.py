"""History: the timeline of an object, any two versions side by side, and restoring one.

A version is what was published (a Revision), saved (a Draft), overwritten or deleted (a Discarded),
or the working copy as it is saved now.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.i18n.formats import labelled, time_of_day, written
from publishing.i18n.languages import NAMES
from publishing.models import ChangeNote, Discarded, Draft, Event, Publishable, Revision
from publishing.models.snapshots import FieldChange, Path, diff, normalise, values
from publishing.review.diff import changed_labels
from publishing.workflow.annotations.change_notes import CORRECTED, can_have_note

ENTRIES_PER_PAGE = 25


RECENT = 3  # lines beside the form


RECENT_ROWS = 20  # read for those of each kind, because saves in a row are one line


AT_ONCE = timedelta(seconds=2)  # the button Publish saves first: one act, told once


Version = Revision | Discarded | Draft
LISTED: dict[str, Callable[[], str]] = {  # what the log of the admin says of what visitors read of a version
    Event.Kind.TAKEN_BACK: lambda: _("took the version of %s out of the public list"),
    Event.Kind.LISTED: lambda: _("put the version of %s in the public list again"),
    CORRECTED: lambda: _("corrected what is new in the version of %s"),
}


@dataclass
class HistoryEntry:
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
    taken: str = ""  # who took it out of the public list, when and why; or that it was undone
    told: ChangeNote | None = None  # what visitors read of the change
    can_tell: bool = False  # whether that can be corrected
    listing: str = ""  # of a published version, how it stands to the public list: see `workflow.listings`

    @property
    def when(self) -> str:
        """The moment in words."""
        return when(self.at)


def entries(obj: Publishable, rows: int | None = None, kept: Iterable[Draft] = ()) -> list[HistoryEntry]:
    """The history of `obj`, newest first, in three queries: without what each publication changed, see `tell`.

    With `rows`, only from the newest rows of each kind. Of the saves in `kept` it says that they can be put back.
    """
    now = timezone.now()
    revisions = list(obj.revisions.defer("data").select_related("author", "taken_back_by", "change_note")[:rows])
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


def recent(obj: Publishable) -> list[HistoryEntry]:
    """The newest lines, for beside the form."""
    return entries(obj, RECENT_ROWS)[:RECENT]


def tell(obj: Publishable, lines: Iterable[HistoryEntry]) -> None:
    """Say of those `lines` that are publications what they changed, and where visitors can read them."""
    keys = {key for line in lines for key in (line.key, line.made, line.before) if key.startswith("r")}
    numbers = [int(key[1:]) for key in keys]
    found = obj.revisions.filter(models.Q(pk__in=numbers) | models.Q(carried_by__in=numbers))
    found = found.filter(erased_at=None).order_by("live_from")
    revisions = {f"r{each.pk}": each for each in found}
    snapshots = {key: normalise(type(obj), each.data) for key, each in revisions.items()}
    carried: dict[str, list[Revision]] = {}
    for each in revisions.values():
        act = revisions.get(f"r{each.carried_by_id}")
        if act and each.live_from > act.live_from:
            carried.setdefault(f"r{act.pk}", []).append(each)
    urls = {f"r{pk}": url for pk, url in addresses(obj, [each.pk for each in revisions.values()]).items()}
    for line in lines:
        line.url = urls.get(line.key, "")
        revision = revisions.get(line.made)
        if revision and line.before in snapshots and not (revision.withdrawn or revision.unchanged_since):
            changes = diff(snapshots[line.before], snapshots[line.made])
            line.details += changed_labels(type(obj), changes) or [_("nothing changed")]
            line.details += [_carried_along(type(obj), changes, each) for each in carried.get(line.made, ())]


def addresses(obj: Publishable, numbers: Iterable[int]) -> dict[int, str]:
    """Where visitors can read the versions `numbers` of `obj`; without those that they cannot read."""
    public = type(obj).published().filter(pk=obj.pk).first() if obj.has_versions else None
    if public is None:
        return {}
    readable = obj.revisions.citable().filter(pk__in=numbers)
    return {pk: public.get_versions_url(pk) for pk in readable.values_list("pk", flat=True)}


def _carried_along(model: type[Publishable], changes: list[FieldChange], waiting: Revision) -> str:
    """That the version `waiting` has these changes as well, and which not."""
    there = values(normalise(model, waiting.data))
    missing_there = [each for each in changes if not _has(there, each)]
    words = {"when": when(waiting.live_from), "fields": ", ".join(changed_labels(model, missing_there))}
    if not missing_there:
        return _("also in the version of %(when)s") % words
    if len(missing_there) == len(changes):
        return _("not in the version of %(when)s, which keeps its own") % words
    return _("also in the version of %(when)s; not: %(fields)s") % words


def _has(there: dict[Path, Any], change: FieldChange) -> bool:
    """Whether values `there` say what `change` made of one."""
    if len(change.path) == 2:  # a row that came or went
        return (change.path[1] in there[change.path[:1]]) == (change.new is not None)
    return change.path not in there or isinstance(change.new, list) or there[change.path] == change.new


def _folded(revisions: list[Revision]) -> list[tuple[Revision, Revision]]:
    """The actions of people, newest first, each with the version that it made.

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


def _of_revision(revision: Revision, last: Revision, before: Revision | None, now: datetime) -> HistoryEntry:
    """What was done by `revision`, and where that stands: `last` is the version in which it was carried along."""
    act, revision = revision, last
    came_due = revision.came_due
    decides = came_due and revision.is_not_overtaken(now)
    end, mark = revision.live_until, ""
    if revision.erased_at:
        mark = _("Erased")
    elif revision.cancelled:
        mark = _("Cancelled")
    elif not came_due:
        mark = _("Never became public")
    elif revision.live_from > now:
        mark = _("Waits until %s") % when(revision.live_from)
    elif decides and revision.withdrawn:
        mark = _("Withdrawn")
    elif revision.taken_back_at:
        mark = _("Not public any more") if revision.taken_back_reason else _("Undone")
    elif decides:
        mark = _("Ended on %s") % when(end) if end and end <= now else _("Public now")
    if act.withdrawn:
        what, details = _("took it off the site"), [act.reason]
    elif act.checked_at < act.live_from:
        what, details = act.note, []
    elif act.unchanged_since:
        what, details = _("checked it: it was still right"), [act.note] if act.note else []
    else:
        what = _("published") if act.live_from <= act.created_at else _("scheduled")
        details = [act.note] if act.note else []
    taken = taken_back_words(revision) if revision.taken_back_at and revision.taken_back_reason else ""
    key = f"r{revision.pk}"
    earlier = f"r{before.pk}" if before else ""
    who, made = author_name(act.author), f"r{act.pk}"
    if revision.erased_at:  # there is nothing to look at
        return HistoryEntry(act.created_at, who, what, [each for each in details if each], mark=mark, taken=taken)
    return HistoryEntry(
        act.created_at,
        who,
        what,
        details,
        key,
        mark,
        before=earlier,
        made=made,
        taken=taken,
        told=getattr(revision, "change_note", None),
        can_tell=can_have_note(revision),
    )


def taken_back_words(revision: Revision) -> str:
    """Who took it out of the public list, when and why; of what was undone, when."""
    at = when(revision.taken_back_at) if revision.taken_back_at else ""
    words = {"who": author_name(revision.taken_back_by), "when": at, "reason": revision.taken_back_reason}
    if not revision.taken_back_reason:
        return _("undone, %(when)s") % words
    return _("taken out of the public list by %(who)s, %(when)s: %(reason)s") % words


def _of_discarded(discarded: Discarded) -> HistoryEntry:
    what = _("deleted it") if discarded.deleted else _("put back an older version; this is what stood here before")
    return HistoryEntry(discarded.created_at, author_name(discarded.author), what, [], f"d{discarded.pk}")


def _of_draft(draft: Draft) -> HistoryEntry:
    what = _("changed the working copy") if draft.was_saved else _("typed this, while somebody else saved")
    return HistoryEntry(draft.last_at, author_name(draft.author), what, [], f"s{draft.pk}", is_save=draft.was_saved)


def _of_save(save: LogEntry) -> HistoryEntry:
    """The message of an entry in the admin's log, in the language of the reader."""
    entry = HistoryEntry(save.action_time, author_name(save.user), _("changed the working copy"))
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
            elif action == "held":
                entry.is_save = False
                entry.what = _("said that a translation still holds")
                entry.details += [labelled(capfirst(str(NAMES[code])), number) for code, number in told.items()]
            elif action in LISTED:
                entry.is_save = False
                entry.what = LISTED[action]() % when(datetime.fromisoformat(told["live_from"]))
                entry.details += [told["reason"]] if told.get("reason") else []
            elif "name" in told:
                entry.details.append(capfirst(_(told["name"])))
            else:
                entry.details += [_logged_label(name) for name in told.get("fields", [])]
    return entry


def _logged_label(name: str) -> str:
    """`title (nl)` in the language of the reader."""
    stem, language = re.fullmatch(r"(.*?)( \(\w\w\))?", name).groups(default="")  # type: ignore[union-attr]
    return capfirst(_(stem[:1].lower() + stem[1:])) + language if language else capfirst(_(name))


def _merged(lines: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """`lines` with the saves of one person in a row, on one day, as one; a save by publishing is told by that."""
    merged: list[HistoryEntry] = []
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


def author_name(user: object) -> str:
    """The displayed name of the author of something; the site, when nobody is known."""
    return user_name(user) or _("The site")


def when(at: datetime) -> str:
    """A moment in words: `today, 10:42`, or with its date."""
    at = timezone.localtime(at)
    days = (timezone.localdate() - at.date()).days
    day = {0: _("today"), 1: _("yesterday")}.get(days) or written(at)
    return f"{day}, {time_of_day(at)}"


def user_name(user: Any) -> str:
    """The displayed name of a user; "" when nobody is known."""
    return (user.get_full_name() or user.get_username()) if user else ""
