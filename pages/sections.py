"""Parts of the site with a list at an address of their own, such as news: whether each is there.

A part is there once something of it is public. A text page that has its address already keeps it: then the part
waits, and the list of work says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pages.models import TextPage
from pages.views import TextPageView
from publishing.i18n.languages import CODES, current
from publishing.i18n.urls import address
from publishing.models import PUBLIC, Publishable, Revision, RevisionQuerySet, best_at


@dataclass(frozen=True)
class Section:
    """A part of the site, by the name of the address of its list."""

    view_name: str
    models: tuple[type[Publishable], ...]  # what stands in it, the first by which it is called
    select: Callable[[Any], list[RevisionQuerySet[Revision]]] | None = None  # which of these, when not all

    def parts(self, at: Any) -> list[RevisionQuerySet[Revision]]:
        """What is public of it at a moment, a query for each of its models."""
        public = Revision.objects.public(at)
        return self.select(at) if self.select else [public.of(model) for model in self.models]

    @property
    def name(self) -> str:
        """What the desk calls it."""
        return str(self.models[0]._meta.verbose_name_plural)

    def slug(self, language: str) -> str:
        """The word of its address in `language`."""
        return address(language, self.view_name).rstrip("/").rpartition("/")[2]

    def in_the_way(self, pages: Iterable[TextPage]) -> list[TextPage]:
        """Those of these text pages that have one of its addresses."""
        words = {code: self.slug(code) for code in CODES}
        return [page for page in pages if any(page.slug_in(code) == word for code, word in words.items())]

    def pages_in_the_way(self) -> list[TextPage]:
        """The public text pages that have one of its addresses."""
        words = {self.slug(code) for code in CODES}
        found = Revision.objects.public().of(TextPage).filter(slugs__slug__in=words).order_by("pk").distinct()
        pages: list[Any] = [revision.thaw() for revision in found]
        return self.in_the_way(pages)

    def is_filled(self) -> bool:
        """Whether something of it is public."""
        return any(part.exists() for part in self.parts(timezone.now()))

    def is_shown(self, found: Mapping[str, list[Any]]) -> bool:
        """The same, by what was `found` already: public objects, or their revisions, by the label of their model."""
        return any(model._meta.label_lower in found for model in self.models)

    def is_there(self) -> bool:
        """Whether visitors find it: something of it is public, and no text page has its address."""
        return self.is_filled() and not self.pages_in_the_way()


SECTIONS: dict[str, Section] = {}  # by the name of the address of the list
View = Callable[..., HttpResponse]


def register(section: Section) -> None:
    """Let a text page that has the address of this section keep it."""
    SECTIONS[section.view_name] = section


def gives_way(view: View) -> View:
    """Let the list of a section show the text page that has its address already."""

    @wraps(view)
    def kept(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        word = request.path.rstrip("/").rpartition("/")[2]
        match = best_at(TextPage, word, current())
        if match is not None and match.rank == PUBLIC:
            return TextPageView.as_view()(request, slug=word)
        return view(request, **kwargs)

    return kept
