"""What public versions lack in other languages: a text without a translation, a translation that is behind."""

from collections.abc import Iterator

from publishing.models import Publishable, Revision
from publishing.review.columns import columns_of, rows_of
from publishing.review.lacks import FoundLack, cause_of, judge
from publishing.review.translation_rules import behind, is_missing, key_of, path_in, sources, targets, words
from publishing.review.translation_states import has_translations, origins_of

MISSING, BEHIND = "untranslated", "behind"
TO_OPEN, PER_WORD = 5, 4 / 100  # minutes to translate what is missing
PER_FIELD, PER_CHANGED_WORD = 2, 1 / 40  # minutes to look at what is behind


@judge
def translations(obj: Publishable, revision: Revision) -> Iterator[FoundLack]:
    """The texts of each language that are missing, and those that are behind: one query."""
    if not has_translations(type(obj)):
        return
    texts = [column for column in sources(columns_of(obj, rows_of(obj))) if column.name != "slug"]
    old = list(behind(texts, origins_of(obj))) if texts else []
    for code in targets():
        missing = [column for column in texts if is_missing(column, code)]
        if missing:
            number = sum(len(words(str(column.value))) for column in missing)
            paths = [path_in(column, code) for column in missing]
            cause = cause_of(sorted(map(key_of, missing)))
            yield FoundLack(MISSING, TO_OPEN + PER_WORD * number, code, paths, cause)
        mine = [each for each in old if each.code == code]
        if mine:
            number = sum(each.changed_words for each in mine)
            cause = cause_of(sorted((key_of(each.column), each.column.value) for each in mine))
            minutes = PER_FIELD * len(mine) + PER_CHANGED_WORD * number
            yield FoundLack(BEHIND, minutes, code, [each.path for each in mine], cause)
