"""What an operator reads when the database does not answer."""

import sqlite3
from contextlib import closing

import pytest
from django.db import OperationalError

from resoc.operations.database_errors import ROOM, no_answer


def full() -> sqlite3.OperationalError:
    """SQLite's own error on a disk without room."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE a (b)")
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as raised:
            database.execute("INSERT INTO a VALUES (zeroblob(100000))")
    return raised.value


class DiskFullError(Exception):
    sqlstate = "53100"


@pytest.mark.parametrize("cause", [full(), DiskFullError("could not extend file")])
def test_a_full_disk_says_to_make_room(cause):
    error = OperationalError(str(cause))
    error.__cause__ = cause
    assert no_answer(error) == f"The database does not answer: {cause}. {ROOM}"


def test_another_error_is_its_first_line():
    assert no_answer(OperationalError("no route\nto host")) == "The database does not answer: no route"
