"""What is stored of the people who work here; their accounts are Django's `User`.

Not what is done with it. Begin with `members`.
"""

from staff.models.consents import MAX_WORDS, Consent, ForgetRequest
from staff.models.links import CardLink
from staff.models.members import MAX_HOW, StaffMember, is_long, midnight

__all__ = [
    "MAX_HOW",
    "MAX_WORDS",
    "CardLink",
    "Consent",
    "ForgetRequest",
    "StaffMember",
    "is_long",
    "midnight",
]
