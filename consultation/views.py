"""The lists and the pages of opinions and meetings, and the page of the members."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from consultation.members import by_body, members_at
from consultation.models import Mandate, Meeting, Opinion
from consultation.models.bodies import year_of
from consultation.models.meetings import moment_key
from pages.sections import gives_way
from priorities.models import Priority
from publishing.cache.parameters import PAGE, SLUG, one_of, page_of, takes
from publishing.i18n.languages import current
from publishing.models import Publishable, Revision, RevisionReference
from publishing.web.views import PublishedDetailView

OPINIONS_PER_PAGE = 20
MEETINGS_PER_PAGE = 20
YEAR = r"(?:19|20)[0-9]{2}"


@takes(year=YEAR, priority=SLUG, page=PAGE)
@gives_way
def opinion_list(request: HttpRequest) -> HttpResponse:
    """What runs, then all opinions by year, newest first; 404 until there is one, and for a filter without any."""
    now = timezone.now()
    public = Revision.objects.public(now).of(Opinion).order_by()
    years = [year_of(key) for key in sorted(_years(public))]
    subjects = _subjects(public)
    wanted = {number for _of_year, number in subjects}
    priorities = [each for each in Priority.published() if each.pk in wanted]
    shown: Any = Opinion.published(now)  # a query over revisions
    year = one_of(request, "year", {str(each): each for each in years})
    priority = one_of(request, "priority", {each.slug_in(current()): each for each in priorities})
    if year:
        shown = shown.filter(sort_key__startswith=_of(year))
    if priority:
        shown = shown.referring_to(priority, "about.priority")
    shown = shown.following("requested_by", "adopted_by", "about__priority", "about__theme")
    page_obj = page_of(request, Paginator(shown, OPINIONS_PER_PAGE))
    if not page_obj.paginator.count and (year or priority or not once_there(Opinion, now)):
        raise Http404
    context = {
        "section": "opinions",
        "page_obj": page_obj,
        "groups": [(key, list(rows)) for key, rows in groupby(page_obj, lambda opinion: opinion.group)],
        # Only what goes together: no filter that is offered finds nothing.
        "years": [
            (each, _query(each, priority), each == year)
            for each in years
            if not priority or (_of(each), priority.pk) in subjects
        ],
        "priorities": [
            (each, _query(year, each), each == priority)
            for each in priorities
            if not year or (_of(year), each.pk) in subjects
        ],
        "all_years": _query(None, priority),
        "all_priorities_query": _query(year, None),
        "is_filtered": bool(year or priority),
        "year_chosen": year,
        "priority_chosen": priority,
        "kept_query": _query(year, priority).lstrip("?"),
    }
    return render(request, "consultation/opinion_list.html", context)


def once_there(model: type[Publishable], now: datetime) -> bool:
    """Whether visitors ever saw one: then the address of the list says that there is none any more."""
    return Revision.objects.of(model).once_public(now).exists()


def _years(public: Any) -> set[str]:
    adopted = public.filter(sort_key__startswith="1")
    return set(adopted.annotate(of=Substr("sort_key", 2, 4)).values_list("of", flat=True).distinct())


def _subjects(public: Any) -> set[tuple[str, int]]:
    """The priorities that opinions are about, each with the beginning of the sort key of such an opinion."""
    named = RevisionReference.objects.filter(
        revision__in=public.values("pk"), model=Priority._meta.label_lower, field="about.priority"
    )
    return set(named.annotate(of=Substr("revision__sort_key", 1, 5)).values_list("of", "object_id").distinct())


def _of(year: int) -> str:
    """What the sort key of an opinion that was adopted in `year` begins with."""
    return f"1{9999 - year:04d}"


def _query(year: int | None, priority: Priority | None) -> str:
    """The query of a filter, in the one spelling that the page cache keeps; "?" for all, which is no query."""
    pairs = {"year": year, "priority": priority.slug_in(current()) if priority else None}
    query = urlencode({name: value for name, value in pairs.items() if value})
    return f"?{query}" if query else ""


class OpinionView(PublishedDetailView):
    """One opinion: who asked, how it was decided, and what became of it."""

    model = Opinion
    context_name = "opinion"
    template_name = "consultation/opinion_detail.html"
    following = (
        "requested_by",
        "adopted_by",
        "meeting",
        "contact",
        "about__priority",
        "about__theme",
        "positions__organisation",
        "answers__by",
        "answers__document",
        "documents__document",
    )
    extra_context = {"section": "opinions"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        opinion = kwargs["opinion"]
        number = version_number(opinion) if opinion.revision and opinion.is_adopted else 0
        return super().get_context_data(**kwargs, version_number=number)


def version_number(obj: Any) -> int:
    """Which of the versions of a page that can be cited this one is, the first being 1."""
    return int(obj.revisions.citable().changes().filter(pk__lte=obj.revision.pk).count()) or 1


@takes(page=PAGE)
@gives_way
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The meetings to come, the first one first, then those that are over, the last one first; 404 until then."""
    now = timezone.now()
    shown: Any = Meeting.published(now).following("body", "minutes", "items__opinion")
    past = shown.filter(sort_key__lte=moment_key(now)).order_by("-sort_key", "-object_id")
    page_obj = page_of(request, Paginator(past, MEETINGS_PER_PAGE))
    coming = list(shown.filter(sort_key__gt=moment_key(now))) if page_obj.number == 1 else []
    if not coming and not page_obj.paginator.count and not once_there(Meeting, now):
        raise Http404
    context = {"section": "meetings", "page_obj": page_obj, "coming": coming}
    return render(request, "consultation/meeting_list.html", context)


class MeetingView(PublishedDetailView):
    """One meeting with its agenda, its documents and its minutes."""

    model = Meeting
    context_name = "meeting"
    template_name = "consultation/meeting_detail.html"
    following = ("body", "minutes", "items__opinion", "items__document", "documents__document")
    extra_context = {"section": "meetings"}


@gives_way
def member_list(request: HttpRequest) -> HttpResponse:
    """Who sits in each body, and who did before; 404 until a member is public."""
    now = timezone.now()
    bodies = by_body(members_at(now))
    if not bodies and not once_there(Mandate, now):
        raise Http404
    return render(request, "consultation/member_list.html", {"section": "members", "bodies": bodies})
