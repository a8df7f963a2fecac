"""Words: how a text is indexed, how a query matches it, and what of it is shown.

Pure functions on strings; what they are used for is in `search_index`. A database only
compares plain strings, so that SQLite and PostgreSQL give the same answers.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

MAX_QUERY = 100  # characters
MAX_WORDS = 10
PREFIX = 3  # letters from which a word also finds longer ones that begin with it
INFIX = 5  # letters from which it also finds compounds, which Dutch writes as one word
LONGEST_WORD = 100  # letters of a word that are indexed, about as many as a query may have
FRAGMENT = 28  # words of a text that are shown

WORD = re.compile(r"[^\W_]+")
NOT_PLAIN = re.compile(r"[^\x00-\x7f]")
LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o"}
ALGORITHMS = {"nl": "dutch", "fr": "french", "en": "english"}
EXACT, STEM, BEGINNING, PART = 4, 3, 2, 1

_lock = Lock()  # a stemmer keeps the word that it works on


class Word(NamedTuple):
    """One word of a query: folded, and as people may have written it."""

    folded: str
    written: str


class Token(NamedTuple):
    """One word of a text and where it stands."""

    start: int
    end: int
    written: str
    folded: str


def tidy(text: str) -> str:
    """`text` with composed letters and plain spaces; without soft hyphens and what no database stores."""
    text = unicodedata.normalize("NFC", text.replace("\N{SOFT HYPHEN}", "").replace("\0", " "))
    return " ".join(text.split())


def fold(text: str) -> str:
    """`text` in small letters without accents: `Één cœur` gives `een coeur`."""
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


@lru_cache
def stemmer(language: str) -> Any:
    """The stemmer of one language."""
    import snowballstemmer  # only now: it brings thirty languages, and who serves pages needs none

    return snowballstemmer.stemmer(ALGORITHMS[language])


@lru_cache(maxsize=20_000)
def stems(written: str, language: str) -> frozenset[str]:
    """What remains of a word without its endings; both of the word with and without its accents."""
    if language not in ALGORITHMS:
        return frozenset()
    with _lock:
        found = {stemmer(language).stemWord(each) for each in (written.casefold(), fold(written))}
    return frozenset("".join(WORD.findall(fold(stem))) for stem in found) - {""}


def index(texts: Iterable[str], language: str) -> str:
    """The words of `texts`, each between spaces, then their stems, each after an equals sign; a number has none."""
    found = [token for text in texts for token in tokens(tidy(text))]
    written = dict.fromkeys(token.folded[:LONGEST_WORD] for token in found)
    inflected = (token for token in found if not token.folded.isdigit())
    stemmed = dict.fromkeys(
        f"={stem}"[:LONGEST_WORD] for token in inflected for stem in sorted(stems(token.written, language))
    )
    return f" {' '.join([*written, *stemmed])} "


def clean_query(query: str) -> str:
    """What of a query is used and shown again: its beginning, without odd spaces."""
    return tidy(query[: MAX_QUERY * 2])[:MAX_QUERY].strip()


def query_words(query: str) -> tuple[Word, ...]:
    """The words to look for; single letters (`l’emploi`, `thema’s`) only when there is nothing else."""
    found = {token.folded: Word(token.folded, token.written) for token in tokens(query)}
    longer = [word for word in found.values() if len(word.folded) > 1 or word.folded.isdigit()]
    return tuple((longer or list(found.values()))[:MAX_WORDS])


@lru_cache(maxsize=1_000)
def stem_patterns(word: Word, language: str) -> tuple[str, ...]:
    """What an index in `language` contains that has another form of this word."""
    return tuple(f" ={stem} " for stem in sorted(stems(word.written, language)))


def strength(word: Word, indexed: str, language: str) -> int:
    """How well an index has this word, 0 when it does not."""
    if f" {word.folded} " in indexed:
        return EXACT
    for pattern in stem_patterns(word, language):
        if pattern in indexed:
            return STEM
    if len(word.folded) >= PREFIX and f" {word.folded}" in indexed:
        return BEGINNING
    return PART if len(word.folded) >= INFIX and word.folded in indexed else 0


def score(words: Iterable[Word], title: str, everything: str, language: str) -> int:
    """How well a text answers a query, 0 unless it has every word; its title counts threefold."""
    total = 0
    for word in words:
        found = 3 * strength(word, title, language)
        if found < EXACT:  # else the rest, which is long, can't say it better
            found = max(found, strength(word, everything, language))
        if not found:
            return 0
        total += found
    return total


def answers(words: tuple[Word, ...], token: Token, language: str) -> bool:
    """Whether this word of a text answers one of the query."""
    folded = token.folded
    for word, wanted, beginnings in _forms(words, language):
        if word == folded or (len(word) >= PREFIX and folded.startswith(word)):
            return True
        if len(word) >= INFIX and word in folded:
            return True
        # A stemmer takes a long time over a word. It keeps the first letter, but for the Dutch ge-.
        if folded.startswith(beginnings) and wanted & stems(token.written, language):
            return True
    return False


@lru_cache(maxsize=1_000)
def _forms(words: tuple[Word, ...], language: str) -> tuple[tuple[str, frozenset[str], tuple[str, ...]], ...]:
    """Each word of a query, its stems, and how words that have one of these begin."""
    wanted = [(word.folded, stems(word.written, language)) for word in words]
    return tuple((word, forms, ("ge", *{form[0] for form in forms})) for word, forms in wanted)


def highlight(text: str, words: Iterable[Word], language: str) -> SafeString:
    """`text`, escaped, with what answers the query in `<mark>`."""
    words, text = tuple(words), tidy(text)
    pieces, done = [], 0
    for token in tokens(text):
        if answers(words, token, language):
            pieces += [escape(text[done : token.start]), f"<mark>{escape(text[token.start : token.end])}</mark>"]
            done = token.end
    return SafeString("".join([*pieces, escape(text[done:])]))


def fragment(passages: Iterable[str], words: Iterable[Word], language: str) -> SafeString:
    """The part of `passages` that answers most of the query, highlighted; else how they begin."""
    words, passages = tuple(words), [tidy(passage) for passage in passages]
    # Looking for letters is quick, looking for another form of each word is not. A form begins with its stem.
    forms = [{word.folded, *stems(word.written, language)} for word in words]
    folded = [fold(passage) for passage in passages]
    letters = [sum(any(form in text for form in each) for each in forms) for text in folded]
    if most := max(letters, default=0):
        passages = [passages[letters.index(most)]]
    cuts = (_cut(passage, words, language) for passage in passages if passage)
    first, found = next(cuts, ("", True))
    return highlight(first if found else next((cut for cut, found in cuts if found), first), words, language)


def _cut(text: str, words: tuple[Word, ...], language: str) -> tuple[str, bool]:
    """Some words of `text` round the first that answers the query, and whether one does."""
    found = list(tokens(text))
    answer = next((place for place, token in enumerate(found) if answers(words, token, language)), None)
    begin = max(0, min((answer or 0) - FRAGMENT // 3, len(found) - FRAGMENT))
    end = min(len(found), begin + FRAGMENT)
    cut = text[found[begin].start if begin else 0 : found[end - 1].end if end < len(found) else len(text)]
    cut = f"{'… ' if begin else ''}{cut}{' …' if end < len(found) else ''}" if found else text
    return cut, answer is not None


def _plain(letter: re.Match[str]) -> str:
    return "" if unicodedata.combining(letter[0]) else LIGATURES.get(letter[0], letter[0])
