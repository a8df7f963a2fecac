"""What every page shows around its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pages.models import TextPage
from staff.models import StaffMember


def site(request: HttpRequest) -> dict[str, Any]:
    """The contents of the footer; read only when a template asks for it, so not in the admin."""
    return {
        "footer_pages": SimpleLazyObject(lambda: list(TextPage.published())),
        "secretariat": SimpleLazyObject(secretariat),
    }


def secretariat() -> StaffMember | None:
    """The first published staff member who answers for the secretariat."""
    return StaffMember.published().filter(data__is_secretariat=True).first()
