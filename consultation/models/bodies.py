"""The bodies of RESOC, such as its daily board."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.models import Ordered, Publishable, RevisionSlug, slug_columns

MOST_ALIKE = 100  # addresses that differ in their last number alone
LONGEST_SLUG = 80  # letters, so that a date and a number fit in front and behind
SLUG_HELP = _("The last part of the web address: small letters, digits and hyphens.")


class Body(Ordered, Publishable):
    """A body that meets and adopts opinions."""

    class Kind(models.TextChoices):
        BOARD = "board", _("Board")
        ASSEMBLY = "assembly", _("General assembly")
        WORKING_GROUP = "working_group", _("Working group")
        OTHER = "other", _("Other")

    title_field = "name"
    stays_current = False

    name = models.CharField(_("name"), max_length=150, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("Only for a body that does not meet any more.")
    )

    class Meta(Ordered.Meta):
        verbose_name = _("body")
        verbose_name_plural = _("bodies")


def free_slug(row: Publishable, wanted: str) -> str:
    """`wanted`, or with the first number behind it that no other row of its model has or had in any language."""
    candidates = [wanted, *(f"{wanted}-{number}" for number in range(2, MOST_ALIKE))]
    taken = _taken(row, candidates)
    return next((each for each in candidates if each not in taken), wanted)  # or the checks before publishing say so


def _taken(row: Publishable, candidates: Iterable[str]) -> set[str]:
    names = list(candidates)
    model = type(row)
    taken: set[str] = set()
    for column in slug_columns(model):
        others = model._base_manager.exclude(pk=row.pk).filter(**{f"{column}__in": names})
        taken.update(others.values_list(column, flat=True))
    versions = RevisionSlug.objects.filter(slug__in=names, revision__model=model._meta.label_lower)
    taken.update(versions.exclude(revision__object_id=row.pk or 0).values_list("slug", flat=True))
    return taken


def newest_first(day: date) -> str:
    """A day as text that sorts the later one first, with its year to be read from it: see `year_of`."""
    return f"{9999 - day.year:04d}{12 - day.month:02d}{31 - day.day:02d}"


def year_of(key: str) -> int:
    """The year of a day that `newest_first` wrote."""
    return 9999 - int(key[:4])
