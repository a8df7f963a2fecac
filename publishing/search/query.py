"""The search of visitors: from a query to results, best first."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from itertools import chain

from django.utils import timezone
from django.utils.text import slugify

from publishing.i18n.languages import CODES, current, order, translated_fields
from publishing.models import content_models
from publishing.queries.dependencies import Target
from publishing.search import backend, places, ranking
from publishing.search import text as search_text
from publishing.search.indexing import has_address
from publishing.search.printed import Printing, found_where_printed, printing_pages
from publishing.search.results import Hit, Result, as_results
from publishing.search.stop_words import STOP_WORDS, telling_words
from publishing.search.text import COMPOUNDING
from publishing.search.through import User, followed, users_of
from publishing.search.widening.forgiveness import LONG, Known, nearest
from publishing.search.widening.near import Likely, Near, head, likely_words
from publishing.search.widening.numerals import with_digits, without_signs
from publishing.search.widening.synonyms import Synonyms, synonyms_of
from publishing.search.word_index import PUBLIC, Forms, longer_forms, same, split_words

MAX_RESULTS = 50  # of a query, on all its pages together
WHOLE = 60  # what it counts that the whole query is what something is called …
IN_QUERY = 30  # … and that a part of it is, when nothing has all words
# A visitor who types `stephanie@resoc.be` looks for a person; the rest of the address is the same for all of them.
HOST_OF_MAIL = re.compile(r"(?<=\w) ?@ ?[\w-]+\.[\w.-]*\w|^@[\w.-]*\w")
BY_MAIL = "e-mail"  # what leads to the page that says where to write, in each language
ABBREVIATION = re.compile(r"(?:[^\W\d_]\. ?){2,}[^\W\d_]?")  # alone, else it is somebody's initials


@dataclass(frozen=True)
class Found:
    """The results of a query: the best hits, at most `MAX_RESULTS`, whether there may be more, and how it was read."""

    words: tuple[search_text.Word, ...]
    at: datetime
    hits: list[Hit]
    may_be_more: bool = False
    meant: str = ""  # the query with the words that were looked for instead of what no text has
    is_partial: bool = False  # whether what was found has only most of the words
    is_too_common: bool = False  # whether the query has only words that say nothing

    def results(self, hits: Iterable[Hit]) -> list[Result]:
        """These of the hits, as the reader sees them."""
        return as_results(hits, self.at, [each for word in self.words for each in word.alternatives])


def find(query: str, at: datetime | None = None) -> Found:
    """What visitors may see that has every word of `query`, best first; else what comes near to it.

    One way to read the query after another, until there is something in the reader's language: all words, also
    written as two; their synonyms; the nearest words for those that no text has; most of the words. Only then the
    same in other languages.
    """
    at = at or timezone.now()
    found = _find(HOST_OF_MAIL.sub("", query), at)
    if HOST_OF_MAIL.search(query) and not (found.hits and found.hits[0].model in _named()):
        # It is nobody's own: who writes to it is led to the page with all addresses, and then to what has its words.
        by_mail = _find(BY_MAIL, at)
        others = [hit for hit in found.hits if _what(hit) != _what(by_mail.hits[0])]
        return replace(by_mail, hits=[*by_mail.hits[:1], *others]) if by_mail.hits else found
    return found


def _find(query: str, at: datetime) -> Found:
    if ABBREVIATION.fullmatch(query):
        query = query.replace(".", "").replace(" ", "")
    query = without_signs(query)
    said = search_text.query_words(query)
    if not said:
        return Found((), at, [])
    if all(word.folded in STOP_WORDS or (len(word.folded) == 1 and word.folded.isalpha()) for word in said):
        return Found(said, at, [], is_too_common=True)
    search = _Search(query, current(), at)
    return search.of_number() or search.find(with_digits(telling_words(said)))


@dataclass(eq=False)
class _Search:
    """One search: the texts that it looked at so far, and what it knows of the words of the site."""

    query: str
    reader: str
    at: datetime
    known: set[str] = field(default_factory=set)  # of the words and stems of all texts, those that were looked up
    longer: dict[search_text.Word, Forms] = field(default_factory=dict)
    texts: dict[int, backend.IndexedText] = field(default_factory=dict)
    strengths: dict[tuple[search_text.Word, int, bool], int] = field(default_factory=dict)
    _wholes: dict[str, str] = field(default_factory=dict)  # the query as each language indexes it
    _there: dict[str, bool] = field(default_factory=dict)  # whether a place is there
    _followed: dict[int, list[tuple[Target, int]]] = field(default_factory=dict)
    _users: dict[frozenset[Target], list[User]] = field(default_factory=dict)

    def find(self, words: tuple[search_text.Word, ...]) -> Found:
        own, others = ("", self.reader), order(self.reader)[1:]
        self.look_up(longer=words)
        strange = [word for word in words if self.is_strange(word)]
        if not strange:  # else no text has them all
            self.look_at(backend.likely(words, self.longer, self.reader, self.at))
        found = self.best(words, own)
        if found.hits and not found.hits[0].aside and found.hits[0].is_sure:
            return found
        table = synonyms_of(self.reader)
        wide = table.widened(words)
        if found.hits and not found.hits[0].aside and wide == words:
            return found
        near = self.look_near(words, strange, wide, table)
        unknown = [word for word in words if not self.has(word)]
        readings = [near.wide] if near.wide != words else []
        if unknown and near.apart != words:
            readings.insert(0, near.apart)
        for reading in readings:
            if (wider := self.best(reading, own)).hits and not wider.hits[0].aside:
                return wider
            found = found if found.hits else wider
        if found.hits and not found.hits[0].aside:
            return found
        mention = found  # no more than a statement that mentions the words
        likely = self.likely(unknown, near)
        least = (len(words) + 1) // 2
        for languages in (own, others):
            for reading in (words, *readings) if languages is others else ():
                found = self.best(reading, languages)
                if sure := [hit for hit in found.hits if hit.is_sure]:  # `pers` is not meant by `personnes`
                    return replace(found, hits=sure)
            meant, corrected = self.meant(near, likely, languages)
            if meant and not mention.hits and (found := self.best(corrected, languages)).hits:
                return replace(found, meant=self.corrected_query(meant, near, found.hits[0]))
            begun = near.begun(corrected)
            partly = [(corrected, least)] if len(words) > 1 else []
            partly += [(begun, least)] if begun != corrected else []
            # Of a whole sentence, what is called by one of its words.
            named = tuple(word for word in begun if not word.folded.isdigit())
            partly += [(named, 1)] if least > 1 and named and languages is own else []
            for reading, number in partly:
                found = self.best(reading, languages, number)
                if number < least and found.hits and found.hits[0].score < ranking.SYNONYM * ranking.TITLE_WEIGHT:
                    continue
                if not found.hits or found.hits[0].aside:  # a statement that mentions a part of it is no answer
                    continue
                if not mention.hits or found.hits[0].score > ranking.EXACT * len(words):
                    said = self.corrected_query(meant, near, found.hits[0])
                    return replace(found, meant=said, is_partial=True)
            if mention.hits:
                return mention
        return Found(words, self.at, [])

    def of_number(self) -> Found | None:
        """The one person who has this telephone number; None when the query is no number, or nobody's."""
        wanted = search_text.number_endings(self.query)
        known = PUBLIC.ending(wanted) if wanted else []
        if not known:
            return None
        people = {model._meta.label_lower for model in _models() if has_address(model)} & _named()
        texts = [
            text
            for text in backend.each(known, {}, self.at)
            if text.model in people and any(f" {each} " in text.title for each in known)
        ]
        words = tuple(search_text.Word(each, each) for each in known)
        # Of the texts of one object, in three languages, that of the reader.
        texts.sort(key=lambda text: (text.language not in ("", self.reader), text.sort_key, text.object_id))
        hits = {
            text.object_id: Hit(text.model, text.object_id, text.revision_id, text.language, 0, "", 1)
            for text in reversed(texts)
        }
        return Found(words, self.at, list(reversed(hits.values()))) if hits else None

    def look_at(self, texts: Iterable[backend.IndexedText]) -> None:
        """Remember these."""
        self.texts.update((text.pk, text) for text in texts)

    def look_up(self, **asked: Iterable[search_text.Word]) -> None:
        """Ask which words of the site this search needs: see `WordIndex.look_up`."""
        self.known |= PUBLIC.look_up(**asked)
        self.longer.update(longer_forms(asked.get("longer", ()), self.known))

    def is_known(self, word: search_text.Word) -> bool:
        """Whether a text has a word in some form, or a longer one."""
        return bool(self.longer[word]) or not self.known.isdisjoint(same(word, CODES))

    def is_strange(self, word: search_text.Word) -> bool:
        """Whether no text or place has a word in a form that the reader's language gives it, nor a longer one."""
        if self.longer[word] or not self.known.isdisjoint(same(word, [self.reader])):
            return False
        return not any(self._strengths_of_places(word))

    def look_near(
        self,
        words: tuple[search_text.Word, ...],
        strange: list[search_text.Word],
        wide: tuple[search_text.Word, ...],
        table: Synonyms,
    ) -> Near:
        """Look at the texts that come near to these words, of which no text has the strange ones."""
        others = [each for word in wide for each in word.alternatives if each not in self.longer]
        if others or strange:
            self.look_up(longer=others, halves=strange, like=strange)
        apart = tuple(
            half for word in words for half in (split_words([word], self.known) if word in strange else [word])
        )
        near = Near(wide, apart, table)
        for word in strange:
            near.likely[word.folded] = likely_words(word.folded, {*self.known, *table.words})
            near.heads[word.folded] = head(word.folded, self.known, table) if self.reader in COMPOUNDING else ""
        more = [search_text.Word(each, each) for each in sorted(near.meant)]
        more += [half for half in apart if half not in self.longer]
        if more:
            self.look_up(longer=more)
        if near.meant or any(self.is_known(each) for word in (*wide, *apart) for each in word.alternatives):
            self.look_at(backend.near(wide, apart if apart != words else (), near.meant, self.longer, self.at))
        return near

    def likely(self, unknown: Sequence[search_text.Word], near: Near) -> Likely:
        """What the unknown words may mean, also those of which the index has texts that nobody sees any more."""
        if more := [word for word in unknown if word.folded not in near.likely]:
            self.look_up(like=more)
            found = {word.folded: likely_words(word.folded, self.known) for word in more}
            near.likely.update(found)
            if candidates := sorted({each for apart in found.values() for each in apart}):
                self.look_at(backend.each(candidates, {}, self.at))
        return {word.folded: near.likely[word.folded] for word in unknown}

    def has(self, word: search_text.Word) -> bool:
        """Whether a public text has this word, in another form, or begins with it."""
        own = "", self.reader
        texts_have = ((self.strength(word, text), text.language) for text in self.texts.values())
        return any(
            found >= ranking.BEGINNING
            # A slip may have the stem of a word in another language: `misie` that of `mise`, `marketting` a Dutch one.
            and (code in own or found != ranking.STEM)
            for found, code in chain(texts_have, self._strengths_of_places(word))
        )

    def _strengths_of_places(self, word: search_text.Word) -> Iterator[tuple[int, str]]:
        """How well the places that are there and have a word have it, and in which language."""
        for name, code, names in places.indexed():
            if (found := ranking.strength(word, names, code)) and self._is_there(name):
                yield found, code

    def strength(self, word: search_text.Word, text: backend.IndexedText, in_title: bool = False) -> int:
        """How well this text has a word, in whatever place or in one of its names; each is compared once."""
        found = self.strengths.get((word, text.pk, in_title))
        if found is None:
            found = ranking.strength(word, text.title if in_title else text.words, text.language)
            self.strengths[word, text.pk, in_title] = found
        return found

    def strengths_of(self, words: Iterable[search_text.Word], text: backend.IndexedText) -> list[int]:
        """How well this text matches each word, 0 for those that it does not have; its title counts more."""
        return [
            max(found, ranking.TITLE_WEIGHT * self.strength(word, text, in_title=True)) if found else 0
            for word in words
            for found in [self.strength(word, text)]
        ]

    def best(self, words: tuple[search_text.Word, ...], languages: Sequence[str], least: int | None = None) -> Found:
        """What has all words in one of these languages, or at least so many of them."""
        hits, may_be_more = self._hits(words, languages, len(words) if least is None else least)
        place = {code: number for number, code in enumerate(languages)} | {self.reader: 0}

        def rank(hit: Hit) -> tuple[object, ...]:
            number = place.get(hit.language, len(place))
            return number, hit.aside, -hit.matched, -hit.score, hit.model, hit.sort_key, hit.object_id

        best: dict[tuple[str, int, str], Hit] = {}
        # Of the hits of one object, its own words count before those of a page that names it.
        for hit in sorted(hits, key=lambda hit: (place.get(hit.language, len(place)), bool(hit.through), -hit.score)):
            best.setdefault(_what(hit), hit)
        pages = {model._meta.label_lower for model in _models() if has_address(model)}
        there = sorted((hit for hit in best.values() if hit.place or hit.model in pages), key=rank)
        return Found(words, self.at, there[:MAX_RESULTS], may_be_more or len(there) > MAX_RESULTS)

    def _hits(
        self, words: tuple[search_text.Word, ...], languages: Sequence[str], least: int
    ) -> tuple[list[Hit], bool]:
        """Every text that answers, and the people responsible for a page that has the words in its title.

        And whether there may be more, because of very many only some were looked at.
        """
        kinds = {model._meta.label_lower: model for model in _models()}
        hits: list[Hit] = []
        titled: list[tuple[int, int, str]] = []
        homeless: list[Hit] = []
        printed: list[Hit] = []
        looked_at = 0
        for text in self.texts.values():
            strengths = self.strengths_of(words, text) if text.language in languages else []
            if not any(strengths) or sum(map(bool, strengths)) < least:
                continue
            looked_at += 1
            # A word that stands for two, such as a synonym, counts once.
            matched = len({word.folded for word, found in zip(words, strengths, strict=True) if found})
            kind, slugs, score = kinds[text.model], text.slugs.split(), sum(strengths)
            score += WHOLE if self._slug in slugs else self._called(text.title, text.language, least < len(words))
            target = text.model, text.object_id, text.revision_id, text.language
            if has_address(kind):
                if (
                    least < len(words)
                    and text.model in _named()
                    and max(strengths) >= ranking.TITLE_WEIGHT * ranking.EXACT
                ):
                    score += WHOLE  # of `telefoon sigrid` somebody's name says more than the other word
                in_title = all(self.strength(word, text, in_title=True) for word in words) and ranking.score(
                    words, text.title.split(ranking.NAMES)[0], "", text.language
                )
                weight = kind.weight_at(slugs)
                is_sure = all(_is_sure(self, word, text) for word in words)
                aside = weight < 0 and not any(self.strength(word, text, in_title=True) for word in words)
                hits.append(Hit(*target, score + weight, text.sort_key, matched, aside=aside, is_sure=is_sure))
                if in_title:
                    titled.append((in_title, text.revision_id, text.language))
            elif kind.found_at and not self._is_there(kind.found_at):
                continue  # a text page has that address
            elif kind.found_at:
                hits.append(Hit("", 0, 0, text.language, score, "", matched, place=kind.found_at))
            else:
                (printed if kind.printed_on else homeless).append(Hit(*target, score, text.sort_key, matched))
        hits += found_where_printed(printed, self._printing) if printed else []
        named = self._found_where_named(homeless)
        hits += self._places(words, languages, least)
        may_be_more = max(looked_at, len(named)) > backend.EXAMINED
        return hits + self._found_through(titled, len(words)) + named, may_be_more

    def _places(self, words: tuple[search_text.Word, ...], languages: Sequence[str], least: int) -> Iterator[Hit]:
        for name, language, names in places.indexed():
            strengths = ranking.strengths(words, names, "", language) if language in languages else []
            matched = sum(map(bool, strengths))
            if matched and matched >= least and self._is_there(name):
                score = (
                    sum(strengths) + places.WEIGHT + self._called(names, language, least < len(words), any_form=True)
                )
                is_sure = min(strengths) >= ranking.STEM * ranking.TITLE_WEIGHT
                yield Hit("", 0, 0, language, score, "", matched=matched, place=name, is_sure=is_sure)

    def _is_there(self, place: str) -> bool:
        if place not in self._there:
            self._there[place] = places.PLACES[place].is_there()
        return self._there[place]

    @cached_property
    def _slug(self) -> str:
        return slugify(self.query)

    def _called(self, names: str, language: str, partly: bool, any_form: bool = False) -> int:
        """What it counts that the query is one of these names, or when it may answer `partly`, has one in it.

        In `any_form`, for an overview is looked for in the singular too.
        """
        if language not in self._wholes:
            self._wholes[language] = search_text.indexed_words([self.query], language)
        if ranking.is_whole_name(self._wholes[language], names, any_form):
            return WHOLE
        return IN_QUERY if partly and ranking.has_whole_name(self._wholes[language], names) else 0

    def _found_through(self, titled: list[tuple[int, int, str]], matched: int) -> list[Hit]:
        """Objects that are found by the titles of others: a person by the title of a task."""
        titled = sorted(titled, reverse=True)[:MAX_RESULTS]
        self._follow({revision for _score, revision, _language in titled})
        hits: list[Hit] = []
        seen: set[tuple[Target, str]] = set()
        for score, revision_id, language in titled:
            for target, shown in self._followed[revision_id]:
                if (target, language) in seen:  # by a better title
                    continue
                seen.add((target, language))
                # Less than a title that answers, more than a word in a text.
                hits.append(Hit(*target, shown, language, score // 2, "", matched, through=revision_id))
        return hits

    def _follow(self, revisions: set[int]) -> None:
        """Ask what these revisions lead to and visitors see, once for each."""
        names = {
            (model._meta.label_lower, name) for model in _models() for name in model.found_through if has_address(model)
        }
        new = revisions - self._followed.keys()
        self._followed.update({each: [] for each in new})
        for revision_id, model, object_id, shown in followed(names, new, self.at):
            self._followed[revision_id].append(((model, object_id), shown))

    @cached_property
    def _printing(self) -> dict[str, list[Printing]]:
        return printing_pages(_models(), self.at)

    def _found_where_named(self, hits: list[Hit]) -> list[Hit]:
        """The pages that name what has no page of its own: a priority is found by its partners."""
        hits = sorted(hits, key=lambda hit: -hit.score)[:MAX_RESULTS]
        by_object = {(hit.model, hit.object_id): hit for hit in hits}
        key = frozenset(by_object)
        if key not in self._users:
            self._users[key] = users_of(key, self.at)
        found = []
        for model, object_id, user, user_id, revision_id, sort_key in self._users[key]:
            hit = by_object[model, object_id]
            through = hit.revision_id
            found.append(
                Hit(user, user_id, revision_id, hit.language, hit.score // 2, sort_key, hit.matched, through=through)
            )
        return found

    def meant(
        self, near: Near, likely: Likely, languages: Sequence[str]
    ) -> tuple[dict[str, list[str]], tuple[search_text.Word, ...]]:
        """By a word of the query: the nearest ones that these languages know; and what to look for then.

        In other languages than the reader's only what is one letter away from a long word: `grants` is not `grands`.
        """
        is_own = self.reader in languages
        meant: dict[str, list[str]] = {}
        corrected = []
        for word in near.wide:
            if word.also or any(ranking.strength(word, names, self.reader) for *_place, names in places.indexed()):
                corrected.append(word)  # it is written as it should be, and leads to nothing that is there
                continue
            apart = likely.get(word.folded, {}) if is_own or len(word.folded) >= LONG else {}
            known = {each: self._known(near.read(each), languages) for each in apart}
            there = {each: apart[each] for each in known if known[each].texts and (is_own or apart[each] <= 1)}
            if nearest_words := nearest(there, known):
                closest = [each for each in nearest_words if there[each] == there[nearest_words[0]]]
                if closest[0] != word.written:
                    meant[word.written] = closest
                also = (form for each in closest for form in near.read(each))
                word = word._replace(also=tuple(dict.fromkeys(also)), worth=ranking.CORRECTED)
            corrected.append(word)
        return meant, tuple(corrected)

    def corrected_query(self, meant: dict[str, list[str]], near: Near, hit: Hit) -> str:
        """The query with what was meant: of words that are equally near, the first that the best hit has.

        "" when nothing was.
        """
        shown = {hit.revision_id, hit.through}
        said = [
            text.words
            for text in self.texts.values()
            if text.revision_id in shown and text.language in ("", hit.language)
        ]
        said += [names for name, _code, names in places.indexed() if hit.place == name]
        query = self.query
        for written, closest in meant.items():
            there = (
                each for each in closest if any(f" {form} " in words for form in near.read(each) for words in said)
            )
            query = query.replace(written, next(there, closest[0]))
        return query if meant else ""

    def _known(self, words: Sequence[str], languages: Sequence[str]) -> Known:
        """In how many texts in these languages one of these words stands, of those looked at, and whether as a name.

        In a longer word only when none has it by itself.
        """
        named, forms = _named(), [f" {word} " for word in words]
        here = [text for text in self.texts.values() if text.language in languages]
        there = [text for text in here if any(form in text.words for form in forms)]
        at = [
            names
            for name, code, names in places.indexed()
            if code in languages and any(form in names for form in forms) and self._is_there(name)
        ]
        is_name = bool(there) and all(
            text.model in named and any(form in text.title for form in forms) for text in there
        )
        if not there and not at:
            longer = [search_text.Word(word, word) for word in words]
            there = [text for text in here if any(self.strength(word, text) for word in longer)]
        return Known(len(there) + len(at), is_name and not at)


def _what(hit: Hit) -> tuple[str, int, str]:
    return hit.model, hit.object_id, hit.place


def _is_sure(search: _Search, word: search_text.Word, text: backend.IndexedText) -> bool:
    """Whether a text has the word itself, or its title another form of it, or begins with a long one."""
    if search.strength(word, text) >= ranking.EXACT:
        return True
    least = ranking.BEGINNING if len(word.folded) >= LONG else ranking.STEM
    return search.strength(word, text, in_title=True) >= least


_models = cache(content_models)


@cache
def _named() -> set[str]:
    """The kinds of content that are called by a name, the same in each language, such as a person."""
    return {model._meta.label_lower for model in _models() if model.title_field not in translated_fields(model)}
