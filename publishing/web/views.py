"""Public views: they read published state only, and redirect old addresses."""

import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import TemplateView

from publishing.i18n.languages import current
from publishing.models import CAME_DUE, PUBLIC, Publishable, Revision, best_at, follow, slug_columns
from publishing.search.query import find
from publishing.search.text import clean_query
from publishing.web.gone import gone, version_gone

logger = logging.getLogger(__name__)

RESULTS_PER_PAGE = 10

# What came from an upload runs nothing, whatever it turns out to be.
FILE_POLICY = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


class PublishedDetailView(TemplateView):
    """One published object at its address in the language of the request.

    An old address redirects to the current one, for ever; the address of something that
    was withdrawn or has ended gives 410 with the reason; anything else is a 404.
    """

    model: type[Publishable] = None  # type: ignore[assignment]  # said by the subclass, or beside the address
    context_name: ClassVar[str]
    following: ClassVar[tuple[str, ...]] = ()  # the relations that the template reads

    def get(self, request: HttpRequest, *args: object, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        match = best_at(self.model, kwargs["slug"], current(), now)
        if match is None:
            raise Http404
        revisions = Revision.objects.of(self.model).numbered(match.object_id)
        public = match if match.rank == PUBLIC else revisions.public(now).first()
        if public is None:
            return gone(request, revisions.due(now).first())
        obj = public.thaw(now)
        if obj.slug_in(current()) != kwargs["slug"]:
            return redirect(self.get_address(obj, kwargs.get("version")), permanent=True)
        context: dict[str, object] = {}
        if self.model.has_versions and public.has_more_versions:
            context["versions_url"] = obj.get_versions_url()
        if version := kwargs.get("version"):
            try:
                obj = old_version(obj, version)
            except TakenBack as taken:
                return version_gone(request, obj, taken.revision)
            context |= {"version": obj.revision, "version_until": stood_until(obj.revision)}
        follow([obj], self.following, cast(datetime, obj.as_of))
        return self.show(obj, **context)

    def show(self, obj: Publishable, **context: object) -> HttpResponse:
        """The page of `obj`, which was thawed from a revision, or from a form that is being previewed."""
        context = {"slug": self.kwargs.get("slug"), "page": obj, self.context_name: obj} | context
        return self.render_to_response(self.get_context_data(**context))

    def get_address(self, obj: Publishable, version: int | None = None) -> str:
        """Where this view shows `obj`, or a version of it, now."""
        return obj.get_versions_url(version) if version else obj.get_absolute_url()


class VersionListView(PublishedDetailView):
    """Every version of a page that ever was public, each with an address to cite it by."""

    context_name = "subject"
    template_name = "versions.html"

    def get_address(self, obj: Publishable, version: int | None = None) -> str:
        return obj.get_versions_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, object]:
        return super().get_context_data(**kwargs, versions=versions_of(kwargs["subject"]))


def versions_of(obj: Publishable) -> list[tuple[Revision, str]]:
    """The versions of a published page that visitors see or once saw, newest first, each with its address."""
    changes = obj.revisions.citable().changes().select_related("change_note")
    return [(revision, obj.get_versions_url(revision.pk)) for revision in changes]


def stood_until(revision: Revision) -> datetime | None:
    """Until when visitors read what `revision` says; None while they still do."""
    now, end = timezone.now(), revision.live_until
    later = Revision.objects.of(revision.model_class).numbered(revision.object_id).filter(CAME_DUE, live_from__lte=now)
    later = later.filter(live_from__gte=revision.live_from, pk__gt=revision.pk).order_by("live_from", "pk")
    for begin, until, is_same in later.values_list("live_from", "live_until", "unchanged_since"):
        if end is not None and end <= begin:
            break
        if not is_same:
            return begin
        end = until
    return end if end is not None and end <= now else None


class TakenBack(Exception):  # noqa: N818  (no error: an answer)
    """Visitors once read `revision`, and somebody took it back or undid its publication."""

    def __init__(self, revision: Revision) -> None:
        super().__init__()
        self.revision = revision


def old_version(obj: Publishable, number: int) -> Any:
    """`obj` as its revision `number` showed it, with its relations of then; 404 when it was never public.

    Raises TakenBack when somebody took it back, or what it said was erased.
    """
    revision = obj.revisions.once_public().filter(pk=number).first()
    if revision is None:
        raise Http404
    if revision.taken_back_at or revision.erased_at:
        raise TakenBack(revision)
    version = revision.thaw(as_of=revision.live_from)
    for column in slug_columns(type(obj)):  # its address is that of the page now
        setattr(version, column, getattr(obj, column))
    return version


def storage_away(error: OSError) -> HttpResponse:
    """The response while the storage of files is unavailable; nothing caches it."""
    logger.warning("Files are away: %s", error)
    headers = {"Cache-Control": "no-store", "Retry-After": "10"}
    return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def search(request: HttpRequest) -> HttpResponse:
    """The results for `q`, a page at a time; any query, also an odd one, gets a page."""
    query = clean_query(request.GET.get("q", ""))
    found = find(query)
    page_obj = Paginator(found.hits, RESULTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "search",
        "query": query,
        "page_obj": page_obj,
        "results": found.results(page_obj),
        "more": found.may_be_more,
        "found": found,
    }
    return render(request, "search.html", context)
