"""What RESOC follows: the priorities of the Streekpact, current themes, and their updates."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from itertools import chain, count
from operator import or_
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from pages.models import Organisation
from priorities.models.documents import SLUG_HELP, Attachment, HasDocuments, newest_first
from publishing.content.fields import RichTextField
from publishing.files.fields import DECORATIVE_HELP, FOCUS_HELP, FocusField, PictureField
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES, resolve
from publishing.models import Child, Ordered, Publishable, Revision, RevisionSlug, slug_columns
from publishing.models.relations import PublishedForeignKey
from publishing.models.revisions import AT
from publishing.queries.prepared import PreparedQuery, param
from publishing.text.transliteration import to_slug
from staff.models import StaffMember

SHORT_TITLE_HELP = _("Optional: for lists, links and the tab of the browser. The page keeps its whole title.")


class Status(models.TextChoices):
    """How far something is, in one word."""

    PREPARATION = "preparation", _("In preparation")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Completed")
    ON_HOLD = "on_hold", _("On hold")


class Priority(HasDocuments, Publishable):
    """One of the priorities of the Streekpact."""

    class Phase(models.TextChoices):
        STARTED = "started", _("Started")
        PARTNERS = "partners", _("Partners involved")
        RUNNING = "running", _("Being carried out")
        EVALUATED = "evaluated", _("Result evaluated")

    summary_fields = ("summary", "body")
    view_name = "priority_detail"
    reach = 3
    has_versions = True
    tells_changes = True
    order_field = "number"
    has_own_number = True
    search_weight = 4
    children = ("partners", "documents")

    number = models.PositiveSmallIntegerField(
        _("number"), default=0, help_text=_("Its number in the Streekpact; 0 gives it the next one.")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    short_title = models.CharField(_("name in lists"), max_length=65, blank=True, help_text=SHORT_TITLE_HELP)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    summary = models.TextField(_("summary"), blank=True, help_text=_("Optional, two or three sentences."))
    body = RichTextField(_("text"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, blank=True)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase, blank=True)
    lead = PublishedForeignKey(Organisation, blank=True, verbose_name=_("lead"))
    contact = PublishedForeignKey(StaffMember, blank=True, verbose_name=_("contact"))

    class Meta:
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")
        ordering = ["number", "pk"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.number:
            last = Priority._base_manager.aggregate(last=models.Max("number"))["last"] or 0
            self.number = last + 1
        super().save(*args, **kwargs)

    @property
    def sort_key(self) -> str:
        return f"{self.number:06d}"

    @property
    def page_kind(self) -> str:
        return f"{super().page_kind} {self.number}"

    @property
    def in_a_sentence(self) -> str:
        said = {"number": self.number, "title": resolve(self, "title").shown}
        return gettext("Priority %(number)d of RESOC Westhoek: %(title)s.") % said

    @property
    def keywords(self) -> tuple[str, ...]:
        """Its number as people say it, in each language."""
        kinds = []
        for code in CODES:
            with override(code):
                kinds.append(self.page_kind)
        return tuple(kinds)

    @property
    def is_sparse(self) -> bool:
        return not self.says("summary", "body", "status", "phase", "lead", "contact") and not self.partners.all()


class Partner(Child):
    """An organisation that works on a priority."""

    parent = "priority"

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="partners")
    organisation = PublishedForeignKey(Organisation, verbose_name=_("organisation"))

    class Meta(Child.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return str(self.organisation or "")


class PriorityDocument(Attachment):
    """A document of a priority."""

    parent = "priority"

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="documents")


class Theme(Ordered, HasDocuments, Publishable):
    """A current matter that RESOC follows, sometimes as part of a priority."""

    summary_fields = ("summary", "body")
    view_name = "theme_detail"
    search_weight = 4
    reach = 2
    has_versions = True
    tells_changes = True
    children = ("documents",)

    title = models.CharField(_("title"), max_length=250, blank=True)
    short_title = models.CharField(_("name in lists"), max_length=65, blank=True, help_text=SHORT_TITLE_HELP)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    summary = models.TextField(_("summary"), blank=True, help_text=_("Optional, two or three sentences."))
    body = RichTextField(_("text"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, blank=True)
    priority = PublishedForeignKey(Priority, blank=True, verbose_name=_("priority"))
    contact = PublishedForeignKey(StaffMember, blank=True, verbose_name=_("contact"))
    url = models.URLField(_("website"), blank=True, help_text=_("A page elsewhere about this theme: the full address."))
    url_label = models.CharField(_("name of that website"), max_length=100, blank=True)
    image = PictureField(
        _("picture"),
        upload_to="themes/",
        blank=True,
        width_field="image_width",
        height_field="image_height",
        help_text=_("Optional, and only when it shows the thing itself: the junction, the site, the meeting."),
    )
    image_width = models.PositiveIntegerField(null=True, editable=False)  # pixels
    image_height = models.PositiveIntegerField(null=True, editable=False)  # pixels
    image_focus_x = FocusField(_("middle of the picture, from the left (%)"), default=50, help_text=FOCUS_HELP)
    image_focus_y = FocusField(_("middle of the picture, from the top (%)"), default=50)
    image_is_decorative = models.BooleanField(_("decorative picture"), default=False, help_text=DECORATIVE_HELP)
    image_alt = models.CharField(
        _("what the picture shows"),
        max_length=250,
        blank=True,
        help_text=_("For people who cannot see it. Describe the picture, not the file."),
    )
    image_caption = models.CharField(
        _("caption"),
        max_length=250,
        blank=True,
        help_text=_("Stands under the picture: what it is, the year, and who made it."),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    @property
    def page_kind(self) -> str:
        return gettext("Topic")

    @property
    def in_a_sentence(self) -> str:
        return gettext("A topic that RESOC Westhoek follows: %(title)s.") % {"title": resolve(self, "title").shown}

    @property
    def is_sparse(self) -> bool:
        return not self.says("summary", "body", "status", "contact", "url", "image")


class ThemeDocument(Attachment):
    """A document of a theme."""

    parent = "theme"

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="documents")


LONGEST_SLUG = 80  # letters, so that a date and a number fit behind it


class Update(HasDocuments, Publishable):
    """A dated message, about any number of priorities and themes; published on its own."""

    summary_fields = ("body",)
    view_name = "update_detail"
    search_weight = 1
    has_versions = True
    tells_changes = True
    stays_current = False
    schema_type = "NewsArticle"
    children = ("subjects", "documents")

    date = models.DateField(_("date"), default=date.today)
    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    body = RichTextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-date", "-pk"]

    def clean(self) -> None:
        self._name_address()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._name_address()
        super().save(*args, **kwargs)

    def _name_address(self) -> None:
        """Make an address of the title, with the date when another update is called the same."""
        row: Any = self  # its columns per language are made by modeltranslation
        slug = to_slug(row.title_nl or "")[:LONGEST_SLUG]
        if slug and not row.slug_nl:
            dated = f"{slug}-{self.date}"
            candidates = chain([slug, dated], (f"{dated}-{number}" for number in count(2)))
            row.slug_nl = next(each for each in candidates if not self._is_used(each))

    def _is_used(self, slug: str) -> bool:
        """Whether another update has this slug in any language, or had it in a version."""
        columns = [models.Q(**{column: slug}) for column in slug_columns(Update)]
        if Update._base_manager.exclude(pk=self.pk).filter(reduce(or_, columns)).exists():
            return True
        versions = RevisionSlug.objects.filter(slug=slug, revision__model=Update._meta.label_lower)
        return versions.exclude(revision__object_id=self.pk or 0).exists()

    @property
    def sort_key(self) -> str:
        return newest_first(self.date)

    @property
    def dated(self) -> Any:  # `date` is the field here
        return self.date

    @property
    def page_kind(self) -> str:
        return f"{super().page_kind}, {written(self.date)}"

    @property
    def shown_subjects(self) -> list[Publishable]:
        """The priorities and themes that it is about and visitors can read, each once, in their order."""
        found = (row.priority or row.theme for row in self.subjects.all())
        return list(dict.fromkeys(each for each in found if each))

    def structured_data(self) -> dict[str, object]:
        return super().structured_data() | {"datePublished": self.date.isoformat()}


class Subject(Child):
    """A priority or a theme that an update is about."""

    parent = "update"
    together = (("priority", "theme"),)

    update = models.ForeignKey(Update, models.CASCADE, related_name="subjects")
    priority = PublishedForeignKey(Priority, blank=True, verbose_name=_("priority"))
    theme = PublishedForeignKey(Theme, blank=True, verbose_name=_("theme"))

    class Meta(Child.Meta):
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")

    def __str__(self) -> str:
        return str(self.priority or self.theme or "")

    def clean(self) -> None:
        if self.priority_id and self.theme_id:
            raise ValidationError(
                {"theme": gettext("Not both in one row: take the theme out, and give it its own row.")}
            )
        if not self.priority_id and not self.theme_id:
            raise ValidationError({"priority": gettext("Choose a priority or a theme, or delete this row.")})


FIELDS = {"priorities.priority": "subjects.priority", "priorities.theme": "subjects.theme"}  # by which they are named


def about(shape: Iterable[tuple[str, int]]) -> Any:
    """The public updates about any of some objects: as many of each model as `shape` says, numbered `<model>_<n>`."""
    ends = [(apps.get_model(label), [param(f"{label}_{place}") for place in range(number)]) for label, number in shape]
    # Without the model or an order: SQLite would then look at all updates there are.
    return Revision.objects.public(AT).order_by().referring_to_any(ends, *FIELDS.values())


ABOUT: PreparedQuery[Revision] = PreparedQuery(lambda *shape: about(shape))


def numbers(subjects: Iterable[Publishable]) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """How many `subjects` of each model there are, and their numbers by the names that `about` gives them."""
    by_model: dict[str, list[int]] = {}
    for subject in subjects:
        by_model.setdefault(subject._meta.label_lower, []).append(subject.pk)
    values = {f"{label}_{place}": pk for label, pks in by_model.items() for place, pk in enumerate(pks)}
    return [(label, len(pks)) for label, pks in by_model.items()], values


def updates_about(subjects: Iterable[Publishable], at: datetime) -> list[Revision]:
    """The public updates about any of these priorities and themes, now or at that moment, newest first."""
    shape, values = numbers(subjects)
    found = {revision.pk: revision for revision in ABOUT(*shape, at=at, **values)}
    return sorted(found.values(), key=lambda revision: (revision.sort_key, revision.object_id))


NEWEST_UPDATES: PreparedQuery[Revision] = PreparedQuery(
    lambda *shape: (
        about(shape).values_list("references__model", "references__object_id").annotate(models.Min("sort_key"))
    )
)


THEMES_OF: PreparedQuery[Revision] = PreparedQuery(
    lambda number: (
        Revision.objects.of(Theme)
        .public(AT)
        .order_by()
        .referring_to_any([(Priority, [param(f"id{place}") for place in range(number)])], "priority")
        .values_list("object_id", "references__object_id")
    )
)


def with_update_dates(subjects: Iterable[Any]) -> list[Any]:
    """These published priorities or themes, each with the date of the newest update on its page in `updated`.

    One query for all; for priorities another one, because they also have the updates of their themes.
    """
    found = list(subjects)
    if not found:
        return found
    at = found[0].as_of
    priorities = [each.pk for each in found if isinstance(each, Priority)]
    through: list[tuple[int, int]] = []
    if priorities:
        values = {f"id{place}": pk for place, pk in enumerate(priorities)}
        through = [(theme, priority) for theme, priority in THEMES_OF.rows(len(priorities), at=at, **values)]
    shape, values = numbers([*found, *(Theme(pk=pk) for pk in dict(through))])
    keys: dict[tuple[str, int], str] = {}
    for label, pk, key in NEWEST_UPDATES.rows(*shape, at=at, **values):
        keys[label, pk] = key
    for theme, priority in through:
        named = "priorities.priority", priority
        keys[named] = min(filter(None, (keys.get(named), keys.get(("priorities.theme", theme)))), default="")
    for subject in found:
        key = keys.get((subject._meta.label_lower, subject.pk))  # as `Update.sort_key` makes it
        subject.updated = date.fromordinal(date.max.toordinal() - int(key)) if key else None
    return found


class UpdateDocument(Attachment):
    """A document of an update."""

    parent = "update"

    update = models.ForeignKey(Update, models.CASCADE, related_name="documents")
