"""The seeded database as it is before the first test, put back after each one with real transactions.

Django would empty every table, and the test after that would seed it again: half a second each time.
"""

import sqlite3
from collections.abc import Callable

from django.db import connection

from publishing.models.immutability import PERMIT, permit


def keep() -> Callable[[], None]:
    """Keep everything in the database; the answer puts it back."""
    return _keep_on_postgresql() if connection.vendor == "postgresql" else _keep_on_sqlite()


def _keep_on_sqlite() -> Callable[[], None]:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(kept)

    def put_back() -> None:
        connection.ensure_connection()
        kept.backup(connection.connection)

    return put_back


def _keep_on_postgresql() -> Callable[[], None]:
    """Only tables in which something was written are put back: to empty all of them takes seconds."""
    with connection.cursor() as cursor:
        names = (name for name in connection.introspection.table_names() if name != PERMIT)
        tables = [connection.ops.quote_name(name) for name in names]
        cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE")
        cursor.execute("CREATE SCHEMA kept")
        for table in tables:
            cursor.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        sequences = [[f'public."{name}"', last or 1, last is not None] for name, last in cursor.fetchall()]
    kept = _states(tables)

    def put_back() -> None:
        with permit(), connection.cursor() as cursor:
            for table, state in _states(tables).items():
                if state != kept[table]:
                    cursor.execute(f"DELETE FROM public.{table}")  # noqa: S608
                    cursor.execute(f"INSERT INTO public.{table} SELECT * FROM kept.{table}")  # noqa: S608
            each = ", ".join(["setval(%s, %s, %s)"] * len(sequences))
            cursor.execute(f"SELECT {each}", [part for sequence in sequences for part in sequence])
            kept.update(_states(tables))

    return put_back


def _states(tables: list[str]) -> dict[str, tuple[int, int | None]]:
    """How many rows each table has, and the last transaction that wrote one: another when anything was written."""
    each = (f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM public.{name}" for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return {name: (count, newest) for name, count, newest in cursor.fetchall()}
