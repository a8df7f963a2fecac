"""How the translations of working copies stand: kept beside each when it is saved, so that lists judge nothing.

What is kept can be made anew from the working copy and its history, but for one thing: that somebody said that a
translation still says what its source says: see `holding`. The rules are in `translations`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial

from django.db import models, transaction

from publishing.i18n.languages import is_blank, translated_fields
from publishing.models import Publishable, TranslationState, content_models
from publishing.models.snapshots import Snapshot, child_models
from publishing.review.columns import Column, columns_of, rows_of
from publishing.review.translation_rules import (
    Origin,
    Origins,
    behind,
    digest,
    is_missing,
    key_of,
    sources,
    targets,
)
from publishing.workflow.signals import saved

VERSIONS = 20  # how far back a translation that came back, as from an old version, is looked for
AT_A_TIME = 200  # rows

History = Callable[[], Sequence[Snapshot]]
Key = tuple[int, str]  # of an object and a language


def has_translations(model: type[Publishable]) -> bool:
    """Whether there is anything to translate in `model`."""
    return any(translated_fields(each) for each in (model, *(child for _name, child in child_models(model))))


# Reading


def origins_of(obj: Publishable) -> dict[str, Origins]:
    """What the translations of `obj` were made from, by language: one query."""
    states = TranslationState.objects.of(obj) if obj.pk else ()
    return {state.language: _origins(state) for state in states}


def _origins(state: TranslationState) -> dict[str, Origin]:
    read = {name: Origin.read(stored) for name, stored in state.origins.items()}
    return {name: origin for name, origin in read.items() if origin}


def counts(model: type[Publishable], keys: Iterable[int]) -> dict[Key, TranslationState]:
    """How far these objects of `model` are translated, by their number and language: one query."""
    states = TranslationState.objects.among(model, keys).defer("origins")
    return {(state.object_id, state.language): state for state in states}


# Keeping


def refresh(rows: Sequence[Publishable], versions: int | None = VERSIONS, **_signal: object) -> None:
    """Write how the translations of these saved rows of one model stand; `versions` is how far back to look."""
    if not rows or not has_translations(type(rows[0])):
        return
    model = type(rows[0])
    fresh = list(model._base_manager.filter(pk__in=[row.pk for row in rows]))
    models.prefetch_related_objects(fresh, *model.children)
    keys = [row.pk for row in fresh]
    there = {(each.object_id, each.language): each for each in TranslationState.objects.among(model, keys)}
    added, changed = [], []
    for row in fresh:
        columns = list(columns_of(row, rows_of(row)))
        history = cache(partial(_history, row, versions))
        for code in targets():
            old = there.get((row.pk, code))
            new = _judged(row, code, columns, _origins(old) if old else {}, history)
            if old is None:
                added.append(new)
            elif _said(old) != _said(new):
                new.pk = old.pk
                changed.append(new)
    TranslationState.objects.bulk_create(added)
    TranslationState.objects.bulk_update(changed, ["missing", "behind", "origins"], batch_size=AT_A_TIME)


saved.connect(refresh, dispatch_uid="translation_states")


def _said(state: TranslationState) -> tuple[object, ...]:
    return state.missing, state.behind, state.origins


def _history(row: Publishable, versions: int | None) -> list[Snapshot]:
    return list(row.revisions.values_list("data", flat=True)[:versions])


def _judged(
    row: Publishable, code: str, columns: Sequence[Column], known: Origins, history: History
) -> TranslationState:
    """The unsaved state of `row` in one language."""
    texts = [column for column in sources(columns) if column.name != "slug"]
    origins = {key_of(column): _origin(column, code, known.get(key_of(column)), history) for column in texts}
    # A source that is empty for a while leaves its translation behind when it comes back in other words.
    there = {key_of(column) for column in columns}
    waiting = {name: origin for name, origin in known.items() if name in there and name not in origins}
    kept = waiting | {name: origin for name, origin in origins.items() if origin}
    return TranslationState(
        model=row._meta.label_lower,
        object_id=row.pk,
        language=code,
        missing=sum(is_missing(column, code) for column in texts),
        behind=sum(1 for _each in behind(texts, {code: kept})),
        origins={name: origin.stored for name, origin in kept.items()},
    )


def _origin(column: Column, code: str, known: Origin | None, history: History) -> Origin | None:
    """What the translation of `column` was made from; None when there is none."""
    translation = column.sibling(code)
    if is_blank(translation) or not column.row.pk:
        return None
    if known is None or not known.is_of(translation):
        return Origin.made(_source_then(column, code, history), translation)
    source = str(column.value)
    if known.text is None and known.source == digest(source):
        return Origin.made(source, translation)
    return known


def _source_then(column: Column, code: str, history: History) -> str:
    """The source beside the first version in which the translation says what it says now; else that of today."""
    wanted, then = digest(column.sibling(code)), ""
    for snapshot in history():
        translation = column.sibling_in(snapshot, code)
        if translation is not None and digest(translation) == wanted:
            then = column.sibling_in(snapshot, column.code) or ""
        elif then:
            break
    return str(column.value) if is_blank(then) else then


# Rows from before


def catch_up() -> int:
    """Write how the translations stand of rows from before this was kept; returns of how many."""
    number = 0
    for model in content_models():
        if not has_translations(model):
            continue
        known = TranslationState.objects.filter(model=model._meta.label_lower).values("object_id")
        keys = list(model._base_manager.exclude(pk__in=known).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), AT_A_TIME):
            chunk = list(model._base_manager.filter(pk__in=keys[start : start + AT_A_TIME]))
            with transaction.atomic():
                refresh(chunk, None)
        number += len(keys)
    return number
