"""Where visitors ask for a weekly mail: there while RESOC has a public e-mail address, as the contact form."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from pages.models import ContactDetails
from pages.sections import Section


class FollowSection(Section):
    """A section without a list: its page is a form, and nothing of it is published."""

    @property
    def name(self) -> str:
        return gettext("Follow by mail")

    def is_filled(self) -> bool:
        return bool(public_email())

    def is_shown(self, found: Mapping[str, list[Any]]) -> bool:
        return any(details.email for details in found.get(ContactDetails._meta.label_lower, []))


def public_email() -> str:
    """The e-mail address of RESOC that visitors see; "" when there is none."""
    details = ContactDetails.published().first()
    return details.email if details else ""
