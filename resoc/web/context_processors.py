"""Template context that every page needs."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from pages.models import ContactDetails, Notice, TextPage
from pages.sections import SECTIONS
from priorities.models import Priority
from publishing.models import Revision
from publishing.models.revisions import AT
from publishing.queries.dependencies import Dependency, depends_only_on
from publishing.queries.prepared import PreparedQuery
from resoc.operations.version import version
from staff.models import StaffMember

EXPORTING = "resoc.exporting"  # in the environment of a request; no visitor can set such a name


@dataclass(frozen=True)
class Frame:
    """What stands around every page: the menu, how to reach RESOC, the pages about this site, a notice."""

    notice: Notice | None
    menu: list[TextPage]
    pages: list[TextPage]  # in the footer
    details: ContactDetails | None
    secretariat: StaffMember | None  # who answers for it now
    sections: frozenset[str]  # the names of the lists that are there, such as that of news, for the menu


def site(request: HttpRequest) -> dict[str, Any]:
    """What stands around a page; read only when a template asks for it, so not in the admin."""
    return {
        "footer": SimpleLazyObject(frame),
        "all_priorities": SimpleLazyObject(lambda: list(Priority.published())),
        "editing": is_editor(request),
        "site_version": version(),
        "exporting": EXPORTING in request.META,  # for a copy in which no form works
    }


def is_editor(request: HttpRequest) -> bool:
    """Whether to show edit links. Without a session cookie no user is looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    return admin.site.has_permission(request)


ALL_OF = (TextPage, ContactDetails, Notice, StaffMember)  # of the last those that answer for the secretariat
# Of a section one object of each model is enough to know that there is any.
FIRST = [part.order_by("-sort_key").values("pk")[:1] for section in SECTIONS.values() for part in section.parts(AT)]
IN_FRAME: PreparedQuery[Revision] = PreparedQuery(
    lambda: (
        Revision.objects.public(AT)
        .filter(
            Q(model__in=[_label(TextPage), _label(ContactDetails), _label(Notice)])
            | Q(model=_label(StaffMember), data__is_secretariat=True)
            | reduce(or_, (Q(pk=Subquery(first)) for first in FIRST))
        )
        .order_by("model", "sort_key", "object_id")
    )
)


def frame() -> Frame:
    """All of it, in one query."""
    now = timezone.now()
    found: dict[str, list[Any]] = {}
    numbers: dict[str, int] = {}  # of the first object of each model
    shown = [_label(model) for model in ALL_OF]
    # A page depends on one object of each section, and on all while there is none: of a new one it says nothing.
    with depends_only_on(*map(Dependency, shown)) as told:
        for revision in IN_FRAME(at=now):
            numbers.setdefault(revision.model, revision.object_id)
            found.setdefault(revision.model, []).append(revision.thaw(now) if revision.model in shown else revision)
        for section in SECTIONS.values():
            labels = [_label(model) for model in section.models]
            first = next((label for label in labels if label in found), None)
            told.update([Dependency(first, numbers[first])] if first else map(Dependency, labels))
    pages, notices = found.get(_label(TextPage), []), found.get(_label(Notice), [])
    return Frame(
        notice=max(notices, key=lambda notice: (notice.revision.live_from, notice.revision.pk), default=None),
        menu=[page for page in pages if page.place == TextPage.Place.MENU],
        pages=[page for page in pages if page.place == TextPage.Place.FOOTER],
        details=next(iter(found.get(_label(ContactDetails), [])), None),
        secretariat=who_answers(found.get(_label(StaffMember), [])),
        sections=frozenset(
            name for name, section in SECTIONS.items() if section.is_shown(found) and not section.in_the_way(pages)
        ),
    )


def who_answers(members: list[StaffMember]) -> StaffMember | None:
    """The first of `members` who is not away; when all are, the first who stands in, is there and has a number."""
    present = next((member for member in members if not member.is_absent), None)
    if present or not members:
        return present
    stand_ins = (member.answers_meanwhile for member in members)
    return next((each for each in stand_ins if each and each.phone_uri), members[0])


def _label(model: Any) -> str:
    return model._meta.label_lower
