"""What comes near to the words of a query: synonyms, two words for one, and the known words that may be meant."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from publishing.search import places, ranking
from publishing.search import text as search_text
from publishing.search.stop_words import STOP_WORDS
from publishing.search.text import INFIX, PREFIX
from publishing.search.widening.forgiveness import distances, slips
from publishing.search.widening.synonyms import Synonyms
from publishing.search.word_index import MUTE

WEIGHED = 10  # known words of which one looks how frequent they are

Likely = dict[str, dict[str, int]]  # by an unknown word: the known ones it may mean, and how many letters apart


@dataclass
class Near:
    """What comes near to the words of a query."""

    wide: tuple[search_text.Word, ...]  # they or their synonyms
    apart: tuple[search_text.Word, ...]  # as others write them, in two words
    table: Synonyms
    likely: Likely = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)  # by a compound that no text has: a known word that it has

    @property
    def meant(self) -> set[str]:
        """The known words whose texts may answer."""
        found = {each for apart in self.likely.values() for each in apart} | set(self.heads.values()) - {""}
        return {form for each in found for form in self.read(each)}

    def read(self, word: str) -> tuple[str, ...]:
        """A known word and its synonyms."""
        return (word, *self.table.single.get(word, ()))

    def begun(self, words: tuple[search_text.Word, ...]) -> tuple[search_text.Word, ...]:
        """The words, those without another meaning standing for the known word that they begin or end with."""
        return tuple(
            word._replace(also=self.read(begin), worth=ranking.CORRECTED)
            if not word.also and (begin := self.heads.get(word.folded, ""))
            else word
            for word in words
        )


def head(folded: str, known: Set[str], table: Synonyms) -> str:
    """The longest known word that this one begins with, `privacy` for `privacyverklaring`; "" when there is none.

    Else the longest that it ends with. The words of the secretariat come first, because they are about something:
    `job` for `jobaanbod`, `school` for `basisschool`, though a text has `basis`.
    """
    sizes = range(len(folded) - PREFIX, PREFIX - 1, -1)
    begins = [folded[:size] for size in sizes]
    ends = [folded[-size:] for size in sizes if size >= INFIX]
    by_table = (each for each in (*begins, *ends) if each in table.single)
    by_texts = (each for each in (*begins, *ends) if len(each) >= INFIX and each in known)
    return next(by_table, "") or next(by_texts, "")


def likely_words(folded: str, known: Iterable[str]) -> dict[str, int]:
    """Of these words and those of the places, the ones that sound most like this one, and how many letters apart."""
    known = {*known, *(word for _name, _code, names in places.indexed() for word in names.split())}
    most = MUTE + slips(folded)
    found = distances(
        folded, {each for each in known - STOP_WORDS if each.isalpha() and abs(len(each) - len(folded)) <= most}
    )
    return {word: found[word] for word in sorted(found, key=lambda word: (found[word], word))[:WEIGHED]}
