"""A queryset that says of each of its queries what it depends on."""

from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar, cast

from django.db import models

from publishing.queries.dependencies import EVERYTHING, Dependency, depends_on

M = TypeVar("M", bound=models.Model)


class TrackedQuerySet(models.QuerySet[M]):
    """Notes the dependencies of each query that it runs, for the page that is rendered from its rows.

    They are those of `EVERYTHING` until a method of a subclass narrows them, which it does with `_narrowed` on
    the clone that it made. Querysets that are put together depend on what each of them does.
    """

    _about: tuple[Dependency, ...] = (EVERYTHING,)

    def extra(self, *args: Any, **kwargs: Any) -> Self:
        return cast(Self, super().extra(*args, **kwargs))._narrowed(EVERYTHING)  # nobody knows what its SQL reads

    def __or__(self, other: object) -> Self:
        return self._with(other, super().__or__)

    def __and__(self, other: object) -> Self:
        return self._with(other, super().__and__)

    def __xor__(self, other: object) -> Self:
        return self._with(other, super().__xor__)

    def _combinator_query(self, combinator: str, *others: object, all: bool = False) -> Self:  # noqa: A002
        together: Self = super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]
        return together._narrowed(*_about(self, *others))

    def _with(self, other: Any, combined: Callable[[Any], Any]) -> Self:
        """Both as one query, with the dependencies of both."""
        if self.query.is_sliced or other.query.is_sliced:
            raise TypeError("Cannot combine queries once a slice has been taken.")
        together: Self = combined(other)._chain()
        return together._narrowed(*_about(self, other))

    def _narrowed(self, *about: Dependency) -> Self:
        self._about = about  # of a clone that was just made
        return self

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._about = self._about
        return clone

    def _fetch_all(self) -> None:
        with depends_on(*self._about):
            super()._fetch_all()

    def count(self) -> int:
        with depends_on(*self._about):
            return super().count()

    def exists(self) -> bool:
        with depends_on(*self._about):
            return super().exists()

    def aggregate(self, *args: object, **kwargs: object) -> dict[str, object]:
        with depends_on(*self._about):
            return super().aggregate(*args, **kwargs)


def _about(*querysets: object) -> Iterator[Dependency]:
    """The dependencies of these together; a query without any counts as EVERYTHING."""
    for queryset in querysets:
        yield from getattr(queryset, "_about", (EVERYTHING,))
