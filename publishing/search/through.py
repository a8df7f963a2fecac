"""What is found through something else: a priority through its partners, a person through the title of a task.

In SQL of its own: Django would take longer to write it than the database to answer it.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from django.db import connection

from publishing.queries.dependencies import Target
from publishing.search.backend import EXAMINED, public
from publishing.search.word_index import Values

User = tuple[str, int, str, int, int, str]  # what a revision names, what it is itself, and where it stands


def users_of(named: Iterable[Target], at: datetime) -> list[User]:
    """The newest public revisions that name one of these."""
    by_model: dict[str, list[int]] = {}
    for model, object_id in sorted(named):
        by_model.setdefault(model, []).append(object_id)
    if not by_model:
        return []
    is_public, moments = public("revision", at)
    names = " OR ".join(f"(reference.model = %s AND {_among('reference.object_id', ids)})" for ids in by_model.values())
    sql = (
        "SELECT reference.model, reference.object_id, revision.model, revision.object_id, revision.id, sort_key"  # noqa: S608 (values are parameters)
        " FROM publishing_revisionreference AS reference"
        " JOIN publishing_revision AS revision ON revision.id = reference.revision_id"
        f" WHERE ({names}) AND {is_public} ORDER BY revision.id DESC, reference.id DESC LIMIT {EXAMINED + 1}"
    )
    values: Values = [value for model, ids in by_model.items() for value in (model, *ids)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *moments])
        return list(cursor)


def followed(
    fields: Iterable[tuple[str, str]], revisions: Iterable[int], at: datetime
) -> list[tuple[int, str, int, int]]:
    """What these revisions lead to in one of `fields`, each with its model, and what visitors see of that."""
    fields, revisions = sorted(fields), sorted(revisions)
    if not fields or not revisions:
        return []
    is_public, moments = public("shown", at)
    names = " OR ".join(["(reference.model = %s AND field = %s)"] * len(fields))
    sql = (
        "SELECT reference.revision_id, reference.model, reference.object_id, shown.id"  # noqa: S608 (the same)
        " FROM publishing_revisionreference AS reference"
        " JOIN publishing_revision AS shown ON shown.model = reference.model AND shown.object_id = reference.object_id"
        f" WHERE {_among('reference.revision_id', revisions)} AND ({names}) AND {is_public} ORDER BY reference.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*revisions, *chain(*fields), *moments])
        return list(cursor)


def _among(column: str, values: list[int]) -> str:
    return f"{column} IN ({', '.join(['%s'] * len(values))})"
