"""Queries that pages run again and again, each time for another object or moment.

Django takes far longer to compile such a query than the database takes to answer it. A `PreparedQuery` is
compiled once in a process; what differs each time is a `Param` in it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from string import Formatter
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.sql.compiler import SQLCompiler

from publishing.queries.dependencies import EVERYTHING, Dependency, depends_on

M = TypeVar("M", bound=models.Model)

SHAPES = 200  # of one query that are remembered: the second page of a list has another shape than the first


class Param(models.Expression):
    """A value that is not known yet when a query is compiled, by the name under which it comes later."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list["Param"]]:  # type: ignore[override]
        return "%s", [self]


def param(name: str) -> Any:
    """A `Param`, which may stand wherever a queryset takes a value."""
    return Param(name)


class AtMoment(models.Func):
    """A condition on revisions at moment `at`, of SQL that names their columns."""

    output_field = models.BooleanField()

    def __init__(self, condition: str, at: datetime) -> None:
        self.columns = dict.fromkeys(name for _text, name, *_rest in Formatter().parse(condition) if name)
        super().__init__(*self.columns)
        self.condition, self.at = condition, at

    def as_sql(self, compiler: SQLCompiler, connection: object, **_context: object) -> tuple[str, tuple[object, ...]]:  # type: ignore[override]
        names = [compiler.compile(column)[0] for column in self.source_expressions]
        sql = self.condition.format_map(dict(zip(self.columns, names, strict=True)))
        return f"({sql})", (as_stored(self.at),) * sql.count("%s")


class PreparedQuery(Generic[M]):
    """A query that is compiled once: `make` makes its queryset, with a `param` where a value is not known yet.

    It is called with the arguments of `make`, which decide what the SQL looks like, and the values by name.
    """

    def __init__(self, make: Callable[..., object]) -> None:
        self.compile = lru_cache(SHAPES)(lambda *shape: Compiled(make(*shape)))

    def rows(self, *shape: object, **values: object) -> list[tuple[Any, ...]]:
        """The rows of a queryset of values."""
        compiled = self.compile(*shape)
        with depends_on(*compiled.about(values)), connection.cursor() as cursor:
            cursor.execute(compiled.sql, compiled.parameters(values))
            return list(map(compiled.converted, cursor.fetchall()))

    def __call__(self, *shape: object, **values: object) -> list[M]:
        """The objects that it finds."""
        return list(map(self.compile(*shape).object, self.rows(*shape, **values)))


class Compiled:
    """The SQL of a queryset, the places of its parameters, and how its rows are read."""

    def __init__(self, queryset: Any) -> None:
        self.model, self.depends_on = queryset.model, cast(Any, getattr(queryset, "_about", [EVERYTHING]))
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.placeholders = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        self.converters = compiler.get_converters(columns)
        self.annotations = compiler.annotation_col_map or {}
        self.names = [column.target.attname for column in columns[: len(columns) - len(self.annotations)]]

    def parameters(self, values: dict[str, object]) -> list[Any]:
        """The parameters of the SQL; raises KeyError for a value that is missing."""
        stored = {name: as_stored(value) for name, value in values.items()}  # once: a moment stands in many places
        return [stored[value.name] if isinstance(value, Param) else value for value in self.placeholders]

    def about(self, values: dict[str, Any]) -> list[Dependency]:
        """The dependencies of the query."""
        return [
            Dependency(*(values[each.name] if isinstance(each, Param) else each for each in read))
            for read in self.depends_on
        ]

    def converted(self, answer: tuple[object, ...]) -> tuple[object, ...]:
        """A row of the result, with each value as its field has it."""
        row = list(answer)
        for place, (converters, column) in self.converters.items():
            for convert in converters:
                row[place] = convert(row[place], column, connection)
        return tuple(row)

    def object(self, row: tuple[object, ...]) -> Any:
        """The object in a row."""
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[: len(self.names)])
        for name, place in self.annotations.items():
            setattr(found, name, row[place])
        return found


def as_stored(value: object) -> object:
    """`value` as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
