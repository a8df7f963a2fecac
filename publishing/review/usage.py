"""Where an object is used: what points at it by a relation or a link, and the very place in the form of that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db import models
from django.urls import NoReverseMatch
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.fields import RichTextField
from publishing.content.internal_links import targets
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import desk_address
from publishing.models import Publishable, Revision, content_models
from publishing.models.relations import PublishedForeignKey
from publishing.models.snapshots import child_models
from publishing.queries.dependencies import Target
from publishing.review.columns import Column, columns_of, rows_of


@dataclass(frozen=True)
class Use:
    """A place that points at the object."""

    page: Publishable
    field: str  # in words, with its language when it has one
    url: str  # of that place in the form; "" when the admin has no such form
    is_live: bool  # whether visitors see it now, or will at a time already set
    is_gone: bool  # whether the working copy no longer has it, and waits to be published

    @property
    def name(self) -> str:
        return name_of(self.page)


@dataclass(frozen=True)
class UsesByKind:
    """The uses by one kind of content."""

    name: str
    uses: list[Use]


def name_of(page: Publishable) -> str:
    """What people call `page`: by its title, or by its kind when there is one of it."""
    return capfirst(str(page._meta.verbose_name)) if page.is_single else str(page)


def uses(obj: Publishable) -> list[Use]:
    """The places that point at `obj`: in what is public or planned, and in working copies by relations."""
    own = (obj._meta.label_lower, obj.pk)
    revisions = Revision.objects.referring_to(obj).filter(withdrawn=False)
    live = {(each.model, each.object_id): each for each in revisions.public() | revisions.pending()}
    live.pop(own, None)
    found: list[Use] = []
    for model in content_models():
        label = model._meta.label_lower
        pks = {pk for kind, pk in live if kind == label} | _pointing(model, obj)
        pks -= {obj.pk} if label == own[0] else set()
        rows = list(model._base_manager.filter(pk__in=pks).order_by(*model._meta.ordering or ["pk"])) if pks else []
        models.prefetch_related_objects(rows, *model.children)
        for row in rows:
            revision = live.get((label, row.pk))
            found += _uses_by(row, own, revision.thaw() if revision else None)
    return found


def by_kind(found: Iterable[Use]) -> list[UsesByKind]:
    """`found`, those of one kind together."""
    kinds = []
    for model, some in groupby(found, key=lambda each: type(each.page)):
        named = model._meta.verbose_name if model.is_single else model._meta.verbose_name_plural
        kinds.append(UsesByKind(capfirst(str(named)), list(some)))
    return kinds


def _uses_by(row: Publishable, target: Target, public: Publishable | None) -> Iterator[Use]:
    here = list(_columns_to(row, target))
    for column in here:
        yield Use(row, _words(column), _url(row, f"#id_{column.path}"), public is not None, False)
    if public is not None and not here:
        for column in _columns_to(public, target):
            yield Use(row, _words(column), _url(row, f"?op=site#id_{column.path}"), True, True)


def _columns_to(obj: Publishable, target: Target) -> Iterator[Column]:
    label, pk = target
    for column in columns_of(obj, rows_of(obj)):
        field = column.field
        if isinstance(field, PublishedForeignKey):
            if column.value == pk and field.related_model._meta.label_lower == label:
                yield column
        elif isinstance(field, RichTextField) and target in targets(column.value or ""):
            yield column


def _words(column: Column) -> str:
    language = NAMES.get(column.code)
    words = _("link in %s") % column.label if isinstance(column.field, RichTextField) else column.label
    return f"{words}, {language}" if language else words


def _url(row: Publishable, place: str) -> str:
    try:
        return desk_address(row) + place
    except NoReverseMatch:
        return ""


def _pointing(model: type[Publishable], obj: Publishable) -> set[int]:
    """The keys of the working rows of `model` that point at `obj` by a relation, themselves or in a child row."""
    found: set[int] = set()
    for each, key in [(model, "pk"), *((child, child.parent) for _name, child in child_models(model))]:
        for field in each._meta.concrete_fields:
            if isinstance(field, PublishedForeignKey) and field.related_model is type(obj):
                found |= set(models.QuerySet(each).filter(**{field.attname: obj.pk}).values_list(key, flat=True))
    return found
