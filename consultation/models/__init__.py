"""What RESOC is for: bodies, opinions and meetings, the numbers that opinions keep for ever, and followers."""

from consultation.models.bodies import Body
from consultation.models.followers import Follower, WeeklyMail
from consultation.models.meetings import AgendaItem, Meeting, MeetingDocument
from consultation.models.opinions import Answer, Opinion, OpinionDocument, OpinionSubject, Position
from consultation.models.references import ReferenceNumber

__all__ = [
    "AgendaItem",
    "Answer",
    "Body",
    "Follower",
    "Meeting",
    "MeetingDocument",
    "Opinion",
    "OpinionDocument",
    "OpinionSubject",
    "Position",
    "ReferenceNumber",
    "WeeklyMail",
]
