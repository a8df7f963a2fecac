"""The names in a query over published objects: those of the object, never those of a revision by mistake."""

from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models
from django.db.models.sql import Query

KEYS = "pk", "id"  # of the object; its revision is `revision`


class PublishedQuery(Query):
    """A query over revisions in which `pk` and `id` are those of the published object.

    `revision` is the key of the revision itself. The other columns of a revision keep their names, unless the
    object has a field of that name. Raises FieldError for a field of the object: its value stands in the content,
    which no database searches well.
    """

    model: type[models.Model]
    content: type[models.Model] | None = None  # of what; none while the query is put together

    def names_to_path(self, names: Any, opts: Any, *args: Any, **kwargs: Any) -> Any:
        if names and opts is not None and opts.concrete_model is self.model:
            names = [self.column(names[0]), *names[1:]]
        return super().names_to_path(names, opts, *args, **kwargs)

    def trim_start(self, names_with_path: Any) -> Any:
        """As Django's, for the inner query of an exclusion; what it names is the revision."""
        prefix, contains_outer_join = super().trim_start(names_with_path)
        return "revision" if prefix in KEYS else prefix, contains_outer_join

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's, inside another query; raises TypeError where that could take revisions for objects."""
        if self.default_cols:
            raise TypeError('Say what the other query compares with: published().values("pk") or .values("revision").')
        return super().resolve_expression(*args, **kwargs)

    def column(self, name: str) -> str:
        """The column of a revision that answers for `name`; raises FieldError when none does."""
        if name in KEYS:
            return "object_id"
        if name == "revision":
            return str(self.model._meta.pk.name)
        if name in self.annotation_select or name in self._filtered_relations:  # type: ignore[attr-defined]
            return name
        if self.content and (_has(self.content, name) or not _has(self.model, name)):
            raise FieldError(
                f"published() can't ask the database for {name!r} of {self.content.__name__}: it stands in the content "
                "of a revision. Ask for pk, object_id, revision or a column of Revision, use called() or "
                "referring_to(), or compare the objects themselves."
            )
        return name


def _has(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def refused(name: str, instead: str) -> Any:
    """A method for what a query over published objects can't do; it raises TypeError, and says what to do instead."""

    def refuse(_self: Any, *_args: Any, **_kwargs: Any) -> Any:
        raise TypeError(f"published() gives objects that were thawed from revisions, without {name}(): {instead}")

    refuse.__name__ = name
    return refuse


@lru_cache
def answered_wrongly(name: str, content: type[models.Model], stored: type[models.Model]) -> type[Exception]:
    """The exception `name` of the model that was asked for, which is also that of the model that was read."""
    bases = getattr(content, name), getattr(stored, name)
    return type(name, bases, {"__module__": content.__module__, "__qualname__": f"{content.__name__}.{name}"})
