"""A form that is sent twice, because the first response was lost or by a double click, is saved once.

Every form carries a token of its own. The database remembers what it saved, in the same transaction,
so that a second try goes on from there: it meets no newer save but those of others, and what the
first one added is not added again. That holds when the session ended in between. Whoever saves holds the
lock of the model first, so that of two forms that come at the same moment the second finds what the first saved.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2s

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.admin import edit_conflicts
from publishing.models import Publishable, SentForm
from publishing.models.snapshots import freeze_all
from publishing.types import signed_in
from publishing.web.sent_forms import form_data

LONGEST = 30  # letters of a token
KEPT_FOR = timedelta(days=14)  # as long as a browser offers what was typed
MOST_ROWS = 2000  # of one kind, as Django's formsets have it


def new_token() -> str:
    """A token for a form that is opened."""
    return secrets.token_urlsafe(9)


def token_of(request: HttpRequest) -> str:
    """The token of the form in `request`, or in the address of one that is opened; "" of one that has none of ours."""
    token = (request.POST if request.method == "POST" else request.GET).get(form_data.TOKEN, "")
    return token if len(token) < LONGEST and token.isprintable() else ""


def saved_before(request: HttpRequest, model: type[Publishable]) -> SentForm | None:
    """What the form in `request` saved already of `model`.

    To be called with the lock of `model`, before saving.
    """
    if not (token := token_of(request)):
        return None
    return SentForm.objects.filter(user=signed_in(request).user, token=token, model=model._meta.label_lower).first()


def digest(request: HttpRequest) -> str:
    """A digest of everything that came with a form, to know whether the same comes again."""
    none = ("csrfmiddlewaretoken", form_data.LOST)
    texts = sorted((name, values) for name, values in request.POST.lists() if name not in none)
    # A kept file is in the form by its reference.
    chosen = ((name, file) for name, file in request.FILES.items() if not hasattr(file, "row"))
    files = sorted((name, file.name, file.size) for name, file in chosen if isinstance(file, UploadedFile))
    return blake2s(json.dumps([texts, files]).encode(), digest_size=12).hexdigest()


def remember(request: HttpRequest, row: Publishable, sent: str, rows: Mapping[str, int]) -> None:
    """Note what the form in `request` saved; `row` is what the form now begins from, and `rows` what it added."""
    if not (token := token_of(request)):
        return
    saved = {"model": row._meta.label_lower, "object_id": row.pk, "sent": sent, "rows": rows}
    saved |= {
        "base": edit_conflicts.fingerprints(freeze_all(row)),
        "revision": _newest(row),
        "saved_at": timezone.now(),
    }
    SentForm.objects.update_or_create(user=signed_in(request).user, token=token, defaults=saved)
    SentForm.objects.filter(saved_at__lt=timezone.now() - KEPT_FOR).delete()


def forget_lost(request: HttpRequest) -> None:
    """Ask for no file again that the first try of a form had with it: it was saved then."""
    if form_data.LOST in request.POST:
        del form_data.editable(request)[form_data.LOST]


def had_arrived() -> str:
    """The message instead of doing it twice."""
    return _("Your first try had arrived: everything was saved then, and nothing twice.")


def says_nothing_new(sent: str, obj: Publishable, saved: SentForm) -> bool:
    """Whether the second try says what the first one said, and all is still as that left it.

    `obj` is as the form has it: the working copy, or what its owner sees of it.
    """
    standing = edit_conflicts.fingerprints(freeze_all(obj))
    return (saved.sent, saved.base, saved.revision) == (sent, standing, _newest(obj))


def caught_up(data: QueryDict, obj: Publishable, saved: SentForm) -> QueryDict:
    """The data that were sent, as if the form had been opened after its first try."""
    data = data.copy()
    data[form_data.BASE] = saved.base
    for name in obj.children:
        there = {str(row.pk) for row in getattr(obj, name).all()}
        rows = edit_conflicts.read_rows(data, name, MOST_ROWS)
        for number, row in enumerate(rows):
            row.setdefault("id", "")
            added = str(saved.rows.get(f"{name}-{number}", ""))
            if not row["id"] and added in there:
                row["id"] = added
            elif row["id"] not in there:
                row["id"] = ""
        rows = [row for row in rows if row["id"] or "DELETE" not in row]
        edit_conflicts.write_rows(
            data, name, [row for row in rows if row["id"]], [row for row in rows if not row["id"]]
        )
    return data


def _newest(obj: Publishable) -> int:
    return obj.revisions.order_by("-pk").values_list("pk", flat=True).first() or 0
