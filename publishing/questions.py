"""Questions that pages ask the database again and again, each time about another object or moment.

Django takes far longer to put such a question together than the database takes to answer it. A
`Question` is put together once in a process; what differs each time is `given` in it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from string import Formatter
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, models

from publishing.reads import EVERYTHING, Read, reading

SHAPES = 200  # of one question that are remembered: the second page of a list is another shape than the first


class Given(models.Expression):
    """What is not known yet when a question is put together, by the name under which it is given later."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list["Given"]]:  # type: ignore[override]
        return "%s", [self]


def given(name: str) -> Any:
    """A `Given`, which may stand wherever a queryset takes a value."""
    return Given(name)


class AtMoment(models.Func):
    """A condition on revisions at moment `at`, of SQL that names their columns."""

    output_field = models.BooleanField()

    def __init__(self, condition: str, at: datetime) -> None:
        self.columns = dict.fromkeys(name for _text, name, *_rest in Formatter().parse(condition) if name)
        super().__init__(*self.columns)
        self.condition, self.at = condition, at

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        names = [compiler.compile(column)[0] for column in self.source_expressions]
        sql = self.condition.format_map(dict(zip(self.columns, names, strict=True)))
        return f"({sql})", (as_stored(self.at),) * sql.count("%s")


class Question:
    """One question: `put` makes its queryset, with `given` values where something is not known yet.

    It is asked by the arguments of `put`, which decide what the SQL looks like, and by name all that is given.
    """

    def __init__(self, put: Callable[..., Any]) -> None:
        self.put_together = lru_cache(SHAPES)(lambda *shape: Compiled(put(*shape)))

    def rows(self, *shape: Any, **given: Any) -> list[tuple[Any, ...]]:
        """What the database answers, of a queryset that asks for values."""
        compiled = self.put_together(*shape)
        with reading(*compiled.about(given)), connection.cursor() as cursor:
            cursor.execute(compiled.sql, compiled.parameters(given))
            return list(map(compiled.converted, cursor.fetchall()))

    def __call__(self, *shape: Any, **given: Any) -> list[Any]:
        """The objects that it answers."""
        return list(map(self.put_together(*shape).object, self.rows(*shape, **given)))


class Compiled:
    """The SQL of a queryset, where in it something is given, and how its answer is read."""

    def __init__(self, queryset: Any) -> None:
        self.model, self.reads = queryset.model, cast(Any, getattr(queryset, "_about", [EVERYTHING]))
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.values = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        self.converters = compiler.get_converters(columns)
        self.annotations = compiler.annotation_col_map or {}
        self.names = [column.target.attname for column in columns[: len(columns) - len(self.annotations)]]

    def parameters(self, given: dict[str, Any]) -> list[Any]:
        """The parameters of the SQL; raises KeyError for what is not given."""
        return [as_stored(given[value.name]) if isinstance(value, Given) else value for value in self.values]

    def about(self, given: dict[str, Any]) -> list[Read]:
        """What the question is about."""
        return [Read(*(given[each.name] if isinstance(each, Given) else each for each in read)) for read in self.reads]

    def converted(self, answer: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of the answer, with each value as its field has it."""
        row = list(answer)
        for place, (converters, column) in self.converters.items():
            for convert in converters:
                row[place] = convert(row[place], column, connection)
        return tuple(row)

    def object(self, row: tuple[Any, ...]) -> Any:
        """The object in a row."""
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[: len(self.names)])
        for name, place in self.annotations.items():
            setattr(found, name, row[place])
        return found


def as_stored(value: Any) -> Any:
    """`value` as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
