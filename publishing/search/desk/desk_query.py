"""The search in the desk: from a query to the copies of objects that match it, best first.

Only what the person may see is found. What no text has is looked for otherwise: first as two words, then as the known
words that may be meant (`forgiveness`), and at last as most of the words.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models.functions import Length
from django.utils import timezone

from publishing.i18n.languages import CODES, order, translated_fields
from publishing.models import DeskText, DeskWord, Discarded, Publishable, Revision, content_models
from publishing.search import ranking
from publishing.search.desk.desk_index import WORKING
from publishing.search.stop_words import STOP_WORDS, telling_words
from publishing.search.text import PREFIX, Word, query_words, word_stems
from publishing.search.widening.forgiveness import MOST, Known, distances, nearest, slips, sound
from publishing.search.word_index import DESK, Forms, Scope, Step, anywhere, same

MAX_RESULTS = 100
TITLED = 150  # texts that are looked at because of their title: an object has one for each language
EXAMINED = 250  # texts that are looked at for whatever they say
COUNTED = 1_000  # texts of each word, when only most of the words are asked for
WEIGHED = 10  # words of which one looks how frequent they are
FREQUENT = 50  # texts, from which a word is as frequent as any


@dataclass(frozen=True)
class Viewer:
    """The kinds of content, by label, that a person may see, and those that they may change."""

    sees: Collection[str]
    changes: Collection[str] = ()

    @property
    def scope(self) -> Scope:
        """The texts that they may find: what visitors do not see, and the bin, are for people who may change them."""
        sees, changes = sorted(self.sees), sorted(set(self.changes) & set(self.sees))
        seen = f"text.model IN ({', '.join(['%s'] * len(sees)) or 'NULL'})"
        changed = f"text.model IN ({', '.join(['%s'] * len(changes)) or 'NULL'})"
        is_for_all = "NOT text.is_withheld AND substr(text.copy, 1, 1) <> 'd'"
        where = f"{seen} AND ({is_for_all} OR {changed})"
        return Scope("model, copy, is_withheld", where=where, values=(*sees, *changes))


class DeskHit(NamedTuple):
    """One object that matches the query: in which copy and which language."""

    model: str
    object_id: int
    copy: str
    language: str
    is_withheld: bool
    score: int
    text_id: int  # the higher, the later it was changed
    languages: tuple[str, ...]  # all in which that copy matches


@dataclass(frozen=True)
class DeskResults:
    """The results of a query, best first, at most `MAX_RESULTS`; and how it was understood."""

    words: tuple[Word, ...]
    hits: list[DeskHit]
    may_be_more: bool = False
    meant: dict[str, list[str]] = field(default_factory=dict)  # by what was typed: the known words that were looked for
    is_partial: bool = False  # whether what was found has only most of the words


def find(query: str, viewer: Viewer, reader: str) -> DeskResults:
    """What `viewer` may see that has every word of a clean `query`; else what comes near to it."""
    words = query_words(query)
    return _DeskSearch(viewer.scope, reader).find(words) if words and viewer.sees else DeskResults(words, [])


@dataclass(frozen=True)
class _DeskSearch:
    """One search, which asks once for the longer forms of each word."""

    scope: Scope
    reader: str
    _longer: dict[Word, Forms] = field(default_factory=dict)

    def find(self, words: tuple[Word, ...]) -> DeskResults:
        found = self.with_all(words)
        if found.hits:
            return found
        if (apart := tuple(DESK.split(words))) != words and (found := self.with_all(apart)).hits:
            return found
        meant, likely, said = self.meant(words), words, {}
        for number in (1, MOST) if meant else ():  # the nearest, then all that may be meant
            chosen = {word: each.candidates[: max(number, each.closest)] for word, each in meant.items()}
            if (other := tuple(_either(word, chosen.get(word, ())) for word in words)) == likely:
                continue
            likely, said = other, {word.written: candidates for word, candidates in chosen.items()}
            if (found := self.with_all(likely)).hits:
                return DeskResults(likely, found.hits, found.may_be_more, said)
        partly = self.with_most(tuple(telling_words(likely)))
        return DeskResults(partly.words, partly.hits, partly.may_be_more, said if partly.hits else {}, is_partial=True)

    def forms(self, words: Sequence[Word]) -> list[Forms]:
        """What the index may have of each word: itself in all forms, and longer words."""
        self._longer.update(DESK.longer([word for word in words if word not in self._longer]))
        return [tuple(dict.fromkeys((*same(word, CODES), *self._longer[word]))) for word in words]

    def with_all(self, words: tuple[Word, ...]) -> DeskResults:
        """What has every word."""
        itself, either = [same(word, CODES) for word in words], self.forms(words)
        steps: list[Step] = [
            (tuple(("title", forms) for forms in itself), TITLED),
            (tuple(("title", forms) for forms in either), TITLED),
            (anywhere(either), EXAMINED),
        ]
        return self.best(words, DESK.newest(steps, self.scope), least=len(words))

    def with_most(self, words: tuple[Word, ...]) -> DeskResults:
        """What has at least half of several words, those with most of them first."""
        if len(words) < 2:
            return DeskResults(words, [])
        numbers: Counter[int] = Counter()
        for forms in self.forms(words):
            numbers.update(DESK.newest([(anywhere([forms]), COUNTED)], self.scope))
        least = (len(words) + 1) // 2
        likely = (each for each, number in numbers.items() if number >= least)
        return self.best(words, sorted(likely, key=lambda each: (-numbers[each], -each))[:EXAMINED], least=least)

    def best(self, words: tuple[Word, ...], ids: Collection[int], least: int) -> DeskResults:
        """The objects of these texts that have at least `least` of the words."""
        hits = _hits(words, ids, self.reader, least)
        return DeskResults(words, hits[:MAX_RESULTS], len(ids) >= EXAMINED or len(hits) > MAX_RESULTS)

    def meant(self, words: Sequence[Word]) -> dict[Word, "Meant"]:
        """The words that no text has, each with the known words that may be meant by it, when there are any."""
        self.forms(words)
        stems = {word: {f"={stem}" for code in CODES for stem in word_stems(word, code)} for word in words}
        known = DESK.known({form for word in words for form in (word.folded, *stems[word])})
        found = {}
        for word in words:
            begins = len(word.folded) >= PREFIX and any(each.startswith(word.folded) for each in self._longer[word])
            if word.folded in known or not stems[word].isdisjoint(known) or begins:
                continue
            if (nearest_words := _nearest(word.folded, self.scope)).candidates:
                found[word] = nearest_words
        return found


def _hits(words: tuple[Word, ...], ids: Collection[int], reader: str, least: int) -> list[DeskHit]:
    """One hit of each object that has at least `least` of the words: in the best of its copies and languages."""
    place = {code: number for number, code in enumerate(("", *order(reader)))}
    found: dict[tuple[str, int], list[tuple[tuple[int, ...], DeskHit]]] = {}
    columns = "model", "object_id", "copy", "language", "is_withheld", "pk", "title", "words"
    for model, object_id, copy, language, is_withheld, pk, title, everything in DeskText.objects.filter(
        pk__in=ids
    ).values_list(*columns):
        strengths = ranking.strengths(words, title, everything, language)
        number, score = sum(map(bool, strengths)), sum(strengths)
        if number < least:
            continue
        hit = DeskHit(model, object_id, copy, language, is_withheld, score, pk, ())
        rank = (-number, copy != WORKING, is_withheld, -score, place.get(language, len(place)))
        found.setdefault((model, object_id), []).append((rank, hit))
    over = _over({hit.copy for hits in found.values() for _rank, hit in hits})
    best: list[tuple[int, DeskHit]] = []
    for hits in found.values():
        there = sorted((rank, hit) for rank, hit in hits if hit.copy not in over)
        if there:
            (number, *_rest), hit = there[0]
            languages = {each.language for _rank, each in there if each.copy == hit.copy and each.language}
            best.append((number, hit._replace(languages=tuple(code for code in order(reader) if code in languages))))
    return [hit for _number, hit in sorted(best, key=lambda each: (each[0], -each[1].score, -each[1].text_id))]


def _over(copies: Iterable[str]) -> set[str]:
    """Those of these copies that are over since: replaced versions, and what was put back out of the bin."""
    versions = {int(each[1:]) for each in copies if each.startswith("r")}
    deleted = {int(each[1:]) for each in copies if each.startswith("d")}
    now, over = timezone.now(), set[str]()
    if versions:
        known = Revision.objects.filter(pk__in=versions, withdrawn=False)
        live = set((known.public(now) | known.pending(now)).values_list("pk", flat=True))
        over |= {f"r{pk}" for pk in versions - live}
    if deleted:
        there = set(Discarded.objects.in_bin().filter(pk__in=deleted).values_list("pk", flat=True))
        over |= {f"d{pk}" for pk in deleted - there}
    return over


# What may be meant


class Meant(NamedTuple):
    """The known words that may be meant by one that no text has, and how many of them are as near as the first."""

    candidates: list[str]
    closest: int


def _nearest(folded: str, scope: Scope) -> Meant:
    """The known words nearest to one that no text has, of texts that may be found; none that says nothing."""
    ours, most = sound(folded), slips(folded)
    if not ours:
        return Meant([], 0)
    near = (
        DeskWord.objects.filter(sound__gte=ours[0], sound__lt=chr(ord(ours[0]) + 1))
        .annotate(letters=Length("sound"))
        .filter(letters__gte=len(ours) - most, letters__lte=len(ours) + most)
    )
    apart = distances(folded, set(near.values_list("word", flat=True)) - STOP_WORDS)
    weighed = {word: _known(word, scope) for word in sorted(apart, key=lambda word: (apart[word], word))[:WEIGHED]}
    there = {word: apart[word] for word, known in weighed.items() if known.texts}
    candidates = nearest(there, weighed)
    return Meant(candidates, sum(apart[word] == apart[candidates[0]] for word in candidates))


def _known(word: str, scope: Scope) -> Known:
    ids = DESK.newest([(anywhere([(word,)]), FREQUENT)], scope)
    texts = list(DeskText.objects.filter(pk__in=ids).values_list("model", "title"))
    named = {each._meta.label_lower for each in content_models() if _has_name(each)}
    return Known(len(texts), bool(texts) and all(model in named and f" {word} " in title for model, title in texts))


def _has_name(model: type[Publishable]) -> bool:
    """Whether the title of such an object is a name, the same in every language."""
    return model.title_field not in translated_fields(model)


def _either(word: Word, candidates: Sequence[str]) -> Word:
    """A word that stands for each of these; `word` itself when there are none."""
    return Word(candidates[0], candidates[0], tuple(candidates[1:])) if candidates else word
