"""`manage.py demo`: content that says that it is demonstration, to see the site full."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, models, transaction

from consultation.models import Meeting, Opinion
from priorities.models import Subject, Theme, Update
from publishing.i18n.languages import CODES
from publishing.models import LAST_POSITION, Publishable, Revision, content_models
from publishing.search.word_index import merge
from publishing.workflow import publish_new
from resoc.demo import content as demo_content
from resoc.demo.opinions import Work
from resoc.management.commands.seed import NOTE as SEED

DEMO = "Demonstratie"  # the note of every revision that it makes
THEMES, UPDATES = 3, 12  # for each unit of scale; as many themes as the seed has
OPINIONS, MEETINGS = 3, 3
AT_A_TIME = 500
DAYS = 1000  # over which the updates are spread
LARGEST = LAST_POSITION // THEMES - 1

LABEL = {"nl": "Demonstratie {}: ", "fr": "Démonstration {} : ", "en": "Demonstration {}: "}
THEME = {
    "nl": "een thema dat toont hoe de website eruitziet met veel inhoud",
    "fr": "un thème qui montre à quoi ressemble le site avec beaucoup de contenu",
    "en": "a theme that shows what the website looks like with a lot of content",
}
UPDATE = {
    "nl": "een bericht dat toont hoe nieuws bij een thema staat",
    "fr": "un message qui montre comment l’actualité d’un thème est présentée",
    "en": "an update that shows how news stands with a theme",
}
SUMMARY = {
    "nl": "Dit is een samenvatting ter demonstratie. Ze zegt niets over het werk van RESOC Westhoek.",
    "fr": "Ceci est un résumé de démonstration. Il ne dit rien du travail du RESOC Westhoek.",
    "en": "This is a summary for demonstration. It says nothing about the work of RESOC Westhoek.",
}
SENTENCES = {
    "nl": (
        "Deze tekst is een demonstratie en gaat over niets dat echt bestaat.",
        "Hij staat hier om te tonen hoe een bladzijde met enkele alinea’s leest.",
        "Geen enkele gemeente, vereniging of onderneming wordt ermee bedoeld.",
        "Wie de website beheert, vervangt dit voorbeeld door eigen woorden.",
        "Het zoeken, de lijsten en de nieuwsberichten behandelen dit voorbeeld zoals elke andere tekst.",
        "Aan de titel zie je meteen dat dit geen mededeling van RESOC Westhoek is.",
        "De zinnen komen terug in andere voorbeelden, telkens in een andere volgorde.",
    ),
    "fr": (
        "Ce texte est une démonstration et ne parle de rien qui existe vraiment.",
        "Il se trouve ici pour montrer comment se lit une page de quelques paragraphes.",
        "Il ne vise aucune commune, association ou entreprise.",
        "Les personnes qui gèrent le site remplacent cet exemple par leurs propres mots.",
        "La recherche, les listes et les fils d’actualité traitent cet exemple comme n’importe quel autre texte.",
        "Le titre indique d’emblée qu’il ne s’agit pas d’une communication du RESOC Westhoek.",
        "Les phrases reviennent dans d’autres exemples, chaque fois dans un autre ordre.",
    ),
    "en": (
        "This text is a demonstration and is about nothing that really exists.",
        "It stands here to show how a page with some paragraphs reads.",
        "No municipality, association or company is meant by it.",
        "Whoever looks after the website replaces this example with words of their own.",
        "Search, lists and feeds treat this example like any other text.",
        "The title says at once that this is no message from RESOC Westhoek.",
        "The sentences return in other examples, in another order each time.",
    ),
}


class Command(BaseCommand):
    """Adds demonstration after the source content, up to the size that is asked; never touches what is there."""

    help = "Fill a trial site with labelled demonstration content. Safe to run again: it adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale",
            type=int,
            default=1,
            help=f"How many times {THEMES} themes, opinions and meetings, and {UPDATES} updates; 1 by default.",
        )
        parser.add_argument(
            "--full", action="store_true", help="Also one of every other kind, filled in, to see full pages."
        )
        parser.add_argument("--yes", action="store_true", help="Also on a site on which somebody has worked.")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        scale = options["scale"]
        if not 0 <= scale <= LARGEST:
            raise CommandError(f"--scale is {scale}: expected a whole number up to {LARGEST}.")
        if not options["yes"] and (kind := _own_work()):
            raise CommandError(
                f"This site holds more than the source content ({kind}). Demonstration belongs on a trial site, "
                "such as that of 'make demo'. Add --yes if you mean it: taking it away again is by hand."
            )
        call_command("seed", verbosity=0)
        added = _add(_themes(_made(Theme), THEMES * scale))
        # Each demonstration theme has its own four updates, so a page is as long on a large site as on a small one.
        themes = _demo(Theme).order_by("object_id").values_list("object_id", flat=True)
        made = _made(Update)
        added += _add(_updates(made, UPDATES * scale), _subjects(made, list(themes)))
        work = Work(LABEL, SENTENCES, DEMO)
        added += work.bodies() + work.members() if scale else 0
        made = _made(Meeting)
        added += _add(work.meetings(made, MEETINGS * scale), work.agenda)
        made = _made(Opinion)
        added += _add(work.opinions(made, OPINIONS * scale), work.rows(list(themes)))
        if options["full"]:
            added += demo_content.fill()
        if added:
            merge()
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")  # or it plans its queries for an empty site
        self.stdout.write(f"Demo: {added} added and published." if added else "Demo: nothing to add.")


def _own_work() -> str:
    """The kind of something that neither the seed nor this command made; "" when there is none."""
    for model in content_models():
        revisions = Revision.objects.of(model).exclude(reason=demo_content.NOTE)
        rows = model._base_manager.exclude(pk__in=Revision.objects.of(model).values("object_id"))
        if revisions.exclude(note__in=[SEED, DEMO, demo_content.NOTE]).exists() or rows.exists():
            return str(model._meta.verbose_name)
    return ""


def _demo(model: type[Publishable]) -> models.QuerySet[Revision]:
    """The first revision of everything of `model` that this command ever made, whatever became of it."""
    return Revision.objects.of(model).filter(note=DEMO)


def _made(model: type[Publishable]) -> int:
    return _demo(model).values("object_id").distinct().count()


def _themes(made: int, wanted: int) -> Iterator[Theme]:
    last = Theme._base_manager.aggregate(last=models.Max("position"))["last"] or 0
    for number in range(made + 1, wanted + 1):
        texts = {"title": _title(number, THEME), "summary": SUMMARY, "body": _body(number), "slug": _slug(number)}
        yield Theme(position=min(last + number - made, LAST_POSITION), **_columns(texts))


def _updates(made: int, wanted: int) -> Iterator[Update]:
    for number in range(made + 1, wanted + 1):
        texts = {"title": _title(number, UPDATE), "body": _body(number), "slug": _slug(number, "-bericht")}
        yield Update(date=date(2026, 1, 1) - timedelta(days=number % DAYS), **_columns(texts))


def _subjects(made: int, themes: list[int]) -> Callable[[Sequence[Any]], None]:
    """A function that gives updates, of which `made` came before, each their theme."""
    numbers = count(made)

    def add(updates: Sequence[Any]) -> None:
        Subject._base_manager.bulk_create(
            Subject(update=update, theme_id=themes[next(numbers) * THEMES // UPDATES], position=1) for update in updates
        )

    return add


def _add(objects: Iterator[Any], complete: Callable[[Sequence[Any]], None] = lambda _saved: None) -> int:
    """Save these, all of one model, `complete` them with child rows, and publish them."""
    added: Sequence[Any] = list(objects)
    for start in range(0, len(added), AT_A_TIME):
        chunk = added[start : start + AT_A_TIME]
        type(chunk[0])._base_manager.bulk_create(chunk)
        complete(chunk)
        publish_new(chunk, author=None, note=DEMO)
    return len(added)


def _title(number: int, words: dict[str, str]) -> dict[str, str]:
    return {code: LABEL[code].format(number) + words[code] for code in CODES}


def _slug(number: int, kind: str = "") -> dict[str, str]:
    names = {"nl": "demonstratie", "fr": "demonstration", "en": "demonstration"}
    return {code: f"{names[code]}{kind}-{number}" for code in CODES}


def _body(number: int) -> dict[str, str]:
    """Two paragraphs with all sentences, beginning with another one each time."""
    found = {}
    for code in CODES:
        first = number % len(SENTENCES[code])
        turned = SENTENCES[code][first:] + SENTENCES[code][:first]
        found[code] = f"<p>{' '.join(turned[:4])}</p><p>{' '.join(turned[4:])}</p>"
    return found


def _columns(texts: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{name}_{code}": values[code] for name, values in texts.items() for code in CODES}
