"""The lists of the admin: their columns, filters, search and order.

The values of all rows of a page are queried together; see `PublishableChangeList`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import url_params_from_lookup_dict
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.lookups import PatternLookup
from django.db.models.sql.compiler import SQLCompiler
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext_lazy as _

from publishing.admin.types import AnyModelAdmin
from publishing.content.fields import RichTextField
from publishing.content.html import to_text
from publishing.files.fields import Companions, described_picture, is_asked_for
from publishing.i18n.formats import written_with_day
from publishing.i18n.languages import CODES, NAMES, is_blank, localized, translated_fields
from publishing.models import Publishable, Revision, TranslationState
from publishing.models.snapshots import published_fields
from publishing.review.history import user_name
from publishing.review.translation_states import counts
from publishing.search.text import fold
from publishing.text.cleaning import searchable
from publishing.types import AnyQuerySet, StrOrPromise
from publishing.workflow import State, changed, changed_among, states

YEAR = timedelta(days=365)


LARGEST_NUMBER = 18  # digits, which fit in 64 bits


EMPTY = ("", "<p></p>")  # the values in the database that show nothing


SIGNS = {"empty": "○", "partly": "◐", "complete": "●", "behind": "↻"}


WORDS = {"empty": _("empty"), "partly": _("partly"), "complete": _("complete"), "behind": _("behind")}


class PublishableChangeList(ChangeList):
    """A list whose rows know their state and their last change: queried once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        model: Any = self.model
        rows: list[Any] = list(self.result_list)
        self.result_list = rows
        found = states(model, rows)
        where = standings(model, rows, found)
        changes = last_changes(model, list(found))
        translations = counts(model, found)
        for row in rows:
            row.list_translations = {code: translations.get((row.pk, code)) for code in CODES}
            row.list_state = found[row.pk]
            row.list_where = where[row.pk]
            row.list_change = changes.get(row.pk)


def standings(model: type[Publishable], rows: Sequence[Any], found: dict[int, State]) -> dict[int, str]:
    """Where each of these rows, whose states were `found`, stands towards the public, in a few words."""
    planned = dict(
        Revision.objects.of(model)
        .pending()
        .filter(object_id__in=found, withdrawn=False)
        .order_by("-live_from")
        .values_list("object_id", "live_from")
    )
    hidden = [row for row in rows if found[row.pk] in (State.SCHEDULED, State.WITHDRAWN, State.ENDED)]
    has_changes = changed_among(model, hidden) if hidden else set()
    return {
        row.pk: where_words(found[row.pk], planned.get(row.pk), found[row.pk] == State.CHANGED or row.pk in has_changes)
        for row in rows
    }


def where_words(state: State, planned: datetime | None, has_changes: bool) -> str:
    """What visitors see of it, what waits for which moment, and whether something is only saved, in a few words."""
    is_public = state in (State.PUBLISHED, State.CHANGED)
    if state == State.NEW or (planned is None and (state == State.CHANGED or not has_changes)):
        return str(state.label)
    words = [str(State.PUBLISHED.label if is_public else state.label)]
    if planned:
        comes = _("another version comes on %s") if is_public else _("comes online on %s")
        words.append(comes % written_with_day(timezone.localtime(planned)))
    if has_changes:
        words.append(str(_("unpublished changes")))
    return " · ".join(words)


def last_changes(model: type[Publishable], keys: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """When each of these rows was last saved or published, and by which person; "" when that is unknown."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(key) for key in keys]
    )
    newest = entries.order_by().values("object_id").annotate(newest=models.Max("pk")).values("newest")
    found = {
        int(entry.object_id or 0): (entry.action_time, user_name(entry.user))
        for entry in LogEntry.objects.filter(pk__in=newest).select_related("user")
    }
    made = Revision.objects.of(model).filter(object_id__in=keys)
    latest = made.order_by().values("object_id").annotate(newest=models.Max("pk")).values("newest")
    for revision in Revision.objects.filter(pk__in=latest).select_related("author").defer("data"):
        change = (revision.created_at, user_name(revision.author))
        if revision.object_id not in found or found[revision.object_id][0] < revision.created_at:
            found[revision.object_id] = change
    return found


# Languages


def text_names(model: type[Publishable]) -> tuple[str, ...]:
    """The translated fields that people read; an address without a translation does no harm."""
    return tuple(name for name in translated_fields(model) if name != "slug")


def completeness(obj: models.Model) -> dict[str, str]:
    """How far `obj` exists in each language: `empty`, `partly` or `complete`, compared with all of them together."""
    names = [name for name in text_names(type(obj)) if is_asked_for(obj, name)]  # type: ignore[arg-type]
    texts = [[not is_blank(getattr(obj, column)) for column in localized(name)] for name in names]
    used = [each for each in texts if any(each)]
    found = {}
    for place, code in enumerate(CODES):
        number = sum(each[place] for each in used)
        found[code] = "empty" if not number else "complete" if number == len(used) else "partly"
    return found


def progress(obj: Any) -> dict[str, tuple[str, int, int]]:
    """How far a row of a list exists in each language, and how many of all its texts are behind and missing there."""
    return {code: _progress(how, obj.list_translations[code]) for code, how in completeness(obj).items()}


def _progress(how: str, state: Any) -> tuple[str, int, int]:
    if state is None or how == "empty":
        return how, 0, 0
    if state.behind:
        return "behind", state.behind, state.missing
    return ("partly" if state.missing else how), 0, state.missing


def behind(model: type[Publishable], code: str) -> models.Q:
    """The rows with a translation into `code` that is behind, in the row or in one of its child rows."""
    return models.Q(pk__in=TranslationState.objects.lacking(model, code, "behind").values("object_id"))


def missing(model: type[Publishable], code: str) -> models.Q:
    """The rows in which an original text has no translation into `code`; none when texts have no languages."""
    gaps = [
        ~_blank(localized(name, [settings.LANGUAGE_CODE])[0])
        & _blank(localized(name, [code])[0])
        & _asked_for(model, name)
        for name in text_names(model)
    ]
    return reduce(or_, gaps, models.Q(pk__in=[]))


def _asked_for(model: type[Publishable], name: str) -> models.Q:
    """Whether `files.fields.is_asked_for` is true of a row."""
    picture = described_picture(model, name)
    if not picture:
        return models.Q()
    is_there = ~models.Q(**{picture: ""})
    decorative = Companions(picture).decorative
    has_choice = any(field.name == decorative for field in model._meta.fields)
    return is_there & models.Q(**{decorative: False}) if has_choice else is_there


def _blank(column: str) -> models.Q:
    return models.Q(**{f"{column}__isnull": True}) | models.Q(**{f"{column}__in": EMPTY})


# Filters


class OnlyOfferedLookups:
    """A mixin for ModelAdmin: the address of a list narrows it by what the list offers, and by nothing else.

    Django lets any column of the row itself be asked for, also one that the list does not show.
    `?message__regex=…` then tells one letter at a time what it holds. What is refused answers 400.
    """

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest | None = None) -> bool:
        """Whether a filter of the list, or a relation that offers some rows only, asks for this."""
        if len(str(value)) > LARGEST_NUMBER and any(each.strip(" +-").isdecimal() for each in str(value).split(",")):
            return False  # SQLite can't be asked for it
        model_admin: Any = self
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in _offered(model_admin, request))
        return (is_offered or _is_limit(model_admin, lookup, value)) and super().lookup_allowed(lookup, value, request)  # type: ignore[misc]


def _offered(model_admin: Any, request: HttpRequest | None) -> Iterator[str]:
    """The parameters of the filters of a list."""
    if model_admin.date_hierarchy:
        yield model_admin.date_hierarchy
    for each in model_admin.get_list_filter(request) if request else model_admin.list_filter:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple | list):
            yield each[0]
        elif hasattr(each, "parameter_name"):
            yield each.parameter_name


def _is_limit(model_admin: AnyModelAdmin, lookup: str, value: object) -> bool:
    """Whether `limit_choices_to` of a relation to these rows says so: a window to choose one asks for it."""
    limits = (limit() if callable(limit) else limit for limit in model_admin.model._meta.related_fkey_lookups)
    return any((lookup, value) in url_params_from_lookup_dict(limit).items() for limit in limits)


def _changed(request: HttpRequest, model: type[Publishable]) -> set[int]:
    """`changed`, looked up once for one list: its two filters and their numbers ask for it again and again."""
    known = vars(request)
    if "changed_rows" not in known:
        known["changed_rows"] = changed(model)
    found: set[int] = known["changed_rows"]
    return found


class TaskFilter(admin.SimpleListFilter):
    """The filter of work that is still to be done."""

    title = _("To do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> Iterable[tuple[str, StrOrPromise]]:
        translated = bool(translated_fields(model_admin.model))
        yield "changes", _("Unpublished changes")
        translations = [code for code in CODES if code != settings.LANGUAGE_CODE] if translated else []
        for code in translations:
            yield f"missing_{code}", _("Missing: %s") % NAMES[code]
        for code in translations:
            yield f"behind_{code}", _("Behind: %s") % NAMES[code]
        for code in translations:
            yield f"check_{code}", model_admin.model._meta.get_field(f"needs_check_{code}").verbose_name
        yield "old", _("Not checked for a year")

    def queryset(self, request: HttpRequest, queryset: AnyQuerySet) -> AnyQuerySet:
        model = queryset.model
        chosen = self.value() if self.value() in dict(self.lookup_choices) else ""
        kind, _separator, code = (chosen or "").partition("_")
        if kind == "changes":
            return queryset.filter(pk__in=_changed(request, model))
        if kind == "missing":
            in_rows = TranslationState.objects.lacking(model, code, "missing").values("object_id")
            return queryset.filter(missing(model, code) | models.Q(pk__in=in_rows))
        if kind == "behind":
            return queryset.filter(behind(model, code))
        if kind == "check":
            return queryset.filter(**{f"needs_check_{code}": True})
        if kind == "old":
            return queryset.filter(unchecked(model))
        return queryset


def unchecked(model: type[Publishable]) -> models.Q:
    """The rows whose public version nobody has checked for a year."""
    stale = Revision.objects.of(model).public().filter(checked_at__lte=timezone.now() - YEAR)
    return models.Q(pk__in=stale.values("object_id"))


class StateFilter(admin.SimpleListFilter):
    """Where the rows stand towards the public."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> Iterable[tuple[str, StrOrPromise]]:
        return State.choices

    def queryset(self, request: HttpRequest, queryset: AnyQuerySet) -> AnyQuerySet:
        if self.value() not in State.values:
            return queryset
        model = queryset.model
        revisions = Revision.objects.of(model)
        due, public = revisions.due(), revisions.public()

        def among(chosen: AnyQuerySet) -> models.Q:
            return models.Q(pk__in=chosen.values("object_id"))

        conditions: dict[str, Callable[[], models.Q]] = {
            State.NEW: lambda: ~among(due) & ~among(revisions.pending()),
            State.SCHEDULED: lambda: ~among(due) & among(revisions.pending()),
            State.PUBLISHED: lambda: among(public) & ~models.Q(pk__in=_changed(request, model)),
            State.CHANGED: lambda: among(public) & models.Q(pk__in=_changed(request, model)),
            State.WITHDRAWN: lambda: among(due.filter(withdrawn=True)),
            State.ENDED: lambda: among(due.filter(withdrawn=False)) & ~among(public),
        }
        return queryset.filter(conditions[self.value() or ""]())


# Search

# What may stand for a letter with an accent, or for two letters that are written as one.
ACCENTED = re.compile(r"oe|ae|[aceinouylsz]")


class Like(PatternLookup):
    """The SQL pattern as it is: `_` is any letter, `%` any text; capitals do not matter."""

    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        operator = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
        return f"{left} {operator} %s ESCAPE '!'", (*parameters, self.rhs)


def text_columns(model: type[Publishable]) -> list[str]:
    """The columns with words in them, in every language; also addresses and numbers, as they are written."""
    return [
        field.attname
        for field in published_fields(model)
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]


def search(queryset: AnyQuerySet, query: str) -> AnyQuerySet:
    """The rows that have every word of `query` in some text, in any language, with or without accents.

    The database makes a choice in which any letter may have an accent; Python looks exactly.
    """
    words = [
        fold(unescape_string_literal(bit) if bit[:1] in "\"'" and bit[-1:] == bit[:1] and len(bit) > 1 else bit)
        for bit in smart_split(searchable(query.replace("\0", "")))
    ]
    words = [word for word in words if word]
    if not words:
        return queryset
    model: type[Publishable] = queryset.model
    columns = text_columns(model)
    rich = {field.attname for field in published_fields(model) if isinstance(field, RichTextField)}
    literal, wild = models.Q(), models.Q()
    for word in words:
        escaped = re.sub(r"([!%_])", r"!\1", word)
        literal &= _like([column for column in columns if column not in rich], escaped)
        wild &= _like(columns, ACCENTED.sub(_wild, escaped))
    # What a column without markup says as it was typed needs no second look, and those may be nearly all.
    is_literal = models.Case(models.When(literal, then=True), default=False, output_field=models.BooleanField())
    likely = queryset.order_by().annotate(is_literal=is_literal).filter(wild, is_literal=False)
    patterns = {word: re.compile(f"(?=({ACCENTED.sub(_any, re.escape(word))}))") for word in words}
    rows = likely.prefetch_related(None).values_list("pk", *columns).iterator()
    return queryset.filter(literal | models.Q(pk__in=[row[0] for row in rows if _has(patterns, row[1:])]))


def _like(columns: Iterable[str], pattern: str) -> models.Q:
    """That one of `columns` holds `pattern`."""
    found = [models.Q(Like(models.F(column), f"%{pattern}%")) for column in columns]
    return reduce(or_, found, models.Q(pk__in=[]))


def _wild(found: re.Match[str]) -> str:
    return "%" if len(found[0]) == 2 else "_"


def _any(found: re.Match[str]) -> str:
    return "(?:..|.)" if len(found[0]) == 2 else "."


def _has(patterns: dict[str, re.Pattern[str]], values: Iterable[object]) -> bool:
    """Whether these texts have every word; only what looks like a word is folded, because texts are long."""
    plain = to_text("\n".join(str(value) for value in values if value)).lower()
    return all(
        word in plain or any(fold(found[1]) == word for found in pattern.finditer(plain))
        for word, pattern in patterns.items()
    )
