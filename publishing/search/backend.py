"""The public texts that may match a query of a visitor.

Of very many texts only some are looked at: those that have the words in their title, and the newest.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection, models

from publishing.i18n.languages import CODES
from publishing.models import Revision, RevisionText
from publishing.search.text import Word
from publishing.search.word_index import PUBLIC, Forms, Scope, Step, anywhere, same

TITLED = 100  # texts that are looked at because of their title, in the reader's language and in the others …
ALONE = 50  # texts that are looked at because of one of several words
EXAMINED = 100  # … and texts for whatever they say


def likely(words: Sequence[Word], reader: str, at: datetime) -> models.QuerySet[RevisionText]:
    """The public texts that have each of `words` in some form, or the most likely of very many.

    There may be still more when it has more than `EXAMINED` in the reader's language or in none, or so
    many in the others. These are looked at only when the reader's language does not have so many.
    """
    longer, scope = PUBLIC.longer(words), public_texts(at)

    def found(languages: Sequence[str]) -> tuple[list[Forms], list[Forms]]:
        itself = [same(word, languages) for word in words]
        both = [(*forms, *longer[word]) for forms, word in zip(itself, words, strict=True)]
        return itself, [tuple(dict.fromkeys(forms)) for forms in both]

    texts = PUBLIC.newest([(anywhere(found(CODES)[1]), EXAMINED + 1)], scope)  # most often that is all there are
    if len(texts) > EXAMINED:
        others = [code for code in CODES if code != reader]
        texts = PUBLIC.newest(_steps(*found([reader])), scope, others)
        if len(texts) <= EXAMINED:
            texts |= PUBLIC.newest(_steps(*found(others)), scope, others, in_others=True)
    return RevisionText.objects.filter(pk__in=texts)


def near(words: Sequence[Word], reader: str, at: datetime) -> models.QuerySet[RevisionText]:
    """The public texts that have these words or what may stand in their place; then those that have one of them."""
    alternatives = list(dict.fromkeys(each for word in words for each in word.alternatives))
    longer = PUBLIC.longer(alternatives)
    forms = {each: (*same(each, CODES), *longer[each]) for each in alternatives}
    found = [tuple(dict.fromkeys(form for each in word.alternatives for form in forms[each])) for word in words]
    steps: list[Step] = [(tuple(("title", each) for each in found), TITLED), (anywhere(found), EXAMINED + 1)]
    if len(found) > 1:
        steps += [step for each in found for step in (((("title", each),), ALONE), (anywhere([each]), ALONE))]
    return RevisionText.objects.filter(pk__in=PUBLIC.newest(steps, public_texts(at)))


def each(known: Sequence[str], at: datetime) -> models.QuerySet[RevisionText]:
    """The newest public texts of each of these known words."""
    steps: list[Step] = [(anywhere([(word,)]), ALONE) for word in known]
    return RevisionText.objects.filter(pk__in=PUBLIC.newest(steps, public_texts(at)))


def _steps(itself: list[Forms], found: list[Forms]) -> Iterator[Step]:
    """What to look for, the best first: the words themselves count more than longer ones."""
    yield tuple(("title", forms) for forms in itself), TITLED
    yield tuple(("title", forms) for forms in found), TITLED
    if len(found) > 1:
        yield (("title", tuple(form for forms in found for form in forms)), *anywhere(found)), TITLED
    yield anywhere(found), EXAMINED + 1


def public_texts(at: datetime) -> Scope:
    """The texts of what is public at that moment."""
    sql, values = Revision.objects.public(at).order_by().values("id").query.sql_with_params()
    # SQLite would else begin with all that is public.
    kind = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    return Scope("revision_id", f"{kind} ({sql}) AS public ON public.id = text.revision_id", tuple(values))
