"""Which texts may answer a query, by an index of the database: as quick on a large site as on a small one.

SQLite has a full-text index beside the texts, which triggers keep in step, PostgreSQL a GIN index over
their words; see migration `text_index`. Both know whole words only. So what begins with a word of the
query, or is a compound with it, is looked up first among all words of the site.

Of very many texts only some are looked at: those that have the words in their title, and the newest.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, models
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan

from publishing.languages import CODES
from publishing.models import Revision, RevisionText, RevisionWord
from publishing.search import INFIX, PREFIX, Word, cuts, word_stems

TITLED = 100  # texts that are looked at because of their title, in the reader's language and in the others …
EXAMINED = 100  # … and texts for whatever they say
FORMS = 500  # words of the site that one word of a query may stand for

# How SQLite's index has a word of each column.
MARKED = {"title": '"^{}"', "words": '"{}"', "language": '"@{}"'}

Forms = tuple[str, ...]  # what the index may have of one word of a query
Conditions = tuple[tuple[str, Forms], ...]  # columns that each have one of these
Step = tuple[Conditions, int]  # what to look for, and how many of it


def learn(texts: Iterable[RevisionText]) -> None:
    """Add what these texts say to the words of the site."""
    # In one order: two transactions that add the same words do not wait for each other for ever.
    words = sorted({word for text in texts for word in text.words.split()})
    RevisionWord.objects.bulk_create(map(RevisionWord, words), ignore_conflicts=True)


def forget() -> None:
    """Take from the words of the site what no text says any more, and from the index what is deleted in it."""
    merge()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "DELETE FROM publishing_revisionword WHERE NOT EXISTS (SELECT FROM publishing_revisiontext"
                " WHERE publishing_words(words) @> ARRAY[word::text])"
            )
        else:
            cursor.execute(
                "DELETE FROM publishing_revisionword WHERE NOT EXISTS (SELECT 1 FROM publishing_text_index"
                " WHERE publishing_text_index MATCH '\"' || word || '\"')"
            )


def merge() -> None:
    """Make one part of the many that SQLite's index gets by and by: it is asked three times as quickly.

    Takes a third of a second for 15,000 texts, and nothing when there is one part only. PostgreSQL has none.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO publishing_text_index (publishing_text_index) VALUES ('optimize')")


def likely(words: Sequence[Word], reader: str, at: datetime) -> models.QuerySet[RevisionText]:
    """The public texts that have each of `words` in some form, or the most likely of very many.

    There may be still more when it has more than `EXAMINED` in the reader's language or in none, or so
    many in the others. These are looked at only when the reader's language does not have so many.
    """
    longer, public = _longer(words), Revision.objects.public(at).order_by().values("id").query.sql_with_params()

    def found(languages: Sequence[str]) -> tuple[list[Forms], list[Forms]]:
        same = [_same(word, languages) for word in words]
        both = [(*forms, *longer[word]) for forms, word in zip(same, words, strict=True)]
        return same, [tuple(dict.fromkeys(forms)) for forms in both]

    texts = _newest([(_said(found(CODES)[1]), EXAMINED + 1)], public)  # most often that is all there are
    if len(texts) > EXAMINED:
        others = [code for code in CODES if code != reader]
        texts = _newest(_steps(*found([reader])), public, others)
        if len(texts) <= EXAMINED:
            texts |= _newest(_steps(*found(others)), public, others, in_others=True)
    return RevisionText.objects.filter(pk__in=texts)


def _steps(same: list[Forms], found: list[Forms]) -> Iterator[Step]:
    """What to look for, the best first: the words themselves count more than longer ones."""
    yield tuple(("title", forms) for forms in same), TITLED
    yield tuple(("title", forms) for forms in found), TITLED
    if len(found) > 1:
        yield (("title", tuple(form for forms in found for form in forms)), *_said(found)), TITLED
    yield _said(found), EXAMINED + 1


def _said(found: list[Forms]) -> Conditions:
    """Each of the words, anywhere in a text."""
    return tuple(("words", forms) for forms in found)


def _same(word: Word, languages: Sequence[str]) -> Forms:
    """What the index has of `word` itself, in any form that one of these languages gives it."""
    return (*word.spellings, *sorted({f"={stem}" for code in languages for stem in word_stems(word, code)}))


def _longer(words: Sequence[Word]) -> dict[Word, Forms]:
    """The words and stems of the site that begin with each of `words`, or have it in them; the shortest first."""

    def holds(known: str, spelling: str) -> bool:
        if len(spelling) >= INFIX:
            return spelling in known and spelling != known
        return known.startswith(spelling) and spelling != known

    long = {word: [each for each in word.spellings if len(each) >= PREFIX] for word in words}
    asked = {each for spellings in long.values() for each in spellings}
    places = [(StrIndex("word", models.Value(each)), len(each) >= INFIX) for each in sorted(asked)]
    conditions = [models.Q(GreaterThan(place, 0) if anywhere else Exact(place, 1)) for place, anywhere in places]
    known = RevisionWord.objects.filter(reduce(or_, conditions)).values_list("word", flat=True) if asked else ()
    found = {
        word: sorted((each for each in known if any(holds(each, one) for one in spellings)), key=len)[:FORMS]
        for word, spellings in long.items()
    }
    return {word: tuple(forms) for word, forms in found.items()}


def split(words: Sequence[Word]) -> list[Word]:
    """`words`, with two words that texts know for each one that none knows: `streek` and `pact` for `streekpact`."""
    options = {word: cuts(word.folded) for word in words}
    asked = {half for halves in options.values() for pair in halves for half in pair} | {word.folded for word in words}
    known = set(RevisionWord.objects.filter(word__in=asked).values_list("word", flat=True))
    found: list[Word] = []
    for word, pairs in options.items():
        pair = next((pair for pair in pairs if known.issuperset(pair)), None)
        if word.folded in known or pair is None:
            found.append(word)
        else:
            found += [Word(half, half, (word.folded,)) for half in pair]
    return found


def _newest(
    steps: Iterable[Step], public: tuple[str, Sequence[Any]], others: Sequence[str] = (), in_others: bool = False
) -> set[int]:
    """The texts of all `steps`, in the languages `others` or not in them, the newest of each."""
    newest = _newest_on_postgresql if connection.vendor == "postgresql" else _newest_on_sqlite
    parts: list[str] = []
    parameters: list[Any] = []
    for conditions, limit in dict.fromkeys(steps):
        sql, values = newest(conditions, others, in_others, public)
        parts.append(f"SELECT id FROM ({sql} LIMIT {limit}) AS newest")  # noqa: S608 (values are parameters)
        parameters += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), parameters)
        return {text_id for (text_id,) in cursor}


def _newest_on_sqlite(
    conditions: Conditions, others: Sequence[str], in_others: bool, public: tuple[str, Sequence[Any]]
) -> tuple[str, list[Any]]:
    """The texts that meet the conditions, in `others` or not in them, newest first: SQLite reads no more than that."""

    def has(column: str, forms: Iterable[str]) -> str:
        return f"({' OR '.join(MARKED[column].format(form) for form in forms)})"

    wanted = " AND ".join(has(*condition) for condition in conditions)
    if others:
        wanted = f"({wanted}) {'AND' if in_others else 'NOT'} {has('language', others)}"
    return (
        "SELECT text.id FROM publishing_text_index"  # noqa: S608 (values are parameters)
        " CROSS JOIN publishing_revisiontext AS text ON text.id = publishing_text_index.rowid"
        f" CROSS JOIN ({public[0]}) AS public ON public.id = text.revision_id"
        " WHERE publishing_text_index MATCH %s ORDER BY publishing_text_index.rowid DESC",
        [*public[1], wanted],
    )


def _newest_on_postgresql(
    conditions: Conditions, others: Sequence[str], in_others: bool, public: tuple[str, Sequence[Any]]
) -> tuple[str, list[Any]]:
    """The same. It takes all from the index, a matter of milliseconds: where two frequent words are seldom
    together, reading from the newest on until there are enough would read every text."""
    wanted = " AND ".join(f"publishing_words({column}) && %s" for column, _forms in conditions)
    return (
        "SELECT text.id FROM (SELECT id, revision_id FROM publishing_revisiontext"  # noqa: S608 (the same)
        f" WHERE {wanted} AND (language = ANY(%s)) = %s ORDER BY id DESC OFFSET 0) AS text"
        f" JOIN ({public[0]}) AS public ON public.id = text.revision_id ORDER BY text.id DESC",
        [*(list(forms) for _column, forms in conditions), list(others), in_others, *public[1]],
    )
