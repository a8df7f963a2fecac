"""Reading an archive: nothing of one is used before all of it was checked.

What an archive is, and how one is written, stands in `archive`.
"""

import hashlib
import json
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DataError, InterfaceError, NotSupportedError, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

from publishing.backup.archive import (
    BATCH,
    CHUNK,
    FORMAT,
    LEFT_OUT,
    MANIFEST,
    ArchiveError,
    ArchiveUnreadable,
    Manifest,
    Tell,
)
from publishing.files.storage import is_remote
from publishing.models.immutability import permit

LONGEST_ROW = 50_000_000  # bytes
LONGEST_MANIFEST = 200_000_000  # bytes; it has about 200 for each file
ROWS = re.compile(r"rows/([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)\.jsonl")
LONGEST_NAME = 255  # bytes of one part of the name of a file, as most file systems have it
# How reading a member of a ZIP file fails; RuntimeError: it is encrypted.
DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
# How a value that does not fit its column fails, before and in the database.
UNFIT = (ValidationError, ValueError, TypeError, AttributeError, ArithmeticError)
UNFIT_IN_DATABASE = (DataError, InterfaceError, NotSupportedError, ProgrammingError)
FLAGS = {"superuser": "is_superuser", "staff": "is_staff"}


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """What the archive says of itself. Raises ArchiveError when that is nothing we know."""
    try:
        if archive.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
            raise ValueError(MANIFEST)
        said = json.loads(archive.read(MANIFEST))
        version = said.pop("format")
        manifest = Manifest(**said) if version == FORMAT else None
    except (*DAMAGED, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError("This file is no archive of this site, or it is damaged.") from error
    if manifest is None:
        raise ArchiveError(
            f"This archive has format {str(version)[:20]}; this version of the site reads format {FORMAT}."
        )
    if not _is_well_formed(manifest):
        raise ArchiveError("This archive is damaged: what it says of itself can't be read.")
    return manifest


def _is_well_formed(manifest: Manifest) -> bool:
    """Whether each part has the types that `Manifest` gives it."""

    def is_table(value: object, kind: type) -> bool:
        return isinstance(value, dict) and all(type(each) is kind for each in value.values())

    return (
        all(isinstance(value, str) for value in (manifest.made_at, manifest.key, manifest.signature))
        and is_table(manifest.migrations, list)
        and all(isinstance(name, str) for names in manifest.migrations.values() for name in names)
        and is_table(manifest.rows, int)
        and is_table(manifest.pages, str)
        and is_table(manifest.members, dict)
        and all(type(each.get("size")) is int and type(each.get("sha256")) is str for each in manifest.members.values())
    )


@contextmanager
def opened(source: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive of which every byte was checked. Raises ArchiveError before anything is done with it.

    Whose it is, `origin` tells.
    """
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise ArchiveUnreadable(f"There is no file {source}.") from error
    except OSError as error:
        raise ArchiveUnreadable(f"The file {source} can't be read by this user: {error.strerror}.") from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ArchiveError("This file is no archive of this site, or it breaks off.") from error
    with archive:
        manifest = read_manifest(archive)
        _check_names(archive, manifest)
        _check_room(archive)
        _check_members(archive, manifest)
        _check_migrations(manifest)
        yield archive, manifest


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Each member is a file of a name and a kind that this site writes, and there once."""
    entries = archive.infolist()
    names = {info.filename for info in entries} - {MANIFEST}
    if len(entries) != len(names) + 1 or names != set(manifest.members):
        raise ArchiveError("This archive is damaged: it does not hold what it says it holds.")
    for info in entries:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(f"This archive is damaged: {info.filename!r} is no plain file.")
    for name in names:
        if not is_safe(name):
            raise ArchiveError(f"This archive is damaged: {name!r} is no name of a file of ours.")
        for folder in PurePosixPath(name).parents:
            if str(folder) in names:
                raise ArchiveError(f"This archive is damaged: {str(folder)!r} is a file and a folder.")
    if {f"rows/{label}.jsonl" for label in manifest.rows} != {name for name in names if name.startswith("rows/")}:
        raise ArchiveError("This archive is damaged: it does not hold the rows that it says it holds.")


def _check_room(archive: zipfile.ZipFile) -> None:
    """The disk can hold what is unpacked here, so that no small archive fills it."""
    unpacked = [each for each in archive.infolist() if not (is_remote(default_storage) and is_file(each.filename))]
    needed, free = sum(each.file_size for each in unpacked), shutil.disk_usage(settings.DATA_DIR).free
    if needed > free:
        raise ArchiveError(
            f"This archive holds {needed // 1_000_000} MB, and the disk has room for {free // 1_000_000} MB."
        )


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    for name, said in manifest.members.items():
        digest, size = hashlib.sha256(), 0
        try:
            with archive.open(name) as file:
                for chunk in iter(lambda file=file: file.read(CHUNK), b""):  # type: ignore[misc]
                    digest.update(chunk)
                    size += len(chunk)
        except DAMAGED as error:
            raise ArchiveError(f"This archive is damaged: {name} can't be read.") from error
        if (size, digest.hexdigest()) != (said["size"], said["sha256"]):
            raise ArchiveError(f"This archive is damaged: {name} is not what it was.")


def is_file(name: str) -> bool:
    """Whether a member is an uploaded file."""
    return name.startswith("media/")


def is_safe(name: str) -> bool:
    """Whether a member is the rows of a table, or an uploaded file that stays in its folder."""
    if not is_file(name):
        return ROWS.fullmatch(name) is not None
    parts = name.removeprefix("media/").split("/")
    return not any(
        part in ("", ".", "..")
        or "\\" in part
        or not part.isprintable()
        or re.match(r"[A-Za-z]:", part)  # a drive
        or len(part.encode(errors="replace")) > LONGEST_NAME
        for part in parts
    )


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


def rows_in(archive: zipfile.ZipFile, label: str) -> Generator[dict[str, object]]:
    """The rows of one table in an archive. Raises ArchiveError for what is no row."""
    with archive.open(f"rows/{label}.jsonl") as file:
        while line := file.readline(LONGEST_ROW):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ArchiveError(f"The rows of {label} can't be read.") from error
            if not isinstance(row, dict):
                raise ArchiveError(f"The rows of {label} can't be read.")
            yield row


def load_rows(archive: zipfile.ZipFile, manifest: Manifest, find: Callable[[str], Any], tell: Tell) -> None:
    """Put the rows of `archive` in the place of those that are there, in one transaction of the caller.

    `find` gives the model with that label, as the tables of this database have it now. The tables of
    `LEFT_OUT` become empty: their rows may point at rows that are there no more.
    """
    try:
        found = {label: find(label) for label in manifest.rows if label not in LEFT_OUT}
    except LookupError as error:
        raise ArchiveError(f"This archive has a table that this site has not: {error}") from error
    emptied = list(found.values())
    for label in LEFT_OUT:
        with suppress(LookupError):  # an app that is not installed
            emptied.append(find(label))
    with permit(), connection.cursor() as cursor:
        for model in emptied:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  (names of our own tables)
        for label, model in found.items():
            tell(f"rows of {label}")
            with closing(rows_in(archive, label)) as rows:
                _insert(cursor, model, rows)
        for sql in connection.ops.sequence_reset_sql(no_style(), list(found.values())):
            cursor.execute(sql)


def _insert(cursor: Any, model: Any, rows: Iterator[dict[str, object]]) -> None:
    fields = {field.column: field for field in model._meta.concrete_fields}
    quote, batch, columns = connection.ops.quote_name, [], list(fields)
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    try:
        for row in rows:
            if set(row) != set(columns):
                raise ArchiveError(f"The rows of {model._meta.label_lower} do not have the columns of this site.")
            values = {name: fields[name].to_python(row[name]) for name in columns}
            batch.append([fields[name].get_db_prep_save(values[name], connection) for name in columns])
            if len(batch) == BATCH:
                cursor.executemany(sql, batch)
                batch = []
        if batch:
            cursor.executemany(sql, batch)
    except (*UNFIT, *UNFIT_IN_DATABASE) as error:
        raise ArchiveError(f"The rows of {model._meta.label_lower} can't be read.") from error


def accounts_with_rights(archive: zipfile.ZipFile, manifest: Manifest) -> list[str]:
    """The accounts in an archive that may do anything in the desk, each in a line for the operator."""

    def rows(label: str) -> Iterator[dict[str, object]]:
        if label in manifest.rows:
            opened_rows.enter_context(closing(found := rows_in(archive, label)))
            yield from found

    with ExitStack() as opened_rows:
        return _accounts_with_rights(rows)


def _accounts_with_rights(rows: Callable[[str], Iterator[dict[str, object]]]) -> list[str]:
    try:
        able = {row["group_id"] for row in rows("auth.group_permissions")}
        groups = {row["id"]: str(row["name"]) for row in rows("auth.group") if row["id"] in able}
        rights: dict[object, list[str]] = {}
        for row in rows("auth.user_groups"):
            if row["group_id"] in groups:
                rights.setdefault(row["user_id"], []).append(groups[row["group_id"]])
        for user in {row["user_id"] for row in rows("auth.user_user_permissions")}:
            rights.setdefault(user, []).append("permissions of its own")
        found = []
        for row in rows("auth.user"):
            flags = [word for word, name in FLAGS.items() if row[name]]
            if said := [*flags, *rights.get(row["id"], [])]:
                closed = "" if row["is_active"] else " (closed)"
                found.append(f"{row['username']}{closed}: {', '.join(said)}")
    except (KeyError, TypeError) as error:
        raise ArchiveError("The accounts in this archive can't be read.") from error
    return ["".join(letter if letter.isprintable() else "?" for letter in line) for line in sorted(found)]


def files_in(manifest: Manifest) -> Iterator[str]:
    """The names of the uploaded files in an archive."""
    return (name.removeprefix("media/") for name in manifest.members if is_file(name))


def copy_file(archive: zipfile.ZipFile, name: str, target: IO[bytes]) -> None:
    """One uploaded file out of the archive."""
    with archive.open(f"media/{name}") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            target.write(chunk)
