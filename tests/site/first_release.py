"""Puts the rows of the first release in the empty database of this environment: `python -m tests.site.first_release`.

SQLite's dump is read as it is. On PostgreSQL the migrations of then make the tables, and get the rows.
"""

import sqlite3
from pathlib import Path

DUMP = Path(__file__).with_name("first_release.sql")


def fill() -> None:
    """Fill it, on PostgreSQL."""
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    quote = connection.ops.quote_name
    source = sqlite3.connect(":memory:")
    source.executescript(DUMP.read_text())
    applied = source.execute("SELECT app, name FROM django_migrations ORDER BY id")
    MigrationExecutor(connection).migrate(list(dict(applied).items()))  # the last ones of each app
    tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    with transaction.atomic(), connection.cursor() as cursor:  # whose end checks that everything points at something
        for table in tables:
            if table.startswith("sqlite_") or table == "django_migrations":
                continue
            rows = source.execute(f"SELECT * FROM {quote(table)}")  # noqa: S608  (names of our own tables)
            columns = ", ".join(quote(column[0]) for column in rows.description)
            places = ", ".join(["%s"] * len(rows.description))
            for row in rows:  # as text, of which PostgreSQL makes what the column is
                values = [None if value is None else str(value) for value in row]
                cursor.execute(f"INSERT INTO {quote(table)} ({columns}) VALUES ({places})", values)  # noqa: S608
            for sequence in connection.introspection.get_sequences(cursor, table):
                column = quote(sequence["column"])
                cursor.execute(
                    f"SELECT setval(%s, coalesce(max({column}), 0) + 1, false) FROM {quote(table)}",  # noqa: S608
                    [sequence["name"]],
                )
    source.close()


if __name__ == "__main__":
    import django

    django.setup()
    fill()
