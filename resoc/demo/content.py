"""One of every kind of content, filled in, and labelled as demonstration: to see full pages on a trial site.

Of what the source content has, only what it left empty is filled in; the last priority stays as it is, so that an
empty page can be seen too. Nobody in it exists.
"""

import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from consultation.models import (
    AgendaItem,
    Answer,
    Body,
    Mandate,
    Meeting,
    MeetingDocument,
    Opinion,
    OpinionDocument,
    OpinionSubject,
    Position,
)
from pages.models import MissionPage, Notice, Organisation, TextPage
from priorities.models import (
    Document,
    Partner,
    Priority,
    PriorityDocument,
    Status,
    Subject,
    Theme,
    ThemeDocument,
    Update,
    UpdateDocument,
)
from publishing.i18n.languages import CODES
from publishing.models import LAST_POSITION, Publishable, Revision
from publishing.workflow import publish, publish_new, withdraw
from resoc.demo import statements as demo_statements
from resoc.demo.opinions import members
from staff.models import StaffMember

NOTE = "Demonstratie van alles"  # of every revision that it makes
LABEL = {"nl": "Demonstratie", "fr": "Démonstration", "en": "Demonstration"}
SUMMARY = {
    "nl": "Demonstratie: hier staat in enkele zinnen waar de pagina over gaat. Dit zegt niets over het werk van RESOC.",
    "fr": "Démonstration : quelques phrases disent ici de quoi traite la page. Elles ne disent rien du RESOC.",
    "en": "Demonstration: some sentences say here what the page is about. They say nothing about the work of RESOC.",
}
BODY = {
    "nl": (
        "<h2>Demonstratie van een tekst</h2><p>Deze tekst is een <strong>demonstratie</strong> en gaat over niets dat "
        'echt bestaat. Een <a href="https://www.example.org/">verwijzing</a> ziet er zo uit.</p>'
        "<h3>Een lijst</h3><ul><li>Een eerste punt, dat kort is.</li><li>Een tweede punt, dat wat langer is en op een "
        "telefoon over twee regels loopt.</li></ul><h3>Stappen</h3><ol><li>Eerst dit.</li><li>Dan dat.</li></ol>"
        "<blockquote><p>Een aangehaalde zin staat apart.</p></blockquote>"
        "<table><tbody><tr><th><p>Jaar</p></th><th><p>Aantal</p></th></tr><tr><td><p>Eerste</p></td><td><p>12</p></td>"
        "</tr><tr><td><p>Tweede</p></td><td><p>34</p></td></tr></tbody></table>"
    ),
    "fr": (
        "<h2>Démonstration d’un texte</h2><p>Ce texte est une <strong>démonstration</strong> et ne parle de rien qui "
        'existe. Un <a href="https://www.example.org/">lien</a> se présente ainsi.</p>'
        "<h3>Une liste</h3><ul><li>Un premier point, court.</li><li>Un deuxième point, un peu plus long, qui occupe "
        "deux lignes sur un téléphone.</li></ul><h3>Étapes</h3><ol><li>D’abord ceci.</li><li>Puis cela.</li></ol>"
        "<blockquote><p>Une phrase citée se détache du texte.</p></blockquote>"
        "<table><tbody><tr><th><p>Année</p></th><th><p>Nombre</p></th></tr><tr><td><p>Première</p></td><td><p>12</p>"
        "</td></tr><tr><td><p>Deuxième</p></td><td><p>34</p></td></tr></tbody></table>"
    ),
    "en": (
        "<h2>Demonstration of a text</h2><p>This text is a <strong>demonstration</strong> and is about nothing that "
        'exists. A <a href="https://www.example.org/">link</a> looks like this.</p>'
        "<h3>A list</h3><ul><li>A first point, which is short.</li><li>A second point, which is somewhat longer and "
        "takes two lines on a telephone.</li></ul><h3>Steps</h3><ol><li>First this.</li><li>Then that.</li></ol>"
        "<blockquote><p>A quoted sentence stands apart.</p></blockquote>"
        "<table><tbody><tr><th><p>Year</p></th><th><p>Number</p></th></tr><tr><td><p>First</p></td><td><p>12</p></td>"
        "</tr><tr><td><p>Second</p></td><td><p>34</p></td></tr></tbody></table>"
    ),
}
SHORT = {code: f"<p>{SUMMARY[code]}</p>" for code in CODES}  # of an update
# Of an opinion and a page: long enough for a table of contents, with a footnote.
LONG = {code: 7 * BODY[code] + f"<p>{SUMMARY[code]}<small>{SUMMARY[code]}</small></p>" for code in CODES}
GONE = {
    "nl": "Demonstratie: een pagina die van de site gehaald is",
    "fr": "Démonstration : une page retirée du site",
    "en": "Demonstration: a page that was taken off the site",
}
THEME = {
    "nl": "Demonstratie: een volledig thema",
    "fr": "Démonstration : un thème complet",
    "en": "Demonstration: a full topic",
}
PAGE = {
    "nl": "Demonstratie: een volledige pagina",
    "fr": "Démonstration : une page complète",
    "en": "Demonstration: a full page",
}
UPDATE = {
    "nl": "Demonstratie: een bericht bij een prioriteit",
    "fr": "Démonstration : une actualité d’une priorité",
    "en": "Demonstration: an update of a priority",
}
PERSON = {
    "nl": "Demonstratie, geen echte persoon",
    "fr": "Démonstration, personne fictive",
    "en": "Demonstration, no real person",
}
ALT = {
    "nl": "Getekend landschap met een heuvel en een zon, ter demonstratie",
    "fr": "Paysage dessiné avec une colline et un soleil, pour la démonstration",
    "en": "Drawn landscape with a hill and a sun, for demonstration",
}
NOTICE = {
    "nl": "Demonstratie: hier staat een mededeling, zolang ze nodig is.",
    "fr": "Démonstration : un avis figure ici, aussi longtemps qu’il le faut.",
    "en": "Demonstration: a notice stands here for as long as it is needed.",
}
BOARD = {
    "nl": "Demonstratie: een raad",
    "fr": "Démonstration : un conseil",
    "en": "Demonstration: a council",
}
OPINION = {
    "nl": "Demonstratie: een volledig advies",
    "fr": "Démonstration : un avis complet",
    "en": "Demonstration: a full opinion",
}
MEETING = {
    "nl": "Demonstratie: een volledige vergadering",
    "fr": "Démonstration : une réunion complète",
    "en": "Demonstration: a full meeting",
}
COMING = {
    "nl": "Demonstratie: een vergadering die nog komt",
    "fr": "Démonstration : une réunion à venir",
    "en": "Demonstration: a meeting to come",
}
ITEM = {
    "nl": "Demonstratie: een punt op de agenda",
    "fr": "Démonstration : un point à l’ordre du jour",
    "en": "Demonstration: an item on the agenda",
}
ROOM = {
    "nl": "Zaal ter demonstratie",
    "fr": "Salle de démonstration",
    "en": "Room for demonstration",
}
SKY, SUN, HILL, LAND = "#dce9ec", "#e9b949", "#5a8f6b", "#1d4a3f"
PHASES = (Priority.Phase.STARTED, Priority.Phase.PARTNERS, Priority.Phase.RUNNING, Priority.Phase.EVALUATED)


def fill() -> int:
    """Add what is missing of it and publish it; returns how many objects. Nothing when it was done before."""
    if Revision.objects.filter(note=NOTE).exists():
        return 0
    organisations = [Organisation(name=f"Demonstratie-organisatie {number}") for number in (1, 2, 3)]
    organisations[0].url = "https://www.example.org/"
    made = _publish(organisations)
    document = _document("document", _titled("een document", "un document", "a document"))
    report = _document("verslag", _titled("een verslag", "un rapport", "a report"))
    report.is_news = True
    made += _publish([document, report])
    person = _person()
    made += _publish([person])
    made += _mission(document, report)
    made += _priorities(organisations, person, document)
    made += _theme(person, document)
    made += _work(organisations[0], person, document, report)
    pages = {"pagina": {"title": PAGE, "body": LONG}, "weg": {"title": GONE, "body": SHORT}}
    texts = [
        TextPage(position=LAST_POSITION, **_columns(each | {"slug": _slugs(slug)})) for slug, each in pages.items()
    ]
    made += _publish(texts)
    withdraw(texts[-1], None, NOTE)
    made += _publish([Notice(**_columns({"text": NOTICE}))])
    return made + demo_statements.fill(NOTE)


def _publish(rows: Sequence[Publishable]) -> int:
    for row in rows:
        if row.pk is None:
            row.save()
    publish_new(rows, author=None, note=NOTE)
    return len(rows)


def _document(name: str, title: dict[str, str]) -> Document:
    document = Document(
        file=ContentFile(_pdf(title["nl"]), name=f"demonstratie-{name}.pdf"),
        **_columns({"title": title, "slug": _slugs(name)}),
    )
    document.clean()
    return document


def _mission(document: Document, report: Document) -> int:
    mission = MissionPage.objects.first()
    if mission is None:
        return 0
    row: Any = mission
    row.streekpact_document_id = row.streekpact_document_id or document.pk
    row.programme_document_id = row.programme_document_id or report.pk
    if not row.image:
        row.image.save("demonstratie-missie.jpg", ContentFile(_drawing(2000, 1000)), save=False)
        for column, text in _columns({"image_alt": ALT}).items():
            setattr(row, column, text)
    row.save()
    for role in row.roles.all():
        for code in CODES:
            if not getattr(role, f"description_{code}"):
                setattr(role, f"description_{code}", SUMMARY[code])
        role.save()
    publish(row, None, note=NOTE)
    return 1


def _work(organisation: Organisation, person: StaffMember, document: Document, report: Document) -> int:
    """An opinion that was answered, the meeting that adopted it, and one to come."""
    today, first = timezone.localdate(), Priority.objects.order_by("number").first()
    body = Body(kind=Body.Kind.BOARD, **_columns({"name": BOARD}))
    made = _publish([body])
    if not Revision.objects.of(Mandate).exists():
        made += members(body, organisation, NOTE)

    def meeting(title: dict[str, str], slug: str, days: int, **more: Any) -> Meeting:
        begin = timezone.make_aware(datetime.combine(today + timedelta(days=days), time(19, 30)))
        texts = {"title": title, "slug": _slugs(slug), "place": ROOM}
        own = {"url": "https://www.example.org/", "is_open": True, "ends_at": begin + timedelta(hours=2)}
        row = Meeting(body_id=body.pk, starts_at=begin, **own, **more, **_columns(texts))
        row.save()
        return row

    held = meeting(MEETING, "vergadering", -90, minutes_id=report.pk, minutes_approved_on=today - timedelta(days=30))
    coming = meeting(COMING, "komende-vergadering", 30)
    texts = {"title": OPINION, "slug": _slugs("advies"), "summary": SUMMARY, "body": LONG, "addressees": LABEL}
    opinion = Opinion(
        requested_by_id=organisation.pk,
        requested_on=today - timedelta(days=150),
        due_on=today - timedelta(days=80),
        adopted_by_id=body.pk,
        meeting_id=held.pk,
        adopted_on=today - timedelta(days=90),
        decision=Opinion.Decision.VOTE,
        votes_for=12,
        votes_against=3,
        abstentions=1,
        sent_on=today - timedelta(days=88),
        contact_id=person.pk,
        **_columns(texts),
    )
    opinion.save()
    said = _columns({"text": SUMMARY})
    if first:
        OpinionSubject.objects.create(opinion=opinion, priority_id=first.pk, position=1)
    Position.objects.create(opinion=opinion, organisation_id=organisation.pk, position=1, **said)
    answered = {"by_id": organisation.pk, "date": today - timedelta(days=20), "result": Answer.Result.PARTLY}
    Answer.objects.create(opinion=opinion, document_id=document.pk, position=1, **answered, **said)
    OpinionDocument.objects.create(opinion=opinion, document_id=document.pk, position=1)
    for row in (held, coming):
        MeetingDocument.objects.create(meeting=row, document_id=document.pk, position=1)
        AgendaItem.objects.create(meeting=row, position=1, document_id=document.pk, **_columns({"title": ITEM}), **said)
        AgendaItem.objects.create(meeting=row, position=2, opinion_id=opinion.pk)
        AgendaItem.objects.create(meeting=row, position=3, is_closed=True, **_columns({"title": ITEM}))
    made += _publish([held, coming])
    return made + _publish([opinion])


def _person() -> StaffMember:
    today = timezone.localdate()
    stand_in = StaffMember.published().filter(pk__isnull=False).first()
    person = StaffMember(
        name="Demo Demonstratie",
        slug="demo-demonstratie",
        email="demonstratie@example.org",
        shows_photo=True,
        photo_consent=NOTE,
        absent_from=today,
        absent_until=today + timedelta(days=30),
        stand_in_id=stand_in.pk if stand_in else None,
        position=LAST_POSITION,
        **_columns({"function": PERSON}),
    )
    person.photo.save("demonstratie.jpg", ContentFile(_drawing(800, 1000)), save=False)
    return person


def _priorities(organisations: list[Organisation], person: StaffMember, document: Document) -> int:
    filled = 0
    for place, priority in enumerate(list(Priority.objects.order_by("number"))[:-1]):
        row: Any = priority
        for name, texts in (("summary", SUMMARY), ("body", BODY)):
            for code in CODES:
                if not getattr(row, f"{name}_{code}"):
                    setattr(row, f"{name}_{code}", texts[code])
        row.status = row.status or list(Status)[place % len(Status)]
        row.phase = row.phase or PHASES[place % len(PHASES)]
        row.lead_id = row.lead_id or organisations[0].pk
        row.contact_id = row.contact_id or person.pk
        row.save()
        if not row.partners.exists():
            for position, organisation in enumerate(organisations[1:], 1):
                Partner.objects.create(priority=row, organisation_id=organisation.pk, position=position)
        if not row.documents.exists():
            PriorityDocument.objects.create(priority=row, document_id=document.pk, position=1)
        publish(row, None, note=NOTE)
        filled += 1
        for months in (0, 14):
            number = f"{row.number}-{months}"
            said = {"title": UPDATE, "body": SHORT, "slug": _slugs(f"prioriteit-{number}")}
            update = Update(date=timezone.localdate() - timedelta(days=30 * months), **_columns(said))
            update.save()
            Subject._base_manager.create(update=update, priority_id=row.pk, position=1)
            filled += _publish([update])
    return filled


def _theme(person: StaffMember, document: Document) -> int:
    texts = {"title": THEME, "summary": SUMMARY, "body": BODY, "slug": _slugs("thema")}
    texts |= {"image_alt": ALT, "image_caption": LABEL, "url_label": LABEL}
    first = Priority.objects.order_by("number").first()
    theme = Theme(
        status=Status.RUNNING,
        contact_id=person.pk,
        priority_id=first.pk if first else None,
        url="https://www.example.org/",
        position=LAST_POSITION,
        **_columns(texts),
    )
    theme.image.save("demonstratie.jpg", ContentFile(_drawing(1800, 1200)), save=False)
    theme.save()
    ThemeDocument.objects.create(theme=theme, document_id=document.pk, position=1)
    updates = [
        Update(
            date=timezone.localdate() - timedelta(days=days),
            **_columns({"title": UPDATE, "body": SHORT, "slug": _slugs(f"thema-{days}")}),
        )
        for days in (10, 200, 400)
    ]
    for update in updates:
        update.save()
        Subject._base_manager.create(update=update, theme_id=theme.pk, position=1)
    UpdateDocument.objects.create(update=updates[0], document_id=document.pk, position=1)
    return _publish([theme]) + _publish(updates)


def _titled(nl: str, fr: str, en: str) -> dict[str, str]:
    return {"nl": f"Demonstratie: {nl}", "fr": f"Démonstration : {fr}", "en": f"Demonstration: {en}"}


def _slugs(what: str) -> dict[str, str]:
    return {code: f"demo-{what}-{code}" for code in CODES}


def _columns(texts: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{name}_{code}": values[code] for name, values in texts.items() for code in CODES}


def _drawing(width: int, height: int) -> bytes:
    """A landscape, so that nobody and no place is in the picture."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (width, height), SKY)
    draw = ImageDraw.Draw(picture)
    sun = height // 10
    draw.ellipse((width * 2 // 3, height // 5, width * 2 // 3 + 2 * sun, height // 5 + 2 * sun), fill=SUN)
    draw.ellipse((-width // 3, height // 2, width, height * 3 // 2), fill=HILL)
    draw.rectangle((0, height * 4 // 5, width, height), fill=LAND)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def _pdf(title: str) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": title})
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
