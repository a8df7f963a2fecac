"""The pages on which what has no page of its own is printed: a statement around a text."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery

from publishing.models import Publishable, Revision, RevisionSlug
from publishing.search.results import Hit


class Printing(NamedTuple):
    """A public page that prints something of another kind."""

    model: str
    object_id: int
    revision_id: int
    sort_key: str
    weight: int  # see `Publishable.weight_at`


def printing_pages(models: Sequence[type[Publishable]], at: datetime) -> dict[str, list[Printing]]:
    """By kind of content, the pages that print it: those whose Dutch address is, or once was, the one it names."""
    wanted = {model._meta.label_lower: model.printed_on for model in models if model.printed_on}
    if not wanted:
        return {}
    weights: dict[str, Callable[[list[str]], int]] = {model._meta.label_lower: model.weight_at for model in models}
    same = {"model": OuterRef("revision__model"), "object_id": OuterRef("revision__object_id")}
    public = Revision.objects.public(at).filter(**same).order_by()
    called = RevisionSlug.objects.filter(
        reduce(or_, (Q(revision__model=label, slug=slug) for label, slug in wanted.values())),
        language=settings.LANGUAGE_CODE,
    ).annotate(shown=Subquery(public.values("pk")[:1]), sort_key=Subquery(public.values("sort_key")[:1]))
    found: dict[tuple[str, str], list[Printing]] = {}
    columns = "revision__model", "slug", "revision__object_id", "shown", "sort_key"
    for label, slug, object_id, shown, sort_key in called.order_by().values_list(*columns).distinct():
        if shown:
            page = Printing(label, object_id, shown, sort_key, weights[label]([slug]))
            found.setdefault((label, slug), []).append(page)
    return {kind: found.get(place, []) for kind, place in wanted.items()}


def found_where_printed(hits: Iterable[Hit], printing: Mapping[str, Iterable[Printing]]) -> Iterator[Hit]:
    """The pages that print what these hits have."""
    for hit in hits:
        for page in printing.get(hit.model, ()):
            yield hit._replace(
                model=page.model,
                object_id=page.object_id,
                revision_id=page.revision_id,
                score=hit.score + page.weight,
                sort_key=page.sort_key,
                aside=page.weight < 0,
                through=hit.revision_id,
            )
