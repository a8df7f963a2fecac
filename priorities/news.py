"""What is new: messages, and documents that their editor marks as news, newest first.

Not what is new on the site: the feed also has themes that changed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q

from priorities.models import FIELDS, NEWS_BEGINS, Document, Priority, Theme, Update
from publishing.models import Publishable, Revision, RevisionQuerySet, RevisionReference, follow
from publishing.models.revisions import AT
from publishing.queries.dependencies import Dependency
from publishing.queries.prepared import PreparedQuery

MODELS: tuple[type[Publishable], ...] = (Update, Document)
FIELD_OF_THEMES, DOCUMENTS = "priority", "documents.document"  # the names of relations
# What a list depends on: with a priority also on what its pages name.
_TOUCHED: tuple[type[Publishable], ...] = (*MODELS, Theme, Priority)
DEPENDENCIES = [Dependency(model._meta.label_lower) for model in _TOUCHED]

Part = RevisionQuerySet[Revision]


def parts(at: Any) -> list[Part]:
    """The public messages, and the public documents that are news, at a moment."""
    return [Revision.objects.public(at).of(Update).order_by(), documents(at).order_by()]


def documents(at: Any) -> Part:
    """The public documents that are news."""
    return Revision.objects.public(at).of(Document).filter(sort_key__gte=NEWS_BEGINS)


def parts_about(priority: Priority, at: datetime) -> list[Part]:
    """Those of the page of a priority: about it or about a theme under it, or among the documents of one of these."""
    updates, files = parts(at)
    public = Revision.objects.public(at).order_by()
    themes = public.of(Theme).referring_to(priority, FIELD_OF_THEMES)
    of_themes = _references(Theme, FIELDS["priorities.theme"]).filter(object_id__in=themes.values("object_id"))
    of_priority = _references(Priority, FIELDS["priorities.priority"]).filter(object_id=priority.pk)
    updates = updates.filter(Q(pk__in=of_priority.values("revision")) | Q(pk__in=of_themes.values("revision")))
    pages = [public.of(priority), themes, updates]
    naming = [Q(revision__in=each.values("pk")) for each in pages]
    listed = _references(Document, DOCUMENTS).filter(naming[0] | naming[1] | naming[2])
    return [updates, files.filter(object_id__in=listed.values("object_id"))]


def _references(model: type[Publishable], field: str) -> Any:
    """The rows of the index that say which revision names what of `model`, with this relation."""
    return RevisionReference.objects.filter(model=model._meta.label_lower, field=field)


def together(found: Sequence[Part]) -> Part:
    """These as one list, newest first."""
    return found[0].union(*found[1:], all=True).order_by("sort_key", "object_id", "model")


class NewsPaginator(Paginator):
    """Pages of these parts together, counted without reading what they say."""

    def __init__(self, found: Sequence[Part], per_page: int) -> None:
        super().__init__(together(found), per_page)
        self.parts = found

    @cached_property
    def count(self) -> int:
        first, *rest = (part.values("pk") for part in self.parts)
        return first.union(*rest, all=True).count()


def priorities(at: datetime) -> list[Priority]:
    """The public priorities of which there is news."""
    updates, files = parts(at)
    public = Revision.objects.public(at).order_by()
    naming = _references(Document, DOCUMENTS).filter(object_id__in=files.values("object_id")).values("revision")
    told = _references(Theme, FIELDS["priorities.theme"]).filter(revision__in=updates.values("pk"))
    themes = public.of(Theme).filter(Q(object_id__in=told.values("object_id")) | Q(pk__in=naming))
    found = (
        _references(Priority, FIELDS["priorities.priority"])
        .filter(revision__in=updates.values("pk"))
        .values_list("object_id")
        .union(
            _references(Priority, FIELD_OF_THEMES).filter(revision__in=themes.values("pk")).values_list("object_id"),
            public.of(Priority).filter(pk__in=naming).values_list("object_id"),
        )
    )
    wanted = {object_id for (object_id,) in found}
    return [each for each in Priority.published(at) if each.pk in wanted]


def thawed(revisions: Iterable[Revision], at: datetime) -> list[Any]:
    """Messages and documents as published, the messages with what they are about."""
    found = [revision.thaw(at) for revision in revisions]
    follow([each for each in found if isinstance(each, Update)], ("subjects__priority", "subjects__theme"), at)
    return found


NEWEST: PreparedQuery[Revision] = PreparedQuery(lambda most: together(parts(AT))[:most])


def newest(most: int, at: datetime) -> list[Any]:
    """The newest of all, without what they are about."""
    return [revision.thaw(at) for revision in NEWEST(most, at=at)]
