"""What visitors read of the change that a version made: one line, in a table of its own beside the version.

A version never changes; its change note can be corrected and erased. `Revision.note` is another thing: the desk
alone reads that.
"""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.i18n.languages import localized
from publishing.models.revisions import CAME_DUE, Revision
from publishing.text.cleaning import clean_line

LONGEST_NOTE = 300  # characters of a change note in one language


class ChangeNote(models.Model):
    """What is new for the reader in one version, or that it is a minor change.

    A minor change renews no date and no entry of a feed; its words are optional. `text` has a value per language.
    """

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="change_note", editable=False)
    text = models.CharField(_("what is new for the reader"), max_length=LONGEST_NOTE, blank=True)
    is_minor = models.BooleanField(_("small improvement"), default=False)

    class Meta:
        verbose_name = _("change note")
        verbose_name_plural = _("change notes")

    def __str__(self) -> str:
        return f"{self.revision_id}"

    @property
    def words(self) -> dict[str, str]:
        """Its text by column, as it is stored: one line, "" when nobody would read anything."""
        return {
            column: clean_line(" ".join((getattr(self, column) or "").splitlines())).strip()
            for column in note_columns()
        }

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to keep."""
        return not self.is_minor and not any(self.words.values())

    def of(self, revision: Revision) -> Self:
        """An unsaved copy of it beside another version."""
        fresh: dict[str, Any] = {"revision": revision, "is_minor": self.is_minor, **self.words}
        return type(self)(**fresh)


def note_columns() -> tuple[str, ...]:
    """The columns with the text of a change note, one for each language."""
    return localized("text")


# What a query for a revision can ask besides: its own change note, so that a page need not ask again.
WITH_NOTE = {f"note_{column}": models.F(f"change_note__{column}") for column in ("is_minor", *note_columns())}


def last_told(revisions: Iterable[Revision]) -> dict[int, ChangeNote]:
    """What visitors are told of the last change of each of these, by its key: one query, on what is public.

    None for those that were found together `WITH_NOTE` and are themselves that change.
    """
    told, asked = {}, {}
    for each in revisions:
        if each.changed_at == each.live_from and "note_is_minor" in vars(each):
            if each.note_is_minor is not None:  # type: ignore[attr-defined]
                told[each.pk] = _read(vars(each)[name] for name in WITH_NOTE)
        else:
            asked[each.model, each.object_id, each.changed_at] = each.pk
    if not asked:
        return told
    found = (
        Revision.objects.among((model, object_id) for model, object_id, _at in asked)
        .filter(CAME_DUE, live_from__in={at for _model, _object_id, at in asked}, unchanged_since=None)
        .filter(withdrawn=False, taken_back_at=None, erased_at=None, change_note__isnull=False)
        .order_by("pk")
    )
    columns = (f"change_note__{name.removeprefix('note_')}" for name in WITH_NOTE)
    for model, object_id, at, *values in found.values_list("model", "object_id", "live_from", *columns):
        if key := asked.get((model, object_id, at)):
            told[key] = _read(values)
    return told


def _read(values: Iterable[object]) -> ChangeNote:
    columns = (name.removeprefix("note_") for name in WITH_NOTE)
    return ChangeNote(**dict(zip(columns, values, strict=True)))
