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
    with connection.cursor() as cursor:
        names = (name for name in connection.introspection.table_names() if name != PERMIT)
        tables = [connection.ops.quote_name(name) for name in names]
        cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE")
        cursor.execute("CREATE SCHEMA kept")
        for table in tables:
            cursor.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")
        full = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM kept.{table}")  # noqa: S608
            if cursor.fetchone()[0]:
                full.append(table)
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        sequences = cursor.fetchall()

    def put_back() -> None:
        with permit(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            for table in full:
                cursor.execute(f"INSERT INTO public.{table} SELECT * FROM kept.{table}")  # noqa: S608
            for name, last in sequences:
                cursor.execute("SELECT setval(%s, %s, %s)", [f'public."{name}"', last or 1, last is not None])

    return put_back
