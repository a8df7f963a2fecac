"""A proposal of what visitors read of a change: the names of the parts that differ, in each language.

It never quotes. What visitors do not see differ (an address, the middle of a picture, an order) is left out, and so
are details that may be hidden.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from publishing.files.fields import FocusField
from publishing.i18n.languages import CODES, NAMES, is_blank, localized, translated_fields
from publishing.models import LONGEST_NOTE, Publishable
from publishing.models.snapshots import FieldChange, Snapshot, child_models, diff, published_fields
from publishing.types import AnyField
from publishing.workflow.merge import units

MOST_PARTS = 5  # named in one proposal


@dataclass
class Parts:
    """The parts of a page that differ, by their names in the language being spoken."""

    new: dict[str, None] = field(default_factory=dict)  # were not there before
    changed: dict[str, None] = field(default_factory=dict)
    translated: dict[str, None] = field(default_factory=dict)  # languages in which a text changed, and not in Dutch

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.translated)


def proposals(model: type[Publishable], before: Snapshot, after: Snapshot) -> dict[str, str]:
    """A sentence for each language; none when visitors would see nothing that has a name, such as another order."""
    found = {}
    for code in CODES:
        with translation.override(code):
            parts = parts_of(model, before, after)
            if not parts:
                return {}
            found[code] = _sentence(parts)
    return found


def parts_of(model: type[Publishable], before: Snapshot, after: Snapshot) -> Parts:
    """The parts of `model` in which these two snapshots differ for visitors."""
    changes = diff(before, after)
    parts, children = Parts(), dict(child_models(model))
    own = [change for change in changes if change.path[0] not in children]
    _add_fields(parts, model, own)
    for name, child in children.items():
        of_rows = [each for each in changes if each.path[0] == name and _is_seen(child, each)]
        if of_rows:
            is_new = all(len(each.path) == 2 and each.old is None for each in of_rows)
            (parts.new if is_new else parts.changed)[str(child._meta.verbose_name_plural)] = None
    for label in parts.changed:
        parts.new.pop(label, None)
    return parts


def _add_fields(parts: Parts, model: type[Publishable], changes: list[FieldChange]) -> None:
    """Note the fields of `model` itself; those that belong together, as a picture with its caption, by one name."""
    names = _names(model)
    translations: set[tuple[str, str]] = set()
    in_dutch = set()
    for change in changes:
        column = str(change.path[0])
        if column not in names:
            continue
        label, language = names[column]
        if language not in ("", settings.LANGUAGE_CODE):
            translations.add((label, language))
            continue
        in_dutch.add(label)
        (parts.new if _is_empty(change.old) else parts.changed)[label] = None
    behind = {language for label, language in translations if label not in in_dutch}
    parts.translated |= {str(NAMES[code]): None for code in CODES if code in behind}


def _names(model: type[Publishable]) -> dict[str, tuple[str, str]]:
    """The columns that visitors read, each with the name of its part and its language, "" when it has none."""
    fields = {each.attname: each for each in published_fields(model)}
    languages = {column: code for name in translated_fields(model) for code, column in _localized(name)}
    stems = {column: name for name in translated_fields(model) for _code, column in _localized(name)}
    left_out = {*model.withheld_unless, *model.not_searched, model.order_field}
    found = {}
    for unit in units(model):
        pictures = [fields[column] for column in unit if isinstance(fields[column], models.FileField)]
        for column in unit:
            each, name = fields[column], stems.get(column, fields[column].name)
            if name in left_out or not each.editable or isinstance(each, models.SlugField | FocusField):
                continue
            whole: AnyField = pictures[0] if pictures else model._meta.get_field(name)  # type: ignore[assignment]
            found[column] = str(whole.verbose_name), "" if pictures else languages.get(column, "")
    return found


def _localized(name: str) -> Iterator[tuple[str, str]]:
    return zip(CODES, localized(name), strict=True)


def _is_seen(child: type[models.Model], change: FieldChange) -> bool:
    """Whether a change in child rows is more than another order."""
    return len(change.path) > 1 and change.path[2:] != ("position",)


def _is_empty(value: object) -> bool:
    return value is None or value is False or (isinstance(value, str) and is_blank(value))


def _sentence(parts: Parts) -> str:
    """The names of the parts in the language being spoken; no more of them than fit."""
    if not parts.new and not parts.changed:
        return _("Text updated in %s.") % _listed(parts.translated)
    text = ""
    for most in range(MOST_PARTS, 0, -1):
        new = list(parts.new)[:most]
        changed = list(parts.changed)[: most - len(new)]
        said = [
            _("New: %s.") % _listed(new) if new else "",
            _("Changed: %s.") % _listed(changed) if changed else "",
            _("And more.") if len(new) + len(changed) < len(parts.new) + len(parts.changed) else "",
        ]
        text = " ".join(filter(None, said))
        if len(text) <= LONGEST_NOTE:
            break
    return text[:LONGEST_NOTE]


def _listed(names: Iterable[str]) -> str:
    return get_text_list(list(names), _("and"))
