"""Querysets that yield published objects instead of revisions."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, cast, overload

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models
from django.db.models.sql import Query
from django.utils import timezone

from publishing.models.change_notes import WITH_NOTE
from publishing.models.relations import follow
from publishing.models.revisions import AT, Revision, RevisionQuerySet
from publishing.models.snapshots import M
from publishing.queries.dependencies import Dependency, depends_only_on
from publishing.queries.prepared import PreparedQuery, param
from publishing.types import AnyModelIterable

if TYPE_CHECKING:
    from publishing.models.content import Frozen, Publishable


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
        """The column of a revision that stands for `name`; raises FieldError when none does."""
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

    def refuse(_self: object, *_args: object, **_kwargs: object) -> object:
        raise TypeError(f"published() gives objects that were thawed from revisions, without {name}(): {instead}")

    refuse.__name__ = name
    return refuse


@lru_cache
def answered_wrongly(name: str, content: type[models.Model], stored: type[models.Model]) -> type[Exception]:
    """The exception `name` of the model that was asked for, which is also that of the model that was read."""
    bases = getattr(content, name), getattr(stored, name)
    return type(name, bases, {"__module__": content.__module__, "__qualname__": f"{content.__name__}.{name}"})


class PublishedIterable(AnyModelIterable):
    """Yields the thawed objects instead of the revisions."""

    queryset: Any

    def __iter__(self) -> Iterator["Publishable"]:
        for revision in super().__iter__():
            yield revision.thaw(self.queryset.as_of)


class PublishedQuerySet(RevisionQuerySet[M]):
    """A query over revisions that gives published objects: filter, slice and paginate at will.

    Its `pk` and `id` are those of the objects; see `PublishedQuery` for other names. What would answer with
    revisions, or can't be said of thawed objects, raises TypeError.
    """

    query: PublishedQuery
    as_of: datetime
    _key = "revision"
    _following: tuple[str, ...] = ()
    # The model whose list this is, or a part of it, in its order; none as soon as anything else was asked.
    _listed: type["Publishable"] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class = PublishedIterable

    @overload
    def __getitem__(self, place: int) -> M: ...
    @overload
    def __getitem__(self, place: slice) -> Self: ...
    def __getitem__(self, place: int | slice) -> M | Self:
        found = super().__getitem__(place)
        if isinstance(found, PublishedQuerySet):
            found._listed = self._listed
        return found

    def get(self, *args: object, **kwargs: object) -> M:
        """The one object; raises DoesNotExist or MultipleObjectsReturned of its own model."""
        content = cast(type[models.Model], self.query.content)
        try:
            return super().get(*args, **kwargs)
        except Revision.DoesNotExist as error:
            missing = answered_wrongly("DoesNotExist", content, Revision)
            raise missing(f"No public {content.__name__} matches this query.") from error
        except Revision.MultipleObjectsReturned as error:
            several = answered_wrongly("MultipleObjectsReturned", content, Revision)
            raise several(f"More than one public {content.__name__} matches this query.") from error

    def contains(self, obj: models.Model) -> bool:
        """Whether visitors see `obj`, a working row or a published object; raises TypeError for anything else."""
        content = cast(type[models.Model], self.query.content)
        if not isinstance(obj, content):
            raise TypeError(f"Only a {content.__name__} can be among these.")
        return self.filter(pk=obj.pk).exists()

    select_related = prefetch_related = refused("select_related", "name the relations in following().")
    annotate = alias = refused("annotate", "annotate Revision.objects.of(model).public().")
    only = defer = refused("defer", "a published object is read as a whole.")
    dates = datetimes = refused("dates", "ask Revision.objects.of(model).public() for its dates.")
    extra = raw = refused("extra", "nobody knows what its SQL asks.")
    create = get_or_create = update_or_create = bulk_create = refused("create", "publish() makes revisions.")
    update = bulk_update = refused("update", "change the working row, and publish() it.")
    delete = refused("delete", "withdraw() takes an object off the site.")

    def _values(self, *fields: object, **expressions: object) -> Self:
        if not fields:
            raise TypeError('Name what you want of published(): values("pk").')
        for name in fields:
            if isinstance(name, str):
                self.query.column(name.partition("__")[0])
        return cast(Self, super()._values(*fields, **expressions))  # type: ignore[misc]

    def _merge_sanity_check(self, other: object) -> None:
        super()._merge_sanity_check(other)  # type: ignore[misc]
        self._refuse_other_moment(other)

    def _combinator_query(self, combinator: str, *others: object, all: bool = False) -> Self:  # noqa: A002
        for other in others:
            self._refuse_other_moment(other)
        return super()._combinator_query(combinator, *others, all=all)

    def _refuse_other_moment(self, other: object) -> None:
        if getattr(other, "as_of", None) != self.as_of:
            raise TypeError("What is put together must be published at the same moment: published(at).")

    def _clone(self) -> Self:
        clone = super()._clone()
        clone.as_of, clone._following = self.as_of, self._following
        return clone

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        if fresh and self._listed and not self.query.is_empty():
            shown = LISTED(self._listed, self.query.low_mark, self.query.high_mark, at=self.as_of)
            self._result_cache = cast("list[M]", [revision.thaw(self.as_of) for revision in shown])
        super()._fetch_all()
        if fresh and self._iterable_class is PublishedIterable:
            follow(cast("list[Frozen]", self._result_cache), self._following, self.as_of)

    def following(self, *paths: str) -> Self:
        """Read all these relations in one query: `"contact"`, or `"partners__organisation"`."""
        clone = self.all()
        clone._following, clone._listed = paths, self._listed
        return clone


LISTED: PreparedQuery[Revision] = PreparedQuery(
    lambda model, *limits: Revision.objects.of(model).public(AT).order_by("sort_key", "object_id")[slice(*limits)]
)


def _for_a_page() -> dict[str, Any]:
    """What a page says besides of its revision: the change note, and whether a second version can be cited too."""
    same = {name: models.OuterRef(name) for name in ("model", "object_id")}
    versions = Revision.objects.filter(**same).citable(AT).changes().order_by()
    return {**WITH_NOTE, "has_more_versions": models.Exists(versions[1:2])}


EXPLAINING: PreparedQuery[Revision] = PreparedQuery(
    lambda model: (
        Revision.objects.of(model).explaining(param("slug"), param("language"), AT).annotate(**_for_a_page())[:1]
    )
)
SHOWN: PreparedQuery[Revision] = PreparedQuery(
    lambda model: Revision.objects.of(model).public(AT).annotate(**_for_a_page()).order_by("sort_key", "object_id")[:1]
)


def best_at(model: type["Publishable"], slug: str, language: str, at: datetime | None = None) -> Revision | None:
    """The revision that best explains an address; its `rank` is `PUBLIC` when visitors see it at that moment."""
    with depends_only_on(Dependency(model._meta.label_lower, slug=slug)):
        return next(iter(EXPLAINING(model, slug=slug, language=language, at=at or timezone.now())), None)


def shown_at(model: type[M], at: datetime) -> M | None:
    """What visitors see at that moment of a model of which there is one, such as the home page."""
    with depends_only_on(Dependency(model._meta.label_lower)):
        found = next(iter(SHOWN(model, at=at)), None)
    return cast(M, found.thaw(at)) if found else None
