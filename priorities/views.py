"""The overviews and the pages of priorities and themes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from pages.models import MissionPage
from priorities.models import Document, Priority, Theme, Update, updates_of, with_update_dates
from publishing.languages import resolve
from publishing.models import AT, Publishable, Revision, follow
from publishing.parameters import PAGE, page_of, takes
from publishing.questions import Question, given
from publishing.storage import StorageAway
from publishing.views import FILE_POLICY, PublishedDetailView, storage_away

THEMES_PER_PAGE = 12


def priority_list(request: HttpRequest) -> HttpResponse:
    """All priorities by number."""
    context = {
        "section": "priorities",
        "mission": MissionPage.published().first(),
        "priorities": with_update_dates(Priority.published().following("lead"), "priority"),
    }
    return render(request, "priorities/priority_list.html", context)


@takes(page=PAGE)
def theme_list(request: HttpRequest) -> HttpResponse:
    """All themes in their order, some at a time."""
    page_obj = page_of(request, Paginator(Theme.published(), THEMES_PER_PAGE))
    context = {
        "section": "themes",
        "mission": MissionPage.published().first(),
        "page_obj": page_obj,
        "themes": with_update_dates(page_obj, "theme"),
    }
    return render(request, "priorities/theme_list.html", context)


# The updates, the themes and the other priorities.
AROUND = Question(
    lambda: (
        Revision.objects.public(AT)
        .order_by()
        .referring_to_numbered(Priority, given("id"), "priority")
        .union(Revision.objects.public(AT).order_by().of(Priority), all=True)
        .order_by("sort_key", "object_id")
    )
)


class PriorityView(PublishedDetailView):
    """One priority with its updates and themes."""

    model = Priority
    context_name = "priority"
    template_name = "priorities/priority_detail.html"
    following = ("lead", "contact", "partners__organisation", "documents__document")
    extra_context = {"section": "priorities"}
    has_versions = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        priority = kwargs["priority"]
        found: dict[type[Publishable], list[Any]] = defaultdict(list)
        for revision in AROUND(id=priority.pk, at=priority.as_of):
            found[revision.model_class].append(revision.thaw(priority.as_of))
        updates = including(found[Update], kwargs.get("including"))
        follow(updates, ["documents__document"], priority.as_of)
        previous, following = neighbours(found[Priority], priority)
        return super().get_context_data(
            **kwargs,
            updates=updates,
            updated=last_date(updates),
            stages=stages(priority.phase),
            themes=found[Theme],
            previous=previous,
            next=following,
        )


class ThemeView(PublishedDetailView):
    """One theme with its updates."""

    model = Theme
    context_name = "theme"
    template_name = "priorities/theme_detail.html"
    following = ("priority", "contact", "documents__document")
    extra_context = {"section": "themes"}
    has_versions = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        theme = kwargs["theme"]
        updates = [revision.thaw(theme.as_of) for revision in updates_of(theme, theme.as_of)]
        updates = including(updates, kwargs.get("including"))
        follow(updates, ["documents__document"], theme.as_of)
        return super().get_context_data(**kwargs, updates=updates, updated=last_date(updates))


class DocumentView(PublishedDetailView):
    """The file of the newest published version of a document, to be downloaded."""

    model = Document
    context_name = "document"

    def show(self, obj: Any, **context: Any) -> HttpResponse:
        try:
            file = obj.file.storage.open(obj.file.name)
            response: Any = self.download(obj, file)
        except StorageAway as error:
            return storage_away(error)
        except (OSError, ValueError, SuspiciousOperation) as error:
            raise Http404 from error
        etag = quote_etag(obj.file.name)  # a stored file never changes under its name
        changed = int(obj.revision.live_from.timestamp())
        headers = {"ETag": etag, "Content-Length": str(file.size), "Cache-Control": "no-cache"}
        headers["Last-Modified"] = http_date(changed)
        for name, value in (FILE_POLICY | headers).items():
            response.headers[name] = value
        answer: Any = get_conditional_response(self.request, etag, changed, response)
        if answer is not response:
            file.close()
        return answer

    def download(self, obj: Any, file: File) -> FileResponse:
        """`file`, under the title of the document."""
        title = " ".join(resolve(obj, "title").value.replace("/", "-").replace("\\", "-").split())
        return FileResponse(file, as_attachment=True, filename=f"{title}.pdf", content_type="application/pdf")


def including(updates: Iterable[Update], previewed: Publishable | None) -> list[Update]:
    """`updates` with the one being previewed in its place, if it is an update."""
    if not isinstance(previewed, Update):
        return list(updates)
    return sorted([*(each for each in updates if each.pk != previewed.pk), previewed], key=lambda each: each.sort_key)


def last_date(updates: list[Update]) -> date | None:
    """The date of the newest of `updates`, which come newest first."""
    return updates[0].date if updates else None


def neighbours(objects: list[Any], obj: Publishable) -> tuple[Any, Any]:
    """The ones before and after `obj`, going round; None where it stands alone."""
    ids = [each.pk for each in objects]
    if len(ids) < 2 or obj.pk not in ids:
        return None, None
    place = ids.index(obj.pk)
    return objects[place - 1], objects[(place + 1) % len(ids)]


def stages(phase: str) -> list[dict[str, str]]:
    """The phases of a priority, each "done", "current" or "later"; none without a phase."""
    values = Priority.Phase.values
    if phase not in values:
        return []
    now = values.index(phase)
    states = ["done"] * now + ["current"] + ["later"] * (len(values) - now - 1)
    return [{"label": str(label), "state": state} for label, state in zip(Priority.Phase.labels, states, strict=True)]
