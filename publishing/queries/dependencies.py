"""The dependencies of a page on published objects, so that a change invalidates only the pages that read it.

Each query while a page is rendered is noted as a `Dependency`. A query without a declared subject
counts as one about everything, and so does one whose SQL reads more than revisions: pages are
rendered anew too often, never too seldom.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

Target = tuple[str, int]  # the label of a model in small letters, and a primary key


class Dependency(NamedTuple):
    """The objects that a query about public content reads; each field that is filled narrows it."""

    model: str = ""  # about objects of this model
    object_id: int = 0  # about this object of the model
    slug: str = ""  # about whatever has this slug
    to_model: str = ""  # about whatever points at an object of this model …
    to_object: int = 0  # … namely this one


EVERYTHING = Dependency()


class Change(NamedTuple):
    """Something public that changed."""

    model: str  # "" for anything
    object_id: int  # 0 for any
    slugs: frozenset[str]  # that it has, or ever had
    points_at: frozenset[Target]  # or ever did
    takes_away: bool = True  # whether visitors could read something before that they can't read after
    may_point: bool = True  # whether an object of `model` may point at another: not so for rows beside versions

    def concerns(self, read: Dependency) -> bool:
        """Whether what `read` found may be another now."""
        if not self.model:
            return True
        if read.model not in ("", self.model):
            return False
        if not self.object_id:
            return self.may_point or not read.to_model
        return (
            (not read.model or read.object_id in (0, self.object_id))
            and read.slug in ("", *self.slugs)
            and (not read.to_model or (read.to_model, read.to_object) in self.points_at)
        )


_dependencies: ContextVar[set[Dependency] | None] = ContextVar("dependencies", default=None)
_noted: ContextVar[bool] = ContextVar("noted", default=False)  # that the query that runs was noted
_known: ContextVar[bool] = ContextVar("known", default=False)  # that somebody else says what it depends on


@contextmanager
def track() -> Iterator[set[Dependency]]:
    """Collect the dependencies of the queries that run meanwhile."""
    reads: set[Dependency] = set()

    def execute(ask: Callable[..., object], sql: str, *rest: object) -> object:
        if not _known.get() and not (_noted.get() and reads_revisions_only(sql)):
            reads.add(EVERYTHING)
        return ask(sql, *rest)

    token = _dependencies.set(reads)
    try:
        with connection.execute_wrapper(execute):
            yield reads
    finally:
        _dependencies.reset(token)


@contextmanager
def depends_on(*about: Dependency) -> Iterator[None]:
    """Say what the queries that run meanwhile are about: queries on revisions only."""
    reads = _dependencies.get()
    if reads is None:
        yield
        return
    reads.update(about)
    token = _noted.set(True)
    try:
        yield
    finally:
        _noted.reset(token)


@contextmanager
def depends_only_on(*about: Dependency) -> Iterator[set[Dependency]]:
    """Say what the queries that run meanwhile are about, whatever their SQL reads: `about`, and what is added later."""
    reads = _dependencies.get()
    told = set(about)
    tokens = _dependencies.set(None), _known.set(True)
    try:
        yield told
    finally:
        _known.reset(tokens[1])
        _dependencies.reset(tokens[0])
        if reads is not None:
            reads.update(told)


REVISIONS = "publishing_revision"
INDEXES = (*(f"{REVISIONS}{index}" for index in ("slug", "reference", "file", "text")), "publishing_changenote")

_INDEX = f'"(?:{"|".join(INDEXES)})"'
_CONDITION = r'U0\."\w+" (?:= \(?%s\)?|IN \([%s, ]+\))'
# Revisions with an index row: what is compared with each of them is its own.
_OWN_ROWS = re.compile(
    rf'"{REVISIONS}"\."id" IN \(SELECT U0\."revision_id"(?: AS "revision")? FROM {_INDEX} U0 WHERE '  # noqa: S608
    rf"\({_CONDITION}(?: AND {_CONDITION})*\)\)"
)
_TABLE = re.compile(r"\b(?:FROM|JOIN)\b(?!\s*\()", re.IGNORECASE)
_OWN_TABLE = re.compile(rf'\bFROM "{REVISIONS}"(?!(?: \w+)? *,)|\bJOIN {_INDEX} ')
_SELECT = re.compile(r"\bSELECT\b", re.IGNORECASE)
# The query itself, what is united with it, and what is counted of it.
_OWN_SELECT = re.compile(r"(?:^|\bFROM|\bUNION|\bUNION ALL|\bINTERSECT|\bEXCEPT)[\s(]*SELECT\b")
_CALLED = re.compile(r"\b(\w+) *\(")
_WORDS = "ALL AND AS BY CASE DISTINCT ELSE EXCEPT FROM IN INTERSECT NOT ON OR SELECT THEN UNION WHEN WHERE"
_FUNCTIONS = "CAST COALESCE COUNT GREATEST JSON JSON_EXTRACT JSON_TYPE LEAST LOWER MAX MIN SUM UPPER"
_HARMLESS = {*_WORDS.split(), *_FUNCTIONS.split()}


@lru_cache(1000)
def reads_revisions_only(sql: str) -> bool:
    """Whether `sql`, as Django writes it, reads revisions, and beside each only index rows of its own.

    False when in doubt: a table, a subquery, or a function that may read something else.
    """
    sql = _OWN_ROWS.sub("", sql)
    return (
        len(_TABLE.findall(sql)) == len(_OWN_TABLE.findall(sql))
        and len(_SELECT.findall(sql)) == len(_OWN_SELECT.findall(sql))
        and _HARMLESS.issuperset(_CALLED.findall(sql))
    )


def is_invalidated(dependencies: Iterable[Dependency], changes: Iterable[Change]) -> bool:
    """Whether what was made from `dependencies` may be another after `changes`."""
    return any(change.concerns(each) for change in changes for each in dependencies)
