"""A secret word in a version of a theme, and where it stands, for tests of erasing."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection

from priorities.models import Theme
from publishing.models import DeskWord, RevisionWord
from publishing.workflow import publish

SECRET = "Zeldzaamheid"  # noqa: S105  (a word that stands nowhere else)
WORDS = ("publishing_revisionword", "publishing_deskword")
INDEXES = ("publishing_text_index", "publishing_desk_index")  # their tables, which say a word in bytes of their own


def saying(theme: Theme, **columns: str) -> Theme:
    """The saved row with these words."""
    Theme.objects.filter(pk=theme.pk).update(**columns)
    return Theme.objects.get(pk=theme.pk)


def publish_secret(theme: Theme, editor) -> tuple:
    """A version with the word in its text, and the one after it without."""
    bad = publish(saying(theme, body_nl=f"<p>{SECRET} van Jan</p>"), editor)
    good = publish(saying(theme, body_nl="<p>Niets</p>"), editor)
    return bad, good


def logged(theme: Theme) -> list[str]:
    """What the log of the admin says of it."""
    lines = LogEntry.objects.filter(object_id=str(theme.pk), content_type__model="theme")
    return [entry.get_change_message() + entry.change_message for entry in lines]


def stored(version: Any) -> Any:
    return type(version)._base_manager.get(pk=version.pk)


def where_it_stands(theme: Theme) -> list[str]:
    """The tables that say the word somewhere."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table not in WORDS and not table.startswith(INDEXES):
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
                if SECRET.casefold() in repr(cursor.fetchall()).casefold():
                    found.append(table)
    if any(model.objects.filter(word__icontains=SECRET).exists() for model in (RevisionWord, DeskWord)):
        found.append("words")
    return found
