"""Restoring an archive, and rehearsing that it can be restored.

A restore looks at every byte of the archive before it touches anything, and then replaces the
database and the uploaded files together or not at all. What let somebody in when the archive was
made lets nobody in afterwards.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
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

from publishing import stamp
from publishing.archives import (
    BATCH,
    CHUNK,
    LEFT_OUT,
    ArchiveError,
    Manifest,
    Origin,
    Tell,
    copy_file,
    files_in,
    lines_of,
    load_rows,
    opened,
    origin,
    stored_files,
    tables,
)
from publishing.audit import record
from publishing.fields import RichTextField
from publishing.immutability import permit
from publishing.links import with_references
from publishing.logs import masked
from publishing.models import Event, Mail, Publishable, Revision, ShareLink, Stamp
from publishing.pictures import delete_stored
from publishing.rich_text import sanitised
from publishing.signals import restored
from publishing.snapshots import child_models
from publishing.storage import is_remote

PAGES = 20  # how many are compared in a rehearsal
NEW_SITE = timedelta(days=7)
REHEARSED_WITHIN = timedelta(days=35)
KEEP_THE_KEY = (
    "Keep a copy of the secret key (SECRET_KEY, or var/secret_key in DATA_DIR) too, apart from the backups. "
    "Without it a restore takes them for foreign, and second factors can't be read."
)
CHANGED_BY_RESTORING = ("publishing.stamp", "publishing.event")


def restore(source: Path, tell: Tell, *, foreign: bool = False) -> Manifest:
    """Put the site back as it was in the archive `source`. Raises ArchiveError before anything is touched.

    Raises it also for an archive that this site did not make, unless the operator said that it may be
    `foreign`. Then its rich text is sanitised.
    """
    with opened(source) as (archive, manifest):
        require_ours(manifest, foreign=foreign)
        is_ours = origin(manifest) is Origin.OURS
        if is_behind(manifest):
            with tempfile.TemporaryDirectory(prefix="resoc-upgrade-") as folder:
                tell("made by an older version: brought up to date first")
                with opened(_brought_up_to_date(source, Path(folder))) as (fresh, fresh_manifest):
                    _replace_everything(fresh, fresh_manifest, tell, source.name, is_ours=is_ours)
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
    call_command("migrate", verbosity=0)
    with _staged_files(archive, manifest, tell) as swap, transaction.atomic():
        number, sessions = stamp.number(), apps.get_model("sessions.session")._base_manager.count()
        load_rows(archive, manifest, apps.get_model, tell)
        ContentType.objects.clear_cache()  # they may have other numbers now
        connection.check_constraints()
        _end_what_was_open(tell, f"{sessions} sessions")
        if not is_ours:
            sanitise(tell)
        # Every page that a worker keeps was made under another number.
        Stamp.objects.update(number=max(number, stamp.number()))
        stamp.bump()
        record(Event.Kind.RESTORED, detail=name)
        swap()


def require_ours(manifest: Manifest, *, foreign: bool = False) -> None:
    """Raise ArchiveError when this site did not make the archive, and the operator did not say that it may be so."""
    found = origin(manifest)
    if found is not Origin.OURS and not foreign:
        raise ArchiveError(f"This archive is foreign. {found.value} If you trust it all the same, add --foreign.")


def _end_what_was_open(tell: Tell, *ended: str) -> None:
    """End what was valid when the archive was made; links to set a password end by `Event.Kind.RESTORED`.

    Mails that waited then were sent since, or hold links that have ended.
    """
    shared = ShareLink.objects.valid().update(revoked_at=timezone.now())
    mails, _rows = Mail.objects.all().delete()
    said = [*ended, f"{shared} links to share a page", f"{mails} waiting mails"]
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


def _rich_text(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, RichTextField)]


def _clean(value: Any) -> Any:
    return with_references(sanitised(str(value))) if value else value


def _clean_snapshot(label: str, data: dict[str, Any]) -> dict[str, Any]:
    """The snapshot `data` of a model with its rich text sanitised, also that of its child rows."""
    try:
        model: Any = apps.get_model(label)
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
    with opened(source) as (archive, manifest):
        if not as_it_is:
            require_ours(manifest, foreign=foreign)
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
            with archive.open(f"media/{name}") as file:
                put_file(name, file)
    call_command("migrate", verbosity=0)
    if not as_it_is:
        with transaction.atomic():
            _end_what_was_open(tell)
            if origin(manifest) is not Origin.OURS:
                sanitise(tell)
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


def last_line(result: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed said in the end."""
    said = (result.stderr or result.stdout).strip().splitlines() or [f"It ended with {result.returncode}."]
    return masked(said[-1])


def in_scratch(data: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of this code on an installation of its own, on SQLite, in the folder `data`.

    It has the keys of this site, for what is signed and encrypted with them, and sends no mail.
    """
    static = data / "public" / "static"
    if not static.exists():
        static.parent.mkdir(parents=True, exist_ok=True)
        static.symlink_to(settings.STATIC_ROOT)
    names = ("DATABASE_URL", "CACHE_URL", "S3_BUCKET", "S3_ENDPOINT_URL")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "resoc.settings", "EMAIL_URL": "dummymail://"}
    environment |= {
        "SECRET_KEY": settings.SECRET_KEY,
        "SECRET_KEY_FALLBACKS": ",".join(map(str, settings.SECRET_KEY_FALLBACKS)),
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def put_file(name: str, file: IO[bytes]) -> None:
    """Store `file` under exactly this name, over what is there."""
    default_storage.delete(name)
    default_storage.save(name, File(file))


def _staged_files(archive: zipfile.ZipFile, manifest: Manifest, tell: Tell) -> AbstractContextManager[Any]:
    """Lay the uploaded files ready; what is given puts them in place of those that are there."""
    names = list(files_in(manifest))
    tell(f"{len(names)} files")
    stage = _beside_the_bucket if is_remote(default_storage) else _beside_the_folder
    return stage(archive, names)


@contextmanager
def _beside_the_bucket(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Any]:
    """In a bucket nothing can be put in place at once. So what is new is added before the database
    changes, when nothing points at it, and what is not in the archive goes after the rows that named it.

    Only a name that has other content now, which never comes from this site itself, is put aside first.
    """
    with tempfile.TemporaryDirectory(prefix="resoc-restore-") as folder:
        there = set(stored_files(default_storage))
        added, aside = [], {}
        try:
            for number, name in enumerate(names):
                if name in there:
                    old = Path(folder) / str(number)
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
    # The transaction of the caller is done, see `restore`: this context ends after it.
    for name in there - set(names):
        delete_stored(default_storage, name)


def _same(archive: zipfile.ZipFile, name: str, path: Path) -> bool:
    with archive.open(f"media/{name}") as ours:
        return ours.read() == path.read_bytes()


@contextmanager
def _beside_the_folder(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Any]:
    """A folder is filled beside the one that is there, and takes its place at once."""
    root = Path(settings.MEDIA_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{root.name}-new-", dir=root.parent))
    before = Path(tempfile.mkdtemp(prefix=f".{root.name}-old-", dir=root.parent)) / root.name
    try:
        for name in names:
            path = staged / name
            if not path.resolve().is_relative_to(staged.resolve()):
                raise ArchiveError(f"This archive is damaged: {name!r} leads elsewhere.")
            for folder in (*reversed(path.relative_to(staged).parents),):
                (staged / folder).mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                copy_file(archive, name, file)

        def swap() -> None:
            if root.exists():
                root.rename(before)
            staged.rename(root)

        try:
            yield swap
        except BaseException:
            if before.exists():  # the transaction failed at the very end
                shutil.rmtree(root, ignore_errors=True)
                before.rename(root)
            raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(before.parent, ignore_errors=True)


# Rehearsing


def page_digests() -> dict[str, str]:
    """The SHA-256 of some pages as visitors see them now, by address: the same pages for the same content."""
    addresses = ["/", "/fr/", "/en/", "/contact/"]
    for model in apps.get_models():
        if issubclass(model, Publishable) and model.view_name:
            for obj in model.published()[:PAGES]:
                addresses += [obj.get_absolute_url(code) for code in obj.languages]
    chosen = list(dict.fromkeys(addresses))
    chosen = chosen[:4] + sorted(chosen[4:], key=lambda each: hashlib.sha256(each.encode()).digest())
    from django.test import Client  # only now: it brings unittest, and who serves pages needs none

    client = Client(raise_request_exception=False)
    digests = {}
    for address in chosen[:PAGES]:
        response = client.get(address, secure=settings.HTTPS, headers={"host": _host()})
        digests[address] = f"{response.status_code} {hashlib.sha256(response.content).hexdigest()}"
    return digests


def _host() -> str:
    return next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*", "["))), "localhost")


def compare(source: Path) -> list[str]:
    """What of this installation is not as the archive says; empty when a restore brought everything back."""
    found = []
    with opened(source) as (_archive, manifest):
        same_version = not is_behind(manifest)
        for model in tables():
            label, digest, rows = model._meta.label_lower, hashlib.sha256(), 0
            for line in lines_of(model):
                digest.update(line)
                rows += 1
            if label in CHANGED_BY_RESTORING or label in LEFT_OUT:
                continue
            if label in manifest.rows and rows != manifest.rows[label]:
                found.append(f"{label}: {rows} rows instead of {manifest.rows[label]}")
            elif same_version and digest.hexdigest() != manifest.members[f"rows/{label}.jsonl"]["sha256"]:
                found.append(f"{label}: other content")
        for name in files_in(manifest):
            said = manifest.members[f"media/{name}"]["sha256"]
            if not default_storage.exists(name) or _digest_of(default_storage.open(name)) != said:
                found.append(f"file {name}: missing or other content")
        if same_version:
            shown = page_digests()
            found += [
                f"page {each}: looks different" for each, said in manifest.pages.items() if shown.get(each) != said
            ]
    return found


def _digest_of(file: File) -> str:
    with file:
        return hashlib.sha256(file.read()).hexdigest()


def is_unrehearsed() -> bool:
    """Whether it is too long ago that a backup was seen to bring everything back; a new site has a week."""
    first = Revision.objects.order_by("pk").values_list("created_at", flat=True).first()
    if first is None or first > timezone.now() - NEW_SITE:
        return False
    last = recall("rehearsal")
    return not last.get("good") or last["at"] < timezone.now() - REHEARSED_WITHIN


def remember(what: str, **said: Any) -> None:
    """Write down when `what` (`backup`, `rehearsal`) last happened, for `recall`."""
    path = Path(settings.STATE_DIR) / f"last_{what}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"at": timezone.now().isoformat(), **said}))
    fresh.replace(path)


def recall(what: str) -> dict[str, Any]:
    """What `remember` wrote, with `at` as a moment; empty when it never happened."""
    try:
        said = json.loads((Path(settings.STATE_DIR) / f"last_{what}.json").read_text())
        return {**said, "at": datetime.fromisoformat(said["at"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
