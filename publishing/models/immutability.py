"""Triggers by which the database refuses to change or delete a revision, also from a shell or another program.

Triggers guard what a revision says, when, and of what. What the workflow writes later (that it was overtaken or
cancelled) is free, and so is every column that is not named in `PROTECTED`. An author may only be forgotten.

`permit` opens it for one transaction: for erasure, a restore, `flush`, and a data migration that changes
revisions. The triggers are made anew after every `migrate`, because SQLite loses them when Django rebuilds a
table. A migration that drops a protected column on SQLite must drop the triggers first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

TABLE, PERMIT = "publishing_revision", "publishing_permit"
PROTECTED = (
    "id",
    "model",
    "object_id",
    "created_at",
    "note",
    "live_from",
    "live_until",
    "checked_at",
    "checked_in",
    "unchanged_since",
    "turns_at",
    "turns_again_at",
    "withdrawn",
    "reason",
    "data",
    "sort_key",
)
REFUSAL = "A version that was published is never changed or deleted."

FUNCTION = f"{TABLE}_refuse"


@contextmanager
def permit(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction, or a part of the one that is open, in which revisions may be changed and deleted."""
    with transaction.atomic(using):
        with connections[using].cursor() as cursor:
            opens = _exists(using, PERMIT) and not _is_open(cursor)
            if opens:
                cursor.execute(f"INSERT INTO {PERMIT} VALUES (1)")  # noqa: S608
        yield
        if opens:
            with connections[using].cursor() as cursor:
                cursor.execute(f"DELETE FROM {PERMIT}")  # noqa: S608


def protect(using: str = DEFAULT_DB_ALIAS, **_signal: object) -> None:
    """Make the triggers that are missing or different, and end a permit that somebody left open."""
    if not _exists(using, TABLE):
        return
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {PERMIT} (open integer NOT NULL)")
        if _is_open(cursor):
            cursor.execute(f"DELETE FROM {PERMIT}")  # noqa: S608
        found = _found(using)
        for name, sql in _wanted(using).items():
            if found.get(name) == sql:
                continue
            if name == FUNCTION:
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $refuse${sql}$refuse$"
                )
                continue
            on_table = f" ON {TABLE}" if connections[using].vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
            cursor.execute(sql)


def faults(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What keeps the database from refusing: names of triggers that are missing or different, an open permit."""
    found = _found(using)
    wrong = [name for name, sql in _wanted(using).items() if found.get(name) != sql]
    if not _exists(using, PERMIT):
        return [*wrong, PERMIT]
    with connections[using].cursor() as cursor:
        return [*wrong, f"a row in {PERMIT}"] if _is_open(cursor) else wrong


def _exists(using: str, table: str) -> bool:
    return table in connections[using].introspection.table_names()


def _is_open(cursor: Any) -> bool:
    cursor.execute(f"SELECT 1 FROM {PERMIT}")  # noqa: S608
    return cursor.fetchone() is not None


def _wanted(using: str) -> dict[str, str]:
    """The SQL of each trigger, as the database gives it back; of the function on PostgreSQL its body."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = {column.name for column in connection.introspection.get_table_description(cursor, TABLE)}
    columns = [name for name in PROTECTED if name in there]  # a database may stand between two migrations
    if connection.vendor == "postgresql":
        return _wanted_on_postgresql(columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    closed = f"NOT EXISTS (SELECT 1 FROM {PERMIT})"  # noqa: S608
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in columns)
    author = "new.author_id IS NOT NULL AND old.author_id IS NOT new.author_id"
    conditions = {
        f"{TABLE}_deleted": f"BEFORE DELETE ON {TABLE} WHEN {closed}",
        f"{TABLE}_changed": f"BEFORE UPDATE ON {TABLE} WHEN {closed} AND ({changed} OR {author})",
        # INSERT OR REPLACE deletes without a word.
        f"{TABLE}_replaced": (
            f"BEFORE INSERT ON {TABLE} WHEN {closed} AND EXISTS (SELECT 1 FROM {TABLE} WHERE id = new.id)"  # noqa: S608
        ),
    }
    return {name: f"CREATE TRIGGER {name} {condition} {refuse}" for name, condition in conditions.items()}


def _wanted_on_postgresql(columns: list[str]) -> dict[str, str]:
    # The columns stand in the function only: a trigger that names them would forbid to change their types.
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    body = f"""
BEGIN
    IF EXISTS (SELECT 1 FROM {PERMIT}) THEN
        RETURN CASE WHEN tg_op = 'DELETE' THEN old ELSE new END;
    END IF;
    IF tg_op = 'UPDATE' THEN
        IF ({old}) IS NOT DISTINCT FROM ({new})
            AND (new.author_id IS NULL OR new.author_id IS NOT DISTINCT FROM old.author_id)
        THEN
            RETURN new;
        END IF;
    END IF;
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
END
"""  # noqa: S608
    when = {
        f"{TABLE}_changed": f"BEFORE DELETE OR UPDATE ON {TABLE} FOR EACH ROW",
        f"{TABLE}_emptied": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
    }
    return {FUNCTION: body} | {
        name: f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {FUNCTION}()" for name, event in when.items()
    }


def _found(using: str) -> dict[str, str]:
    """The triggers on the table of revisions that are in force, and on PostgreSQL their function: SQL by name."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, pg_get_triggerdef(oid, true) FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
                " UNION ALL SELECT proname, prosrc FROM pg_proc WHERE oid = to_regproc(%s)",
                [TABLE, FUNCTION],
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        return dict(cursor.fetchall())
