"""Restoring an archive, and rehearsing that it can be restored.

A restore looks at every byte of the archive before it touches anything, and then replaces the
database and the uploaded files together or not at all. What let somebody in when the archive was
made lets nobody in afterwards.
"""

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from publishing.backup import processes
from publishing.backup.archive import (
    BATCH,
    CHUNK,
    ArchiveError,
    ArchiveOrigin,
    Manifest,
    Tell,
    origin,
    stored_files,
    tables,
)
from publishing.backup.media_swap import beside_the_folder, settle
from publishing.backup.reading import files_in, load_rows, opened, rows_in
from publishing.backup.unfinished import clear, held
from publishing.cache import stamp
from publishing.content.fields import RichTextField
from publishing.content.link_resolution import with_references
from publishing.content.sanitising import sanitised
from publishing.files.storage import is_remote
from publishing.files.variants import delete_stored
from publishing.models import (
    Erasure,
    Event,
    Publishable,
    Revision,
    ShareLink,
    Stamp,
    TranslationLink,
)
from publishing.models.immutability import permit
from publishing.models.records.events import record
from publishing.models.snapshots import child_models
from publishing.operations import schema
from publishing.operations.logs import masked
from publishing.search.desk.desk_index import index_anew
from publishing.workflow.erasure.again import erase_again, lost_files, remembered, younger
from publishing.workflow.erasure.memory import settled, store, write_down
from publishing.workflow.erasure.traces import scrub
from publishing.workflow.signals import restored, restoring

KEEP_THE_KEY = (
    "Keep a copy of the secret key (SECRET_KEY, or var/secret_key in DATA_DIR) too, apart from the backups. "
    "Without it a restore takes them for foreign, and second factors can't be read."
)
CHANGED_BY_RESTORING = ("publishing.stamp", "publishing.event")


def restore_archive(source: Path, tell: Tell, *, foreign: bool = False) -> Manifest:
    """Put the site back as it was in the archive `source`. Raises ArchiveError before anything is touched.

    Raises it also for an archive that this site did not make, unless the operator said that it may be
    `foreign`. Then its rich text is sanitised.
    """
    with opened(source) as (archive, manifest):
        require_ours(manifest, foreign=foreign)
        is_ours = origin(manifest) is ArchiveOrigin.OURS
        if is_behind(manifest):
            with scratch_folder("resoc-upgrade-") as folder:
                tell("made by an older version: brought up to date first")
                with opened(_brought_up_to_date(source, folder)) as (fresh, fresh_manifest):
                    whole = Manifest(**vars(fresh_manifest) | {"made_at": manifest.made_at})
                    _replace_everything(fresh, whole, tell, source.name, is_ours=is_ours)
            call_command("reindex", all=True, verbosity=0)  # the older version read other words
        else:
            _replace_everything(archive, manifest, tell, source.name, is_ours=is_ours)
    call_command("pictures", verbosity=0)
    return manifest


def _replace_everything(archive: zipfile.ZipFile, manifest: Manifest, tell: Tell, name: str, *, is_ours: bool) -> None:
    """Put rows and files of an archive of this very version in the place of those that are there."""
    lacking = {model._meta.label_lower for model in tables()} - manifest.rows.keys()
    if lacking:
        raise ArchiveError(f"This archive is damaged: it lacks the rows of {', '.join(sorted(lacking))}.")
    if newer := schema.unknown():
        app, name = newer[-1]
        raise ArchiveError(
            f"A newer version of the site made this database ({app}.{name}), and its tables would stay. Begin with an "
            "empty one: put the file of the database aside, or make another database, and add --into-empty."
        )
    call_command("migrate", verbosity=0)
    settle(tell)
    memory = _erased(has_table=True)
    again = _erased_since(memory, archive, manifest, is_ours=is_ours)
    lost = _lost_files(again, manifest)
    with _staged_files(archive, manifest, tell, without=lost) as swap, transaction.atomic():
        number, sessions = stamp.number(), apps.get_model("sessions.session")._base_manager.count()
        answers: list[tuple[Any, Any]] = restoring.send(None)
        known_better: list[Callable[[], None]] = [put_back for _receiver, put_back in answers if put_back]
        load_rows(archive, manifest, apps.get_model, tell)
        ContentType.objects.clear_cache()  # they may have other numbers now
        for put_back in known_better:
            put_back()
        connection.check_constraints()
        _end_what_was_open(tell, f"{sessions} sessions")
        if not is_ours:
            sanitise(tell)
        _erase_again(memory, again, lost, tell, is_ours=is_ours)
        index_anew()
        # Every page that a worker keeps was made under another number.
        Stamp.objects.update(number=max(number, stamp.number()))
        stamp.bump()
        record(Event.Kind.RESTORED, detail=name)
        swap()


def _erased(*, has_table: bool) -> list[Erasure]:
    """What was erased on this site, as far as it remembers. Raises ArchiveError when it can't."""
    try:
        return remembered(has_table=has_table)
    except OSError as error:
        raise ArchiveError(f"What was erased for good must be erased again, and can't be read: {error}.") from error


def _erased_since(
    memory: list[Erasure], archive: zipfile.ZipFile, manifest: Manifest, *, is_ours: bool
) -> list[Erasure]:
    """What of `memory` this archive does not know of; what a foreign one says of it counts for nothing."""
    label = Erasure._meta.label_lower
    known: set[str] = set()
    if is_ours and label in manifest.rows:
        with closing(rows_in(archive, label)) as rows:
            known = {str(row.get("uid")) for row in rows}
    return younger(memory, manifest.made_at, known)


def _lost_files(again: list[Erasure], manifest: Manifest) -> set[str]:
    return lost_files(again, {name: manifest.members[f"media/{name}"]["sha256"] for name in files_in(manifest)})


def _erase_again(memory: list[Erasure], again: list[Erasure], lost: set[str], tell: Tell, *, is_ours: bool) -> None:
    """Erase in the new rows what was erased since, and remember all that site and archive know together."""
    if not is_ours:
        Erasure.objects.all().delete()
    store(settled([*memory, *Erasure.objects.all()]))
    erase_again(again, lost, tell)
    transaction.on_commit(write_down, robust=True)
    transaction.on_commit(scrub, robust=True)


def require_ours(manifest: Manifest, *, foreign: bool = False) -> None:
    """Raise ArchiveError when this site did not make the archive, and the operator did not say that it may be so."""
    found = origin(manifest)
    if found is not ArchiveOrigin.OURS and not foreign:
        raise ArchiveError(f"This archive is foreign. {found.value} If you trust it all the same, add --foreign.")


def _end_what_was_open(tell: Tell, *ended: str) -> None:
    """End what was valid when the archive was made; links to set a password end by `Event.Kind.RESTORED`.

    Mails that waited are in no archive: they were sent since, or hold links that have ended.
    """
    shared = ShareLink.objects.valid().update(revoked_at=timezone.now())
    translated = TranslationLink.objects.valid().update(revoked_at=timezone.now())
    links = f"{shared} links to share a page", f"{translated} links for translators"
    said = [*ended, *links]
    said += [what for _receiver, what in restored.send(None) if what]
    tell(f"ended {', '.join(said)}, and every link to set a password")


def sanitise(tell: Tell) -> None:
    """Sanitise all rich text, in rows and revisions, as every form does; and index the texts anew.

    Raises ArchiveError when revisions can't be read.
    """
    changed = 0
    for model in tables():
        names = _rich_text(model)
        rows = models.QuerySet(model).values("pk", *names).iterator(BATCH) if names else ()
        for row in rows:
            clean = {name: _clean(row[name]) for name in names}
            if clean != {name: row[name] for name in names}:
                changed += models.QuerySet(model).filter(pk=row["pk"]).update(**clean)
    try:
        for revision in Revision.objects.order_by("pk").iterator(BATCH):
            data = _clean_snapshot(revision.model, revision.data)
            if data != revision.data:
                with permit():
                    changed += models.QuerySet(Revision).filter(pk=revision.pk).update(data=data)
        call_command("reindex", all=True, verbosity=0)
    except (LookupError, AttributeError, TypeError, ValueError, ValidationError) as error:
        raise ArchiveError("The versions in this archive can't be read.") from error
    tell(f"sanitised the rich text; {changed} rows had something else in it")


def _rich_text(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, RichTextField)]


def _clean(value: object) -> Any:
    return with_references(sanitised(str(value))) if value else value


def _clean_snapshot(label: str, data: dict[str, Any]) -> dict[str, object]:
    """The snapshot `data` of a model with its rich text sanitised, also that of its child rows."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):  # a model that no longer exists: nobody is shown it
        return data
    clean = {name: _clean(value) if name in _rich_text(model) else value for name, value in data.items()}
    for name, child in child_models(model) if issubclass(model, Publishable) else ():
        of_child = _rich_text(child)
        if clean.get(name):
            clean[name] = [
                {key: _clean(value) if key in of_child else value for key, value in row.items()} for row in clean[name]
            ]
    return clean


def is_behind(manifest: Manifest) -> bool:
    """Whether this version of the site has migrations that the rows of the archive have not seen."""
    ours = {key for key in MigrationLoader(None).disk_migrations if apps.is_installed(_package(key[0]))}
    return bool(ours - {(app, name) for app, names in manifest.migrations.items() for name in names})


def _package(label: str) -> str:
    try:
        return apps.get_app_config(label).name
    except LookupError:
        return ""


def restore_into_empty(source: Path, tell: Tell, *, foreign: bool = False, as_it_is: bool = False) -> None:
    """Fill an empty database with an archive of whatever age, and migrate it to today.

    With `as_it_is` for a scratch installation, whose caller judged the archive and changes nothing in it.
    """
    memory = [] if as_it_is else _erased(has_table=False)
    with opened(source) as (archive, manifest):
        if not as_it_is:
            require_ours(manifest, foreign=foreign)
        is_ours = origin(manifest) is ArchiveOrigin.OURS
        again = _erased_since(memory, archive, manifest, is_ours=is_ours)
        lost = _lost_files(again, manifest)
        if connection.introspection.table_names():
            raise ArchiveError("This database is not empty.")
        executor = MigrationExecutor(connection)
        graph = executor.loader.graph
        seen = {(app, name) for app, names in manifest.migrations.items() for name in names} & set(graph.nodes)
        # The last ones of each app: Django would take an earlier one for a wish to go back.
        followed = {parent.key for key in seen for parent in graph.node_map[key].parents if parent.key[0] == key[0]}
        targets = sorted(seen - followed)
        executor.migrate(targets)
        state = MigrationExecutor(connection).loader.project_state(targets).apps
        with transaction.atomic():
            load_rows(archive, manifest, state.get_model, tell)
        for name in files_in(manifest):
            if name not in lost:
                with archive.open(f"media/{name}") as file:
                    put_file(name, file)
    call_command("migrate", verbosity=0)
    if not as_it_is:
        with transaction.atomic():
            _end_what_was_open(tell)
            if not is_ours:
                sanitise(tell)
            _erase_again(memory, again, lost, tell, is_ours=is_ours)
            index_anew()
            record(Event.Kind.RESTORED, detail=source.name)
    call_command("pictures", verbosity=0)


def _brought_up_to_date(source: Path, folder: Path) -> Path:
    """The same archive as this version of the site would write it, made in a scratch installation."""
    fresh = folder / "archive.zip"
    for arguments in (["restore", str(source), "--into-empty", "--as-it-is"], ["backup", str(fresh), "--quiet"]):
        result = in_scratch(folder / "data", arguments)
        if result.returncode:
            raise ArchiveError(f"This archive could not be brought up to date. {last_line(result)}")
    return fresh


def last_line(result: CompletedProcess[str]) -> str:
    """The last lines of output of a command that failed."""
    said = (result.stderr or result.stdout).strip().splitlines() or [f"It ended with {result.returncode}."]
    return masked(said[-1])


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A folder for as long as the block runs; those that killed commands left over go."""
    clear(Path(tempfile.gettempdir()), f"{prefix}????????")
    with tempfile.TemporaryDirectory(prefix=prefix) as folder, held(Path(folder)) as path:
        yield path


def in_scratch(data: Path, arguments: list[str]) -> CompletedProcess[str]:
    """Run a command of this code on an installation of its own, on SQLite, in the folder `data`.

    It has the keys of this site, for what is signed and encrypted with them, and sends no mail.
    """
    static = data / "public" / "static"
    if not static.exists():
        static.parent.mkdir(parents=True, exist_ok=True)
        static.symlink_to(settings.STATIC_ROOT)
    # `manage.py` knows the settings: those of this process may be of a test.
    names = ("DATABASE_URL", "CACHE_URL", "S3_BUCKET", "S3_ENDPOINT_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"DATA_DIR": str(data), "EMAIL_URL": "dummymail://"}
    environment |= {
        "SECRET_KEY": settings.SECRET_KEY,
        "SECRET_KEY_FALLBACKS": ",".join(map(str, settings.SECRET_KEY_FALLBACKS)),
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return processes.run(command, environment)


def put_file(name: str, file: IO[bytes]) -> None:
    """Store `file` under exactly this name, over what is there."""
    default_storage.delete(name)
    default_storage.save(name, File(file))


def _staged_files(
    archive: zipfile.ZipFile, manifest: Manifest, tell: Tell, without: set[str]
) -> AbstractContextManager[Callable[[], None]]:
    """Lay the uploaded files ready but those in `without`; what is given puts them in place of those that are there."""
    names = [name for name in files_in(manifest) if name not in without]
    tell(f"{len(names)} files")
    stage = _beside_the_bucket if is_remote(default_storage) else beside_the_folder
    return stage(archive, names)


@contextmanager
def _beside_the_bucket(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Callable[[], None]]:
    """In a bucket nothing can be put in place at once. So what is new is added before the database
    changes, when nothing points at it, and what is not in the archive goes after the rows that named it.

    Only a name that has other content now, which never comes from this site itself, is put aside first.
    """
    with scratch_folder("resoc-restore-") as folder:
        there = set(stored_files(default_storage))
        added, aside = [], {}
        try:
            for number, name in enumerate(names):
                if name in there:
                    old = folder / str(number)
                    with default_storage.open(name) as stored, old.open("wb") as copy:
                        shutil.copyfileobj(stored, copy, CHUNK)
                    if _same(archive, name, old):
                        old.unlink()
                        continue
                    aside[name] = old
                    delete_stored(default_storage, name)  # its sizes are those of another picture
                else:
                    added.append(name)
                with archive.open(f"media/{name}") as file:
                    put_file(name, file)
            yield lambda: None
        except BaseException:
            for name in added:
                default_storage.delete(name)
            for name, old in aside.items():
                with old.open("rb") as file:
                    put_file(name, file)
            raise
    # The transaction of the caller is done, see `restore_archive`: this context ends after it.
    for name in there - set(names):
        delete_stored(default_storage, name)


def _same(archive: zipfile.ZipFile, name: str, path: Path) -> bool:
    with archive.open(f"media/{name}") as ours:
        return ours.read() == path.read_bytes()
