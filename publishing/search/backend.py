"""The public texts that may match a query of a visitor.

Of very many texts only some are looked at: those that have the words in their title, and the newest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.sql.compiler import SQLCompiler

from publishing.i18n.languages import CODES
from publishing.models import Revision, RevisionSlug, RevisionText
from publishing.models.revisions import AT
from publishing.queries.prepared import PreparedQuery, param
from publishing.search.text import Word
from publishing.search.word_index import PUBLIC, Forms, Scope, Step, anywhere, same

TITLED = 100  # texts that are looked at because of their title, in the reader's language and in the others …
ALONE = 50  # texts that are looked at because of one of several words
EXAMINED = 100  # … and texts for whatever they say


class IndexedText(NamedTuple):
    """A public text, of what it is, and the last parts of its address in each language, with a space between them."""

    pk: int
    revision_id: int
    model: str
    object_id: int
    sort_key: str
    language: str
    title: str
    words: str
    slugs: str


class _Joined(models.Aggregate):
    """Texts with a space between them."""

    function = "group_concat"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = models.TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return self.as_sql(compiler, connection, function="string_agg")


def likely(words: Sequence[Word], longer: Mapping[Word, Forms], reader: str, at: datetime) -> list[IndexedText]:
    """The public texts that have each of `words` in some form, or the most likely of very many.

    `longer` has the known words that begin with each, or have it in them. There may be still more when there are
    more than `EXAMINED` in the reader's language or in none. Others are looked at only when these are not so many.
    """
    scope = public_texts(at)
    texts = _newest([(anywhere(_either(words, longer, CODES)), EXAMINED + 1)], scope)
    if len(texts) > EXAMINED:  # else that is all there is
        itself, found = [same(word, [reader]) for word in words], _either(words, longer, [reader])
        texts = _newest(_steps(itself, found), scope, [code for code in CODES if code != reader])
    return texts


def near(
    wide: Sequence[Word], apart: Sequence[Word], meant: Iterable[str], longer: Mapping[Word, Forms], at: datetime
) -> list[IndexedText]:
    """The public texts that come near to what was asked for.

    Those that have all words of `wide` or what may stand in their place; those that have one of them; those that
    have all words of `apart`; and of each known word of `meant`. `longer` is as above.
    """
    found = [
        tuple(dict.fromkeys(form for each in _either(word.alternatives, longer, CODES) for form in each))
        for word in wide
    ]
    steps: list[Step] = [(tuple(("title", each) for each in found), TITLED), (anywhere(found), EXAMINED + 1)]
    if len(found) > 1:
        steps += [step for each in found for step in (((("title", each),), ALONE), (anywhere([each]), ALONE))]
    if apart:
        steps.append((anywhere(_either(apart, longer, CODES)), EXAMINED + 1))
    return _newest([*steps, *_each(meant, longer)], public_texts(at))


def each(known: Iterable[str], longer: Mapping[Word, Forms], at: datetime) -> list[IndexedText]:
    """The newest public texts of each of these known words."""
    return _newest(_each(known, longer), public_texts(at))


def _each(known: Iterable[str], longer: Mapping[Word, Forms]) -> list[Step]:
    return [(anywhere([(word, *longer.get(Word(word, word), ()))]), ALONE) for word in sorted(known)]


def _either(words: Iterable[Word], longer: Mapping[Word, Forms], languages: Sequence[str]) -> list[Forms]:
    """What the index may have of each word: itself in any form, or a longer one."""
    return [tuple(dict.fromkeys((*same(word, languages), *longer.get(word, ())))) for word in words]


def _steps(itself: list[Forms], found: list[Forms]) -> Iterator[Step]:
    """What to look for, the best first: the words themselves count more than longer ones."""
    yield tuple(("title", forms) for forms in itself), TITLED
    yield tuple(("title", forms) for forms in found), TITLED
    if len(found) > 1:
        yield (("title", tuple(form for forms in found for form in forms)), *anywhere(found)), TITLED
    yield anywhere(found), EXAMINED + 1


def _newest(steps: Iterable[Step], scope: Scope, others: Sequence[str] = ()) -> list[IndexedText]:
    """The texts of all `steps`, but those in the languages `others`, in one query."""
    ids = PUBLIC.ids(steps, scope, others)
    values = {f"value{place}": value for place, value in enumerate(ids.params)}
    return [IndexedText(*row) for row in SAID.rows(ids.sql, *values, **values)]


def _said(ids: str, *names: str) -> models.QuerySet[RevisionText, Any]:
    """The texts that the SQL `ids` finds; its values come later, by these names."""
    slugs = RevisionSlug.objects.filter(revision=models.OuterRef("revision")).values("revision")
    columns = "pk", "revision_id", "revision__model", "revision__object_id", "revision__sort_key"
    texts = RevisionText.objects.filter(pk__in=RawSQL(ids, [param(name) for name in names]))  # noqa: S611 (parameters)
    said = texts.annotate(
        slugs=Coalesce(
            models.Subquery(slugs.values(all=_Joined("slug"))), models.Value(""), output_field=models.TextField()
        )
    )
    return said.values_list(*columns, "language", "title", "words", "slugs")


SAID: PreparedQuery[RevisionText] = PreparedQuery(_said)
PUBLIC_NOW: PreparedQuery[Revision] = PreparedQuery(lambda: Revision.objects.public(AT).order_by().values("id"))


def public_texts(at: datetime) -> Scope:
    """The texts of what is public at that moment."""
    public = PUBLIC_NOW.compile()
    # SQLite would else begin with all that is public.
    kind = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    return Scope(
        "revision_id",
        f"{kind} ({public.sql}) AS public ON public.id = text.revision_id",
        tuple(public.parameters({"at": at})),
    )
