"""The public texts that may match a query of a visitor.

Of very many texts only some are looked at: those that have the words in their title, and the newest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import NamedTuple

from django.db import connection

from publishing.i18n.languages import CODES
from publishing.models.revisions import IS_PUBLIC
from publishing.queries.prepared import as_stored
from publishing.search.text import Word
from publishing.search.word_index import PUBLIC, Forms, Scope, Step, Values, anywhere, same

TITLED = 100  # texts that are looked at because of their title, in the reader's language and in the others …
ALONE = 50  # texts that are looked at because of one of several words
EXAMINED = 100  # … and texts for whatever they say


COLUMNS = [name for _text, name, *_rest in Formatter().parse(IS_PUBLIC) if name]  # that say whether one is public
JOINED = {"sqlite": "group_concat(slug, ' ')", "postgresql": "string_agg(slug, ' ')"}
# In SQL of its own: Django would take longer to write it than the database to answer it.
TEXTS = """
    SELECT text.id, revision_id, model, object_id, sort_key, language, title, words,
        COALESCE((SELECT {joined} FROM publishing_revisionslug AS slug WHERE slug.revision_id = revision.id), '')
    FROM publishing_revisiontext AS text JOIN publishing_revision AS revision ON revision.id = revision_id
    WHERE text.id IN ({ids})
"""


class IndexedText(NamedTuple):
    """A public text, of what it is, and the last parts of its address in each language, with a space between them."""

    pk: int
    revision_id: int
    model: str
    object_id: int
    sort_key: str
    language: str
    title: str
    words: str
    slugs: str


def likely(words: Sequence[Word], longer: Mapping[Word, Forms], reader: str, at: datetime) -> list[IndexedText]:
    """The public texts that have each of `words` in some form, or the most likely of very many.

    `longer` has the known words that begin with each, or have it in them. There may be still more when there are
    more than `EXAMINED` in the reader's language or in none. Others are looked at only when these are not so many.
    """
    scope = public_texts(at)
    texts = _newest([(anywhere(_either(words, longer, CODES)), EXAMINED + 1)], scope)
    if len(texts) > EXAMINED:  # else that is all there is
        itself, found = [same(word, [reader]) for word in words], _either(words, longer, [reader])
        texts = _newest(_steps(itself, found), scope, [code for code in CODES if code != reader])
    return texts


def near(
    wide: Sequence[Word], apart: Sequence[Word], meant: Iterable[str], longer: Mapping[Word, Forms], at: datetime
) -> list[IndexedText]:
    """The public texts that come near to what was asked for.

    Those that have all words of `wide` or what may stand in their place; those that have one of them; those that
    have all words of `apart`; and of each known word of `meant`. `longer` is as above.
    """
    found = [
        tuple(dict.fromkeys(form for each in _either(word.alternatives, longer, CODES) for form in each))
        for word in wide
    ]
    steps: list[Step] = [(tuple(("title", each) for each in found), TITLED), (anywhere(found), EXAMINED + 1)]
    if len(found) > 1:
        steps += [step for each in found for step in (((("title", each),), ALONE), (anywhere([each]), ALONE))]
    if apart:
        steps.append((anywhere(_either(apart, longer, CODES)), EXAMINED + 1))
    return _newest([*steps, *_each(meant, longer)], public_texts(at))


def each(known: Iterable[str], longer: Mapping[Word, Forms], at: datetime) -> list[IndexedText]:
    """The newest public texts of each of these known words."""
    return _newest(_each(known, longer), public_texts(at))


def _each(known: Iterable[str], longer: Mapping[Word, Forms]) -> list[Step]:
    return [(anywhere([(word, *longer.get(Word(word, word), ()))]), ALONE) for word in sorted(known)]


def _either(words: Iterable[Word], longer: Mapping[Word, Forms], languages: Sequence[str]) -> list[Forms]:
    """What the index may have of each word: itself in any form, or a longer one."""
    return [tuple(dict.fromkeys((*same(word, languages), *longer.get(word, ())))) for word in words]


def _steps(itself: list[Forms], found: list[Forms]) -> Iterator[Step]:
    """What to look for, the best first: the words themselves count more than longer ones."""
    yield tuple(("title", forms) for forms in itself), TITLED
    yield tuple(("title", forms) for forms in found), TITLED
    if len(found) > 1:
        yield (("title", tuple(form for forms in found for form in forms)), *anywhere(found)), TITLED
    yield anywhere(found), EXAMINED + 1


def _newest(steps: Iterable[Step], scope: Scope, others: Sequence[str] = ()) -> list[IndexedText]:
    """The texts of all `steps`, but those in the languages `others`, in one query."""
    ids, values = PUBLIC.ids(steps, scope, others)
    with connection.cursor() as cursor:
        cursor.execute(TEXTS.format(joined=JOINED[connection.vendor], ids=ids), values)
        return [IndexedText(*row) for row in cursor]


def public_texts(at: datetime) -> Scope:
    """The texts of what is public at that moment."""
    # SQLite would else begin with all that is public.
    kind = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    is_public, moments = public("public", at)
    join = f"{kind} publishing_revision AS public ON public.id = text.revision_id"
    return Scope("revision_id", join, where=is_public, values=tuple(moments))


def public(alias: str, at: datetime) -> tuple[str, Values]:
    """That a revision is public at that moment, as SQL."""
    sql = IS_PUBLIC.format_map({column: f"{alias}.{column}" for column in COLUMNS})
    return f"({sql})", [as_stored(at)] * sql.count("%s")
