"""Drafts that nobody published: saved more than two weeks ago, and in no version since."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.admin.work_list.entries import Asked, Rest, Tier, WorkItem, WorkKind, WorkSubject
from publishing.admin.work_list.ranking import rounded
from publishing.admin.work_list.registry import register
from publishing.i18n.urls import desk_address
from publishing.models import Draft, Publishable, Revision
from publishing.models.rights import changeable
from publishing.models.snapshots import FieldChange, diff, freeze, normalise
from publishing.review.diff import changed_labels
from publishing.review.history import user_name
from publishing.workflow import changed_among

FORGOTTEN = WorkKind("forgotten-draft", Tier.WAITING, 14, gettext_lazy("draft that was not published"))
AFTER = timedelta(days=14)
LOOKED_AT = 100  # drafts, the oldest
MINUTES = 10


@register(FORGOTTEN)
def forgotten(asked: Asked) -> Iterator[WorkItem | Rest]:
    """The drafts that somebody forgot, those on pages with the most readers first."""
    open_ones = Draft.objects.filter(is_open=True, last_at__lte=asked.now - AFTER, model__in=changeable(asked.user))
    if asked.about:
        open_ones = open_ones.filter(model=asked.about.model, object_id=asked.about.pk)
    drafts = list(open_ones.select_related("author").defer("data").order_by("last_at")[:LOOKED_AT])
    found = [each for label in {draft.model for draft in drafts} for each in _unpublished(label, drafts)]
    found.sort(key=lambda each: (-each[1].reach, each[0].last_at))
    chosen = found[: asked.most]
    yield from (_item(draft, row, asked) for draft, row in chosen)
    if left := found[len(chosen) :]:
        labels = {draft.model for draft, _row in left}
        yield Rest(FORGOTTEN, len(left), len(left) * rounded(MINUTES), labels.pop() if len(labels) == 1 else "")


def _unpublished(label: str, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Publishable]]:
    """Those of one model whose object is still there and says what no version does, each with its row."""
    model: type[Publishable] = apps.get_model(label)
    mine = {draft.object_id: draft for draft in drafts if draft.model == label}
    rows = model._base_manager.in_bulk(mine)
    standing = set(Revision.objects.of(model).standing().filter(object_id__in=rows).values_list("object_id", flat=True))
    changed = changed_among(model, [row for row in rows.values() if row.pk in standing])
    for pk, row in rows.items():
        if pk in changed or pk not in standing:
            yield mine[pk], row


def _item(draft: Draft, row: Publishable, asked: Asked) -> WorkItem:
    model, changes = type(row), _changes(row)
    whose = _whose(draft, asked)
    days = (asked.now - draft.last_at).days
    age = ngettext("%d day", "%d days", days) % days
    labels = ", ".join(changed_labels(model, changes)[:3])
    words = {"whose": whose, "age": age, "fields": labels}
    said = _("%(whose)s, %(age)s old: %(fields)s") if labels else _("%(whose)s, %(age)s old")
    anchor = f"#id_{changes[0].path[0]}" if changes and len(changes[0].path) == 1 else ""
    if changes and len(changes[0].path) > 1:
        anchor = f"#{changes[0].path[0]}-group"
    return WorkItem(
        FORGOTTEN,
        str(row),
        said % words,
        f"{desk_address(row)}{anchor}",
        MINUTES,
        draft.last_at,
        WorkSubject(draft.model, draft.object_id),
        cause=cause(draft.last_at),
        reach=row.reach,
    )


def cause(at: datetime) -> str:
    """When it was saved last: saved again it comes back, two weeks later."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _changes(row: Publishable) -> list[FieldChange]:
    last = row.revisions.standing().values_list("data", flat=True).first()
    models.prefetch_related_objects([row], *row.children)
    return diff(normalise(type(row), last), freeze(row)) if last is not None else []


def _whose(draft: Draft, asked: Asked) -> str:
    if draft.author_id is None:
        return _("draft")
    if draft.author_id == asked.user.pk:
        return _("your draft")
    return _("draft of %s") % user_name(draft.author)
