"""What is stored of the pages about RESOC itself.

Not how visitors see it (`pages.views`). Begin with `mission`; text pages are in `texts`.
"""

from pages.models.contact_details import ContactDetails, Licence
from pages.models.mission import Aim, MissionPage, Role, Seat
from pages.models.organisations import Organisation
from pages.models.statements import AccessibilityStatement, DataFlow, InaccessibleContent, PrivacyStatement
from pages.models.texts import MOST_IN_MENU, Notice, Synonym, TextPage

__all__ = [
    "MOST_IN_MENU",
    "AccessibilityStatement",
    "Aim",
    "ContactDetails",
    "DataFlow",
    "InaccessibleContent",
    "Licence",
    "MissionPage",
    "Notice",
    "Organisation",
    "PrivacyStatement",
    "Role",
    "Seat",
    "Synonym",
    "TextPage",
]
