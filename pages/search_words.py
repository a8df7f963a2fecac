"""The search words of the secretariat: what search is told, and which of them lead nowhere."""

from collections.abc import Iterator
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from pages.models import Synonym
from publishing.cache import stamp
from publishing.i18n.languages import CODES
from publishing.models.records.events import record
from publishing.models.records.site import Event
from publishing.queries.prepared import PreparedQuery, param
from publishing.search.widening import synonyms
from publishing.search.widening.pointless import pointless

OF_LANGUAGE: PreparedQuery[Synonym] = PreparedQuery(
    lambda: Synonym.objects.filter(language=param("language")).order_by("pk").values_list("said", "meant")
)


def synonyms_of(language: str) -> Iterator[synonyms.SynonymRule]:
    """Those of one language, as search uses them."""
    return (synonyms.SynonymRule(said, meant) for said, meant in OF_LANGUAGE.rows(language=language))


def leading_nowhere() -> set[int]:
    """The keys of those of which no public text has the words that they lead to."""
    found: set[int] = set()
    lines = list(Synonym.objects.values_list("pk", "language", "meant"))
    for code in CODES:
        own = {pk: meant for pk, language, meant in lines if language == code}
        nowhere = pointless(set(own.values()), code)
        found |= {pk for pk, meant in own.items() if meant in nowhere}
    return found


@receiver(post_save, sender=Synonym)
@receiver(post_delete, sender=Synonym)
def changed(instance: Synonym, raw: bool = False, **kwargs: Any) -> None:
    """Results change with it; the log says in which language and not the words, which may name somebody."""
    if not raw:
        stamp.bump(takes_away=False)
        record(Event.Kind.SYNONYMS, detail=instance.language)
