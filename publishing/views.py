"""Public views: they read published state only, and know what to do with old addresses."""

import logging
from http import HTTPStatus
from mimetypes import guess_type
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.generic import TemplateView

from publishing.languages import current
from publishing.models import PUBLIC, Publishable, Revision, RevisionFile, best_at, follow, slug_columns
from publishing.pictures import original_of
from publishing.preview import shows_file
from publishing.search import clean_query
from publishing.search_index import find
from publishing.storage import StorageAway, is_remote
from publishing.workflow.undo import set_reason

logger = logging.getLogger(__name__)

RESULTS_PER_PAGE = 10

# What came from an upload runs nothing, whatever it turns out to be.
FILE_POLICY = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


class PublishedDetailView(TemplateView):
    """One published object at its address in the language of the request.

    An old address redirects to the current one, for ever; the address of something that
    was withdrawn or has ended answers 410 with the reason; anything else is a 404.
    """

    model: Any = None  # a Publishable; said by the subclass, or beside the address
    context_name: ClassVar[str]
    has_versions: ClassVar[bool] = False  # whether what it once said is public too
    following: ClassVar[tuple[str, ...]] = ()  # the relations that the template reads

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
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
        context: dict[str, Any] = {}
        if self.has_versions:
            context["versions_url"] = obj.get_versions_url()
        if version := kwargs.get("version"):
            try:
                obj = old_version(obj, version)
            except TakenBack:
                return gone(request, None)
            context["version"] = obj.revision
        follow([obj], self.following, obj.as_of)
        return self.show(obj, **context)

    def show(self, obj: Publishable, **context: Any) -> HttpResponse:
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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, versions=versions_of(kwargs["subject"]))


def versions_of(obj: Publishable) -> list[tuple[Revision, str]]:
    """The versions of a published page that visitors see or once saw, newest first, each with its address."""
    return [(revision, obj.get_versions_url(revision.pk)) for revision in obj.revisions.citable().changes()]


class TakenBack(Exception):  # noqa: N818  (no error: an answer)
    """Visitors once read this version, and somebody undid its publication."""


def old_version(obj: Publishable, number: int) -> Any:
    """`obj` as its revision `number` showed it, with its relations of then; 404 when it was never public.

    Raises TakenBack when its publication was undone.
    """
    revision = obj.revisions.once_public().filter(pk=number).first()
    if revision is None:
        raise Http404
    if revision.taken_back_at:
        raise TakenBack
    version = revision.thaw(as_of=revision.live_from)
    for column in slug_columns(type(obj)):  # its address is that of the page now
        setattr(version, column, getattr(obj, column))
    return version


def gone(request: HttpRequest, revision: Revision | None) -> HttpResponse:
    """The page that says that something was taken off the site, and why (RFC 9110 15.5.11)."""
    reason = revision.reason if revision and revision.withdrawn else ""
    # The secretariat writes reasons in Dutch; `page` lets the switcher find the other addresses.
    reason_lang = settings.LANGUAGE_CODE if current() != settings.LANGUAGE_CODE else ""
    context = {
        "reason": reason,
        "by_mistake": reason == set_reason(),
        "reason_lang": reason_lang,
        "page": revision.thaw() if revision else None,
    }
    return render(request, "410.html", context, status=HTTPStatus.GONE)


def media(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """An uploaded file, while something published uses it; whom the admin lets in always sees it, and who
    has a share link to a draft sees those of that draft.

    The variants of a picture are as public as the original that the revision names. A file
    never changes under its name, so browsers may keep a public one.
    """
    if "\0" in path:
        raise Http404
    public = RevisionFile.objects.filter(name=original_of(path), revision__in=Revision.objects.public())
    is_public = public.exists()
    if not (
        is_public or admin.site.has_permission(request) or shows_file(request.GET.get("share", ""), original_of(path))
    ):
        raise Http404
    try:
        file, path = stored(path)
        # Made here: of a file in a bucket the first byte is fetched only now.
        kind = guess_type(path)[0] or ""
        # Only pictures are shown; a PDF is a download, also at its raw address.
        response: Any = FileResponse(file, as_attachment=not kind.startswith("image/") or kind == "image/svg+xml")
    except StorageAway as error:
        return storage_away(error)
    except (OSError, SuspiciousOperation) as error:
        raise Http404 from error
    for name, value in FILE_POLICY.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "private, max-age=3600" if is_public else "private, no-store"
    if not is_public:
        response.headers["X-Robots-Tag"] = "noindex"
    response.headers["ETag"] = etag = quote_etag(path)
    answer: Any = get_conditional_response(request, etag, response=response)
    if answer is not response:
        response.close()
    return answer


def stored(path: str) -> tuple[File, str]:
    """The stored file `path` and its name; in a bucket, which no page asks, the original of a size that is not made."""
    try:
        return default_storage.open(path), path
    except FileNotFoundError:
        if not is_remote(default_storage) or (original := original_of(path)) == path:
            raise
        return default_storage.open(original), original


def storage_away(error: StorageAway) -> HttpResponse:
    """The answer while the place of files does not answer; nobody keeps it."""
    logger.warning("Files are away: %s", error)
    headers = {"Cache-Control": "no-store", "Retry-After": "10"}
    return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def search(request: HttpRequest) -> HttpResponse:
    """What the site says about the words of `q`, some at a time; any query, also an odd one, gets a page."""
    query = clean_query(request.GET.get("q", ""))
    found = find(query)
    page_obj = Paginator(found.hits, RESULTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "search",
        "query": query,
        "page_obj": page_obj,
        "results": found.results(page_obj),
        "more": found.may_be_more,
    }
    return render(request, "search.html", context)
