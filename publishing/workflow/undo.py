"""Undo: one click puts back what an act changed, as long as nobody changed it since.

An act notes, for each object that it was about, how that stood before and a digest of how it stands
since. To undo it is to commit what was public again, with its end, to let what waited wait again when
its moment is still to come, and to put back what the act changed in the working copy. It never shows
what somebody hid: see `_as_allowed`. A version that was published by the act is taken back: visitors
no longer find it among the versions of a page.

`look` before, `record` after, `undo` later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from publishing.models import MAX_CHARACTERS, Act, ActLine, Discarded, Draft, Publishable, Revision, TranslationState
from publishing.models.snapshots import (
    Snapshot,
    child_models,
    freeze_all,
    normalise,
    published_fields,
    unpublished_fields,
    withheld_fields,
)
from publishing.search.desk import desk_index
from publishing.workflow.commit import (
    commit,
    commit_copy,
    commit_waiting,
    lock,
    log,
    moment,
    refuse,
    taken_errors,
    waiting_versions,
)
from publishing.workflow.plan import cancel_waiting
from publishing.workflow.reorder import reorder
from publishing.workflow.restore import restore, restore_rows, set_values
from publishing.workflow.signals import undone
from publishing.workflow.working_copies.drafts import digest, keep, keep_what_stood

KEPT_FOR = timedelta(days=30)
TRANSLATED = "translated_from"  # in what an act changed, beside the fields: the origins of translations, by language
# Acts about the working copy alone.
WITHOUT_VERSION = (Act.Kind.DELETED, Act.Kind.ORDERED, Act.Kind.RESTORED, Act.Kind.REPLACED)


@dataclass(frozen=True)
class Look:
    """How one object stands: its working copy, None without one, and the numbers of its revisions."""

    model: type[Publishable]
    pk: int
    title: str
    working: Snapshot | None
    newest: int
    due: int | None
    waiting: tuple[tuple[int, datetime], ...]  # with the moment that each waits for
    cancelled: tuple[int, ...]
    translated_from: Snapshot  # the origins of its translations, by language; to say that one still holds changes these

    @property
    def versions(self) -> tuple[object, ...]:
        """The part that changes as soon as somebody publishes, plans or cancels."""
        return self.newest, self.cancelled

    @property
    def digest(self) -> str:
        """A digest of all that somebody can change; time changes nothing of it."""
        return digest([self.working, *self.versions])


def look(model: type[Publishable], pk: int) -> Look:
    """How the object with this number stands now."""
    return look_at(model, [pk])[0]


def look_at(model: type[Publishable], pks: Sequence[int]) -> list[Look]:
    """How these objects stand now, in their order; the number of queries does not grow with them."""
    now = timezone.now()
    rows: dict[int, Any] = model._base_manager.in_bulk(list(pks))
    models.prefetch_related_objects(list(rows.values()), *model.children)
    linked = {field.attname for field in unpublished_fields(model) if isinstance(field, models.ForeignKey)}
    columns = ("object_id", "pk", "live_from", "superseded_at", "withdrawn", "cancelled")
    revisions: dict[int, list[Any]] = {pk: [] for pk in pks}
    found = Revision.objects.of(model).filter(object_id__in=revisions).order_by("pk").values_list(*columns)
    for object_id, *values in found:
        revisions[object_id].append(values)
    origins: dict[int, Snapshot] = {pk: {} for pk in pks}
    for each in TranslationState.objects.among(model, pks):
        origins[each.object_id][each.language] = each.origins
    looks = []
    for pk in pks:
        row, due, waiting, cancelled, newest = rows.get(pk), None, [], [], 0
        for number, live_from, superseded_at, withdrawn, is_cancelled in revisions[pk]:
            newest = number
            if is_cancelled:
                cancelled.append(number)
            if live_from <= now and (superseded_at is None or superseded_at > now):
                due = number
            elif live_from > now and not withdrawn and (superseded_at is None or superseded_at > live_from):
                waiting.append((number, live_from))
        working = {key: value for key, value in freeze_all(row).items() if key not in linked} if row else None
        title = str(row)[:MAX_CHARACTERS] if row else ""
        looks.append(Look(model, pk, title, working, newest, due, tuple(waiting), tuple(cancelled), origins[pk]))
    return looks


def record(kind: Act.Kind, author: User | None, before: Iterable[Look]) -> Act | None:
    """Note what was done since `before`, so that it can be undone; None when nothing was.

    The caller is in the transaction in which it was done.
    """
    by_model: dict[type[Publishable], list[Look]] = {}
    for each in before:
        by_model.setdefault(each.model, []).append(each)
    changed = [
        (old, new)
        for model, looks in by_model.items()
        for old, new in zip(looks, look_at(model, [each.pk for each in looks]), strict=True)
        if old.versions != new.versions
        or (kind in WITHOUT_VERSION and old.digest != new.digest)
        or (kind == Act.Kind.HELD and old.translated_from != new.translated_from)
    ]
    if not changed:
        return None
    act = Act.objects.create(kind=kind, author=author)
    ActLine.objects.bulk_create(_line(act, old, new) for old, new in changed)
    return act


def _line(act: Act, old: Look, new: Look) -> ActLine:
    was, now = old.working or {}, new.working or {}
    moments = {at for _number, at in new.waiting}
    changed = {name: was[name] for name in now if name in was and was[name] != now[name]}
    if old.translated_from != new.translated_from:
        changed[TRANSLATED] = old.translated_from
    return ActLine(
        act=act,
        model=old.model._meta.label_lower,
        object_id=old.pk,
        title=new.title or old.title,
        was_there=old.working is not None,
        working=changed,
        before=old.newest,
        after=new.newest,
        due=old.due,
        waiting=[number for number, _at in old.waiting],
        dropped=[number for number, at in old.waiting if at not in moments],
        digest_before=old.digest,
        digest=new.digest,
    )


def last_act(obj: Publishable) -> Act | None:
    """The act about `obj` that can be undone now: its newest, when nothing of it changed since."""
    mine = ActLine.objects.filter(model=obj._meta.label_lower, object_id=obj.pk, act__undone_at=None)
    line = mine.filter(act__at__gt=timezone.now() - KEPT_FOR).select_related("act").order_by("-pk").first()
    if line is None or line.digest != look(type(obj), obj.pk).digest:
        return None
    before, shown = obj.revisions.filter(pk=line.due or 0).first(), obj.revisions.due().first()
    leads_to_taken = before and before.taken_back_at and shown and shown.pk > line.before
    return None if leads_to_taken else line.act


def undo(act: Act, author: User | None) -> list[str]:
    """Put back what `act` changed; returns what could not be, in sentences.

    Raises ValidationError when somebody changed it since, when it is too long ago or was undone
    already, when something else has taken an address meanwhile, and when visitors would read again
    what was taken back.
    """
    with transaction.atomic(), desk_index.together():
        lines = list(act.lines.order_by("pk"))
        for label in sorted({line.model for line in lines}):
            lock(apps.get_model(label))
        act = Act.objects.select_for_update().get(pk=act.pk)
        now = timezone.now()
        if act.undone_at:
            raise ValidationError(_("This was undone already."))
        if act.at < now - KEPT_FOR:
            raise ValidationError(_("This is too long ago to be undone at once. Look in the history of the page."))
        for line, seen in zip(lines, _looks(lines), strict=True):
            if seen.digest != line.digest:
                raise ValidationError(_changed_since(line, act))
        what = {"what": act.get_kind_display(), "when": moment(act.at)}
        note = _("Undone: %(what)s, on %(when)s.") % what
        told: list[str] = []
        if act.kind == Act.Kind.ORDERED:
            _put_in_order(lines, author, note)
        else:
            for line in lines:
                told += _put_back(line, author, note, now)
        act.undone_at, act.undone_by = timezone.now(), author
        act.save(update_fields=["undone_at", "undone_by"])
        for line, seen in zip(lines, _looks(lines), strict=True):
            _revive(line, seen)
        undone.send(Act, act=act, author=author)
        return told


def _looks(lines: list[ActLine]) -> list[Look]:
    found: dict[tuple[str, int], Look] = {}
    for label in {line.model for line in lines}:
        pks = [line.object_id for line in lines if line.model == label]
        found |= {(label, each.pk): each for each in look_at(apps.get_model(label), pks)}
    return [found[line.model, line.object_id] for line in lines]


def _revive(line: ActLine, seen: Look) -> None:
    """Let the act before this one be undone as well, when nobody changed the object between the two."""
    mine = ActLine.objects.filter(model=line.model, object_id=line.object_id, act__undone_at=None)
    earlier = mine.filter(pk__lt=line.pk, digest=line.digest_before).order_by("-pk").first()
    if earlier:
        earlier.digest = seen.digest
        earlier.save(update_fields=["digest"])


def _changed_since(line: ActLine, act: Act) -> str:
    """The person who changed the object after the act, and when."""
    content_type = ContentType.objects.get_for_model(line.model_class)
    about = {"model": line.model, "object_id": line.object_id}
    revision = Revision.objects.filter(**about, created_at__gt=act.at).select_related("author").first()
    draft = Draft.objects.filter(**about, last_at__gt=act.at).select_related("author").order_by("-last_at").first()
    logged = LogEntry.objects.filter(content_type=content_type, object_id=str(line.object_id), action_time__gt=act.at)
    entry = logged.select_related("user").order_by("-action_time").first()
    found = [
        *([(revision.created_at, revision.author)] if revision else []),
        *([(draft.last_at, draft.author)] if draft else []),
        *([(entry.action_time, entry.user)] if entry else []),
    ]
    at, user = max(found, key=lambda each: each[0], default=(None, None))
    name = (user.get_full_name() or user.get_username()) if user else ""
    words = {"title": line.title, "who": name, "when": moment(at) if at else ""}
    if not name:
        return _("Not undone: “%(title)s” has changed since. Look in its history.") % words
    return _("Not undone: %(who)s changed “%(title)s” since, on %(when)s. Look in its history.") % words


def _put_in_order(lines: list[ActLine], author: User | None, note: str) -> None:
    model = lines[0].model_class
    field = model.order_field
    moved = [line for line in lines if field in line.working]
    moved.sort(key=lambda line: (line.working[field], line.object_id))
    reorder(model, [line.object_id for line in moved], author, note)


def _put_back(line: ActLine, author: User | None, note: str, now: datetime) -> list[str]:
    """Put back one object; returns what could not be."""
    model = line.model_class
    row = model._base_manager.filter(pk=line.object_id).first()
    if row is None:
        deleted = Discarded.objects.filter(model=line.model, object_id=line.object_id).in_bin().first()
        if deleted is None:
            raise ValidationError(_("Not undone: it is not in the bin any more."))
        restore(deleted, author)
        return []
    if not line.was_there:  # it came out of the bin
        mine = Discarded.objects.of(row).in_bin()
        try:
            row.delete()
        except models.ProtectedError as error:
            raise ValidationError(_("Not undone: something else points at “%s” now.") % line.title) from error
        mine.filter(author=None).update(author=author)
        return []
    keep_what_stood(row)
    _put_back_working(row, line.working)
    told, commits = _put_back_versions(model._base_manager.get(pk=row.pk), line, author, note, now)
    if not commits:
        log(author, [row], note)
    keep(row, author, begins=True)
    return told


def _put_back_working(row: Publishable, working: Snapshot) -> None:
    """Write what the act changed in the working copy as it was, but neither show what was hidden nor give consent."""
    model: type[Publishable] = type(row)
    only_emptied = {*model.withheld_unless.values(), *model.asked_anew}
    fields = [
        field
        for field in [*published_fields(model), *unpublished_fields(model)]
        if field.attname in working and not (field.name in only_emptied and working[field.attname])
    ]
    set_values(row, fields, working)
    if fields:
        row.save_base(update_fields=[field.attname for field in fields])
    for name, child in child_models(model):
        if name in working:
            restore_rows(row, child, normalise(model, {name: working[name]})[name])
    if TRANSLATED in working:
        TranslationState.objects.put_back(row, working[TRANSLATED])


def _put_back_versions(
    row: Publishable, line: ActLine, author: User | None, note: str, now: datetime
) -> tuple[list[str], bool]:
    """Commit what was public and what waited again; returns what could not be, and whether visitors see a commit."""
    own = row.revisions
    waited = list(own.filter(pk__in=line.waiting).order_by("pk"))
    told = [_not_planned(each) for each in waited if each.live_from <= now and each.pk in line.dropped]
    target = own.filter(pk=line.due).first() if line.due else None
    for each in waited:  # it began meanwhile, as it would have without the act
        if each.live_from <= now and each.pk not in line.dropped:
            target = each
    coming = [each for each in waited if each.live_from > now]
    shown = own.due(now).first()
    act = None
    if shown and shown.pk > line.before:
        act = _commit_target(row, target, shown, author, note, now)
    else:
        for each in own.pending(now).filter(pk__gt=line.before):
            cancel_waiting(each)
    there = {each.pk for each in waiting_versions(row, now)}
    if not act:  # what waits before the first one that must come back can stay
        while coming and coming[0].pk in there:
            del coming[0]
    for each in coming:
        data = _as_allowed(row, each.data, shown)
        obj = each.thaw()
        if taken_errors(obj, each.live_from, each.live_until):
            told.append(_("Not planned again: something else has its address or its number from then on."))
        else:
            commit_waiting(each, data=data, carried_by=act or each)
    _take_back(own.filter(pk__gt=line.before, pk__lte=shown.pk if shown else 0), target, now)
    return told, act is not None


def _not_planned(revision: Revision) -> str:
    return _("Not planned again: the moment of the version of %s is past.") % moment(revision.live_from)


def _commit_target(
    row: Publishable, target: Revision | None, shown: Revision, author: User | None, note: str, now: datetime
) -> Revision | None:
    """Make what `target` says public again, or nothing when that is what it says; `shown` is what decides until now."""
    if target is None or target.withdrawn:
        if shown.withdrawn and target is None:
            return None
        reason = target.reason if target else set_reason()
        data = target.data if target else shown.data
        withdrawal = Revision(author=author, live_from=now, withdrawn=True, reason=reason, data=data)
        return commit((target or shown).thaw(), withdrawal)
    if target.taken_back_at:
        words = _("Not undone: what visitors would read of “%s” then was taken out of the public list.")
        raise ValidationError(words % target.thaw())
    refuse(taken_errors(target.thaw(), now, target.live_until))
    return commit_copy(
        target,
        author=author,
        note=note,
        live_from=now,
        checked_at=target.checked_at,
        unchanged_since=target.said_since,
        data=_as_allowed(row, target.data, shown),
    )


def set_reason() -> str:
    """The reason of a withdrawal that undoes a first publication, in the language of reasons."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("published by mistake")


def _as_allowed(row: Publishable, data: Snapshot, shown: Revision | None) -> Snapshot:
    """`data` without the details that are hidden in `row`, unless visitors see these very ones still."""
    model = type(row)
    nothing = normalise(model, {})
    seen = normalise(model, shown.data) if shown and not shown.withdrawn else nothing
    hidden = withheld_fields(row) & model.withheld_unless.keys()  # the rest a version says of itself
    columns = [model._meta.get_field(name).attname for name in hidden]  # type: ignore[union-attr]
    return data | {column: nothing[column] for column in columns if data.get(column) != seen[column]}


def _take_back(versions: Any, target: Revision | None, now: datetime) -> None:
    """Take what the act made public out of the public list of versions, unless it says what is public again."""
    gone = []
    for each in versions.once_public(now):
        model = each.model_class
        is_same = target and not target.withdrawn and normalise(model, each.data) == normalise(model, target.data)
        if not is_same:
            gone.append(each.pk)
    Revision.objects.filter(pk__in=gone, taken_back_at=None).update(taken_back_at=now)


def forget_old(now: datetime | None = None) -> None:
    """Delete acts that can't be undone any more."""
    Act.objects.filter(at__lt=(now or timezone.now()) - KEPT_FOR).delete()
