"""Who checked what a version says, in which language: a claim that visitors read, so it is never made by itself.

Whoever publishes has read the source. A translation counts as checked when somebody says so: see `confirm`. That
stands until its own words change, its source changes and leaves it behind, or somebody asks for it to be read again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.i18n.languages import CODES, NAMES, localized, translated_fields
from publishing.models import Publishable, Revision, TranslationState
from publishing.models.snapshots import Snapshot, child_models, normalise

SOURCE = settings.LANGUAGE_CODE


def checks_of(
    row: Publishable,
    data: Snapshot,
    before: Revision | None,
    author: User | None,
    now: datetime,
    *,
    is_working_copy: bool = True,
) -> dict[str, str]:
    """What `author` checks by publishing `data` of working row `row`, and what stands of the version before it.

    Of what is no working copy nobody wrote whether a translation is behind, so any change of the source counts.
    """
    old = stored(before.checks) if before else {}
    found = {}
    if author:
        found[SOURCE] = now.isoformat()
    elif before and SOURCE in old and is_same(row, data, before, SOURCE):
        found[SOURCE] = old[SOURCE]
    for code in old.keys() - {SOURCE}:
        is_asked = getattr(row, f"needs_check_{code}", False)
        if before and not is_asked and is_same(row, data, before, code):
            holds = is_working_copy and not is_behind(row, code)
            if holds or is_same(row, data, before, SOURCE):
                found[code] = old[code]
    return found


def is_same(row: Publishable, data: Snapshot, before: Revision, code: str) -> bool:
    """Whether `data` says the same as version `before` in one language."""
    model = type(row)
    return list(_texts(model, normalise(model, data), code)) == list(_texts(model, normalise(model, before.data), code))


def is_behind(row: Publishable, code: str) -> bool:
    """Whether the translation of working row `row` into this language is behind, as was written at its last save."""
    return TranslationState.objects.of(row).filter(language=code, behind__gt=0).exists()


def why_not_checked(row: Publishable, shown: Revision, code: str) -> str:
    """Why nobody can say of public version `shown` that it is right in this language; "" when somebody can."""
    if code == SOURCE:
        return ""
    name = NAMES[code]
    if code not in languages_of(type(row)) or not says_something(type(row), shown.data, code):
        return _("%s: nothing is translated yet.") % capfirst(str(name))
    if getattr(row, f"needs_check_{code}", False):
        return _("%s: a native speaker still has to read this.") % capfirst(str(name))
    if is_behind(row, code):
        return _("%s: the translation is behind.") % capfirst(str(name))
    return ""


def says_something(model: type[Publishable], data: Snapshot, code: str) -> bool:
    """Whether `data` has any text in this language."""
    return any(value for _place, value in _texts(model, normalise(model, data), code))


def stored(checks: Mapping[str, datetime]) -> dict[str, str]:
    """Moments by language, as a version keeps them."""
    return {code: at.isoformat() for code, at in checks.items()}


def _texts(model: type[Publishable], data: Snapshot, code: str) -> Iterator[tuple[object, object]]:
    """The texts of a normalised snapshot in one language, but for addresses, each with its place."""
    for column in _columns(model, code):
        yield column, data[column]
    for name, child in child_models(model):
        for row in data[name]:
            for column in _columns(child, code):
                yield (name, row["id"], column), row[column]


def _columns(model: type[models.Model], code: str) -> list[str]:
    return [localized(name, [code])[0] for name in translated_fields(model) if name != "slug"]


def languages_of(model: type[Publishable]) -> tuple[str, ...]:
    """The languages that can be checked apart: the source alone when nothing is translated."""
    kinds = [model, *(child for _name, child in child_models(model))]
    return CODES if any(translated_fields(kind) for kind in kinds) else (SOURCE,)
