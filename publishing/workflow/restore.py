"""Putting an old version back as the working copy, and the bin."""

from collections.abc import Collection, Iterable
from typing import Any, cast

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.models import (
    MAX_CHARACTERS,
    Child,
    Discarded,
    Draft,
    Publishable,
    Revision,
)
from publishing.models.snapshots import (
    Snapshot,
    child_models,
    freeze_all,
    normalise,
    published_fields,
    thaw,
    unpublished_fields,
)
from publishing.search.desk import desk_index
from publishing.types import AnyField, AnyForeignKey
from publishing.workflow.commit import lock
from publishing.workflow.state import has_unpublished, is_live
from publishing.workflow.working_copies.drafts import keep


def restore(version: Revision | Discarded | Draft, author: User | None) -> Publishable:
    """Make `version` the working copy again, also of a deleted object; not yet public.

    Returns the saved working row. What a version does not hold (such as the account of a
    staff member) stays as it is; a relation to something deleted is left empty. Changes of
    the working copy that were never published are kept as Discarded, and so is what it becomes as a Draft.
    Raises ValidationError for a version that was erased.
    """
    if isinstance(version, Revision) and Revision.objects.filter(pk=version.pk).exclude(erased_at=None).exists():
        raise ValidationError(_("This version was erased for good: there is nothing to put back."))
    model = version.model_class
    with transaction.atomic(), desk_index.together():
        lock(model)
        row = model._base_manager.select_for_update().filter(pk=version.object_id).first()
        if row and has_unpublished(row):
            discard(row, author)
        if row is None:
            row = model(pk=version.object_id)  # type: ignore[misc]  # the plugin knows no key of an abstract model
            private = [each for each in unpublished_fields(model) if each.name not in model.asked_anew]
            set_values(row, [each for each in private if each.attname in version.data], version.data)
        snapshot = normalise(model, version.data)
        # A version from which something was withheld does not know it.
        kept = {name for name in model.withheld_unless if not snapshot[_attname(model, name)]}
        kept |= _unknown_to(thaw(model, row.pk, snapshot))
        _write(row, snapshot, kept | row.kept_when_restored())
        for name, child_model in child_models(model):
            if name not in kept:
                restore_rows(row, child_model, snapshot[name])
        Discarded.objects.of(row).in_bin().update(restored_at=timezone.now())
        if author:
            # For `history`, which says it in the language of its reader.
            told = {"restored": {"made_at": version.created_at.isoformat()}}
            LogEntry.objects.log_actions(author.pk, [row], CHANGE, [told])
        keep(row, author, begins=True)
    return model._base_manager.get(pk=row.pk)


def _attname(model: type[models.Model], name: str) -> str:
    return cast(AnyField, model._meta.get_field(name)).attname


def _unknown_to(obj: Any) -> set[str]:
    """What version `obj`, or row of one, can't know because it was withheld from it."""
    lists = {*getattr(obj, "children", ())}
    return {
        name
        for name in obj.withheld
        if not (getattr(obj, name).all() if name in lists else getattr(obj, _attname(type(obj), name)))
    }


def discard(row: Publishable, author: User | None, deleted: bool = False) -> Discarded:
    """Keep the saved working copy of `row`, because it is about to be overwritten or deleted."""
    row = type(row)._base_manager.get(pk=row.pk)
    return Discarded.objects.create(
        model=row._meta.label_lower,
        object_id=row.pk,
        title=str(row)[:MAX_CHARACTERS],
        author=author,
        deleted=deleted,
        data=freeze_all(row),
    )


@receiver(pre_delete)
def put_in_bin(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    """Keep what is being deleted; raise ProtectedError for what visitors see, which must be withdrawn first."""
    if not isinstance(instance, Publishable):
        return
    lock(sender)
    if is_live(instance):
        raise models.ProtectedError(_("Withdraw this before you delete it: visitors still see it."), {instance})
    if type(instance)._base_manager.filter(pk=instance.pk).exists():
        discard(instance, None, deleted=True)


def set_values(row: models.Model, fields: Iterable[AnyField], snapshot: Snapshot) -> None:
    """Put these fields of `snapshot` on `row`; a relation that can't be had again stays empty."""
    for field in fields:
        value = field.to_python(snapshot[field.attname])
        if isinstance(field, models.ForeignKey) and not _is_free(field, value):
            value = None
        setattr(row, field.attname, value)


def _is_free(field: AnyForeignKey, pk: object) -> bool:
    """Whether there still is something to relate to, and nobody else has it where only one may."""
    taken = field.unique and field.model._base_manager.filter(**{field.attname: pk}).exists()
    return not taken and field.related_model._base_manager.filter(pk=pk).exists()


def _write(row: models.Model, snapshot: Snapshot, kept: Collection[str] = ()) -> None:
    """Save the values of `snapshot` on working row `row`, but not those of the fields `kept`."""
    set_values(row, [field for field in published_fields(type(row)) if field.name not in kept], snapshot)
    row.save_base()  # as it was: `Ordered.save` would give a row without a place another one


def restore_rows(parent: Publishable, model: type[Child], snapshots: list[Snapshot]) -> None:
    """Make the child rows of `parent` those of `snapshots`, keeping their ids where free."""
    own = {row.pk: row for row in model._base_manager.filter(**{model.parent: parent})}
    model._base_manager.filter(pk__in=own.keys() - {each["id"] for each in snapshots}).delete()
    for snapshot in snapshots:
        row = own.get(snapshot["id"]) or model()
        if row.pk is None and snapshot["id"] > 0 and not model._base_manager.filter(pk=snapshot["id"]).exists():
            row.pk = snapshot["id"]
        setattr(row, model.parent, parent)
        shown = model()
        for field in published_fields(model):
            setattr(shown, field.attname, field.to_python(snapshot[field.attname]))
        _write(row, snapshot, _unknown_to(shown) if row.pk in own else ())
