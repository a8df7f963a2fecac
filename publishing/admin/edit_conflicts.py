"""Edit conflicts: two people with the same form open, and a save by one while the other types.

The form carries a fingerprint of every value that it was made from. When it comes back and
the saved row has other fingerprints, somebody saved in between: nothing is written, what
only they changed is taken over, and what both changed is shown side by side.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2s
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.forms import BaseForm, BoundField, CheckboxInput, FileInput
from django.http import QueryDict
from django.utils import timezone

from publishing.models import Presence, Publishable
from publishing.models.snapshots import Path, Snapshot, values
from publishing.text.numbers import parse_int
from publishing.types import AnyFormSet
from publishing.web.sent_forms.form_data import CONFLICT

AWAY_AFTER = timedelta(minutes=2)  # without a sign of life; the page gives one every 30 seconds


logger = logging.getLogger(__name__)


def fingerprints(snapshot: Snapshot) -> str:
    """The fingerprints that a form made from `snapshot` carries: a short digest of every value."""
    return json.dumps({_key(path): _digest(value) for path, value in values(snapshot).items()}, separators=(",", ":"))


@dataclass(frozen=True)
class Difference:
    """One value that somebody else changed since the form was made; `clash` when we did too."""

    path: Path
    mine: object
    theirs: object
    clash: bool


def differences(base: str, saved: Snapshot, mine: Snapshot) -> list[Difference]:
    """What somebody else changed since `base`, the fingerprints that came back with the form.

    `saved` is the row as it is now and `mine` what was typed. A form without fingerprints, such
    as one sent by a script, is taken as it comes.
    """
    try:
        before = json.loads(base)
    except (ValueError, RecursionError):
        return []
    if not isinstance(before, dict):
        return []
    theirs, own = values(saved), values(mine)
    found = []
    for path in {**theirs, **own}:
        was, now, ours = before.get(_key(path)), _digest(theirs.get(path)), _digest(own.get(path))
        if was == now or now == ours or (was is None and path not in theirs):
            continue
        # Which rows there are is never a clash: those of both are kept.
        clash = path in own and was != ours and not _is_row_list(path, saved)
        found.append(Difference(path, own.get(path), theirs.get(path), clash))
    return found


def take_over(
    data: QueryDict, found: Iterable[Difference], form: BaseForm, formsets: Iterable[AnyFormSet]
) -> QueryDict:
    """What was typed, with the values that only somebody else changed; `form` and `formsets` have theirs."""
    merged = data.copy()
    found = list(found)
    theirs = {difference.path for difference in found if not difference.clash}
    clashed = {difference.path[:2] for difference in found if difference.clash}
    for bound in form:
        if any((name,) in theirs for name in (bound.name, f"{bound.name}_id")):
            _put(merged, bound.html_name, bound)
    for formset in formsets:
        _merge_rows(merged, theirs, clashed, formset)
    merged[CONFLICT] = "1"
    return merged


def _merge_rows(data: QueryDict, theirs: set[Path], clashed: set[Path], formset: AnyFormSet) -> None:
    """Take over the child rows that somebody else changed, added or removed."""
    name, prefix = formset.fk.remote_field.related_name, str(formset.prefix)  # type: ignore[attr-defined]  # inline
    saved = {str(form.instance.pk): form for form in formset.forms}
    typed = read_rows(data, prefix, formset.absolute_max)
    kept = [row for row in typed if row.get("id") in saved]
    for pk in saved.keys() - {row.get("id") for row in kept}:
        kept.append({"id": pk, formset.fk.name: str(formset.instance.pk)} | _row(saved[pk]))  # type: ignore[attr-defined]
    for row in kept:
        for bound in saved[row["id"]]:
            paths = [(name, int(row["id"]), each) for each in (bound.name, f"{bound.name}_id")]
            if any(path in theirs for path in paths):
                row |= {bound.name: text} if (text := _text(bound)) else {bound.name: ""}
    # A row that they removed comes back as a new one if we had changed it.
    gone = [row for row in typed if row.get("id") not in saved]
    added = [row | {"id": ""} for row in gone if not row.get("id") or (name, parse_int(row["id"])) in clashed]
    write_rows(data, prefix, kept, added)


def read_rows(data: QueryDict, prefix: str, most: int) -> list[dict[str, str]]:
    """The child rows in `data`, each by the names of its fields; `most` is how many there may be."""
    rows: list[dict[str, str]] = []
    for number in range(min(parse_int(data.get(f"{prefix}-TOTAL_FORMS", "")), most)):
        start = f"{prefix}-{number}-"
        rows.append({key.removeprefix(start): str(data[key]) for key in [*data] if key.startswith(start)})
    return rows


def write_rows(data: QueryDict, prefix: str, kept: list[dict[str, str]], added: list[dict[str, str]]) -> None:
    """Put these child rows into `data` instead of those that it has: the saved ones come before the new."""
    for key in [*data]:
        if key.startswith(f"{prefix}-") and key.removeprefix(f"{prefix}-").split("-")[0].isdigit():
            del data[key]
    for number, row in enumerate([*kept, *added]):
        for key, value in row.items():
            data[f"{prefix}-{number}-{key}"] = value
    data[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
    data[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(added))


def _is_row_list(path: Path, snapshot: Snapshot) -> bool:
    value = snapshot.get(str(path[0]))
    return len(path) == 1 and isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _row(form: BaseForm) -> dict[str, str]:
    return {bound.name: text for bound in form if (text := _text(bound))}


def _put(data: QueryDict, name: str, bound: BoundField) -> None:
    if isinstance(bound.field.widget, FileInput):
        return
    if (text := _text(bound)) or not isinstance(bound.field.widget, CheckboxInput):
        data[name] = text
    else:
        data.pop(name, None)


def _text(bound: BoundField) -> str:
    """The value that a browser would send back for this field."""
    if isinstance(bound.field.widget, CheckboxInput):
        return "on" if bound.value() else ""
    widget: Any = getattr(bound.field.widget, "widget", bound.field.widget)
    value = widget.format_value(bound.value())
    return str((value[0] if isinstance(value, list) else value) or "")


def arrive(obj: Publishable, user: User) -> None:
    """Note that `user` has `obj` open; somebody who comes back after `AWAY_AFTER` counts as new.

    A database that can be read but not written, as on a full disk, keeps nobody from the form.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            presence, created = Presence.objects.get_or_create(
                user=user, model=obj._meta.label_lower, object_id=obj.pk, defaults={"since": now, "seen_at": now}
            )
            if not created:
                presence.since = presence.since if presence.seen_at >= now - AWAY_AFTER else now
                presence.seen_at = now
                presence.save(update_fields=["since", "seen_at"])
    except OperationalError as error:
        logger.warning("Who has %s open could not be noted: %s", obj._meta.label_lower, error)


def others(obj: Publishable, user: User) -> list[Presence]:
    """The other people who have `obj` open now, longest first."""
    here = Presence.objects.filter(
        model=obj._meta.label_lower, object_id=obj.pk, seen_at__gte=timezone.now() - AWAY_AFTER
    )
    return list(here.exclude(user=user).select_related("user").order_by("since"))


def _key(path: Path) -> str:
    return ".".join(str(part) for part in path)


def _digest(value: object) -> str:
    return blake2s(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=6).hexdigest()
