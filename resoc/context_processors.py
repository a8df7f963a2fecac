"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pages.models import TextPage
from staff.models import StaffMember


def site(request: HttpRequest) -> dict[str, Any]:
    """The contents of the footer; read only when a template asks for it, so not in the admin."""
    return {
        "footer_pages": SimpleLazyObject(lambda: list(TextPage.published())),
        "secretariat": SimpleLazyObject(secretariat),
        "editing": is_editor(request),
    }


def is_editor(request: HttpRequest) -> bool:
    """Whether to show the ways from a page to its form; who has no session is not looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    return request.user.is_active and request.user.is_staff


def secretariat() -> StaffMember | None:
    """The first published staff member who answers for the secretariat."""
    return StaffMember.published().filter(data__is_secretariat=True).first()
