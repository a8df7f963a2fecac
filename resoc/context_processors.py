"""What every page shows around its content."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from pages.models import ContactDetails, TextPage
from publishing.models import AT, Revision
from publishing.questions import Question
from staff.models import StaffMember

EXPORTING = "resoc.exporting"  # in the environment of a request; no visitor can set such a name


@dataclass(frozen=True)
class Footer:
    """How to reach RESOC, and the pages about this site."""

    pages: list[TextPage]
    details: ContactDetails | None
    secretariat: StaffMember | None  # who answers for it now


def site(request: HttpRequest) -> dict[str, Any]:
    """The contents of the footer; read only when a template asks for it, so not in the admin."""
    return {
        "footer": SimpleLazyObject(footer),
        "editing": is_editor(request),
        "exporting": EXPORTING in request.META,  # for a copy in which no form works
    }


def is_editor(request: HttpRequest) -> bool:
    """Whether to show the ways from a page to its form; who has no session is not looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    return admin.site.has_permission(request)


IN_FOOTER = Question(
    lambda: (
        Revision.objects.public(AT)
        .of_any(TextPage, ContactDetails, StaffMember)
        .filter(~Q(model=_label(StaffMember)) | Q(data__is_secretariat=True))
        .order_by("model", "sort_key", "object_id")
    )
)


def footer() -> Footer:
    """All of it, in one query."""
    now = timezone.now()
    found: dict[str, list[Any]] = {}
    for revision in IN_FOOTER(at=now):
        found.setdefault(revision.model, []).append(revision.thaw(now))
    return Footer(
        pages=found.get(_label(TextPage), []),
        details=next(iter(found.get(_label(ContactDetails), [])), None),
        secretariat=who_answers(found.get(_label(StaffMember), [])),
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
