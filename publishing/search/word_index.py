"""An index of whole words in the database, over a table of texts: as quick on a large site as on a small one.

SQLite has a full-text index beside the texts, which triggers keep in step, PostgreSQL a GIN index over
their words; see migration `text_index`. Both know whole words only. So what begins with a word of the
query, or is a compound with it, is looked up first among all words of the texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, models
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import Exact, GreaterThan

from publishing.models import DeskText, DeskWord, RevisionText, RevisionWord
from publishing.search.forgiveness import sound
from publishing.search.text import INFIX, PREFIX, Word, cuts, word_stems

MUTE = 3  # letters that a spelling may have more than another one that sounds the same
FORMS = 500  # words of the texts that one word of a query may stand for

# How SQLite's index has a word of each column.
MARKED = {"title": '"^{}"', "words": '"{}"', "language": '"@{}"'}

Forms = tuple[str, ...]  # what the index may have of one word of a query
Conditions = tuple[tuple[str, Forms], ...]  # columns that each have one of these
Step = tuple[Conditions, int]  # what to look for, and how many of it


@dataclass(frozen=True)
class Scope:
    """The texts that may be found, as SQL: what is joined to `text`, and what must be true of it."""

    columns: str  # of a text, that the two name
    join: str = ""
    join_values: tuple[object, ...] = ()
    where: str = "1 = 1"
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class WordIndex:
    """A table of texts, the table of all their words, and SQLite's index over the texts."""

    texts: type[RevisionText | DeskText]
    words: type[RevisionWord | DeskWord]
    name: str

    @property
    def table(self) -> str:
        return self.texts._meta.db_table

    def learn(self, texts: Iterable[RevisionText | DeskText]) -> None:
        """Add what these texts say to the words of all."""
        # In one order: two transactions that add the same words do not wait for each other for ever.
        words = sorted({word for text in texts for word in text.words.split()})
        if self.words is DeskWord:
            rows = [DeskWord(word, "" if word.startswith("=") else sound(word)) for word in words]
            DeskWord.objects.bulk_create(rows, ignore_conflicts=True)
        else:
            RevisionWord.objects.bulk_create(map(RevisionWord, words), ignore_conflicts=True)

    def forget(self) -> None:
        """Take from the words what no text says any more, and from the index what is deleted in it."""
        self.merge()
        words = self.words._meta.db_table
        if connection.vendor == "postgresql":
            is_said = f"SELECT FROM {self.table} WHERE publishing_words(words) @> ARRAY[word::text]"
        else:
            is_said = f"SELECT 1 FROM {self.name} WHERE {self.name} MATCH '\"' || word || '\"'"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {words} WHERE NOT EXISTS ({is_said})")  # noqa: S608  (our own tables)

    def merge(self) -> None:
        """Make one part of the many that SQLite's index gets by and by: it is then searched three times as quickly.

        Takes a third of a second for 15,000 texts, and nothing when there is one part only. PostgreSQL has none.
        """
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {self.name} ({self.name}) VALUES ('optimize')")  # noqa: S608

    def longer(self, words: Sequence[Word]) -> dict[Word, Forms]:
        """The known words and stems that begin with each of `words`, or have it in them; the shortest first."""

        def holds(known: str, spelling: str) -> bool:
            if len(spelling) >= INFIX:
                return spelling in known and spelling != known
            return known.startswith(spelling) and spelling != known

        long = {word: [each for each in word.spellings if len(each) >= PREFIX] for word in words}
        asked = {each for spellings in long.values() for each in spellings}
        places = [(StrIndex("word", models.Value(each)), len(each) >= INFIX) for each in sorted(asked)]
        conditions = [models.Q(GreaterThan(place, 0) if anywhere else Exact(place, 1)) for place, anywhere in places]
        known = self._known(reduce(or_, conditions)) if asked else ()
        found = {
            word: sorted((each for each in known if any(holds(each, one) for one in spellings)), key=len)[:FORMS]
            for word, spellings in long.items()
        }
        return {word: tuple(forms) for word, forms in found.items()}

    def split(self, words: Sequence[Word]) -> list[Word]:
        """`words`, with two words that texts know for each that none knows: `streek` and `pact` for `streekpact`."""
        options = {word: cuts(word.folded) for word in words}
        halves = {half for pairs in options.values() for pair in pairs for half in pair}
        known = self.known(halves | {word.folded for word in words})
        found: list[Word] = []
        for word, pairs in options.items():
            pair = next((pair for pair in pairs if known.issuperset(pair)), None)
            if word.folded in known or pair is None:
                found.append(word)
            else:
                found += [Word(half, half, (word.folded,)) for half in pair]
        return found

    def known(self, words: Iterable[str]) -> set[str]:
        """Those of `words` that a text has."""
        return set(self._known(models.Q(word__in=set(words))))

    def ending(self, digits: Iterable[str]) -> list[str]:
        """The known long numbers that end with one of these; see `text.numbers`."""
        endings = (models.Q(word__endswith=each) for each in digits)
        return sorted(word for word in self._known(reduce(or_, endings)) if word.isdigit())

    def like(self, folded: str, slips: int) -> list[str]:
        """The known words that begin as `folded` sounds, and are about as long: those that may sound like it."""
        begins = {"k": "kc", "f": "fp", "i": "iy"}.get(letter := sound(folded)[:1], letter)
        if not slips or not letter:
            return []
        short, long = len(folded) - slips - MUTE, len(folded) + slips + MUTE
        near = self.words._base_manager.annotate(letters=Length("word")).filter(letters__gte=short, letters__lte=long)
        beginnings = (models.Q(word__startswith=each) for each in begins)
        return list(near.filter(reduce(or_, beginnings)).values_list("word", flat=True))

    def _known(self, condition: models.Q) -> list[str]:
        return list(self.words._base_manager.filter(condition).values_list("word", flat=True))

    def newest(
        self, steps: Iterable[Step], scope: Scope, others: Sequence[str] = (), in_others: bool = False
    ) -> set[int]:
        """The texts of all `steps`, in the languages `others` or not in them, the newest of each."""
        sql_of = self._on_postgresql if connection.vendor == "postgresql" else self._on_sqlite
        parts: list[str] = []
        parameters: list[Any] = []
        for conditions, limit in dict.fromkeys(steps):
            sql, values = sql_of(conditions, scope, others, in_others)
            parts.append(f"SELECT id FROM ({sql} LIMIT {limit}) AS newest")  # noqa: S608 (values are parameters)
            parameters += values
        with connection.cursor() as cursor:
            cursor.execute(" UNION ".join(parts), parameters)
            return {text_id for (text_id,) in cursor}

    def _on_sqlite(
        self, conditions: Conditions, scope: Scope, others: Sequence[str], in_others: bool
    ) -> tuple[str, list[object]]:
        """The texts that meet the conditions, in `others` or not in them, newest first: SQLite reads no more."""

        def has(column: str, forms: Iterable[str]) -> str:
            return f"({' OR '.join(MARKED[column].format(form) for form in forms)})"

        wanted = " AND ".join(has(*condition) for condition in conditions)
        if others:
            wanted = f"({wanted}) {'AND' if in_others else 'NOT'} {has('language', others)}"
        return (
            f"SELECT text.id FROM {self.name}"  # noqa: S608 (values are parameters)
            f" CROSS JOIN {self.table} AS text ON text.id = {self.name}.rowid {scope.join}"
            f" WHERE {self.name} MATCH %s AND {scope.where} ORDER BY {self.name}.rowid DESC",
            [*scope.join_values, wanted, *scope.values],
        )

    def _on_postgresql(
        self, conditions: Conditions, scope: Scope, others: Sequence[str], in_others: bool
    ) -> tuple[str, list[object]]:
        """The same. It takes all from the index, a matter of milliseconds: where two frequent words are seldom
        together, reading from the newest on until there are enough would read every text."""
        wanted = " AND ".join(f"publishing_words({column}) && %s" for column, _forms in conditions)
        return (
            f"SELECT text.id FROM (SELECT id, {scope.columns} FROM {self.table}"  # noqa: S608 (the same)
            f" WHERE {wanted} AND (language = ANY(%s)) = %s ORDER BY id DESC OFFSET 0) AS text"
            f" {scope.join} WHERE {scope.where} ORDER BY text.id DESC",
            [
                *(list(forms) for _column, forms in conditions),
                list(others),
                in_others,
                *scope.join_values,
                *scope.values,
            ],
        )


def same(word: Word, languages: Sequence[str]) -> Forms:
    """What an index has of `word` itself, in any form that one of these languages gives it."""
    return (*word.spellings, *sorted({f"={stem}" for code in languages for stem in word_stems(word, code)}))


def anywhere(found: Iterable[Forms]) -> Conditions:
    """Each of the words, anywhere in a text."""
    return tuple(("words", forms) for forms in found)


PUBLIC = WordIndex(RevisionText, RevisionWord, "publishing_text_index")  # what visitors search
DESK = WordIndex(DeskText, DeskWord, "publishing_desk_index")  # what the desk searches


def forget() -> None:
    """Take from both indexes what no text says any more."""
    PUBLIC.forget()
    DESK.forget()


def merge() -> None:
    """Put both indexes in order, so that they are searched quickly."""
    PUBLIC.merge()
    DESK.merge()
