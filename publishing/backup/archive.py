"""Archives: the whole site in one file, from which it can be had again, on either database.

An archive is a ZIP file: `rows/<table>.jsonl` with a row a line, `media/…` with the uploaded files,
and `manifest.json`, which names every member with its length and SHA-256, counts the rows, and says
which migrations the rows have seen. Sizes of pictures are left out: they are drawn again.

The manifest is signed with a key that follows from `SECRET_KEY`: whoever can write an archive can
write passwords and rights, so one from elsewhere is restored only when the operator says so.

This module says what an archive is, and writes one; `reading` checks and reads one.
"""

import base64
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypedDict
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from publishing.backup.unfinished import clear, held
from publishing.files.variants import FOLDER
from publishing.types import BinaryFile

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1_000_000  # bytes
BATCH = 500  # rows
SALT = "publishing.archives"
LEFT_OUT = (
    # worth nothing after a restore
    "publishing.mail",  # a restore ends what waited; what visitors wrote stands in no backup
    "sessions.session",  # who was signed in
    "publishing.sentform",
    "publishing.keptupload",  # files of forms that were not saved
    "usersessions.usersession",
    "publishing.presence",  # who had which form open
    "publishing.policyreport",  # what browsers told
    "publishing.missingaddress",  # where visitors found no page
    "publishing.stampchange",  # which pages stayed as they were
    "publishing.mailedstranger",  # to whom a mail went today
    "publishing.nightlybackup",  # which may be gone
    "publishing.desktext",  # the index of the search in the desk, which a restore makes anew
    "publishing.deskword",
)

Tell = Callable[[str], None]


class ArchiveError(Exception):
    """The archive can't be used, and why, in a sentence for the operator."""


class ArchiveUnreadable(ArchiveError):  # noqa: N818  (a state of the world, as `StorageUnavailable`)
    """The file can't be read by this user or at this moment: that says nothing of the archive."""


class ArchiveOrigin(Enum):
    """Where an archive comes from, as far as its signature tells; the value explains it to the operator."""

    OURS = "It was made with the secret key of this site."
    UNSIGNED = "It has no signature: it was made by an older version of the site, or by somebody else."
    OTHER_KEY = "It was made with another secret key than this site has."
    CHANGED = "It was changed after it was made."


class Member(TypedDict):
    """What the manifest says of a member of the archive."""

    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    made_at: str
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    members: dict[str, Member]
    pages: dict[str, str]  # the SHA-256 of some pages as visitors saw them, by address
    key: str = ""  # which secret key signed it; says nothing about the key itself
    signature: str = ""  # of all of the above; archives of before have none


def signed(manifest: Manifest) -> Manifest:
    """`manifest` with the signature of this site."""
    unsigned = Manifest(**vars(manifest) | {"key": _key_id(settings.SECRET_KEY), "signature": ""})
    return Manifest(**vars(unsigned) | {"signature": _signature(unsigned, settings.SECRET_KEY)})


def origin(manifest: Manifest) -> ArchiveOrigin:
    """Where `manifest` comes from; what an older key of `SECRET_KEY_FALLBACKS` signed is ours as well."""
    if not manifest.signature:
        return ArchiveOrigin.UNSIGNED
    unsigned = Manifest(**vars(manifest) | {"signature": ""})
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if any(constant_time_compare(manifest.signature, _signature(unsigned, key)) for key in keys):
        return ArchiveOrigin.OURS
    return ArchiveOrigin.CHANGED if manifest.key in map(_key_id, keys) else ArchiveOrigin.OTHER_KEY


def _signature(manifest: Manifest, key: str | bytes) -> str:
    said = {name: value for name, value in vars(manifest).items() if name != "signature"}
    return salted_hmac(f"{SALT}.manifest", json.dumps(said, sort_keys=True), key, algorithm="sha256").hexdigest()


def _key_id(key: str | bytes) -> str:
    return salted_hmac(f"{SALT}.key", "", key, algorithm="sha256").hexdigest()[:16]


def tables() -> list[type[models.Model]]:
    """The models whose rows are kept, those that others point at first where possible."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def applied_migrations() -> dict[str, list[str]]:
    """The migrations that this database has seen, by app."""
    seen: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(connection).applied_migrations):
        seen.setdefault(app, []).append(name)
    return seen


def write(target: Path, pages: Callable[[], dict[str, str]] = dict, tell: Tell = lambda line: None) -> Manifest:
    """Make an archive of what is there at one moment, while editing goes on; whole, or not at all.

    `pages` gives the digests of some pages, and is asked in the same moment.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    clear(target.parent, ".*.zip-????????")
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file, held(unfinished):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = _write_members(archive, pages, tell)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return manifest


def _write_members(archive: zipfile.ZipFile, pages: Callable[[], dict[str, str]], tell: Tell) -> Manifest:
    members: dict[str, Member] = {}
    rows: dict[str, int] = {}
    with one_moment():
        made_at, migrations, digests = timezone.now().isoformat(), applied_migrations(), pages()
        for model in tables():
            label = model._meta.label_lower
            tell(f"rows of {label}")
            with _member(archive, f"rows/{label}.jsonl", members) as put:
                rows[label] = 0
                for line in lines_of(model):
                    put(line)
                    rows[label] += 1
    for number, name in enumerate(sorted(stored_files(default_storage)), 1):
        if number % 100 == 1:
            tell(f"file {number}")
        try:
            file: BinaryFile = default_storage.open(name)
        except FileNotFoundError:  # erased meanwhile
            continue
        # A picture is compressed already.
        with closing(file), _member(archive, f"media/{name}", members, zipfile.ZIP_STORED) as put:
            for chunk in iter(lambda file=file: file.read(CHUNK), b""):  # type: ignore[misc]
                put(chunk)
    manifest = signed(Manifest(made_at, migrations, rows, members, digests))
    archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **vars(manifest)}, indent=1))
    return manifest


@contextmanager
def one_moment() -> Iterator[None]:
    """See the database as it is at one moment, without keeping anybody from writing."""
    if connection.in_atomic_block:  # a test, in whose transaction nobody else writes
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not `atomic`: that takes the one place of a writer, see `DATABASES` in the settings.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


@contextmanager
def _member(
    archive: zipfile.ZipFile, name: str, members: dict[str, Member], kind: int = zipfile.ZIP_DEFLATED
) -> Iterator[Callable[[bytes], None]]:
    """Write a member piece by piece; in the end it stands in `members`."""
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
    info.compress_type = kind
    with archive.open(info, "w", force_zip64=True) as file:

        def put(piece: bytes) -> None:
            nonlocal size
            file.write(piece)
            digest.update(piece)
            size += len(piece)

        yield put
    members[name] = {"size": size, "sha256": digest.hexdigest()}


def lines_of(model: type[models.Model]) -> Iterator[bytes]:
    """The rows of `model`, each as a line of JSON, in the order of their keys."""
    fields = model._meta.concrete_fields
    # Not the model's own manager: modeltranslation would give other columns than we ask for.
    rows: Any = models.QuerySet(model).order_by("pk").values_list(*[field.attname for field in fields])
    for row in rows.iterator(chunk_size=BATCH):
        values = {field.column: _plain(field.get_prep_value(value)) for field, value in zip(fields, row, strict=True)}
        yield (json.dumps(values, ensure_ascii=False) + "\n").encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()  # whole: the microseconds of two columns must stay equal
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, UUID):
        return str(value)
    return value


def stored_files(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all stored files but the sizes of pictures."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        if folder or not name.startswith("."):
            yield f"{folder}{name}"
    for name in folders:
        if not f"{folder}{name}/".startswith(FOLDER):
            yield from stored_files(storage, f"{folder}{name}/")
