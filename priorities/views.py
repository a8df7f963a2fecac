"""The overviews and the pages of priorities, themes and updates."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from pages.models import MissionPage
from pages.sections import gives_way
from priorities import news
from priorities.models import FIELDS, Document, Priority, Theme, Update, updates_about, with_update_dates
from publishing.cache.parameters import PAGE, SLUG, one_of, page_of, takes
from publishing.files.storage import StorageUnavailable
from publishing.i18n.languages import current, resolve
from publishing.models import Publishable, Revision, follow
from publishing.models.revisions import AT
from publishing.queries.dependencies import depends_only_on
from publishing.queries.prepared import PreparedQuery, param
from publishing.web.views import FILE_POLICY, PublishedDetailView, storage_away

THEMES_PER_PAGE = 12
THEMES_ON_THEME = 12
UPDATES_PER_PAGE = 20


def priority_list(request: HttpRequest) -> HttpResponse:
    """All priorities by number."""
    context = {
        "section": "priorities",
        "mission": MissionPage.published().first(),
        "priorities": with_update_dates(Priority.published().following("lead")),
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
        "themes": with_update_dates(page_obj),
    }
    return render(request, "priorities/theme_list.html", context)


@takes(priority=SLUG, page=PAGE)
@gives_way
def update_list(request: HttpRequest) -> HttpResponse:
    """All news by year, newest first, some at a time; 404 while there is none, and for a filter without any."""
    now = timezone.now()
    with depends_only_on(*news.DEPENDENCIES):
        priorities = news.priorities(now)
        priority = one_of(request, "priority", {each.slug_in(current()): each for each in priorities})
        found = news.parts_about(priority, now) if priority else news.parts(now)
        page_obj = page_of(request, news.NewsPaginator(found, UPDATES_PER_PAGE))
        if not page_obj.paginator.count:
            raise Http404
        page_obj.object_list = news.thawed(page_obj.object_list, now)
    context = {
        "section": "updates",
        "page_obj": page_obj,
        "years": [(year, list(rows)) for year, rows in groupby(page_obj, lambda each: each.dated.year)],
        "priorities": [(each, f"?priority={each.slug_in(current())}", each == priority) for each in priorities],
        "is_filtered": bool(priority),
        "kept_query": f"priority={priority.slug_in(current())}" if priority else "",
    }
    return render(request, "priorities/update_list.html", context)


class UpdateView(PublishedDetailView):
    """One update, with the priorities and themes that it is about."""

    model = Update
    context_name = "update"
    template_name = "priorities/update_detail.html"
    following = ("subjects__priority", "subjects__theme", "documents__document")
    extra_context = {"section": "updates"}


# The themes, all priorities, and the mission page with the sentence on the Streekpact.
AROUND: PreparedQuery[Revision] = PreparedQuery(
    lambda: (
        Revision.objects.public(AT)
        .order_by()
        .referring_to_numbered(Priority, param("id"), "priority")
        .union(Revision.objects.public(AT).order_by().of_any(Priority, MissionPage), all=True)
        .order_by("sort_key", "object_id")
    )
)


class PriorityView(PublishedDetailView):
    """One priority with its themes and the updates about it and about those, and its place among all."""

    model = Priority
    context_name = "priority"
    template_name = "priorities/priority_detail.html"
    following = ("lead", "contact", "partners__organisation", "documents__document")
    extra_context = {"section": "priorities"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        priority = kwargs["priority"]
        found: dict[type[Publishable], list[Any]] = defaultdict(list)
        for revision in AROUND(id=priority.pk, at=priority.as_of):
            found[revision.model_class].append(revision.thaw(priority.as_of))
        updates = shown_updates([priority, *found[Theme]], priority.as_of)
        return super().get_context_data(
            **kwargs,
            updates=updates,
            updated=last_date(updates),
            stages=stages(priority.phase),
            themes=found[Theme],
            # In an old version too: links to pages of then may lead nowhere.
            priorities=list(Priority.published()) if kwargs.get("version") else found[Priority],
            mission=next(iter(found[MissionPage]), None),
        )


# The updates, and the mission page with the sentence above the themes.
AROUND_THEME: PreparedQuery[Revision] = PreparedQuery(
    lambda: (
        Revision.objects.public(AT)
        .order_by()
        .referring_to_numbered(Theme, param("id"), FIELDS["priorities.theme"])
        .union(Revision.objects.public(AT).order_by().of(MissionPage), all=True)
        .order_by("sort_key", "object_id")
    )
)


class ThemeView(PublishedDetailView):
    """One theme with its updates."""

    model = Theme
    context_name = "theme"
    template_name = "priorities/theme_detail.html"
    following = ("priority", "contact", "documents__document")
    extra_context = {"section": "themes"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        theme = kwargs["theme"]
        found: dict[type[Publishable], list[Any]] = defaultdict(list)
        for revision in AROUND_THEME(id=theme.pk, at=theme.as_of):
            found[revision.model_class].append(revision.thaw(theme.as_of))
        updates = with_ends(found[Update], theme.as_of)
        # In an old version those of now: links to pages of then may lead nowhere.
        others = [] if resolve(theme, "body") else other_themes(theme, None if kwargs.get("version") else theme.as_of)
        return super().get_context_data(
            **kwargs,
            updates=updates,
            updated=last_date(updates),
            mission=next(iter(found[MissionPage]), None),
            themes=others[:THEMES_ON_THEME],
            has_more_themes=len(others) > THEMES_ON_THEME,
        )


class DocumentView(PublishedDetailView):
    """The file of the newest published version of a document, to be downloaded."""

    model = Document
    context_name = "document"

    def show(self, obj: Any, **context: Any) -> HttpResponse:
        try:
            file = obj.file.storage.open(obj.file.name)
            response: Any = self.download(obj, file)
        except StorageUnavailable as error:
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


def other_themes(theme: Theme, at: datetime | None) -> list[Theme]:
    """The first themes beside `theme`, one more than its page shows."""
    first = Theme.published(at)[: THEMES_ON_THEME + 2]
    return [each for each in first if each.pk != theme.pk][: THEMES_ON_THEME + 1]


def shown_updates(subjects: Iterable[Publishable], at: datetime) -> list[Update]:
    """The updates about these, newest first, with the ends of their relations."""
    return with_ends([cast(Update, revision.thaw(at)) for revision in updates_about(subjects, at)], at)


def with_ends(updates: list[Update], at: datetime) -> list[Update]:
    """These updates with their documents and with all that they are about, in one query."""
    follow(updates, ("documents__document", "subjects__priority", "subjects__theme"), at)
    return updates


def last_date(updates: list[Update]) -> date | None:
    """The date of the newest of `updates`, which come newest first."""
    return updates[0].date if updates else None


def stages(phase: str) -> list[dict[str, str]]:
    """The phases of a priority, each "done", "current" or "later"; none without a phase."""
    values = Priority.Phase.values
    if phase not in values:
        return []
    now = values.index(phase)
    states = ["done"] * now + ["current"] + ["later"] * (len(values) - now - 1)
    return [{"label": str(label), "state": state} for label, state in zip(Priority.Phase.labels, states, strict=True)]
