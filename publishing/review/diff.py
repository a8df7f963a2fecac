"""The differences between two snapshots, in the words of the form.

Reads working rows for the names of what relations and links lead to; everything else is pure.
"""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from publishing.content.fields import RichTextField
from publishing.content.html import plain_small_letters
from publishing.content.internal_links import target_of, targets
from publishing.content.rich_text import BUTTONS
from publishing.i18n.formats import labelled, written, written_with_time
from publishing.models import Discarded, Publishable, Revision
from publishing.models.snapshots import FieldChange, Snapshot, child_models, diff, published_fields, unpublished_fields
from publishing.queries.dependencies import Target
from publishing.text import phones
from publishing.types import AnyField

CONTEXT = 12  # unchanged words and signs kept on both sides of a change
NAME_LENGTH = 60  # characters of the name of a child row

Names = dict[Target, str]  # what people call what a relation or a link leads to

MARKS = {
    "strong": BUTTONS["bold"],
    "em": BUTTONS["italic"],
    "sup": BUTTONS["superscript"],
    "sub": BUTTONS["subscript"],
    "small": BUTTONS["footnote"],
    "h2": BUTTONS["heading2"],
    "h3": BUTTONS["heading3"],
    "blockquote": BUTTONS["blockquote"],
    "ul": BUTTONS["bulletList"],
    "ol": BUTTONS["orderedList"],
    "table": BUTTONS["table"],
    "a": BUTTONS["link"],
}
BLOCKS = {"p", "h2", "h3", "li", "td", "th", "tr", "blockquote"}


# Labels


def label(model: type[Publishable], path: tuple[str | int, ...]) -> str:
    """What the form calls the value at `path` of a snapshot; "" for what no form asks for any more."""
    name = str(path[0])
    rows = dict(child_models(model)).get(name)
    if rows is None:
        return _field_label(model, name)
    if len(path) < 3:
        return capfirst(str(rows._meta.verbose_name_plural))
    return labelled(capfirst(str(rows._meta.verbose_name)), _field_label(rows, str(path[2])))


def changed_labels(model: type[Publishable], changes: Iterable[FieldChange]) -> list[str]:
    """The labels of the fields, and of the kinds of child rows, that `changes` are about."""
    labels = (label(model, change.path[:1]) for change in changes)
    return list(dict.fromkeys(each for each in labels if each))


def _field_label(model: type[models.Model], column: str) -> str:
    unpublished = {field.attname: field for field in unpublished_fields(model)}
    field = (_fields(model) | unpublished).get(column)
    return capfirst(str(field.verbose_name)) if field else ""


def _fields(model: type[models.Model]) -> dict[str, AnyField]:
    """The published fields that a form asks for, by column: not the size that comes with a picture."""
    return {field.attname: field for field in published_fields(model) if field.editable}


# What differs


@dataclass(frozen=True)
class Piece:
    """Some words, and whether they are the same, added or removed."""

    kind: str  # "same", "added", "removed" or "gap"
    text: str


@dataclass(frozen=True)
class FieldDifference:
    """The difference in one field, or that a child row came or went."""

    label: str
    pieces: list[Piece]
    notes: tuple[str, ...] = ()  # what the words alone do not show
    language: str = ""  # of the words; empty when they are in none


def differences(model: type[Publishable], old: Snapshot, new: Snapshot) -> list[FieldDifference]:
    """The differences between two snapshots, in words, in the order of the form; `old` may be empty."""
    names = names_in(model, old, new)
    children = dict(child_models(model))
    found: list[FieldDifference | None] = []
    told, renumbered = set(), set()
    for change in diff(old, new):
        name = str(change.path[0])
        rows = children.get(name)
        if rows is None:
            found.append(_compared(_fields(model).get(name), label(model, change.path), change, names))
        elif change.path[2:] == ("position",):
            renumbered.add(name)
        else:
            told.add(name)
            found.append(_row_difference(rows, label(model, change.path), change, new[name], names))
    for name in renumbered - told:
        found.append(FieldDifference(label(model, (name,)), [], (_("other numbers, in the same order"),)))
    return [each for each in found if each]


def _row_difference(
    model: type[models.Model], kind: str, change: FieldChange, rows: list[Snapshot], names: Names
) -> FieldDifference | None:
    """`kind` is what the form calls these rows; `rows` are all of them as they are now."""
    one = capfirst(str(model._meta.verbose_name))
    if len(change.path) == 1:
        order = [_row_name(model, row, names) for row in rows]
        return FieldDifference(kind, [Piece("same", "\n".join(order))], (_("in another order, now:"),))
    if len(change.path) == 2:
        text = "\n".join(
            labelled(name, shown) for name, shown in _row_values(model, cast(Snapshot, change.new or change.old), names)
        )
        return FieldDifference(one, [Piece("added" if change.new else "removed", text)])
    row = next(row for row in rows if row["id"] == change.path[1])
    column = str(change.path[2])
    named = labelled(f"{one} “{_row_name(model, row, names)}”", _field_label(model, column))
    return _compared(_fields(model).get(column), named, change, names)


def _row_values(model: type[models.Model], row: Snapshot, names: Names) -> Iterator[tuple[str, str]]:
    """The label and the value of what is filled in in a child row."""
    for column, field in _fields(model).items():
        if column != "position" and (shown := show(field, row.get(column), names)):
            yield capfirst(str(field.verbose_name)), shown


def _row_name(model: type[models.Model], row: Snapshot, names: Names) -> str:
    """What stands in a child row before anything else; relations tell more than choices do."""
    fields = sorted(_fields(model).items(), key=lambda each: not isinstance(each[1], models.ForeignKey))
    filled = (show(field, row.get(column), names) for column, field in fields if column != "position")
    return Truncator(next(filter(None, filled), "–")).chars(NAME_LENGTH)


def _compared(field: AnyField | None, name: str, change: FieldChange, names: Names) -> FieldDifference | None:
    """The difference in one field; None when nobody would see it."""
    if field is None:
        return None
    old, new = show(field, change.old, names), show(field, change.new, names)
    notes: tuple[str, ...] = ()
    if isinstance(field, RichTextField):
        notes = tuple(_markup_notes(str(change.old or ""), str(change.new or ""), names))
    pieces = word_diff(old, new)
    if all(piece.kind in ("same", "gap") for piece in pieces):
        pieces = []
        if not notes and (old or new):
            notes = (_("only the formatting"),)
    return FieldDifference(name, pieces, notes, getattr(field, "language", "")) if pieces or notes else None


def word_diff(old: str, new: str) -> list[Piece]:
    """The words of `old` and `new`, marked; long stretches that are the same are shortened."""
    before, after = _words(old), _words(new)
    pieces: list[Piece] = []
    removed = added = ""
    # With its heuristic for popular words, because without it 2,000 words take half a minute.
    matcher = difflib.SequenceMatcher(None, [each.rstrip() for each in before], [each.rstrip() for each in after])
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal" and (not (removed or added) or m == len(after) or _has_word(after[k:m])):
            # The last word of one text has no space after it, and in the other more words may follow.
            same = [max(pair, key=len) for pair in zip(after[k:m], before[i:j], strict=True)]
            pieces += _changed(removed, added)
            pieces += _shortened(same, first=k == 0, last=m == len(after) and j == len(before))
            removed = added = ""
        else:
            # A mere sign between two changes belongs to both: people read changed phrases.
            removed, added = removed + "".join(before[i:j]), added + "".join(after[k:m])
    return pieces + _changed(removed, added)


def word_diff_of(field: AnyField, old: str, new: str) -> list[Piece]:
    """The same for two values of a field that holds a text, plain or with markup."""
    return word_diff(show(field, old, {}), show(field, new, {}))


def _changed(removed: str, added: str) -> list[Piece]:
    return [Piece(kind, text) for kind, text in (("removed", removed), ("added", added)) if text]


def _has_word(tokens: list[str]) -> bool:
    return any(token[0].isalnum() for token in tokens)


def _words(text: str) -> list[str]:
    """Words and signs, each with the space after it."""
    return re.findall(r"\w+\s*|[^\w\s]\s*|\s+", text)


def _shortened(words: list[str], first: bool, last: bool) -> list[Piece]:
    if len(words) <= 2 * CONTEXT:
        return [Piece("same", "".join(words))]
    head = [] if first else [Piece("same", "".join(words[:CONTEXT]))]
    tail = [] if last else [Piece("same", "".join(words[-CONTEXT:]))]
    return [*head, Piece("gap", "…"), *tail]


# What people read of a value


def show(field: AnyField, value: Any, names: Names) -> str:
    """The value of `field` in a snapshot, as people read it."""
    if value in (None, ""):
        return ""
    if isinstance(field, models.ForeignKey):
        return names.get((field.related_model._meta.label_lower, value)) or _("something that was deleted")
    if isinstance(field, RichTextField):
        return _RichTextReader(plain_small_letters(str(value))).text
    if isinstance(field, models.FileField):
        return PurePath(str(value)).name
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    value = field.to_python(value)
    if isinstance(field, models.DateTimeField):
        return written_with_time(timezone.localtime(value))
    if isinstance(value, date):
        return written(value)
    return phones.written(value) if isinstance(value, PhoneNumber) else str(value)


class _RichTextReader(HTMLParser):
    """Reads rich text: its words, and which of them are marked how (tag, words, address)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.marks: Counter[tuple[str, str, str]] = Counter()
        self._open: list[tuple[str, str, int]] = []
        self.feed(html)
        self.close()
        self.text = self.text.strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in MARKS:
            self._open.append((tag, dict(attrs).get("href") or "", len(self.text)))
        self.text += {"br": "\n", "li": "• "}.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            _tag, href, start = self._open.pop()
            if words := _one_line(self.text[start:]):
                self.marks[tag, words, href] += 1
        if tag in BLOCKS and not self.text.endswith("\n"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _markup_notes(old: str, new: str, names: Names) -> Iterator[str]:
    """What changed in the marks on words that stayed, and where links lead."""
    before, after = _RichTextReader(old), _RichTextReader(new)
    came, went = after.marks - before.marks, before.marks - after.marks
    moved = {(tag, words): href for tag, words, href in went if tag == "a"}
    for tag, words, href in came:
        if (tag, words) in moved:
            values = {"words": words, "old": leads_to(moved[tag, words], names), "new": leads_to(href, names)}
            yield _("Link “%(words)s” leads to %(new)s, and no longer to %(old)s") % values
        elif tag == "a":
            yield _("New link “%(words)s” to %(new)s") % {"words": words, "new": leads_to(href, names)}
        elif words in _one_line(before.text):
            yield _("%(mark)s, new: “%(words)s”") % {"mark": MARKS[tag], "words": Truncator(words).chars(NAME_LENGTH)}
    kept = {(tag, words) for tag, words, _href in came if tag == "a"}
    for tag, words, _href in went:
        if (tag, words) not in kept and words in _one_line(after.text):
            yield _("%(mark)s, gone: “%(words)s”") % {"mark": MARKS[tag], "words": Truncator(words).chars(NAME_LENGTH)}


def leads_to(href: str, names: Names) -> str:
    """Where a link leads, in words when it is a page of this site."""
    target = target_of(href)
    return (names.get(target) or _("something that was deleted")) if target else href


# Names


def relations(model: type[Publishable], snapshot: Snapshot) -> Iterator[tuple[str, Target]]:
    """The label of each relation that is filled in in `snapshot`, and what it leads to."""
    children = dict(child_models(model))
    rows = [(child, row) for name, child in children.items() for row in snapshot.get(name) or []]
    for each, values in [(model, snapshot), *rows]:
        kind = "" if each is model else f"{capfirst(str(each._meta.verbose_name))}: "
        for column, field in _fields(each).items():
            if isinstance(field, models.ForeignKey) and values.get(column):
                yield kind + _field_label(each, column), (field.related_model._meta.label_lower, values[column])


def names_in(model: type[Publishable], *snapshots: Snapshot) -> Names:
    """The names of everything that `snapshots` lead to: a few queries for each kind of thing."""
    wanted: set[Target] = set()
    for snapshot in snapshots:
        wanted |= {target for _label, target in relations(model, snapshot)}
        rows = [row for name, _child in child_models(model) for row in snapshot.get(name) or []]
        for values in [snapshot, *rows]:
            wanted |= {target for value in values.values() if isinstance(value, str) for target in targets(value)}
    by_model: defaultdict[str, set[int]] = defaultdict(set)
    for kind, pk in wanted:
        by_model[kind].add(pk)
    names: Names = {}
    for kind, ids in by_model.items():
        try:
            model_class = apps.get_model(kind)
        except LookupError:  # a link, which may say anything
            continue
        found = {pk: str(row) for pk, row in model_class._base_manager.in_bulk(ids).items()}
        if gone := ids - found.keys():
            revisions = Revision.objects.filter(model=kind, object_id__in=gone).due()
            found |= {each.object_id: str(each.thaw()) for each in revisions}
            discarded = Discarded.objects.filter(model=kind, object_id__in=gone).order_by("pk")
            found |= dict(discarded.values_list("object_id", "title"))
        names |= {(kind, pk): name for pk, name in found.items()}
    return names


def missing(model: type[Publishable], snapshot: Snapshot) -> list[str]:
    """The labels of the relations of `snapshot` that lead to something deleted since."""
    by_label: defaultdict[str, set[Target]] = defaultdict(set)
    for name, target in relations(model, snapshot):
        by_label[name].add(target)
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for kind, pk in set().union(*by_label.values()):
        wanted[kind].add(pk)
    there = {
        (kind, pk)
        for kind, ids in wanted.items()
        for pk in apps.get_model(kind)._base_manager.filter(pk__in=ids).values_list("pk", flat=True)
    }
    return [name for name, found in by_label.items() if found - there]
