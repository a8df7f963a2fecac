"""Whether an error is an outage, and the page that visitors then get."""

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation

from publishing.i18n.languages import language_of_path

RETRY_AFTER = 30  # seconds


def is_outage(error: BaseException | None) -> bool:
    """Whether `error` says that the database or the disk is away, and not that this code is wrong."""
    if isinstance(error, UnreadablePostError):  # the browser went away
        return False
    # SQLite says of a damaged file that it is a plain error of the database.
    return isinstance(error, (OperationalError, InterfaceError, OSError)) or type(error) is DatabaseError


def page(path: str) -> bytes:
    """The page that says, in the language of `path`, to come back later; it makes no query."""
    with translation.override(language_of_path(path)):
        return render_to_string("503.html").encode()
