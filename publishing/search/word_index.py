"""An index of whole words in the database, over a table of texts: as quick on a large site as on a small one.

SQLite has a full-text index beside the texts, which triggers keep in step, PostgreSQL a GIN index over
their words; see migration `text_index`. Both know whole words only. So what begins with a word of the
query, or is a compound with it, is looked up first among all words of the texts.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

from django.db import connection, models

from publishing.i18n.languages import CODES
from publishing.models import DeskText, DeskWord, RevisionText, RevisionWord
from publishing.search.text import INFIX, PREFIX, Word, compound_stems, cuts, word_stems
from publishing.search.widening.forgiveness import slips, sound

MUTE = 3  # letters that a spelling may have more than another one that sounds the same
FORMS = 500  # words of the texts that one word of a query may stand for

# How SQLite's index has a word of each column.
MARKED = {"title": '"^{}"', "words": '"{}"', "language": '"@{}"'}

Forms = tuple[str, ...]  # what the index may have of one word of a query
Conditions = tuple[tuple[str, Forms], ...]  # columns that each have one of these
Step = tuple[Conditions, int]  # what to look for, and how many of it
Values = list[Any]  # of SQL
Condition = tuple[str, list[str | int]]  # of a word of the texts, as SQL with its values


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
        return longer_forms(words, self.look_up(longer=words))

    def split(self, words: Sequence[Word]) -> list[Word]:
        """`words`, with two words that texts know for each that none knows: `streek` and `pact` for `streekpact`."""
        return split_words(words, self.look_up(halves=words))

    def look_up(
        self, *, longer: Iterable[Word] = (), halves: Iterable[Word] = (), like: Iterable[Word] = ()
    ) -> set[str]:
        """Of the words and stems that texts have, those that a search needs, in one query; none without one.

        Each word of `longer` in any form, and what begins with it or has it in it; the words of `halves` and their
        parts; and what may sound like a word of `like`. See `longer_forms`, `split_words` and `forgiveness`.
        """
        longer, halves = list(longer), list(halves)
        long = sorted({each for word in longer for each in _long(word)})
        conditions = [_longer(each) for each in _shortest(long)]
        exact = {half for word in halves for pair in cuts(word.folded) for half in pair}
        exact |= {word.folded for word in halves} | {form for word in longer for form in same(word, CODES)}
        if exact:
            conditions.append((f"word IN ({', '.join(['%s'] * len(exact))})", sorted(exact)))
        conditions += [near for word in like for near in _near(word.folded)]
        return self._of_all(conditions) if conditions else set()

    def ending(self, digits: Iterable[str]) -> list[str]:
        """The known long numbers that end with one of these; see `text.numbers`."""
        endings = (models.Q(word__endswith=each) for each in digits)
        return sorted(word for word in self._known(reduce(or_, endings)) if word.isdigit())

    def _of_all(self, conditions: Iterable[Condition]) -> set[str]:
        """The known words that meet one of these conditions. Django would need longer to write this than to run it."""
        wanted, values = zip(*conditions, strict=True)
        sql = f"SELECT word FROM {self.words._meta.db_table} WHERE {' OR '.join(wanted)}"  # noqa: S608 (our own words)
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for each in values for value in each])
            return {word for (word,) in cursor}

    def _known(self, condition: models.Q) -> list[str]:
        return list(self.words._base_manager.filter(condition).values_list("word", flat=True))

    def known(self, words: Iterable[str]) -> set[str]:
        """Those of `words` that a text has."""
        return set(self._known(models.Q(word__in=set(words))))

    def ids(self, steps: Iterable[Step], scope: Scope, others: Sequence[str] = ()) -> tuple[str, Values]:
        """The texts of all `steps`, but those in the languages `others`, the newest of each: as SQL."""
        sql_of = self._on_postgresql if connection.vendor == "postgresql" else self._on_sqlite
        parts: list[str] = []
        parameters: Values = []
        for conditions, limit in dict.fromkeys(steps):
            sql, values = sql_of(conditions, scope, others)
            parts.append(f"SELECT id FROM ({sql} LIMIT {limit}) AS newest")  # noqa: S608 (values are parameters)
            parameters += values
        return " UNION ".join(parts), parameters

    def newest(self, steps: Iterable[Step], scope: Scope, others: Sequence[str] = ()) -> set[int]:
        """What `ids` stands for."""
        sql, values = self.ids(steps, scope, others)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return {text_id for (text_id,) in cursor}

    def _on_sqlite(self, conditions: Conditions, scope: Scope, others: Sequence[str]) -> tuple[str, Values]:
        """The texts that meet the conditions, but those in `others`, newest first: SQLite reads no more."""

        def has(column: str, forms: Iterable[str]) -> str:
            return f"({' OR '.join(MARKED[column].format(form) for form in forms)})"

        wanted = " AND ".join(has(*condition) for condition in conditions)
        if others:
            wanted = f"({wanted}) NOT {has('language', others)}"
        return (
            f"SELECT text.id FROM {self.name}"  # noqa: S608 (values are parameters)
            f" CROSS JOIN {self.table} AS text ON text.id = {self.name}.rowid {scope.join}"
            f" WHERE {self.name} MATCH %s AND {scope.where} ORDER BY {self.name}.rowid DESC",
            [*scope.join_values, wanted, *scope.values],
        )

    def _on_postgresql(self, conditions: Conditions, scope: Scope, others: Sequence[str]) -> tuple[str, Values]:
        """The same. It takes all from the index, a matter of milliseconds: where two frequent words are seldom
        together, reading from the newest on until there are enough would read every text."""
        wanted = " AND ".join(f"publishing_words({column}) && %s" for column, _forms in conditions)
        return (
            f"SELECT text.id FROM (SELECT id, {scope.columns} FROM {self.table}"  # noqa: S608 (the same)
            f" WHERE {wanted} AND NOT language = ANY(%s) ORDER BY id DESC OFFSET 0) AS text"
            f" {scope.join} WHERE {scope.where} ORDER BY text.id DESC",
            [
                *(list(forms) for _column, forms in conditions),
                list(others),
                *scope.join_values,
                *scope.values,
            ],
        )


def longer_forms(words: Iterable[Word], known: Iterable[str]) -> dict[Word, Forms]:
    """Of these known words those that begin with each of `words`, or have it in them; the shortest first."""

    def holds(longer: str, spelling: str) -> bool:
        if len(spelling) >= INFIX:
            return spelling in longer and spelling != longer
        return longer.startswith(spelling) and spelling != longer

    found: dict[Word, Forms] = {}
    for word in words:
        spellings = _long(word)
        forms = (each for each in known if any(holds(each, spelling) for spelling in spellings))
        found[word] = tuple(sorted(forms, key=lambda each: (len(each), each))[:FORMS])
    return found


def split_words(words: Iterable[Word], known: AbstractSet[str]) -> list[Word]:
    """`words`, with two of these known words for each that is not among them."""
    found: list[Word] = []
    for word in words:
        pairs = [] if word.folded in known else cuts(word.folded)
        pair = next((pair for pair in pairs if known >= set(pair)), None)
        found += [Word(half, half, (word.folded,)) for half in pair] if pair else [word]
    return found


def _long(word: Word) -> list[str]:
    """The spellings of a word that have letters enough to look for longer words, and its stems in compounds."""
    return [*(each for each in word.spellings if len(each) >= PREFIX), *compound_stems(word)]


def _shortest(spellings: Iterable[str]) -> list[str]:
    """Those of `spellings` with which the words of all others are found too."""
    found: list[str] = []
    for spelling in sorted(spellings, key=len):
        if not any(len(each) >= INFIX and each.isalpha() <= spelling.isalpha() and each in spelling for each in found):
            found.append(spelling)
    return found


def _longer(spelling: str) -> Condition:
    """The words that begin with this one, or have it in them.

    Of letters, none that ends with a digit: a text with `iso9001` has `iso` too, and numbers make for many words.
    """
    there, values = _beginning(spelling)
    if len(spelling) >= INFIX:
        place = "strpos(word, %s)" if connection.vendor == "postgresql" else "instr(word, %s)"
        there, values = f"{place} > 0", [spelling]
    return (f"({there} AND {_last()} > '9')" if spelling.isalpha() else there), values


def _near(folded: str) -> Iterator[Condition]:
    """The words that begin as `folded` sounds, and are about as long."""
    most, letter = slips(folded), sound(folded)[:1]
    if most and letter:
        first = sorted({"k": "kc", "f": "fp", "i": "iy"}.get(letter, letter))
        begins, letters = zip(*map(_beginning, first), strict=True)
        shortest, longest = len(folded) - most - MUTE, len(folded) + most + MUTE
        sql = f"(({' OR '.join(begins)}) AND length(word) BETWEEN %s AND %s AND {_last()} > '9')"
        yield sql, [*chain(*letters), shortest, longest]


def _beginning(letters: str) -> Condition:
    """The words that begin with these letters, so that SQLite reads no others from its index."""
    place = 'word COLLATE "C"' if connection.vendor == "postgresql" else "word"
    return f"({place} >= %s AND {place} < %s)", [letters, letters[:-1] + chr(ord(letters[-1]) + 1)]


def _last() -> str:
    """The last character of a word, as SQL."""
    return "right(word, 1)" if connection.vendor == "postgresql" else "substr(word, -1)"


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
