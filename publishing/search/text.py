"""Words: indexing a text, matching a query, and the fragment that is shown.

Pure functions on strings; `indexing` and `query` use them, and `ranking` says how well a text matches. A database
only compares plain strings, so that SQLite and PostgreSQL give the same results.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

from publishing.models.revisions import LONGEST_WORD
from publishing.text import phones
from publishing.text.cleaning import searchable
from publishing.text.transliteration import ascii_of_latin

MAX_QUERY = 100  # characters


MAX_WORDS = 10


PREFIX = 3  # letters from which a word also finds longer ones that begin with it


INFIX = 5  # letters from which it also finds compounds, in a language that writes them as one word
COMPOUNDING = frozenset({"nl", ""})  # names, which are in no language, are Dutch here


FRAGMENT = 28  # words of a text that are shown


WORD = re.compile(r"[^\W_]+")


NOT_PLAIN = re.compile(r"[^\x00-\x7f]")


HYPHEN = re.compile(r"[-\u2010\u2011]")  # also the one that does not break


JOINS = re.compile(rf"{HYPHEN.pattern}|\d")  # one of these is in whatever neighbouring words form


LETTERS_THEN_DIGITS = re.compile(r"[^\W\d_]+|\d+")


# A telephone number, an account, a number of a file: digits, and the signs that people write between them.
NUMBER = re.compile(r"(?<!\w)(?:\+ ?)?\d(?:[ ./()\u2010\u2011-]{0,3}\d){5,14}(?!\w)")


# Letters beside a number that are written with and without a space: "N 369", "ISO 9001", "10 km".
MOST_LETTERS_BEFORE, MOST_LETTERS_AFTER = 4, 3


LEAST_OF_NUMBER = 6  # digits by which a telephone number is known


SPACE = " "


ALGORITHMS = {"nl": "dutch", "fr": "french", "en": "english"}
# Endings of Dutch words of one family that a stemmer keeps apart: `economie` and `economisch`.
FAMILY = ("ie", "isch")
LEAST_BEFORE = 4  # letters that a word has before such an ending

# What a stemmer takes for another form of a word that means something else: who looks for a train wants no course.
APART = {"en": frozenset({"training", "trainings"})}


_lock = Lock()  # a stemmer keeps the word that it works on


class Word(NamedTuple):
    """One word of a query: folded, and as people may have written it.

    `joined` are the words that it forms with its neighbours in the query: `email` for both words of `e-mail`,
    `streekpact` for those of `streek pact`, `57310251` for all of `057 31 02 51`. A text that has one of them
    has this word too. `also` are others that may stand in its place, such as a synonym, for what they are `worth`.
    """

    folded: str
    written: str
    joined: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    worth: int = 0

    @property
    def spellings(self) -> tuple[str, ...]:
        """The word by itself and with its neighbours."""
        return (self.folded, *self.joined)

    @property
    def alternatives(self) -> tuple["Word", ...]:
        """The word without those that may stand in its place, and each of these."""
        return (self._replace(also=(), worth=0), *(Word(each, each) for each in self.also)) if self.also else (self,)


class Token(NamedTuple):
    """One word of a text and where it stands."""

    start: int
    end: int
    written: str
    folded: str


def tidy(text: str) -> str:
    """`text` with composed letters and plain spaces, and only what can be seen of it."""
    text = unicodedata.normalize("NFC", searchable(text.replace("\0", " ")))
    return " ".join(text.split())


def fold(text: str) -> str:
    """`text` in small letters without accents: `Één cœur` gives `een coeur`, `Łódź` gives `lodz`."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return NOT_PLAIN.sub(_plain, plain)


def tokens(text: str) -> Iterator[Token]:
    """The words of a tidy text, in order."""
    for found in WORD.finditer(text):
        written = found[0]
        if folded := written.lower() if written.isascii() else "".join(WORD.findall(fold(written))):
            yield Token(found.start(), found.end(), written, folded)


def compounds(text: str) -> Iterator[Token]:
    """What neighbouring words of a tidy text form when they are written as one: `email` for `e-mail`.

    Words with hyphens between them, and a number beside a few letters (`N 369`, `10 km`). Not three or more with a
    number among them: nobody writes `dagelijks-bestuur-2` as one. Their `start` and `end` are those of the words
    together.
    """
    if not JOINS.search(text):  # as most texts
        return
    chain: list[Token] = []
    for token in tokens(text):
        between = text[chain[-1].end : token.start] if chain else ""
        if chain and HYPHEN.fullmatch(between):
            chain.append(token)
            continue
        yield from _joined(chain, text)
        if chain and between == SPACE and _belong_together(chain[-1].folded, token.folded):
            yield from _joined([chain[-1], token], text)
        chain = [token]
    yield from _joined(chain, text)


def numbers(text: str) -> Iterator[Token]:
    """The long numbers of a tidy text, each as its digits alone, however they are written: see `phones.bare`."""
    for found in NUMBER.finditer(text):
        yield Token(found.start(), found.end(), found[0], phones.bare(found[0]))


def number_endings(query: str) -> set[str]:
    """The digits with which a telephone number ends that is the whole query, as they are and without its country.

    None when the query is something else, or has too few digits to be a number.
    """
    query = tidy(query)
    if not re.fullmatch(r"[+\d][\d ./()\u2010\u2011-]*", query):
        return set()
    found = {"".join(filter(str.isdigit, query)), phones.bare(query)}
    return {each for each in found if len(each) >= LEAST_OF_NUMBER}


def _joined(chain: list[Token], text: str) -> Iterator[Token]:
    if len(chain) == 2 or (len(chain) > 2 and not any(token.folded.isdigit() for token in chain)):
        yield _together(chain, text)


def _together(chain: Sequence[Token], text: str) -> Token:
    start, end = chain[0].start, chain[-1].end
    return Token(start, end, text[start:end], "".join(token.folded for token in chain))


def _belong_together(first: str, second: str) -> bool:
    """Whether these neighbours are a number and letters that people also write as one word."""
    if first.isalpha() and len(first) <= MOST_LETTERS_BEFORE:
        return second.isdigit()
    return first.isdigit() and second.isalpha() and len(second) <= MOST_LETTERS_AFTER


def cuts(folded: str) -> list[tuple[str, str]]:
    """The ways to write a word as two, the evenest first: `streek` and `pact` for `streekpact`."""
    places = range(PREFIX, len(folded) - PREFIX + 1)
    return [(folded[:place], folded[place:]) for place in sorted(places, key=lambda at: abs(2 * at - len(folded)))]


def parts(folded: str) -> list[str]:
    """The letters and the digits of a word that has both (`iso9001` gives `iso` and `9001`); else nothing."""
    found = LETTERS_THEN_DIGITS.findall(folded)
    return found if len(found) > 1 else []


@lru_cache
def stemmer(language: str) -> Any:
    """The stemmer of one language."""
    import snowballstemmer  # only now: it brings thirty languages, and a worker that only serves pages needs none

    return snowballstemmer.stemmer(ALGORITHMS[language])


@lru_cache(maxsize=20_000)
def stems(written: str, language: str) -> frozenset[str]:
    """What remains of a word without its endings; both of the word with and without its accents."""
    if language not in ALGORITHMS:
        return frozenset()
    if (word := fold(written)) in APART.get(language, ()):
        return frozenset({word.removesuffix("s")})
    with _lock:
        found = {stemmer(language).stemWord(each) for each in (written.casefold(), fold(written))}
    return frozenset("".join(WORD.findall(fold(stem))) for stem in found) - {""}


def indexed_words(texts: Iterable[str], language: str) -> str:
    """The words of `texts`, each between spaces, then their stems, each after an equals sign; a number has none.

    Also what neighbours form together (`compounds`, `numbers`), and the letters and digits of a word with both
    (`parts`).
    """
    texts = [tidy(text) for text in texts]
    single = [token for text in texts for token in tokens(text)]
    joined = [token for text in texts for token in (*compounds(text), *numbers(text))]
    found = single + joined
    split = (part for token in single for part in parts(token.folded))
    written = dict.fromkeys(word[:LONGEST_WORD] for word in (*(token.folded for token in found), *split))
    # A stemmer cuts `e-mails` at its hyphen; the compound is stemmed as it is written in one word.
    inflected = [token for token in single if not token.folded.isdigit()]
    inflected += [token._replace(written=token.folded) for token in joined if token.folded.isalpha()]
    stemmed = dict.fromkeys(
        f"={stem}"[:LONGEST_WORD] for token in inflected for stem in sorted(stems(token.written, language))
    )
    return f" {' '.join([*written, *stemmed])} "


def clean_query(query: str) -> str:
    """The part of a query that is used and shown again: its beginning, without odd spaces."""
    return tidy(query[: MAX_QUERY * 2])[:MAX_QUERY].strip()


def query_words(query: str) -> tuple[Word, ...]:
    """The words to look for; single letters (`l’emploi`, `thema’s`) only when there is nothing else."""
    single = list(tokens(query))
    pairs = [_together(pair, query) for pair in pairwise(single)]
    joined = [*compounds(query), *numbers(query), *pairs]
    found: dict[str, Word] = {}
    for token in single:
        wholes = dict.fromkeys(each.folded for each in joined if each.start <= token.start < each.end)
        found.setdefault(token.folded, Word(token.folded, token.written, tuple(wholes)))
    longer = [word for word in found.values() if len(word.folded) > 1 or word.folded.isdigit()]
    return tuple((longer or list(found.values()))[:MAX_WORDS])


def word_stems(word: Word, language: str) -> frozenset[str]:
    """The stems of a word of a query and of its family, and of what it forms with its neighbour."""
    others = [each for each in word.joined if each.isalpha()]
    others += _family(word.folded) if language == "nl" else []
    return stems(word.written, language).union(*(stems(each, language) for each in others))


def _family(folded: str) -> list[str]:
    """The word with the other ending of its family; none when it has no such ending."""
    return [
        folded.removesuffix(ending) + other
        for ending, other in (FAMILY, FAMILY[::-1])
        if folded.endswith(ending) and len(folded) >= len(ending) + LEAST_BEFORE
    ]


@lru_cache(maxsize=1_000)
def compound_stems(word: Word) -> tuple[str, ...]:
    """The stems of a word to look for in the compounds of a language that has them; they need a letter more."""
    found = {stem for code in COMPOUNDING if code for stem in word_stems(word._replace(joined=()), code)}
    wanted = (stem for stem in found if len(stem) > INFIX and stem not in word.spellings and stem.isalpha())
    return tuple(sorted(wanted))


def answers(words: tuple[Word, ...], token: Token, language: str) -> bool:
    """Whether this word of a text matches one of the query."""
    folded = token.folded
    for spellings, wanted, beginnings in _forms(words, language):
        for word in spellings:
            if word == folded or (len(word) >= PREFIX and folded.startswith(word)):
                return True
            if len(word) >= INFIX and language in COMPOUNDING and word in folded:
                return True
        # A stemmer takes a long time over a word. It keeps the first letter, but for the Dutch ge-.
        if folded.startswith(beginnings) and wanted & stems(token.written, language):
            return True
    return False


@lru_cache(maxsize=1_000)
def _forms(
    words: tuple[Word, ...], language: str
) -> tuple[tuple[tuple[str, ...], frozenset[str], tuple[str, ...]], ...]:
    """The spellings of each word of a query, its stems, and how words that have one of these begin."""
    wanted = [(word.spellings, word_stems(word, language)) for word in words]
    return tuple((spellings, forms, ("ge", *{form[0] for form in forms})) for spellings, forms in wanted)


def readings(text: str) -> list[Token]:
    """The words, compounds and numbers of a tidy text in order, a compound before its own words."""
    return sorted([*tokens(text), *compounds(text), *numbers(text)], key=lambda token: (token.start, -token.end))


def highlight(text: str, words: Iterable[Word], language: str) -> SafeString:
    """`text`, escaped, with the words that match the query in `<mark>`."""
    words, text = tuple(words), tidy(text)
    pieces, done = [], 0
    for token in readings(text):
        if token.start >= done and answers(words, token, language):
            pieces += [escape(text[done : token.start]), f"<mark>{escape(text[token.start : token.end])}</mark>"]
            done = token.end
    return SafeString("".join([*pieces, escape(text[done:])]))


def fragment(passages: Iterable[str], words: Iterable[Word], language: str) -> SafeString:
    """The part of `passages` that matches most of the query, highlighted; else how they begin."""
    words, passages = tuple(words), [tidy(passage) for passage in passages]
    letters = _letters(passages, words, language)
    if most := max(letters, default=0):
        passages = [passages[letters.index(most)]]
    cuts = (_cut(passage, words, language) for passage in passages if passage)
    first, found = next(cuts, ("", True))
    return highlight(first if found else next((cut for cut, found in cuts if found), first), words, language)


def telling(passages: Iterable[str], words: Iterable[Word], language: str) -> int | None:
    """The place of the passage that matches most of the query, the first of equals; None when none does."""
    words, passages = tuple(words), [tidy(passage) for passage in passages]
    letters = _letters(passages, words, language)
    for place in sorted(range(len(passages)), key=lambda each: -letters[each]):
        if letters[place] and any(answers(words, token, language) for token in readings(passages[place])):
            return place
    return None


def _letters(passages: Iterable[str], words: tuple[Word, ...], language: str) -> list[int]:
    """How many of the words, in some form, each tidy passage has the letters of.

    Looking for letters is quick, looking for another form of each word is not. A form begins with its stem.
    """
    forms = [{*word.spellings, *word_stems(word, language)} for word in words]
    found = []
    for passage in passages:
        more = " ".join(token.folded for token in (*compounds(passage), *numbers(passage)))
        text = f"{fold(passage)} {more}"
        found.append(sum(any(form in text for form in each) for each in forms))
    return found


def _cut(text: str, words: tuple[Word, ...], language: str) -> tuple[str, bool]:
    """Some words of `text` around the first that matches the query, and whether one does."""
    found = list(tokens(text))
    start = next((token.start for token in readings(text) if answers(words, token, language)), None)
    answer = next((place for place, token in enumerate(found) if token.start == start), None)
    begin = max(0, min((answer or 0) - FRAGMENT // 3, len(found) - FRAGMENT))
    end = min(len(found), begin + FRAGMENT)
    cut = text[found[begin].start if begin else 0 : found[end - 1].end if end < len(found) else len(text)]
    cut = f"{'… ' if begin else ''}{cut}{' …' if end < len(found) else ''}" if found else text
    return cut, answer is not None


def _plain(letter: re.Match[str]) -> str:
    return "" if unicodedata.combining(letter[0]) else ascii_of_latin(letter[0]).lower()
