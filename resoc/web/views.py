"""The home page, put together from all apps, and the pages that belong to none."""

import re
from datetime import datetime
from threading import Event
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override
from django.views.generic import TemplateView

from consultation.members import members_at, on_board
from pages.models import MissionPage, Seat
from priorities import news
from priorities.models import Priority, Theme, with_update_dates
from publishing.cache import stamp
from publishing.cache.failures import failing
from publishing.i18n.languages import resolve
from publishing.models import follow, shown_at
from publishing.operations import schema
from publishing.operations.mail import stuck
from publishing.web.gone import version_gone
from publishing.web.middleware import language_of
from publishing.web.views import TakenBack, old_version, versions_of
from resoc.operations import alarms

THEMES_ON_HOME = 6
NEWS_ON_HOME = 3
_seen = Event()  # set once no migration waits
FOLLOWING = ("seats__organisation", "streekpact_document", "programme_document")


class HomeView(TemplateView):
    """The home page: the mission, the priorities and the themes; or an earlier version of it."""

    template_name = "home.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        mission = shown_at(MissionPage, now)
        if version := kwargs.get("version"):
            shown = mission or MissionPage()
            try:
                mission = old_version(shown, version)
            except TakenBack as taken:
                return version_gone(request, shown, taken.revision)
            # The lists as they stood when it was last read: until now for one that a planned version overtakes.
            over = mission.revision.superseded_at
            return self.show(mission, min(over, now) if over else now, version=mission.revision)
        if mission is None:
            return self.show(None)
        follow([mission], FOLLOWING, now)
        has_more = mission.revision is not None and mission.revision.has_more_versions
        return self.show(mission, now, versions_url=mission.get_versions_url() if has_more else "")

    def show(self, mission: MissionPage | None, at: datetime | None = None, **context: Any) -> HttpResponse:
        """The page of `mission`, which was thawed from a revision, or from a form that is being previewed."""
        at = at or timezone.now()
        board = on_board(members_at(at, is_old="version" in context)) if mission else []
        themes = list(Theme.published(at)[: THEMES_ON_HOME + 1])
        return self.render_to_response(
            {
                "section": "home",
                "page": mission,
                "mission": mission,
                "motto": motto(mission) if mission else None,
                "board": board,
                "seat_groups": seat_groups(mission) if mission and not board else [],
                "priorities": list(Priority.published(at)),
                "news": news.newest(NEWS_ON_HOME, at),
                "themes": with_update_dates(themes[:THEMES_ON_HOME]),
                "has_more_themes": len(themes) > THEMES_ON_HOME,
            }
            | context
        )


def home_versions(request: HttpRequest) -> HttpResponse:
    """Every version of the home page that ever was public."""
    mission = MissionPage.published().first()
    if mission is None:
        raise Http404
    context = {"section": "home", "page": mission, "subject": mission, "versions": versions_of(mission)}
    return render(request, "versions.html", context)


class Motto(NamedTuple):
    """The motto in the parts that the design sets apart: before, between and after the dashes."""

    parts: tuple[str, ...]
    language: str
    fallback: bool


def motto(mission: MissionPage) -> Motto:
    """The motto, which is written large on the home page."""
    text = resolve(mission, "motto")
    parts = re.fullmatch(r"(.+?) (– .+? –) (.+)", text.shown)
    return Motto(parts.groups() if parts else (text.shown,), text.language, text.fallback)


def seat_groups(mission: MissionPage) -> list[dict[str, Any]]:
    """The groups that are represented, each with its organisations, in the order of the seats."""
    groups: dict[str, list[Any]] = {}
    for seat in mission.seats.all():
        organisations = groups.setdefault(seat.group, [])
        if seat.organisation:
            organisations.append(seat.organisation)
    labels = dict(Seat.Group.choices)
    return [{"label": labels.get(key, key), "organisations": value} for key, value in groups.items()]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBadRequest:
    """The 400, which reads nothing of the request but its method and language: the form may be what is bad."""
    with override(language_of(request)):
        html = render_to_string("400.html", {"was_sent": request.method == "POST"})
    return HttpResponseBadRequest(html, headers={"Cache-Control": "no-store"})


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while everything that pages need answers; 503 that names the part that does not.

    With `?deep=1` also 503 while the code of a page fails, although visitors may be shown its last good version,
    and while no mail server takes what it should: then no alarm would reach anybody either.
    """
    try:
        ask_database()
        if not is_migrated():
            return JsonResponse({"status": "failing", "part": "migrations"}, status=503)
    except DatabaseError:
        return JsonResponse({"status": "failing", "part": "database"}, status=503)
    if request.GET.get("deep") == "1" and (failed := failing()):
        addresses = sorted({failure.address for failure in failed})
        return JsonResponse({"status": "failing", "part": "pages", "pages": addresses}, status=503)
    if request.GET.get("deep") == "1" and (alarms.unsent() or stuck().exists()):
        return JsonResponse({"status": "failing", "part": "mail"}, status=503)
    return JsonResponse({"status": "ok"})


def is_migrated() -> bool:
    """Whether the database has seen all migrations of this code: asked until it has. Raises DatabaseError."""
    if not _seen.is_set() and not schema.waiting():
        _seen.set()
    return _seen.is_set()


def ask_database() -> None:
    """Raise DatabaseError when the database does not answer."""
    stamp.number()  # a row of ours: a damaged file still answers a question that needs none
