"""What a page was made from, so that a change makes old only what read it.

Each question to the database while a page is made is noted as a `Read`. A question that does
not say what it is about counts as one about everything: who forgets to say it makes pages
anew too often, never too seldom.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import connection

Target = tuple[str, int]  # the label of a model in small letters, and a primary key


class Read(NamedTuple):
    """A question about what is public; each word that is said narrows it."""

    model: str = ""  # about objects of this model
    object_id: int = 0  # about this object of the model
    slug: str = ""  # about whatever has this slug
    to_model: str = ""  # about whatever points at an object of this model …
    to_object: int = 0  # … namely this one


EVERYTHING = Read()


class Change(NamedTuple):
    """Something public that changed."""

    model: str  # "" for anything
    object_id: int  # 0 for any
    slugs: frozenset[str]  # that it has, or ever had
    points_at: frozenset[Target]  # or ever did

    def concerns(self, read: Read) -> bool:
        """Whether the answer to `read` may be another now."""
        if not self.model:
            return True
        if read.model not in ("", self.model):
            return False
        if not self.object_id:
            return True
        return (
            (not read.model or read.object_id in (0, self.object_id))
            and read.slug in ("", *self.slugs)
            and (not read.to_model or (read.to_model, read.to_object) in self.points_at)
        )


_reads: ContextVar[set[Read] | None] = ContextVar("reads", default=None)
_told: ContextVar[bool] = ContextVar("told", default=False)  # that the question being asked was noted


@contextmanager
def recording() -> Iterator[set[Read]]:
    """Note what is asked meanwhile."""
    reads: set[Read] = set()

    def execute(ask: Callable[..., Any], *question: Any) -> Any:
        if not _told.get():
            reads.add(EVERYTHING)
        return ask(*question)

    token = _reads.set(reads)
    try:
        with connection.execute_wrapper(execute):
            yield reads
    finally:
        _reads.reset(token)


@contextmanager
def reading(*about: Read) -> Iterator[None]:
    """Say what the questions that are asked meanwhile are about."""
    reads = _reads.get()
    if reads is None:
        yield
        return
    reads.update(about)
    token = _told.set(True)
    try:
        yield
    finally:
        _told.reset(token)


def is_touched(reads: Iterable[Read], changes: Iterable[Change]) -> bool:
    """Whether what was made from `reads` may be another after `changes`."""
    return any(change.concerns(read) for change in changes for read in reads)
