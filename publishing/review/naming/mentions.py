"""All texts of the site, in whatever state they are kept, and where one of them names a person.

Working copies, versions, kept saves, what can be undone, and the bin. What stands in photos, in PDFs and in
other files is not read; their names and titles are. What a person is known by is for the caller to say.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import blake2s
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import TextChoices
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname
from phonenumber_field.modelfields import PhoneNumberField

from publishing.i18n.languages import CODES, current, order, translated_fields
from publishing.i18n.urls import desk_address
from publishing.models import (
    ActLine,
    ChangeNote,
    Discarded,
    Draft,
    Publishable,
    Revision,
    content_models,
    note_columns,
)
from publishing.models.snapshots import Snapshot, child_models
from publishing.queries.dependencies import Target
from publishing.review.diff import label
from publishing.search.names.person_matching import Matcher, MatchKind, NameMatch, Sought
from publishing.types import AnyField
from publishing.workflow.erasure.memory import REMARKS

Path = tuple[str | int, ...]  # of a snapshot: `("title_nl",)`, or `("roles", 7, "name_nl")`

WORKING = "working"  # the key of the working copy


class TextState(TextChoices):
    """The kind of text that was found; the first three are current."""

    PUBLIC = "public", gettext_lazy("public now")
    WORKING = "working", gettext_lazy("working copy")
    PLANNED = "planned", gettext_lazy("planned version")
    OLD = "old", gettext_lazy("older version")
    SAVED = "saved", gettext_lazy("kept save")
    UNDO = "undo", gettext_lazy("what Undo would put back")
    REPLACED = "replaced", gettext_lazy("working copy that was overwritten")
    BIN = "bin", gettext_lazy("bin")


OF_TODAY = (TextState.PUBLIC, TextState.WORKING, TextState.PLANNED)
KEPT = {"r": Revision, "s": Draft, "d": Discarded}  # by the letter of the key
NEVER_REDACTED = (models.SlugField, models.FileField)  # an address and a file would be lost
EMPTIED = (models.URLField, models.EmailField, PhoneNumberField)  # a part of which says nothing


@dataclass(frozen=True)
class TextOfObject:
    """One text of one object: where it stands, and what it says."""

    model: str
    object_id: int
    state: TextState
    key: str  # as history names a version: r12, s3, d4; a12 for a line of an act; else `WORKING`
    at: datetime | None  # since when it says this; None for the working copy
    path: Path
    value: str
    is_about: bool = False  # whether it is a note or a reason, beside the content

    @property
    def model_class(self) -> type[Publishable]:
        return apps.get_model(self.model)

    @property
    def column(self) -> str:
        """The column of the object or of one of its child rows."""
        return str(self.path[-1])

    @property
    def language(self) -> str:
        """The language of the text; "" when the column has none."""
        return next((code for code in CODES if self.column.endswith(f"_{code}")), "")

    @property
    def is_redactable(self) -> bool:
        """Whether it can be taken out for good: what is of today is changed in its form, and published.

        No form changes what was written about a version.
        """
        if self.key[0] not in KEPT or self.model not in _labels():
            return False
        return self.is_about or (self.state not in OF_TODAY and not isinstance(self.stored_in, NEVER_REDACTED))

    @property
    def stored_in(self) -> AnyField | None:
        """The field of today's model; None when there is none any more."""
        model: type[models.Model] | None = self.model_class
        if len(self.path) > 1:
            model = dict(child_models(self.model_class)).get(str(self.path[0]))
        fields = model._meta.concrete_fields if model else ()
        return next((field for field in fields if field.attname == self.column), None)

    @property
    def field(self) -> str:
        """Its label in the form."""
        if self.is_about:
            table = ChangeNote if self.column in note_columns() else Revision
            return capfirst(str(table._meta.get_field(self.column).verbose_name))  # type: ignore[union-attr]
        if self.model not in _labels():  # of a kind that is no more
            return self.column
        return label(self.model_class, self.path) or _verbose_name(self.model_class, self.path)


@dataclass(frozen=True)
class Mention:
    """That one text names the person, and the words around."""

    text: TextOfObject
    hit: NameMatch
    name: str  # of the object
    url: str  # in the admin: the field in the form, or the version in history; "" when nothing leads there


@dataclass(frozen=True)
class MentionGroup:
    """The same words in the same field, in one or more states of one object."""

    mentions: tuple[Mention, ...]

    @property
    def first(self) -> Mention:
        """The one that tells the most: of today, or the newest."""
        return self.mentions[0]

    @property
    def is_certain(self) -> bool:
        return self.first.hit.is_certain

    @property
    def must_go_first(self) -> bool:
        """Whether it is a link to the card in what visitors read or will read: the card stays until that is gone."""
        states = {each.text.state for each in self.mentions}
        return self.first.hit.kind == MatchKind.LINK and bool(states & {TextState.PUBLIC, TextState.PLANNED})

    @property
    def url(self) -> str:
        """Where it can be changed: the field in the form, when the working copy says it too."""
        urls = {each.text.state: each.url for each in reversed(self.mentions)}
        return urls.get(TextState.WORKING) or self.first.url

    @property
    def key(self) -> str:
        """What names this place in a form: the same for as long as the words are."""
        text = self.first.text
        said = repr((text.model, text.object_id, text.path, self.first.hit))
        return blake2s(said.encode(), digest_size=8).hexdigest()

    @property
    def field(self) -> tuple[int, list[tuple[str, int]], list[str]]:
        """The object, the field and the versions, to put places in order."""
        text = self.first.text
        return text.object_id, [_in_order(step) for step in text.path], [each.text.key for each in self.mentions]

    @property
    def redactable(self) -> tuple[Mention, ...]:
        """Those that can be taken out for good."""
        return tuple(each for each in self.mentions if each.text.is_redactable)

    @property
    def told(self) -> list[str]:
        """The states in words, those of one kind together: `public now`, `3 × older version`."""
        numbers = Counter(TextState(each.text.state) for each in self.mentions)
        return [f"{number} × {state.label}" if number > 1 else str(state.label) for state, number in numbers.items()]

    @property
    def is_of_today(self) -> bool:
        """Whether it stands in what is public, in the working copy or in what is planned, where a form changes it."""
        return self.first.text.state in OF_TODAY and not self.first.text.is_about

    @cached_property
    def kind(self) -> str:
        """The kind of the object."""
        model = self.first.text.model
        return capfirst(str(self.first.text.model_class._meta.verbose_name)) if model in _labels() else model


@dataclass(frozen=True)
class Searched:
    """What was looked through: texts by kind and state, and what was found there."""

    sought: Sought
    counts: Mapping[tuple[str, TextState], int]  # how many objects or versions, by model and state
    mentions: list[Mention]

    @property
    def states(self) -> list[tuple[str, int]]:
        """Each state in words, and how much of it was looked through."""
        return [(str(state.label), number) for state in TextState if (number := self.number(state))]

    def number(self, *states: TextState) -> int:
        """How many working copies, versions or saves of these states were looked through."""
        return sum(count for (_model, state), count in self.counts.items() if state in states)

    @property
    def kinds(self) -> list[str]:
        """The kinds of content, in words."""
        names = (_labels()[model]._meta.verbose_name_plural for model, _state in self.counts if model in _labels())
        return sorted({str(name) for name in names})


def search(sought: Sought, leaving_out: Target | None = None) -> Searched:
    """Look for a person in every text but those of one object; a fixed number of queries, whatever there is."""
    matcher = Matcher(sought)
    counts: dict[tuple[str, TextState], int] = {}

    def counted() -> "Iterator[Kept]":
        for each in _kept(tuple(TextState)):
            if (each[0], each[1]) != leaving_out:
                counts[each[0], each[2]] = counts.get((each[0], each[2]), 0) + 1
                yield each

    mentions = _mentions(lambda text: matcher.find(text.value), counted())
    return Searched(sought, counts, mentions)


def mentions_of_today(find: "Finder", leaving_out: Target | None = None) -> list[Mention]:
    """What `find` finds in texts of today: in working copies, in what is public, and in what is planned."""
    kept = (each for each in _kept(OF_TODAY) if (each[0], each[1]) != leaving_out)
    return _mentions(find, kept)


def _mentions(find: "Finder", kept: "Iterable[Kept]") -> list[Mention]:
    names: dict[Target, str] = {}
    found: list[tuple[TextOfObject, NameMatch]] = []
    forms: dict[tuple[str, str | int, int], int] = {}  # the place in the form of each child row
    for model, object_id, state, key, at, snapshot, about in kept:
        texts = [
            TextOfObject(model, object_id, state, key, at, path, value, is_about)
            for is_about, values in ((False, snapshot), (True, about))
            for path, value in texts_in(values)
        ]
        hits = [(text, hit) for text in texts for hit in find(text)]
        if hits:
            names.setdefault((model, object_id), _name(model, snapshot))
            found += hits
        if hits and state == TextState.WORKING:
            forms |= {
                (model, name, row["id"]): place
                for name, rows in snapshot.items()
                if isinstance(rows, list)
                for place, row in enumerate(rows)
            }
    there = {(text.model, text.object_id) for text, _hit in found if text.state == TextState.WORKING}
    there |= _still_there({(text.model, text.object_id) for text, _hit in found} - there)
    return [Mention(text, hit, names[text.model, text.object_id], _address(text, forms, there)) for text, hit in found]


def _in_order(step: str | int) -> tuple[str, int]:
    """A step of a path, so that the languages of a text stand in the order of the site."""
    name, _underscore, code = str(step).rpartition("_")
    return (name, CODES.index(code)) if code in CODES else (str(step), -1)


def places(mentions: Iterable[Mention]) -> list[MentionGroup]:
    """`mentions` with the same words in the same field put together, by object; what is of today comes first."""
    order_of = {state: number for number, state in enumerate(TextState)}
    together: dict[object, list[Mention]] = {}
    for each in mentions:
        together.setdefault((each.text.model, each.text.object_id, each.text.path, each.hit), []).append(each)
    found = [
        MentionGroup(tuple(sorted(some, key=lambda each: (order_of[each.text.state], _newest(each.text)))))
        for some in together.values()
    ]
    return sorted(
        found,
        key=lambda place: (
            not place.is_of_today,
            place.kind,
            place.first.name,
            *place.field,
        ),
    )


def by_field(places: Iterable[MentionGroup]) -> list[list[MentionGroup]]:
    """Sorted `places`, those together that stand in one field of the same versions."""
    return [list(some) for _field, some in groupby(places, key=lambda place: place.field)]


def texts_in(snapshot: Snapshot) -> Iterator[tuple[Path, str]]:
    """Every text in `snapshot` and in its child rows, and where it stands."""
    for name, value in snapshot.items():
        if isinstance(value, str) and value:
            yield (name,), value
        elif isinstance(value, list):
            for row in value:
                if isinstance(row, dict):
                    for column, text in row.items():
                        if isinstance(text, str) and text:
                            yield (name, row.get("id") or 0, column), text


# What is kept, and where

Kept = tuple[str, int, TextState, str, datetime | None, Snapshot, Snapshot]
Finder = Callable[[TextOfObject], Iterable[NameMatch]]


def _kept(states: Collection[TextState]) -> Iterator[Kept]:
    """Everything that holds texts: its object, its state, its key, its moment, its texts and what is said about it.

    Working copies come first.
    """
    for model in _labels().values():
        for object_id, snapshot in _working(model):
            yield model._meta.label_lower, object_id, TextState.WORKING, WORKING, None, snapshot, {}
    public = set(Revision.objects.public().order_by().values_list("pk", flat=True))
    planned = set(Revision.objects.pending().order_by().values_list("pk", flat=True))
    remarks = (f"change_note__{column}" if column in note_columns() else column for column in REMARKS)
    columns = "pk", "model", "object_id", "live_from", "data", *remarks
    revisions = Revision.objects.all()
    if TextState.OLD not in states:
        revisions = Revision.objects.public() | Revision.objects.pending()
    for pk, label_, object_id, at, data, *about in revisions.values_list(*columns).iterator(500):
        state = TextState.PUBLIC if pk in public else TextState.PLANNED if pk in planned else TextState.OLD
        yield label_, object_id, state, f"r{pk}", at, data, dict(zip(REMARKS, about, strict=True))
    if TextState.OLD not in states:
        return
    for pk, label_, object_id, at, data in _stored(Draft, "last_at", "data"):
        yield label_, object_id, TextState.SAVED, f"s{pk}", at, data, {}
    for pk, label_, object_id, at, data in _stored(ActLine, "act__at", "working"):
        yield label_, object_id, TextState.UNDO, f"a{pk}", at, data if isinstance(data, dict) else {}, {}
    for pk, label_, object_id, at, data, deleted in _stored(Discarded, "created_at", "data", "deleted"):
        yield label_, object_id, TextState.BIN if deleted else TextState.REPLACED, f"d{pk}", at, data, {}


def _stored(model: type[Revision | Draft | Discarded | ActLine], *columns: str) -> Iterator[Any]:
    return model.objects.values_list("pk", "model", "object_id", *columns).order_by("-pk").iterator(500)


def _working(model: type[Publishable]) -> Iterator[tuple[int, Snapshot]]:
    """The texts of all working rows of `model`, each with those of its child rows in the order of the form."""
    rows: dict[int, Snapshot] = {}
    # Not the model's own manager: modeltranslation would give other columns than we ask for.
    for values in models.QuerySet(model).values("pk", *_text_columns(model)).iterator(500):
        rows[values.pop("pk")] = _stored_texts(values)
    for name, child in child_models(model):
        parent = child._meta.get_field(child.parent).attname  # type: ignore[union-attr]
        children: Any = models.QuerySet(child).order_by("position", "pk")
        for values in children.values("pk", parent, *_text_columns(child)).iterator(500):
            if (row := rows.get(values.pop(parent))) is not None:
                row.setdefault(name, []).append({"id": values.pop("pk"), **_stored_texts(values)})
    return iter(rows.items())


def _stored_texts(values: Snapshot) -> Snapshot:
    """A number, which a query gives as such, as text."""
    return {column: str(value or "") for column, value in values.items()}


@cache
def _text_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns of `model` that hold words: also what is not published, addresses, and the names of files."""
    return tuple(
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.FileField)
        and not field.choices
        and field.name not in translated_fields(model)
    )


@cache
def _labels() -> dict[str, type[Publishable]]:
    found: list[Any] = content_models()
    return {model._meta.label_lower: model for model in found}


def _still_there(wanted: set[Target]) -> set[Target]:
    """Those of `wanted` that have a working row: a query for each kind."""
    by_model: dict[str, set[int]] = {}
    for kind, object_id in wanted:
        by_model.setdefault(kind, set()).add(object_id)
    return {
        (kind, pk)
        for kind, ids in by_model.items()
        if kind in _labels()
        for pk in models.QuerySet(_labels()[kind]).filter(pk__in=ids).values_list("pk", flat=True)
    }


# How it is told


def _name(kind: str, snapshot: Snapshot) -> str:
    """What people call the object, in the language of the reader when it has one there."""
    model = _labels().get(kind)
    if model is None:
        return ""
    if model.is_single:
        return capfirst(str(model._meta.verbose_name))
    title = model.title_field
    columns = [build_localized_fieldname(title, code) for code in order(current())]
    known = (snapshot.get(column) for column in (*columns, title))
    return next((str(each) for each in known if each), "") or _("(no title yet)")


def _verbose_name(model: type[models.Model], path: Path) -> str:
    """The name of a column that no form asks for; the column itself when it is no more."""
    field = next((field for field in model._meta.concrete_fields if field.attname == path[-1]), None)
    return capfirst(str(field.verbose_name)) if field else str(path[-1])


def _address(text: TextOfObject, forms: Mapping[tuple[str, str | int, int], int], there: set[Target]) -> str:
    if text.model not in _labels():
        return ""
    model, pk = text.model_class, text.object_id
    try:
        if text.key == WORKING:
            place = text.column
            if len(text.path) > 1:
                place = f"{text.path[0]}-{forms[text.model, text.path[0], int(text.path[1])]}-{place}"
            return f"{desk_address(model, pk=pk)}#id_{place}"
        if (text.model, text.object_id) in there:
            if text.key.startswith("a"):
                return desk_address(model, "history", pk)
            return f"{desk_address(model, 'compare', pk)}?old={text.key}&new={WORKING}"
        if text.key.startswith("d"):
            return reverse("admin:publishing_discarded_change", args=[int(text.key[1:])])
    except NoReverseMatch:
        pass
    return ""


def _newest(text: TextOfObject) -> float:
    return -text.at.timestamp() if text.at else 0.0
