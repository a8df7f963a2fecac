"""A form that comes twice, because its first answer got lost on the way: what it says is saved once.

Every form carries a token of its own. The session remembers what the last few forms saved, so
that a second try goes on from there: it meets no newer save but those of others, and what the
first one added is not added again.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from hashlib import blake2s
from typing import Any

from django.http import QueryDict

from publishing import editing
from publishing.models import Publishable
from publishing.snapshots import freeze_all

FIELD = "_form"  # the hidden field with the token
SESSION = "forms_saved"
LONGEST = 30  # letters of a token
KEPT = 3  # forms that the session remembers
MOST_ROWS = 2000  # of one kind, as Django's formsets have it


@dataclass(frozen=True)
class Saved:
    """What a form saved the first time."""

    model: str
    pk: int
    sent: str  # a digest of everything that came with it
    base: str  # the fingerprints of the row afterwards
    revision: int  # the newest one afterwards
    rows: dict[str, int]  # the child rows that it added, by their prefix in the form


def new_token() -> str:
    """A token for a form that is opened."""
    return secrets.token_urlsafe(9)


def token_of(request: Any) -> str:
    """The token of the form in `request`; "" of one that has none of ours."""
    token = request.POST.get(FIELD, "")
    return token if len(token) < LONGEST else ""


def saved_before(request: Any, model: type[Publishable]) -> Saved | None:
    """What the form in `request` saved already, if its answer got lost."""
    found = request.session.get(SESSION, {}).get(token_of(request))
    saved = Saved(**found) if found else None
    return saved if saved and saved.model == model._meta.label_lower else None


def digest(request: Any) -> str:
    """A digest of everything that came with a form, to know whether the same comes again."""
    texts = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, file.name, file.size) for name, file in request.FILES.items())
    return blake2s(json.dumps([texts, files]).encode(), digest_size=12).hexdigest()


def remember(request: Any, row: Publishable, sent: str, rows: dict[str, int]) -> None:
    """Note what the form in `request` saved; `row` is what the form now begins from, and `rows` what it added."""
    if not (token := token_of(request)):
        return
    saved = Saved(row._meta.label_lower, row.pk, sent, editing.fingerprints(freeze_all(row)), _newest(row), rows)
    others = [(key, value) for key, value in request.session.get(SESSION, {}).items() if key != token]
    request.session[SESSION] = dict([*others, (token, asdict(saved))][-KEPT:])


def says_nothing_new(sent: str, obj: Publishable, saved: Saved) -> bool:
    """Whether the second try says what the first one said, and all is still as that left it."""
    return saved == Saved(saved.model, obj.pk, sent, editing.fingerprints(freeze_all(obj)), _newest(obj), saved.rows)


def caught_up(data: QueryDict, obj: Publishable, saved: Saved) -> QueryDict:
    """What was sent, as if the form had been opened after its first try."""
    data = data.copy()
    data[editing.BASE] = saved.base
    for name in obj.children:
        there = {str(row.pk) for row in getattr(obj, name).all()}
        rows = editing.read_rows(data, name, MOST_ROWS)
        for number, row in enumerate(rows):
            row.setdefault("id", "")
            added = str(saved.rows.get(f"{name}-{number}", ""))
            if not row["id"] and added in there:
                row["id"] = added
            elif row["id"] not in there:
                row["id"] = ""
        rows = [row for row in rows if row["id"] or "DELETE" not in row]
        editing.write_rows(data, name, [row for row in rows if row["id"]], [row for row in rows if not row["id"]])
    return data


def _newest(obj: Publishable) -> int:
    return obj.revisions.order_by("-pk").values_list("pk", flat=True).first() or 0
