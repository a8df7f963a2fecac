"""What RESOC is for: bodies, their members, opinions and meetings, the numbers that opinions keep, and followers."""

from consultation.models.bodies import Body
from consultation.models.followers import Follower, WeeklyMail
from consultation.models.mandates import Mandate, NameConsent
from consultation.models.meetings import AgendaItem, Meeting, MeetingDocument
from consultation.models.opinions import Answer, Opinion, OpinionDocument, OpinionSubject, Position
from consultation.models.references import ReferenceNumber

__all__ = [
    "AgendaItem",
    "Answer",
    "Body",
    "Follower",
    "Mandate",
    "Meeting",
    "MeetingDocument",
    "NameConsent",
    "Opinion",
    "OpinionDocument",
    "OpinionSubject",
    "Position",
    "ReferenceNumber",
    "WeeklyMail",
]
