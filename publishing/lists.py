"""The lists of the admin: what stands in them, how they are filtered, searched and ordered.

What a row shows is asked for all rows of a page together; see `PublishableChangeList`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from html import unescape
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import url_params_from_lookup_dict
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.lookups import PatternLookup
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext_lazy as _

from publishing.cleaning import searchable
from publishing.dates import written_with_day
from publishing.fields import RichTextField, described_picture, is_asked_for
from publishing.languages import CODES, is_blank, localized, translated_fields
from publishing.models import Publishable, Revision
from publishing.search import fold
from publishing.snapshots import published_fields
from publishing.workflow import State, changed, changed_among, states

YEAR = timedelta(days=365)
LARGEST_NUMBER = 18  # digits, which fit in 64 bits
EMPTY = ("", "<p></p>")  # what the database holds where nobody would read anything
MARKUP = re.compile(r"<[^>]*>")
SIGNS = {"empty": "○", "partly": "◐", "complete": "●"}
WORDS = {"empty": _("empty"), "partly": _("partly"), "complete": _("complete")}


class PublishableChangeList(ChangeList):
    """A list whose rows know their state and their last change: asked once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        model: Any = self.model
        rows: list[Any] = list(self.result_list)
        self.result_list = rows
        found = states(model, rows)
        planned = dict(
            Revision.objects.of(model)
            .pending()
            .filter(object_id__in=found, withdrawn=False)
            .order_by("-live_from")
            .values_list("object_id", "live_from")
        )
        changes = last_changes(model, list(found))
        hidden = [row for row in rows if found[row.pk] in (State.SCHEDULED, State.WITHDRAWN, State.ENDED)]
        has_changes = changed_among(model, hidden) if hidden else set()
        for row in rows:
            is_changed = found[row.pk] == State.CHANGED or row.pk in has_changes
            row.list_state = found[row.pk]
            row.list_where = where_words(found[row.pk], planned.get(row.pk), is_changed)
            row.list_change = changes.get(row.pk)


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
    """When each of these rows was last saved or published, and by whom; "" when nobody knows."""
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


def user_name(user: Any) -> str:
    """What people call a user; "" when nobody is known."""
    return (user.get_full_name() or user.get_username()) if user else ""


# Languages


def text_names(model: type[Publishable]) -> tuple[str, ...]:
    """The translated fields that people read; an address without a translation does no harm."""
    return tuple(name for name in translated_fields(model) if name != "slug")


def completeness(obj: models.Model, code: str) -> str:
    """How far `obj` exists in a language: `empty`, `partly` or `complete`, compared with all languages together."""
    names = [name for name in text_names(type(obj)) if is_asked_for(obj, name)]  # type: ignore[arg-type]
    used = [name for name in names if any(not is_blank(getattr(obj, column)) for column in localized(name))]
    there = [name for name in used if not is_blank(getattr(obj, localized(name, [code])[0]))]
    if not there:
        return "empty"
    return "complete" if there == used else "partly"


def missing(model: type[Publishable], code: str) -> models.Q:
    """The rows in which a Dutch text has no translation into `code`; none when texts have no languages."""
    gaps = [
        ~_blank(localized(name, ["nl"])[0]) & _blank(localized(name, [code])[0]) & _asked_for(model, name)
        for name in text_names(model)
    ]
    return reduce(or_, gaps, models.Q(pk__in=[]))


def _asked_for(model: type[Publishable], name: str) -> models.Q:
    """What `fields.is_asked_for` says of a row."""
    picture = described_picture(model, name)
    if not picture:
        return models.Q()
    is_there = ~models.Q(**{picture: ""})
    has_choice = any(field.name == f"{picture}_is_decorative" for field in model._meta.fields)
    return is_there & models.Q(**{f"{picture}_is_decorative": False}) if has_choice else is_there


def _blank(column: str) -> models.Q:
    return models.Q(**{f"{column}__isnull": True}) | models.Q(**{f"{column}__in": EMPTY})


# Filters


class OnlyOfferedLookups:
    """A mixin for ModelAdmin: the address of a list narrows it by what the list offers, and by nothing else.

    Django lets any column of the row itself be asked for, also one that the list does not show.
    `?message__regex=…` then tells one letter at a time what it holds. What is refused answers 400.
    """

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
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


def _is_limit(model_admin: Any, lookup: str, value: Any) -> bool:
    """Whether `limit_choices_to` of a relation to these rows says so: a window to choose one asks for it."""
    limits = (limit() if callable(limit) else limit for limit in model_admin.model._meta.related_fkey_lookups)
    return any((lookup, value) in url_params_from_lookup_dict(limit).items() for limit in limits)


def _changed(request: Any, model: type[Publishable]) -> set[int]:
    """`changed`, looked up once for one list: its two filters and their numbers ask for it again and again."""
    if not hasattr(request, "changed_rows"):
        request.changed_rows = changed(model)
    return request.changed_rows


class TaskFilter(admin.SimpleListFilter):
    """What somebody still has to do."""

    title = _("To do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        translated = bool(translated_fields(model_admin.model))
        yield "changes", _("Unpublished changes")
        for code in [code for code in CODES if code != "nl"] if translated else []:
            yield f"missing_{code}", {"fr": _("Missing French"), "en": _("Missing English")}[code]
        for code in [code for code in CODES if code != "nl"] if translated else []:
            yield f"check_{code}", model_admin.model._meta.get_field(f"needs_check_{code}").verbose_name
        yield "old", _("Not checked for a year")

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        model: Any = queryset.model
        chosen = self.value() if self.value() in dict(self.lookup_choices) else ""
        kind, _separator, code = (chosen or "").partition("_")
        if kind == "changes":
            return queryset.filter(pk__in=_changed(request, model))
        if kind == "missing":
            return queryset.filter(missing(model, code))
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

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return State.choices

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() not in State.values:
            return queryset
        model: Any = queryset.model
        revisions = Revision.objects.of(model)
        due, public = revisions.due(), revisions.public()

        def among(chosen: models.QuerySet) -> models.Q:
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

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
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


def search(queryset: models.QuerySet, query: str) -> models.QuerySet:
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
    model: Any = queryset.model
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
    rows = likely.values_list("pk", *columns).iterator()
    return queryset.filter(literal | models.Q(pk__in=[row[0] for row in rows if _has(patterns, row[1:])]))


def _like(columns: Iterable[str], pattern: str) -> models.Q:
    """That one of `columns` holds `pattern`."""
    found = [models.Q(Like(models.F(column), f"%{pattern}%")) for column in columns]
    return reduce(or_, found, models.Q(pk__in=[]))


def _wild(found: re.Match[str]) -> str:
    return "%" if len(found[0]) == 2 else "_"


def _any(found: re.Match[str]) -> str:
    return "(?:..|.)" if len(found[0]) == 2 else "."


def _has(patterns: dict[str, re.Pattern[str]], values: Iterable[Any]) -> bool:
    """Whether these texts have every word; only what looks like a word is folded, because texts are long."""
    text = MARKUP.sub(" ", "\n".join(str(value) for value in values if value))
    plain = unescape(text).lower()
    return all(
        word in plain or any(fold(found[1]) == word for found in pattern.finditer(plain))
        for word, pattern in patterns.items()
    )
