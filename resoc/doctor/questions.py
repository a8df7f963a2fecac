"""Is this installation healthy and safe? Each question is a short function that yields what it found.

What the settings say is judged by Django's system checks (ours are in `checks`); here stand the
questions that need the living site. `manage.py doctor` asks them all.
"""

import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote

import django
from django.conf import settings
from django.core.cache import caches
from django.core.checks import ERROR, WARNING, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from publishing.backup.media_swap import left_over
from publishing.backup.nightly import FREE, MADE_WITHIN, BackupProblem, standing
from publishing.backup.rehearsal import is_unrehearsed, recall
from publishing.backup.restore import KEEP_THE_KEY
from publishing.cache import stamp
from publishing.cache.failures import failing
from publishing.models import LinkCheck, Mail, Revision, Stamp
from publishing.models.immutability import faults
from publishing.operations import schema
from publishing.operations.link_check import dead_links, every_kind, is_unchecked
from publishing.operations.mail import stuck
from publishing.search.indexing import unindexed
from publishing.workflow.erasure.memory import address, read, unwritten
from resoc.doctor.reachability import certificate_is_good, clock_is_right, pages_answer
from resoc.management.commands.prepare import is_collected
from resoc.operations import alarms
from resoc.operations.database_errors import no_answer
from resoc.operations.findings import ODD, OK, WRONG, Finding
from resoc.operations.private_files import OPEN_TO_OTHERS
from resoc.operations.version import version
from resoc.web.views import ask_database
from staff.accounts.second_factor import not_newest, unreadable
from staff.emails import in_conflict
from staff.models import StaffMember

# Bytes. With less than the second no page is kept ready any more, and soon after nothing can be uploaded.
LITTLE_ROOM, NO_ROOM = 1_000_000_000, 500_000_000
NEVER = datetime.min.replace(tzinfo=UTC)
BUMPED_WITHIN = timedelta(minutes=1)  # of the commit that raises the stamp


# What an address with https sets right: one line about that says enough.
FOLLOWS_FROM_HTTPS = {"security.W008", "security.W012", "security.W016"}

Question = Callable[[], Iterator[Finding]]


def examine(with_alarms: bool = True) -> Iterator[Finding]:
    """Ask everything; what can't be asked is a finding too. `with_alarms`: also whether the last alarm was sent."""
    yield from _ask(version_is_known)
    yield from _ask(settings_are_safe)
    yield from _ask(static_files_are_collected)
    yield from _ask(files_can_be_written)
    yield from _ask(files_belong_to_the_database)
    yield from _ask(there_is_room)
    yield from _ask(cache_answers)
    yield from _ask(pages_work)
    yield from _ask(pages_answer)
    yield from _ask(certificate_is_good)
    if with_alarms:
        yield from _ask(alarms.reach_somebody)
    answers = list(_ask(database_answers))
    yield from answers
    if any(each.level == WRONG for each in answers):
        return  # the rest would say the same once more
    migrated = list(_ask(database_is_migrated))
    yield from migrated
    yield from _ask(database_is_whole)
    if any(each.level == WRONG for each in migrated):
        return  # it may lack the tables that are asked for
    for question in (
        accounts_have_one_address,
        history_is_protected,
        erasures_are_remembered,
        second_factors_can_be_read,
        mail_goes_out,
        backups_are_made,
        backups_are_private,
        copies_are_made,
        backups_are_rehearsed,
        clock_is_right,
        pages_are_fresh,
        search_knows_everything,
        links_lead_somewhere,
    ):
        yield from _ask(question)


def _ask(question: Question) -> Iterator[Finding]:
    name = question.__name__
    try:
        for finding in question():
            yield replace(finding, part=name)
    except Exception as error:  # whatever it is: this is what a doctor is for
        yield Finding(WRONG, f"Could not be asked: {name.replace('_', ' ')}. {type(error).__name__}: {error}", name)


def version_is_known() -> Iterator[Finding]:
    """Which version this is, and what it runs on."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding(OK, f"This is version {version()}, on Django {django.get_version()} and Python {python}.")


def settings_are_safe() -> Iterator[Finding]:
    """The messages of `check --deploy`."""
    known = set() if settings.HTTPS else FOLLOWS_FROM_HTTPS
    found = [each for each in run_checks(include_deployment_checks=True) if not each.is_silenced()]
    for each in sorted((each for each in found if each.id not in known), key=lambda each: str(each.id)):
        level = WRONG if each.level >= ERROR else ODD if each.level >= WARNING else OK
        yield Finding(level, f"{each.msg} {each.hint or ''} ({each.id})")
    if not found:
        yield Finding(OK, "The settings are safe.")


def static_files_are_collected() -> Iterator[Finding]:
    """Whether the static files are collected."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Finding(WRONG, "The static files are not collected, so pages fail: run 'manage.py prepare'.")
    elif not is_collected():
        yield Finding(ODD, "The static files are those of another version: run 'manage.py prepare' and restart.")
    else:
        yield Finding(OK, "The static files are collected.")


def files_belong_to_the_database() -> Iterator[Finding]:
    """Whether no restore was killed between its files and its rows."""
    if folders := left_over():
        advice = "run 'manage.py prepare', which puts back the files that belong to the database"
        yield Finding(WRONG, f"A restore was killed before its end, and left {folders[0]}: {advice}.")


def files_can_be_written() -> Iterator[Finding]:
    """Whether a photo can be uploaded, read again and deleted."""
    content = secrets.token_bytes(16)
    name = default_storage.save(f".doctor-{secrets.token_hex(4)}", ContentFile(content))
    try:
        with default_storage.open(name) as file:
            same = file.read() == content
    finally:
        default_storage.delete(name)
    yield Finding(OK, "Files can be stored.") if same else Finding(WRONG, "A stored file comes back as another one.")


def there_is_room() -> Iterator[Finding]:
    """How much room the disk has."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    level = WRONG if free < NO_ROOM else ODD if free < LITTLE_ROOM else OK
    advice = "" if level == OK else " Make room: delete old backups first."
    yield Finding(level, f"The disk has room for {free // 1_000_000} MB.{advice}")


def cache_answers() -> Iterator[Finding]:
    """Whether attempts to sign in can be counted by all workers together."""
    cache = caches["shared"]  # not the default, behind which others answer for it
    key, value = f"doctor-{secrets.token_hex(4)}", secrets.token_hex(4)
    cache.set(key, value, 60)
    if cache.get(key) == value:
        yield Finding(OK, "The cache answers.")
    else:
        yield Finding(WRONG, "The cache forgets what it is given: nobody who guesses passwords is slowed down.")
    cache.delete(key)


def pages_work() -> Iterator[Finding]:
    """Whether the code of every page and every form that somebody asked for works."""
    for failure in (found := failing()):
        seen = "an apology" if failure.is_withheld else "the page as it last was, if there was one"
        seen = f"visitors see {seen}" if failure.can_be_tried else "whoever asks for it sees an error"
        since = f"{failure.since:%Y-%m-%d %H:%M} UTC"
        why = f"The log says why: request {failure.request}." if failure.request else "The log says why."
        yield Finding(WRONG, f"{failure.address} can't be made since {since}: {seen}. {why}")
    if not found:
        yield Finding(OK, "No page is known to fail.")


def database_answers() -> Iterator[Finding]:
    """Whether there is a database."""
    try:
        ask_database()
    except DatabaseError as error:
        yield Finding(WRONG, no_answer(error))
    else:
        yield Finding(OK, f"The database answers ({connection.display_name}).")


def database_is_migrated() -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding(WRONG, f"{len(waiting)} migrations wait, the first {waiting[0][0]}: run 'manage.py prepare'.")
    elif newer := schema.unknown():
        said = f"A newer version of the site made this database ({'.'.join(newer[-1])})"
        yield Finding(WRONG, f"{said}: start that version, or restore a backup of this one into an empty database.")
    else:
        yield Finding(OK, "The database is migrated.")


def database_is_whole() -> Iterator[Finding]:
    """SQLite's own integrity check; PostgreSQL does this itself."""
    if connection.vendor != "sqlite":
        return
    mode = ""
    try:
        with connection.cursor() as cursor:
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            found = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    except DatabaseError as error:  # too damaged to be asked
        found = str(error)
    if found != "ok":
        yield Finding(WRONG, f"The file of the database is damaged: restore the newest backup. {found}")
    elif mode not in ("wal", "memory"):  # one of a test lives in memory
        yield Finding(ODD, f"The database writes in mode {mode} instead of wal: readers wait. Restart the site.")
    else:
        yield Finding(OK, "The file of the database is whole.")


def accounts_have_one_address() -> Iterator[Finding]:
    """Whether an address says whose account it is, and each card has that of its account."""
    groups = in_conflict()
    for users in groups:
        names = ", ".join(repr(user.get_username()) for user in users)
        said = f"These accounts have one e-mail address, with which only the first signs in: {names}."
        yield Finding(ODD, f"{said} Give the others another one in the admin, or delete them.")
    apart = StaffMember._base_manager.exclude(user=None).exclude(email="").exclude(email=models.F("user__email"))
    if number := apart.count():
        said = f"Cards with another e-mail address than the account of that person: {number}, first {apart.first()}."
        yield Finding(ODD, f"{said} Type the right one on the card: a mail asks the person to confirm it.")
    if not groups and not number:
        yield Finding(OK, "No two accounts have one e-mail address, and each card has that of its account.")


def history_is_protected() -> Iterator[Finding]:
    """Whether the database refuses to change or delete what was published."""
    if found := faults():
        said = ", ".join(found)
        yield Finding(WRONG, f"The database does not protect what was published ({said}): run 'manage.py migrate'.")
    else:
        yield Finding(OK, "The database refuses to change or delete what was published.")


def erasures_are_remembered() -> Iterator[Finding]:
    """Whether what is erased for good stays so after a restore."""
    if (number := unwritten()) > 0:
        advice = "the site writes it within the hour; if it does not, look who may write there"
        yield Finding(ODD, f"{number} erasures are not in {address()} yet: {advice}.")
    elif odd := len(read()[1]):
        yield Finding(WRONG, f"{odd} lines of {address()} can't be read: a restore would not erase that again.")
    else:
        yield Finding(OK, "What is erased for good is remembered, for after a restore.")


def second_factors_can_be_read() -> Iterator[Finding]:
    """Whether the secrets of second factors are encrypted with a key that this site has."""
    if number := len(unreadable()):
        advice = "name the key of before in SECRET_KEY_FALLBACKS, or have the people set up new ones"
        yield Finding(WRONG, f"{number} second factors can't be read, so no code fits: {advice}.")
    elif number := len(not_newest()):
        yield Finding(ODD, f"{number} second factors are not encrypted with the newest key: run 'manage.py prepare'.")
    else:
        yield Finding(OK, "The second factors can be read, and are encrypted.")


def mail_goes_out() -> Iterator[Finding]:
    """Whether mail waits longer than it should."""
    if number := stuck().count():
        said = stuck().exclude(error="").values_list("error", flat=True).first() or "nothing"
        yield Finding(WRONG, f"{number} mails are stuck; the mail server said: {said}. Look at EMAIL_URL.")
    else:
        yield Finding(OK, f"No mail is stuck ({Mail.objects.count()} wait to be sent).")


def backups_are_made() -> Iterator[Finding]:
    """Whether there is something to restore."""
    now, found, last = timezone.now(), standing(), recall("backup")
    advice = "is var/backups full, or not writable? The log says why" if settings.BACKUPS else "BACKUPS is off"
    lack = found.lack(now)
    if lack is BackupProblem.GONE:
        yield Finding(WRONG, f"The last backup is gone: there is no {found.gone}. Run 'manage.py backup FILE'.")
    elif lack is BackupProblem.OLD:
        yield Finding(WRONG, f"No backup was made since {found.at:%Y-%m-%d}: {advice}. Run 'manage.py backup FILE'.")
    elif lack:
        yield Finding(WRONG, f"No backup was ever made: {advice}. Run 'manage.py backup FILE'.")
    elif found.at:
        yield Finding(OK, f"The last backup was made on {found.at:%Y-%m-%d}. {KEEP_THE_KEY}")
    else:
        yield Finding(OK, "No backup yet; the site is new, and makes one each night.")
    if last.get("is_tight"):
        said = f"Less than {FREE:.0%} of the disk is free beside the backups"
        yield Finding(ODD, f"{said}; {last.get('dropped', 0)} older ones went to make room. Make the disk larger.")


def copies_are_made() -> Iterator[Finding]:
    """Whether what a site with a bucket elsewhere makes each night is there."""
    if not settings.BACKUP_COPY:
        yield Finding(OK, "No copy of the backups is put elsewhere (BACKUP_COPY).")
        return
    copied, bucket = recall("copy").get("at", NEVER), settings.BACKUP_COPY["bucket"]
    failed = recall("copy_failure")
    said = f"The last try, on {failed['at']:%Y-%m-%d}, failed: {failed.get('error')}" if failed else "See the log"
    if not copied > timezone.now() - MADE_WITHIN:
        since = "ever" if copied == NEVER else f"since {copied:%Y-%m-%d}"
        yield Finding(WRONG, f"No copy of a backup was put in s3://{bucket} {since}. {said}.")
    elif failed and failed["at"] > copied:
        yield Finding(ODD, f"The last copy of a backup in s3://{bucket} is of {copied:%Y-%m-%d}. {said}.")
    else:
        yield Finding(OK, f"The last copy of a backup was put in s3://{bucket} on {copied:%Y-%m-%d}.")


def backups_are_rehearsed() -> Iterator[Finding]:
    """Whether a backup was seen to bring everything back."""
    if is_unrehearsed():
        yield Finding(WRONG, "No backup was seen to bring everything back for five weeks: run 'manage.py rehearse'.")
    elif last := recall("rehearsal"):
        yield Finding(OK, f"A backup was seen to bring everything back on {last['at']:%Y-%m-%d}.")
    else:
        yield Finding(OK, "No backup was tried out yet; the site does that by itself, each month.")


def backups_are_private() -> Iterator[Finding]:
    """Whether nobody else on this machine can read the backups."""
    found = list(readable_backups(recall("backup").get("file")))
    for path in found:
        yield Finding(WRONG, f"Others on this machine may read the backup {path}: run 'chmod 600 {quote(str(path))}'.")
    if not found:
        yield Finding(OK, "Nobody else on this machine can read the backups.")


def readable_backups(last: str | None) -> Iterator[Path]:
    """The archives beside the last one that others than their owner may read."""
    if last:
        with suppress(OSError):  # gone, or not for us
            for path in sorted(Path(last).parent.iterdir()):
                if path.suffix == ".zip" and path.stat().st_mode & OPEN_TO_OTHERS:
                    yield path


def pages_are_fresh() -> Iterator[Finding]:
    """Whether the stamp was raised with the last change of what is public, and can be again."""
    last = Revision.objects.order_by("-pk").values_list("created_at", flat=True).first()
    row = Stamp.objects.first()
    if last and (row is None or row.changed_at < last - BUMPED_WITHIN):
        yield Finding(ODD, "Something was published around the workflow, so pages may be old: restart the site.")
        return
    stamp.touch()  # workers only ask the database once more
    yield Finding(OK, "Pages know what was published last.")


def search_knows_everything() -> Iterator[Finding]:
    """Whether the search index is complete."""
    if number := unindexed().count():
        yield Finding(ODD, f"Search does not know {number} published versions: run 'manage.py reindex'.")
    else:
        yield Finding(OK, "Search knows what is public.")


def links_lead_somewhere() -> Iterator[Finding]:
    """Whether links were checked lately, and whether any is dead."""
    last = LinkCheck.objects.values_list("good_at", flat=True).first()
    when = f"The links were last checked on {last:%Y-%m-%d}" if last else "The links were never checked"
    if too_old := is_unchecked():
        yield Finding(ODD, f"{when}: can this machine reach other sites? Run 'manage.py check_links'.")
    if number := len(dead_links(every_kind())):
        yield Finding(ODD, f"{number} links lead nowhere: see /admin/links/.")
    elif not too_old:
        yield Finding(OK, f"{when}, and none is known to lead nowhere." if last else f"{when}; they will be soon.")
