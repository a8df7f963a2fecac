"""An error of the database, told to an operator in one line."""

import sqlite3

from publishing.operations.logs import masked

ROOM = "Make room on the disk, and run this again."
DISK_FULL = "53100"  # PostgreSQL's code


def first_line(error: BaseException) -> str:
    """What `error` says, in one line and without secrets."""
    return masked(str(error).strip().partition("\n")[0])


def no_answer(error: BaseException) -> str:
    """The line for a database that does not answer, which ends with what to do when its disk is full."""
    said = f"The database does not answer: {first_line(error)}"
    return f"{said}. {ROOM}" if is_full(error) else said


def is_full(error: BaseException) -> bool:
    """Whether the disk below the database has no room."""
    cause = error.__cause__
    codes = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    return codes[0] == sqlite3.SQLITE_FULL or codes[1] == DISK_FULL
