"""What public versions lack, as lines of the list of work: thousands of them are put in order by the database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, models
from django.db.models import Case, Min, Sum, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.admin.work_list.entries import Asked, Rest, Tier, WorkItem, WorkKind, WorkSubject
from publishing.admin.work_list.putting_off import is_put_off
from publishing.admin.work_list.ranking import LONGER_BY, STEPS, rounded
from publishing.admin.work_list.registry import add_kind, register
from publishing.i18n.languages import NAMES
from publishing.i18n.urls import desk_address
from publishing.models import Lack, Publishable, Revision, content_models
from publishing.models.rights import changeable
from publishing.models.work import LackQuerySet
from publishing.review import lacks, translation_lacks

# What is said of a lack: of its model, the columns and the language.
Words = Callable[[type[Publishable], Sequence[str], str], str]


@dataclass(frozen=True)
class Described:
    """A kind of lack, and how it is said."""

    kind: WorkKind
    words: Words


_described: dict[str, Described] = {}


def describe(kind: WorkKind, words: Words) -> None:
    """Have what a judge finds under the name of `kind` in the list of work."""
    add_kind(kind)
    _described[kind.name] = Described(kind, words)


@register()
def lacking(asked: Asked) -> Iterator[WorkItem | Rest]:
    """What the versions lack that visitors see: three queries, however many there are."""
    lines = list(_lines(asked)) if changeable(asked.user) else []
    if not lines:
        return
    revisions = Revision.objects.in_bulk({each.revision for each in lines})
    pages = {pk: revision.thaw(asked.now) for pk, revision in revisions.items()}
    taken = {(each.tier, each.revision): 0.0 for each in lines}
    for row in _not_put_off(asked).filter(revision__in=pages):
        described = _described[row.kind]
        line = described.kind.tier, row.revision_id
        if line in taken:
            taken[line] += row.minutes
            yield _item(row, pages[row.revision_id], described)
    for kind, of_kind in {each.kind: each for each in lines}.items():
        shown = [each for each in lines if each.kind == kind]
        if number := of_kind.of_kind - len(shown):
            minutes = of_kind.minutes - sum(rounded(taken[each.tier, each.revision]) for each in shown)
            yield Rest(kind, number, minutes, of_kind.model if of_kind.has_one_model else "")


def _item(row: Lack, page: Publishable, described: Described) -> WorkItem:
    anchor = f"#id_{row.fields[0]}" if row.fields else ""
    return WorkItem(
        kind=described.kind,
        label=str(page),
        said=described.words(type(page), row.fields, row.language),
        url=f"{desk_address(page)}{anchor}",
        minutes=row.minutes,
        since=row.since,
        subject=WorkSubject(page._meta.label_lower, page.pk),
        language=row.language,
        cause=row.cause,
        reach=page.reach,
    )


# Choosing


@dataclass(frozen=True)
class Chosen:
    """One page and tier that is shown, with the sums of all lines of its kind."""

    tier: int
    kind: WorkKind  # the most pressing one
    model: str
    revision: int
    of_kind: int  # lines
    minutes: int  # of those
    has_one_model: bool


def _not_put_off(asked: Asked) -> LackQuerySet:
    """What versions lack, of kinds that somebody describes, and that was not put off."""
    about = {"model": "revision__model", "object_id": "revision__object_id"}
    same = {name: name for name in ("kind", "language", "cause")}
    rows = Lack.objects.filter(since__lte=asked.now, kind__in=_described)
    return rows.exclude(is_put_off(asked.now, **same, **about))


def _lines(asked: Asked) -> Iterator[Chosen]:
    """The first lines of each kind: pages and tiers, in the order of `ranking`."""
    by_rank = {described.kind.rank: described.kind for described in _described.values()}
    tiers = [When(kind=name, then=Value(int(each.kind.tier))) for name, each in _described.items()]
    ranks = [When(kind=name, then=Value(each.kind.rank)) for name, each in _described.items()]
    reach = {each._meta.label_lower: each.reach for each in content_models()}
    only = {"model": asked.about.model, "object_id": asked.about.pk} if asked.about else {}
    groups = (
        _not_put_off(asked)
        .shown(asked.now, model__in=changeable(asked.user), **only)
        .annotate(tier=Case(*tiers, output_field=models.IntegerField()))
        .values("tier", "revision_id")
        .annotate(
            lead=Min(Case(*ranks, output_field=models.FloatField())),
            total=Sum("minutes"),
            first=Min("since"),
            about=Min("revision__model"),
            number=Min("revision__object_id"),
        )
        .order_by()
    )
    steps = " ".join(f"WHEN total <= {step} THEN {step}" for step in STEPS)
    taken = f"CASE {steps} ELSE {LONGER_BY} * CEILING(total / {LONGER_BY}) END"  # as `rounded`
    inner, parameters = groups.query.sql_with_params()
    most = "" if asked.most is None else f"WHERE place <= {int(asked.most)}"
    readers = f"CASE about {' '.join('WHEN %s THEN %s' for _model in reach)} END"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tier, lead, about, revision_id, lines, minutes, (low = high) FROM ("  # noqa: S608 (numbers of our own)
            " SELECT tier, lead, about, number, revision_id,"
            f" ROW_NUMBER() OVER (PARTITION BY lead ORDER BY {readers} DESC, first, number) AS place,"
            " COUNT(*) OVER (PARTITION BY lead) AS lines,"
            f" SUM({taken}) OVER (PARTITION BY lead) AS minutes,"
            " MIN(about) OVER (PARTITION BY lead) AS low, MAX(about) OVER (PARTITION BY lead) AS high"
            f" FROM ({inner}) AS grouped) AS numbered {most} ORDER BY lead, place",
            [*(value for pair in reach.items() for value in pair), *parameters],
        )
        for tier, lead, model, revision, number, minutes, is_one in cursor.fetchall():
            yield Chosen(tier, by_rank[lead], model, revision, number, int(minutes), bool(is_one))


# Saying


def _pictures(model: type[Publishable], fields: Sequence[str], language: str) -> str:
    number = max(1, len(fields))
    # xgettext:no-python-format
    said = ngettext("picture without a description", "%d pictures without a description", number)
    return said % number if number > 1 else said


def _behind(model: type[Publishable], fields: Sequence[str], language: str) -> str:
    said = ngettext(
        "%(language)s is behind in %(number)s text", "%(language)s is behind in %(number)s texts", len(fields)
    )
    return said % {"language": NAMES[language], "number": len(fields)}


def _untranslated(model: type[Publishable], fields: Sequence[str], language: str) -> str:
    said = ngettext(
        "%(language)s is missing in %(number)s text", "%(language)s is missing in %(number)s texts", len(fields)
    )
    return said % {"language": NAMES[language], "number": len(fields)}


describe(WorkKind(translation_lacks.BEHIND, Tier.LANGUAGES, 15, gettext_lazy("translation that is behind")), _behind)
describe(WorkKind(translation_lacks.MISSING, Tier.LANGUAGES, 16, gettext_lazy("missing translation")), _untranslated)
describe(WorkKind(lacks.PICTURE, Tier.BETTER, 17, gettext_lazy("picture without a description")), _pictures)
describe(
    WorkKind(lacks.HOLLOW, Tier.BETTER, 18, gettext_lazy("page with no more than a title")),
    lambda model, fields, language: _("visitors read no more than a title here"),
)
describe(
    WorkKind(lacks.UNCHECKED, Tier.BETTER, 19, gettext_lazy("not checked for a year")),
    lambda model, fields, language: _("not checked for a year: is it still right?"),
)
