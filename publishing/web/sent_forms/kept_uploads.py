"""A file that was chosen once stays chosen: kept here while its form comes back, until that is saved.

The form carries a signed reference in a hidden field, `image-kept` beside `image`, instead of the file. It is worth
something to the same account, in the same session and for the same field, for `KEPT_FOR`. The file then takes its
place in `request.FILES`, so that it is judged again as if it had just been chosen.

Kept files lie apart from the uploaded ones, where no address leads: in `STATE_DIR`, or in a folder of the bucket
that the storage of uploaded files shows to nobody else.
"""

import logging
import re
import secrets
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.core.signing import BadSignature, TimestampSigner
from django.db import DatabaseError, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from publishing.files.limits import MAX_UPLOAD, check_room
from publishing.models import KeptUpload
from publishing.text.numbers import parse_int
from publishing.types import AnyUploadedFile
from publishing.web.forms import CHOOSE_AGAIN
from publishing.web.sent_forms import form_data

KEPT, FORGET = "-kept", "-forget"  # after the name of a file field: its reference, and the box that lets go of it
KEPT_FOR = timedelta(hours=24)
MOST_BYTES = 4 * MAX_UPLOAD  # of one account
MOST_FILES = 20  # of one account
GLIMPSE = 600  # pixels of the longest side of a picture that is shown in its form
SALT = "publishing.kept_uploads"

logger = logging.getLogger(__name__)


def storage() -> Storage:
    """Where kept files lie."""
    return storages["kept"]


class KeptFile(AnyUploadedFile):
    """A kept file, as if it came with the request."""

    row: KeptUpload


# When a form comes


def put_back(request: HttpRequest) -> None:
    """Give `request` the files that it has a reference to; which of them can't be had, its forms say.

    A file that was chosen instead takes the place of the kept one, which is forgotten.
    """
    lost = []
    for key in [key for key in request.POST if key.endswith(KEPT) and request.POST[key]]:
        name = key.removesuffix(KEPT)
        row = find(request, request.POST[key], name)
        if name in request.FILES or f"{name}{FORGET}" in request.POST:
            if row:
                row.delete()
        elif row and (upload := _opened(row)):
            request.FILES[name] = upload
        else:
            lost.append(name)
    if lost:
        form_data.editable(request).setlist(form_data.LOST, lost)


def find(request: Any, reference: str, name: str) -> KeptUpload | None:
    """The file behind `reference`, when the same user chose it, in this session, for the field `name`."""
    try:
        token = TimestampSigner(salt=SALT).unsign(reference, max_age=KEPT_FOR)
    except BadSignature:
        return None
    session = request.session.session_key or ""
    mine = KeptUpload.objects.filter(user_id=request.user.pk, session__in=["", session], token=token)
    row = mine.filter(place=_place(request, name), created_at__gt=timezone.now() - KEPT_FOR).first()
    if row and not row.session:  # kept when its session was over already: from now on it belongs to this one
        row.session = session
        row.save(update_fields=["session"])
    return row


def _opened(row: KeptUpload) -> KeptFile | None:
    """The file of `row`; None when it is gone, or another than it was."""
    try:
        file = storage().open(row.token)
        file.read(1)  # of a bucket it is fetched now
        file.seek(0)
        if file.size != row.size:
            file.close()
            return None
    except OSError as error:
        logger.warning("A kept file can't be read: %s", error)
        return None
    upload = KeptFile(file, row.name, row.content_type, row.size)
    upload.row = row
    return upload


def let_go(request: HttpRequest) -> None:
    """Forget the kept files that came with `request`, which are saved."""
    for file in request.FILES.values():
        if isinstance(file, KeptFile):
            file.row.delete()


# When a form goes back


def keep_chosen(request: HttpRequest, forms: Iterable[BaseForm]) -> None:
    """Keep each file that came with these forms, which are not saved, unless it is refused itself.

    Beside one that can't be kept it is said that it must be chosen again.
    """
    for form in forms:
        for bound in form:
            upload = form.files.get(bound.html_name)
            if upload is None or bound.errors:
                continue
            try:
                row = keep(request, bound.html_name, upload)
            except ValidationError as error:
                form.add_error(bound.name, error.messages)
            except (OSError, ValueError, DatabaseError) as error:  # ValueError: a file that was closed
                logger.warning("A chosen file could not be kept: %s", error)
                form.add_error(bound.name, CHOOSE_AGAIN)
            else:
                bound.field.widget.kept = shown(bound.html_name, row, upload)


def keep(request: Any, name: str, upload: Any, user_id: int | None = None) -> KeptUpload:
    """Keep `upload`, which came for the field `name`, for its sender; or for `user_id`, whose session is over.

    Raises ValidationError when there is no room, and what the storage and the database raise.
    """
    if isinstance(row := getattr(upload, "row", None), KeptUpload):
        return row
    check_room(upload, storage())
    owner, session = (user_id, "") if user_id else (request.user.pk, request.session.session_key or "")
    _make_room(owner, upload.size)
    upload.seek(0)
    token = storage().save(secrets.token_hex(24), upload)
    match = request.resolver_match
    object_id = parse_int(str(match.kwargs.get("object_id", ""))) or None
    about = {"place": _place(request, name), "object_id": object_id, "name": upload.name[-200:], "size": upload.size}
    try:
        with transaction.atomic():
            upload.row = KeptUpload.objects.create(
                user_id=owner, session=session, token=token, content_type=(upload.content_type or "")[:100], **about
            )
    except DatabaseError:
        storage().delete(token)
        raise
    return cast(KeptUpload, upload.row)


def _place(request: Any, name: str) -> str:
    """Which field of which form: the same for a new object and a saved one, and wherever its row stands."""
    view = str(request.resolver_match.view_name).removesuffix("_add").removesuffix("_change")
    return f"{view}:{re.sub('-[0-9]+-', '-#-', name)}"[:200]


def _make_room(user_id: int, size: int) -> None:
    """Forget the oldest files of an account, so that it never has more than it may with one of `size` bytes."""
    for number, row in enumerate(KeptUpload.objects.filter(user_id=user_id).order_by("-pk"), 2):
        size += row.size
        if size > MOST_BYTES or number > MOST_FILES:
            row.delete()


@dataclass(frozen=True)
class Shown:
    """A kept file, as a form shows it."""

    field: str  # the name of the hidden field
    reference: str
    forget: str  # the name of the box
    name: str
    size: int  # bytes
    picture: str  # as a `data:` address, because it has no other; "" of what is no picture


def shown(name: str, row: KeptUpload, upload: object) -> Shown:
    """What the form shows of `upload`, which is kept as `row`, of the field `name`."""
    return Shown(f"{name}{KEPT}", reference(row), f"{name}{FORGET}", row.name, row.size, _glimpse(upload))


def reference(row: KeptUpload) -> str:
    """The signed reference that a form carries instead of the file."""
    return TimestampSigner(salt=SALT).sign(row.token)


def _glimpse(upload: object) -> str:
    """A small picture of `upload` as it was drawn when it was judged."""
    if not hasattr(upload, "redrawn"):
        return ""
    from PIL import Image

    from publishing.files.variants import encoded

    with Image.open(BytesIO(upload.redrawn[1])) as picture:
        picture.thumbnail((GLIMPSE, GLIMPSE))
        return f"data:image/webp;base64,{b64encode(encoded(picture, 'webp')).decode()}"


# When they go


@receiver(post_delete, sender=KeptUpload)
def _delete_file(instance: KeptUpload, **kwargs: object) -> None:
    def delete() -> None:
        with suppress(OSError):  # `forget_old` finds it
            storage().delete(instance.token)

    transaction.on_commit(delete, robust=True)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | AnonymousUser, **kwargs: object) -> None:
    if user and user.pk:
        forget_sessions(user.pk, [request.session.session_key or "", ""])


def forget_sessions(user_id: int, keys: Iterable[str]) -> None:
    """Forget what an account chose in these sessions, which end."""
    KeptUpload.objects.filter(user_id=user_id, session__in=list(keys)).delete()


def follow(old_key: str, new_key: str) -> None:
    """A session has another key now; "" once it has lasted too long, so that its person can sign in and go on."""
    KeptUpload.objects.filter(session=old_key).exclude(session="").update(session=new_key)


def forget_old() -> int:
    """Forget what is too old, and files that no row names; returns how many rows went."""
    before = timezone.now() - KEPT_FOR
    gone, _by_model = KeptUpload.objects.filter(created_at__lte=before).delete()
    with suppress(OSError):
        names = storage().listdir("")[1]
        known = set(KeptUpload.objects.filter(token__in=names).values_list("token", flat=True)) if names else set()
        for name in names:
            with suppress(OSError):
                # One that is being kept has no row yet.
                if name not in known and storage().get_modified_time(name) < timezone.now() - timedelta(hours=1):
                    storage().delete(name)
    return gone
