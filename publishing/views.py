"""Public views: they read published state only, and know what to do with old addresses."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import TemplateView

from publishing.languages import current
from publishing.models import Publishable, Revision, RevisionFile


class PublishedDetailView(TemplateView):
    """One published object at its address in the language of the request.

    An old address redirects to the current one, for ever; the address of something that
    was withdrawn or has ended answers 410 with the reason; anything else is a 404.
    """

    model: ClassVar[type[Publishable]]
    context_name: ClassVar[str]
    following: ClassVar[tuple[str, ...]] = ()  # the relations that the template reads

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        match = Revision.objects.of(self.model).best_at(kwargs["slug"], current(), now)
        if match is None:
            raise Http404
        published = self.model.published(now).following(*self.following)
        obj = published.filter(object_id=match.object_id).first()
        if obj is None:
            due = Revision.objects.of(self.model).due(now).filter(object_id=match.object_id).first()
            return gone(request, due)
        if obj.slug_in(current()) != kwargs["slug"]:
            return redirect(self.get_address(obj), permanent=True)
        return self.render_to_response(
            self.get_context_data(**{"page": obj, self.context_name: obj, "slug": kwargs["slug"]})
        )

    def get_address(self, obj: Publishable) -> str:
        """Where this view shows `obj` now."""
        return obj.get_absolute_url()


def gone(request: HttpRequest, revision: Revision | None) -> HttpResponse:
    """The page that says that something was taken off the site, and why (RFC 9110 15.5.11)."""
    reason = revision.reason if revision and revision.withdrawn else ""
    return render(request, "410.html", {"reason": reason}, status=HTTPStatus.GONE)


def media(request: HttpRequest, path: str) -> FileResponse:
    """An uploaded file, while something published uses it; editors always see it.

    A file never changes under its name, so browsers may keep it.
    """
    public = RevisionFile.objects.filter(name=path, revision__in=Revision.objects.public())
    is_editor = request.user.is_active and request.user.is_staff
    if not (is_editor or public.exists()):
        raise Http404
    try:
        file = default_storage.open(path)
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    response = FileResponse(file)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
