"""Writing other texts into working copies, such as a new name into many of them: one act, which can be undone."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction

from publishing.models import Act, Publishable
from publishing.models.snapshots import Path, child_models
from publishing.queries.dependencies import Target
from publishing.workflow.commit import lock, log
from publishing.workflow.undo import look_at, record
from publishing.workflow.working_copies.drafts import keep, keep_what_stood

Texts = Mapping[Target, Mapping[Path, str]]  # by object and by the place in it


def rewrite(texts: Texts, author: User | None) -> tuple[Act | None, set[tuple[Target, Path]]]:
    """Save `texts` in the working copies, and nothing else; returns the act, and which texts their fields refuse.

    What stood there is kept. The caller holds the locks of the models, and read what it changes after it had them.
    """
    by_model: dict[str, list[int]] = {}
    for label, pk in texts:
        by_model.setdefault(label, []).append(pk)
    refused: set[tuple[Target, Path]] = set()
    with transaction.atomic():
        before = []
        for label in sorted(by_model):
            lock(apps.get_model(label))
            before += look_at(apps.get_model(label), by_model[label])
        for label, pks in by_model.items():
            rows: dict[int, Publishable] = apps.get_model(label)._base_manager.in_bulk(pks)
            for pk, row in rows.items():
                refused |= {((label, pk), path) for path in _write(row, texts[label, pk], author)}
        return record(Act.Kind.REPLACED, author, before), refused


def _write(row: Publishable, texts: Mapping[Path, str], author: User | None) -> list[Path]:
    """Save these texts in `row` and in its child rows; returns those that their fields refuse."""
    refused: list[Path] = []
    holders: dict[Path, Any] = {(): row}
    fields: dict[Path, list[Any]] = {}
    for path, text in texts.items():
        where = path[:-1]
        if where not in holders:
            holders[where] = _child(row, where)
        holder = holders[where]
        columns = holder._meta.concrete_fields if holder else ()
        field: Any = next((each for each in columns if each.attname == path[-1]), None)
        try:
            value = field.clean(text, holder) if field else None
        except ValidationError:
            value = None
        if value is None:
            refused.append(path)
            continue
        setattr(holder, field.attname, value)
        fields.setdefault(where, []).append(field)
    if not fields:
        return refused
    keep_what_stood(row)
    for where, changed in fields.items():
        holders[where].save_base(update_fields=[each.attname for each in changed])
    names = [str(each.verbose_name) for changed in fields.values() for each in changed]
    log(author, [row], [{"changed": {"fields": list(dict.fromkeys(names))}}])
    keep(row, author, begins=True)
    return refused


def _child(row: Publishable, where: Path) -> models.Model | None:
    """The child row of `row` at this place of its snapshot."""
    child = dict(child_models(type(row))).get(str(where[0]))
    return child._base_manager.filter(**{child.parent: row, "pk": where[1]}).first() if child else None
