"""Opinions, meetings and members for `manage.py demo`: one of each kind there is, all labelled as demonstration."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from consultation import consents
from consultation.models import AgendaItem, Answer, Body, Mandate, Meeting, Opinion, OpinionSubject, Position
from pages.models import Organisation
from publishing.i18n.languages import CODES
from publishing.models import Revision
from publishing.workflow import publish

Texts = Mapping[str, str]

LAST_DAY = date(2026, 1, 1)  # of what is adopted
DAYS = 1000  # over which it is spread
COMING = 12  # among these meetings are those that are to come
KINDS = 3  # an opinion that runs, one that was sent, and one that was answered

BODY = {
    "nl": "Demonstratie: een orgaan dat vergadert",
    "fr": "Démonstration : un organe qui se réunit",
    "en": "Demonstration: a body that meets",
}
OPINION = {
    "nl": "een advies dat toont hoe een vraag, een beslissing en een antwoord op één pagina staan",
    "fr": "un avis qui montre comment une demande, une décision et une réponse tiennent sur une page",
    "en": "an opinion that shows how a request, a decision and an answer stand on one page",
}
MEETING = {
    "nl": "een vergadering met een dagorde",
    "fr": "une réunion avec un ordre du jour",
    "en": "a meeting with an agenda",
}
ITEM = {"nl": "een punt ter demonstratie", "fr": "un point de démonstration", "en": "an item for demonstration"}
PLACE = {"nl": "Zaal ter demonstratie", "fr": "Salle de démonstration", "en": "Room for demonstration"}
REASON = {"nl": "Ter demonstratie.", "fr": "Pour la démonstration.", "en": "For demonstration."}
ADDRESSEES = {
    "nl": "een bestuur ter demonstratie",
    "fr": "une autorité de démonstration",
    "en": "an authority for demonstration",
}
ORGANISATION = "Demonstratie-organisatie"
# Group, role, name (nobody is called so), and how many days ago it ended.
MEMBERS = (
    (Mandate.Group.EMPLOYERS, Mandate.Role.CHAIR, "Demo Voorzitter", None),
    (Mandate.Group.EMPLOYERS, Mandate.Role.SUBSTITUTE, "", None),
    (Mandate.Group.WORKERS, Mandate.Role.VICE_CHAIR, "Demo Ondervoorzitter", None),
    (Mandate.Group.WORKERS, Mandate.Role.MEMBER, "", None),
    (Mandate.Group.POLITICIANS, Mandate.Role.MEMBER, "Demo Lid", None),
    (Mandate.Group.POLITICIANS, Mandate.Role.MEMBER, "Demo Vroeger", 200),
)


class Work:
    """Makes opinions and meetings out of the sentences and the labels of the other demonstration."""

    def __init__(self, label: Texts, sentences: Mapping[str, Sequence[str]], note: str) -> None:
        self.label, self.sentences, self.note = label, sentences, note

    def bodies(self) -> int:
        """Publish a body that meets, unless one was ever made; returns how many were added."""
        if Revision.objects.of(Body).filter(note=self.note).exists():
            return 0
        names = columns({"name": BODY})
        publish(Body.objects.create(kind=Body.Kind.BOARD, **names), None, note=self.note)
        return 1

    def members(self) -> int:
        """Publish the members of that body, and their organisation, unless any were made; returns how many objects."""
        body = self.body()
        if body is None or Revision.objects.of(Mandate).exists():
            return 0
        organisation = Organisation.objects.create(name=ORGANISATION)
        publish(organisation, None, note=self.note)
        return 1 + members(body, organisation, self.note)

    def body(self) -> Body | None:
        """The body that meets."""
        first = Revision.objects.of(Body).filter(note=self.note).order_by("pk").first()
        return Body._base_manager.filter(pk=first.object_id).first() if first else None

    def meetings(self, made: int, wanted: int) -> Iterator[Meeting]:
        """Of three meetings one that is to come, one that is over, and one that was cancelled."""
        body, today = self.body(), timezone.localdate()
        for number in range(made + 1, wanted + 1):
            kind = number % KINDS
            is_past = kind == 2 or number > COMING  # as on a real site, few are to come
            days = -(number % DAYS) - 7 if is_past else 7 + number
            begin = timezone.make_aware(datetime.combine(today + timedelta(days=days), time(19, 30)))
            texts = {"title": self._title(number, MEETING), "place": PLACE, "slug": _slug(number, "vergadering")}
            texts |= {"cancelled_reason": REASON} if kind == 0 and not is_past else {}
            yield Meeting(body=body, starts_at=begin, ends_at=begin + timedelta(hours=2), **columns(texts))

    def agenda(self, meetings: Sequence[Any]) -> None:
        """Give each of these an agenda, whose last item is closed."""
        AgendaItem._base_manager.bulk_create(
            AgendaItem(
                meeting=meeting, position=place, is_closed=place == 3, **columns({"title": self._title(place, ITEM)})
            )
            for meeting in meetings
            for place in (1, 2, 3)
        )

    def opinions(self, made: int, wanted: int) -> Iterator[Opinion]:
        """Of three opinions one that runs, one that was sent, and one that was answered."""
        body, asker = self.body(), Organisation._base_manager.order_by("pk").first()
        for number in range(made + 1, wanted + 1):
            kind = number % KINDS
            day = LAST_DAY - timedelta(days=number * 29 % DAYS)
            texts = {
                "title": self._title(number, OPINION),
                "summary": self._said(number, 2),
                "slug": _slug(number, "advies"),
            }
            own: dict[str, Any] = {"requested_by": asker, "requested_on": day - timedelta(days=60)}
            if kind:
                texts |= {"body": self._paragraphs(number), "addressees": ADDRESSEES}
                own |= {
                    "adopted_on": day,
                    "adopted_by": body,
                    "sent_on": day + timedelta(days=4),
                    "decision": "consensus",
                }
                if kind == KINDS - 1:
                    own |= {"decision": "vote", "votes_for": 12, "votes_against": 3, "abstentions": 2}
            yield Opinion(**own, **columns(texts))

    def rows(self, themes: list[int]) -> Callable[[Sequence[Any]], None]:
        """A function that gives opinions their subject, positions and answers."""
        places = count()

        def add(opinions: Sequence[Any]) -> None:
            subjects, positions, answers = [], [], []
            for opinion in opinions:
                theme = themes[next(places) % len(themes)]
                subjects.append(OpinionSubject(opinion=opinion, theme_id=theme, position=1))
                texts = columns({"text": self._said(opinion.pk, 2)})
                if opinion.decision == Opinion.Decision.VOTE:
                    positions.append(Position(opinion=opinion, group=Position.Group.EMPLOYERS, position=1, **texts))
                    answered = opinion.sent_on + timedelta(days=40)
                    own = {"by": opinion.requested_by, "date": answered, "result": Answer.Result.PARTLY}
                    answers.append(Answer(opinion=opinion, position=1, **own, **texts))
            OpinionSubject._base_manager.bulk_create(subjects)
            Position._base_manager.bulk_create(positions)
            Answer._base_manager.bulk_create(answers)

        return add

    def _title(self, number: int, words: Texts) -> Texts:
        return {code: self.label[code].format(number) + words[code] for code in CODES}

    def _said(self, number: int, sentences: int) -> Texts:
        """Some sentences, beginning with another one each time."""
        found = {}
        for code in CODES:
            first = number % len(self.sentences[code])
            found[code] = " ".join((*self.sentences[code][first:], *self.sentences[code][:first])[:sentences])
        return found

    def _paragraphs(self, number: int) -> Texts:
        said = self._said(number, 4)
        return {code: f"<p>{said[code]}</p><p>{said[code]}</p>" for code in CODES}


def members(body: Body, organisation: Organisation, note: str) -> int:
    """Publish a member of each sort, half of them with a name and the consent to it; returns how many."""
    today = timezone.localdate()
    for group, role, name, ended in MEMBERS:
        row = Mandate.objects.create(
            body=body,
            organisation=organisation,
            group=group,
            role=role,
            name=name,
            shows_name=bool(name),
            starts_on=LAST_DAY - timedelta(days=DAYS),
            ends_on=today - timedelta(days=ended) if ended else None,
        )
        if name:
            consents.record(row, LAST_DAY, REASON["nl"], None)
        publish(row, None, note=note)
    return len(MEMBERS)


def columns(texts: Mapping[str, Texts]) -> dict[str, str]:
    """These texts by column."""
    return {f"{name}_{code}": values[code] for name, values in texts.items() for code in CODES}


def _slug(number: int, kind: str) -> Texts:
    names = {"nl": "demonstratie", "fr": "demonstration", "en": "demonstration"}
    return {code: f"{names[code]}-{kind}-{number}" for code in CODES}
