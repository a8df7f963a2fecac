"""Archives: the whole site in one file, from which it can be had again, on either database.

An archive is a ZIP file: `rows/<table>.jsonl` with a row a line, `media/…` with the uploaded files,
and `manifest.json`, which names every member with its length and SHA-256, counts the rows, and says
which migrations the rows have seen. Sizes of pictures are left out: they are drawn again.
"""

import base64
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from publishing.immutability import permit
from publishing.pictures import FOLDER

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1_000_000  # bytes
BATCH = 500  # rows
LEFT_OUT = (  # worth nothing after a restore
    "sessions.session",  # who was signed in
    "usersessions.usersession",
    "publishing.presence",  # who had which form open
    "publishing.policyreport",  # what browsers told
    "publishing.stampchange",  # which pages stayed as they were
    "publishing.mailedstranger",  # to whom a mail went today
)

Tell = Callable[[str], None]


class ArchiveError(Exception):
    """The archive can't be used, and why, in a sentence for the operator."""


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    made_at: str
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    members: dict[str, dict[str, Any]]
    pages: dict[str, str]  # the SHA-256 of some pages as visitors saw them, by address


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


# Writing


def write(target: Path, pages: Callable[[], dict[str, str]] = dict, tell: Tell = lambda line: None) -> Manifest:
    """Make an archive of what is there at one moment, while editing goes on; whole, or not at all.

    `pages` gives the digests of some pages, and is asked in the same moment.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
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
    members: dict[str, dict[str, Any]] = {}
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
            file: File = default_storage.open(name)
        except FileNotFoundError:  # erased meanwhile
            continue
        # A picture is compressed already.
        with closing(file), _member(archive, f"media/{name}", members, zipfile.ZIP_STORED) as put:
            for chunk in iter(lambda file=file: file.read(CHUNK), b""):  # type: ignore[misc]
                put(chunk)
    manifest = Manifest(made_at, migrations, rows, members, digests)
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
    archive: zipfile.ZipFile, name: str, members: dict[str, dict[str, Any]], kind: int = zipfile.ZIP_DEFLATED
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


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()  # whole: the microseconds of two columns must stay equal
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
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


# Reading


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """What the archive says of itself. Raises ArchiveError when that is nothing we know."""
    try:
        said = json.loads(archive.read(MANIFEST))
        version = said.pop("format")
        manifest = Manifest(**said)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise ArchiveError("This file is no archive of this site, or it is damaged.") from error
    if version != FORMAT:
        raise ArchiveError(f"This archive has format {version}; this version of the site reads format {FORMAT}.")
    return manifest


@contextmanager
def opened(source: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive of which every byte was checked. Raises ArchiveError before anything is done with it."""
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise ArchiveError(f"There is no file {source}.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise ArchiveError("This file is no archive of this site, or it breaks off.") from error
    with archive:
        manifest = read_manifest(archive)
        _check_members(archive, manifest)
        _check_migrations(manifest)
        yield archive, manifest


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    there = {info.filename for info in archive.infolist()} - {MANIFEST}
    if there != set(manifest.members):
        raise ArchiveError("This archive is damaged: it does not hold what it says it holds.")
    for name, said in manifest.members.items():
        if not is_safe(name):
            raise ArchiveError(f"This archive is damaged: {name!r} is no name of a file of ours.")
        digest, size = hashlib.sha256(), 0
        try:
            with archive.open(name) as file:
                for chunk in iter(lambda file=file: file.read(CHUNK), b""):  # type: ignore[misc]
                    digest.update(chunk)
                    size += len(chunk)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise ArchiveError(f"This archive is damaged: {name} can't be read.") from error
        if (size, digest.hexdigest()) != (said["size"], said["sha256"]):
            raise ArchiveError(f"This archive is damaged: {name} is not what it was.")


def is_safe(name: str) -> bool:
    """Whether a member stays in its folder."""
    return not name.startswith("/") and ".." not in name.split("/") and "\\" not in name and "\0" not in name


def _check_migrations(manifest: Manifest) -> None:
    known = MigrationLoader(None).disk_migrations
    installed = {config.label for config in apps.get_app_configs()}
    newer = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if app in installed and (app, name) not in known
    ]
    if newer:
        raise ArchiveError(f"This archive was made by a newer version of the site, which has {', '.join(newer)}.")


def rows_in(archive: zipfile.ZipFile, label: str) -> Iterator[dict[str, Any]]:
    """The rows of one table in an archive."""
    with archive.open(f"rows/{label}.jsonl") as file:
        for line in file:
            yield json.loads(line)


def load_rows(archive: zipfile.ZipFile, manifest: Manifest, find: Callable[[str], Any], tell: Tell) -> None:
    """Put the rows of `archive` in the place of those that are there, in one transaction of the caller.

    `find` gives the model with that label, as the tables of this database have it now.
    """
    try:
        found = {label: find(label) for label in manifest.rows}
    except LookupError as error:
        raise ArchiveError(f"This archive has a table that this site has not: {error}") from error
    with permit(), connection.cursor() as cursor:
        for model in found.values():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  (names of our own tables)
        for label, model in found.items():
            tell(f"rows of {label}")
            _insert(cursor, model, rows_in(archive, label))
        for sql in connection.ops.sequence_reset_sql(no_style(), list(found.values())):
            cursor.execute(sql)


def _insert(cursor: Any, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    fields = {field.column: field for field in model._meta.concrete_fields}
    quote, batch, columns = connection.ops.quote_name, [], list(fields)
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    for row in rows:
        if set(row) != set(columns):
            raise ArchiveError(f"The rows of {model._meta.label_lower} do not have the columns of this site.")
        batch.append([fields[name].get_db_prep_save(fields[name].to_python(row[name]), connection) for name in columns])
        if len(batch) == BATCH:
            cursor.executemany(sql, batch)
            batch = []
    if batch:
        cursor.executemany(sql, batch)


def files_in(manifest: Manifest) -> Iterator[str]:
    """The names of the uploaded files in an archive."""
    return (name.removeprefix("media/") for name in manifest.members if name.startswith("media/"))


def copy_file(archive: zipfile.ZipFile, name: str, target: IO[bytes]) -> None:
    """One uploaded file out of the archive."""
    with archive.open(f"media/{name}") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            target.write(chunk)
