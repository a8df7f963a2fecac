"""Contact details and the two statements, filled in as demonstration: to see all that can stand there.

Only what is empty is filled in. No address, body or term in it exists.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from pages.models import ContactDetails, Licence
from pages.models.statements import AccessibilityStatement, DataFlow, InaccessibleContent, PrivacyStatement
from publishing.models import Publishable
from publishing.workflow import publish
from resoc.demo.opinions import Texts, columns

BODY: Texts = {
    "nl": "Demonstratie: een instantie die niet bestaat",
    "fr": "Démonstration : un organisme qui n’existe pas",
    "en": "Demonstration: a body that does not exist",
}
SAID: Texts = {
    "nl": "Demonstratie: hier staat wat er ingevuld is.",
    "fr": "Démonstration : ce qui a été rempli figure ici.",
    "en": "Demonstration: what was filled in is shown here.",
}
HOURS: Texts = {
    "nl": "Demonstratie: maandag tot vrijdag, van 9 tot 16 uur",
    "fr": "Démonstration : du lundi au vendredi, de 9 h à 16 h",
    "en": "Demonstration: Monday to Friday, from 9 a.m. to 4 p.m.",
}
TERM: Texts = {"nl": "Demonstratie: twee jaar", "fr": "Démonstration : deux ans", "en": "Demonstration: two years"}
PLACE, EMAIL, URL = "Demonstratieplein 1", "demonstratie@example.org", "https://www.example.org/"


def fill(note: str) -> int:
    """Fill in what is empty and publish it with this note; returns how many objects."""
    return sum(_complete(obj, note) for obj in (_contact(), _accessibility(), _privacy()))


def _single(model: type[Publishable], values: dict[str, Any]) -> Any:
    """The only one of `model`, with these values where it has none."""
    row = model._base_manager.first() or model()
    for name, value in values.items():
        if getattr(row, name) in (None, ""):
            setattr(row, name, value)
    row.save()
    return row


def _complete(row: Publishable, note: str) -> int:
    publish(row, None, note=note)
    return 1


def _contact() -> Publishable:
    texts = {"reachable": HOURS, "documents_to": SAID, "documents_appeal": BODY}
    own = {"email": EMAIL, "street": PLACE, "postal_code": "0000", "municipality": "Demonstratie"}
    own |= {"licence": Licence.FREE, "documents_appeal_url": URL}
    found: Publishable = _single(ContactDetails, own | columns(texts))
    return found


def _accessibility() -> Publishable:
    today = timezone.localdate()
    texts = {"responsible": BODY, "other_sites": BODY, "complaints": BODY}
    own = {
        "status": AccessibilityStatement.Status.PARTIAL,
        "method": AccessibilityStatement.Method.OWN,
        "made_on": today - timedelta(days=60),
        "reviewed_on": today,
        "response_days": 30,
        "complaints_url": URL,
    }
    row = _single(AccessibilityStatement, own | columns(texts))
    if not row.exceptions.exists():
        for place, kind in enumerate(InaccessibleContent.Kind, 1):
            until = {"since": today - timedelta(days=60), "until": today + timedelta(days=300)}
            said = columns({"what": SAID, "alternative": SAID})
            InaccessibleContent.objects.create(statement=row, position=place, kind=kind, **until, **said)
    found: Publishable = row
    return found


def _privacy() -> Publishable:
    texts = {"legal_form": BODY, "representative": BODY, "officer": BODY, "processors": SAID, "transfers": SAID}
    texts |= {"data_required": SAID, "mailbox_retention": TERM, "telephone_retention": TERM}
    own = {"controller": BODY["nl"], "number": "0000.000.000", "address": PLACE, "email": EMAIL}
    own |= {"officer_email": EMAIL, "authority": PrivacyStatement.Authority.BOTH}
    row = _single(PrivacyStatement, own | columns(texts))
    if not row.flows.exists():
        for place, kind in enumerate(DataFlow.Kind, 1):
            said = columns({"explanation": SAID})
            ground = list(DataFlow.Ground)[place % len(DataFlow.Ground)]
            DataFlow.objects.create(statement=row, position=place, kind=kind, ground=ground, **said)
    found: Publishable = row
    return found
