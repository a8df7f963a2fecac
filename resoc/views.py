"""The home page, put together from all apps, and the pages that belong to none."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.generic import TemplateView

from pages.models import MissionPage, Seat
from priorities.models import Priority, Theme, with_update_dates
from publishing import stamp
from publishing.failures import failing
from publishing.languages import resolve
from publishing.middleware import language_of
from publishing.views import TakenBack, gone, old_version, versions_of

THEMES_ON_HOME = 6


class HomeView(TemplateView):
    """Who RESOC is, its priorities and its themes; or what this page said in an earlier version."""

    template_name = "home.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mission = MissionPage.published().following("seats__organisation").first()
        if version := kwargs.get("version"):
            try:
                mission = old_version(mission or MissionPage(), version)
            except TakenBack:
                return gone(request, None)
            # The lists as they stood when it was last read.
            return self.show(mission, mission.revision.superseded_at, version=mission.revision)
        return self.show(mission, mission.as_of if mission else None)

    def show(self, mission: MissionPage | None, at: datetime | None = None, **context: Any) -> HttpResponse:
        """The page of `mission`, which was thawed from a revision, or from a form that is being previewed."""
        return self.render_to_response(
            {
                "section": "home",
                "page": mission,
                "versions_url": mission.get_versions_url() if mission else "",
                "mission": mission,
                "motto": motto(mission) if mission else None,
                "seat_groups": seat_groups(mission) if mission else [],
                "priorities": list(Priority.published(at)),
                "themes": with_update_dates(Theme.published(at)[:THEMES_ON_HOME], "theme"),
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
    """What is written large on the home page."""
    text = resolve(mission, "motto")
    parts = re.fullmatch(r"(.+?) (– .+? –) (.+)", text.value)
    return Motto(parts.groups() if parts else (text.value,), text.language, text.fallback)


def seat_groups(mission: MissionPage) -> list[dict[str, Any]]:
    """Who is represented: each group with its organisations, in the order of the seats."""
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

    With `?deep=1` also 503 while the code of a page fails, although visitors may be shown its last good version.
    """
    try:
        ask_database()
    except DatabaseError:
        return JsonResponse({"status": "failing", "part": "database"}, status=503)
    if request.GET.get("deep") == "1" and (failed := failing()):
        addresses = sorted({failure.address for failure in failed})
        return JsonResponse({"status": "failing", "part": "pages", "pages": addresses}, status=503)
    return JsonResponse({"status": "ok"})


def ask_database() -> None:
    """Raise DatabaseError when the database does not answer."""
    stamp.number()  # a row of ours: a damaged file still answers a question that needs none
