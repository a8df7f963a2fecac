"""The form of the public version, beside that of the working copy: correcting it publishes the correction alone.

The form in this mode is made from a copy of the row with the values that are public. The copy is never
saved: what somebody changed in the form goes through `workflow.amend`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from publishing.i18n.formats import written_with_day
from publishing.models import ChangeNote, Publishable, Revision
from publishing.models.snapshots import diff, freeze_all, normalise, published_fields, thaw, unpublished_fields
from publishing.review.diff import changed_labels, label
from publishing.search.desk import desk_index
from publishing.types import AnyBaseModelForm, AnyFormSet
from publishing.web.preview import typed
from publishing.workflow import Amendment, Kept, amend
from publishing.workflow.merge import units

QUERY = "op=site"  # after the address of a form


def is_asked(request: HttpRequest) -> bool:
    """Whether `request` is about the form of what is public, or about its preview."""
    match = request.resolver_match
    return request.GET.get("op") == "site" and bool(match) and str(match.url_name).endswith(("_change", "_preview"))  # type: ignore[union-attr]


def is_copy(obj: object) -> bool:
    """Whether `obj` was made by `as_public`."""
    return hasattr(obj, "opened")


def base_of(row: Publishable, *, also_past: bool) -> Revision | None:
    """The public version of `row`; with `also_past` the last one, for a form that comes back after it left the site."""
    public = row.revisions.public().first()
    return public or (row.revisions.once_public().order_by("-live_from", "-pk").first() if also_past else None)


def as_public(row: Any, version: Revision) -> Any:
    """`row` with the values of public `version`, and its child rows; not to be saved.

    A detail that visitors may not see has the value of the working copy, which alone has it. The
    copy has `opened`, its whole content, to compare with what is typed later.
    """
    model: type[Publishable] = type(row)
    data, own, nothing = normalise(model, version.data), freeze_all(row), normalise(model, {})
    flags = {model._meta.get_field(name).attname: flag for name, flag in row.withheld_unless.items()}  # type: ignore[union-attr]
    hidden = {column for column, flag in flags.items() if not getattr(row, flag) and data[column] == nothing[column]}
    private = {column for unit in units(model) if hidden.intersection(unit) for column in unit}
    # Hidden in the working copy alone: visitors see these still.
    row.draft_hides = {
        flag for column, flag in flags.items() if not getattr(row, flag) and data[column] != nothing[column]
    }
    for flag in row.draft_hides:
        setattr(row, flag, True)
    for field in published_fields(model):
        if field.attname not in private and data[field.attname] != own[field.attname]:
            value = field.to_python(data[field.attname])
            if isinstance(field, models.FileField):
                row.__dict__[field.attname] = value  # setting it would open the file to measure it
            else:
                setattr(row, field.attname, value)
    thawed = thaw(model, row.pk, data)
    row._prefetched_objects_cache = dict(getattr(thawed, "_prefetched_objects_cache", {}))
    row.site_rows = {name: list(rows) for name, rows in row._prefetched_objects_cache.items()}
    for rows in row.site_rows.values():
        for child in rows:
            child._state.fields_cache[child.parent] = row
    row.opened = freeze_all(row)
    return row


def changes(form: AnyBaseModelForm, formsets: list[AnyFormSet]) -> dict[str, object]:
    """What somebody changed in the form of a copy, as `amend` takes it."""
    obj = form.instance
    model: type[Publishable] = type(obj)
    before, after = obj.opened, typed(form, formsets)
    found: dict[str, object] = {}
    for field in [*published_fields(model), *unpublished_fields(model)]:
        value = getattr(obj, field.attname)
        is_new = isinstance(field, models.FileField) and bool(value) and not value._committed
        if field.name in form.fields and (is_new or before[field.attname] != after[field.attname]):
            found[field.attname] = value
    for name, flag in obj.withheld_unless.items():
        column = model._meta.get_field(name).attname  # type: ignore[union-attr]
        if getattr(obj, flag) and not found.keys().isdisjoint({column, flag}):  # publish what this form shows
            unit = next(unit for unit in units(model) if column in unit) if flag in found else (column,)
            found |= {flag: True, **{each: getattr(obj, each) for each in unit}}
    for name in obj.children:
        if name in after and before[name] != after[name]:
            found[name] = [{key: value for key, value in row.items() if key != "id" or value} for row in after[name]]
    return found


def publish_changes(
    form: AnyBaseModelForm, formsets: list[AnyFormSet], author: Any, change_note: ChangeNote | None = None
) -> Amendment:
    """Publish what somebody changed in the form of a copy; raises ValidationError when that can't be."""
    obj = form.instance
    wanted = changes(form, formsets)
    amendment = amend(obj, wanted, author, change_note=change_note)
    # What the working copy hides and visitors still see was corrected, not shown again.
    if hides := [flag for flag in obj.draft_hides if wanted.get(flag)]:
        type(obj)._base_manager.filter(pk=obj.pk).update(**dict.fromkeys(hides, False))
        desk_index.changed(type(obj), obj.pk)
    return amendment


def rows_added(amendment: Amendment, obj: Any, formsets: list[AnyFormSet]) -> dict[str, int]:
    """The child rows that an amendment added, by their prefix in the form."""
    added: dict[str, int] = {}
    for formset in formsets if amendment.revision else ():
        name = formset.fk.remote_field.related_name  # type: ignore[attr-defined]  # of an inline formset
        known = {row["id"] for row in obj.opened[name]}
        made = sorted(row["id"] for row in amendment.revision.data[name] if row["id"] not in known)  # type: ignore[union-attr]
        new = [each for each in formset.forms if each.has_changed() and each not in formset.deleted_forms]
        new = sorted((each for each in new if each.instance.pk is None), key=lambda each: each.instance.position)
        added |= {str(each.prefix): pk for each, pk in zip(new, made, strict=False)}
    return added


# What is told


def would_change(form: AnyBaseModelForm, formsets: list[AnyFormSet]) -> list[str]:
    """The labels of what visitors would see change when the working copy that is in this form is published."""
    obj = form.instance
    public = obj.revisions.public().first()
    if public is None:
        return []
    before, after = normalise(type(obj), public.data), typed(form, formsets)
    return changed_labels(type(obj), diff(before, normalise(type(obj), after)))


@dataclass(frozen=True)
class Coming:
    """A version that waits, and in what it differs from the one that is public."""

    revision: Revision
    labels: list[str]


@dataclass(frozen=True)
class OpenChanges:
    """Saved and planned changes of an object, beside its public version."""

    coming: list[Coming]
    saved: list[str]  # the labels of what is saved and neither public nor planned
    is_public: bool

    @property
    def needs_choice(self) -> bool:
        """Whether the form must say which of the two one is working on."""
        return self.is_public and bool(self.coming or self.saved)

    @property
    def to_tell(self) -> bool:
        """Whether there is anything to say above the form."""
        return bool(self.coming) or self.needs_choice


def standing(obj: Publishable, waiting: Iterable[Revision], saved: list[str]) -> OpenChanges:
    """What there is of `obj`; `saved` are the labels of what is neither public nor planned."""
    model = type(obj)
    public = obj.revisions.public().first()
    before = normalise(model, public.data) if public else None
    coming = [
        Coming(each, changed_labels(model, diff(before, normalise(model, each.data))) if before else [])
        for each in waiting
    ]
    return OpenChanges(coming, saved, public is not None)


def published_told(obj: Publishable) -> str:
    """That visitors see it now, with a link to its page if it has one."""
    url = obj.get_absolute_url()
    link = format_html(' <a href="{}">{}</a>', url, _("View the page")) if url else ""
    return format_html("{}{}", _("Published: visitors see it now."), link)


def plans_told(waiting: Iterable[Revision]) -> str:
    """That these versions go on waiting; "" when none does."""
    return " ".join(_("What is planned for %s stays planned.") % _moment(each) for each in waiting)


def dropped_told(waiting: Iterable[Revision]) -> str:
    """That these versions do not come any more; "" when none waited."""
    return " ".join(_("What was planned for %s does not come any more.") % _moment(each) for each in waiting)


def kept_told(obj: Publishable, amendment: Amendment, address: str) -> str:
    """Which other versions keep what they say, each with a link to its field; "" when all follow."""
    places: dict[tuple[str, str], list[str]] = {}
    for revision, kept in amendment.kept:
        place = _("the version of %s") % _moment(revision) if revision else _("the working copy")
        told = places.setdefault(_field_of(obj, kept), [])
        if place not in told:
            told.append(place)
    if not places:
        return ""
    fields = format_html_join(
        "; ",
        '<a href="{}#{}">{}</a> ({})',
        ((address, anchor, name, ", ".join(told)) for (name, anchor), told in places.items()),
    )
    return format_html("{} {}.", _("These said something else already, and keep it:"), fields)


def untouched_told(amendment: Amendment) -> str:
    """Which versions could not be published any more with the correction, and do not have it; "" when none."""
    message = _("The version of %s does not have your correction: with it, it could not be published.")
    return " ".join(message % _moment(each) for each in amendment.untouched)


def _moment(revision: Revision) -> str:
    return written_with_day(timezone.localtime(revision.live_from))


def _field_of(obj: Publishable, kept: Kept) -> tuple[str, str]:
    """What the form calls the place of `kept`, and the id of it there."""
    model, name = type(obj), str(kept.path[0])
    if len(kept.path) > 1:
        return label(model, kept.path), f"{name}-group"
    unit = next((unit for unit in units(model) if name in unit), (name,))
    column = next((each for each in [name, *unit] if label(model, (each,))), name)
    fields = {field.attname: field.name for field in published_fields(model)}
    return label(model, (column,)) or column, f"id_{fields.get(column, column)}"
