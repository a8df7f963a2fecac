"""Synonyms that lead nowhere: what they lead to is a word that no public text has."""

from collections.abc import Collection

from django.utils import timezone

from publishing.i18n.languages import CODES
from publishing.models import RevisionText
from publishing.search import backend, places, ranking
from publishing.search.text import Word
from publishing.search.widening.synonyms import folded
from publishing.search.word_index import PUBLIC, Step, anywhere, same

AT_ONCE = 100  # conditions in one query


def pointless(meant: Collection[str], language: str) -> set[str]:
    """Those of `meant` of which no public text in `language`, and no overview, has all words in some form."""
    wanted = {each: tuple(Word(word, word) for word in folded(each)) for each in sorted(meant)}
    longer = PUBLIC.longer(list(dict.fromkeys(word for words in wanted.values() for word in words)))
    forms = {word: (*same(word, [language]), *longer[word]) for word in longer}
    steps: list[Step] = [(anywhere([forms[word] for word in words]), 1) for words in wanted.values() if words]
    others, scope = [code for code in CODES if code != language], backend.public_texts(timezone.now())
    texts: set[int] = set()
    for start in range(0, len(steps), AT_ONCE):
        texts |= PUBLIC.newest(steps[start : start + AT_ONCE], scope, others)
    said = list(RevisionText.objects.filter(pk__in=texts).values_list("words", flat=True))
    said += [names for _name, code, names in places.indexed() if code == language]

    def is_said(words: tuple[Word, ...]) -> bool:
        return any(bool(words) and all(ranking.strength(word, text, language) for word in words) for text in said)

    return {each for each, words in wanted.items() if not is_said(words)}
