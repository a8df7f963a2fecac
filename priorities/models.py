"""What RESOC follows: the priorities of the Streekpact, current themes, and their updates."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import get_language_info, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from pages.models import Organisation
from publishing.dates import written
from publishing.fields import (
    DECORATIVE_HELP,
    FOCUS_HELP,
    FocusField,
    PictureField,
    PublishedForeignKey,
    RichTextField,
    check_room,
)
from publishing.languages import CODES, current
from publishing.models import AT, Child, Ordered, Publishable, Revision
from publishing.questions import Question, given
from publishing.transliteration import to_slug
from staff.models import StaffMember

SLUG_HELP = _("The last part of the web address: small letters, digits and hyphens.")


class Status(models.TextChoices):
    """How far something is, in one word."""

    PREPARATION = "preparation", _("In preparation")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Completed")
    ON_HOLD = "on_hold", _("On hold")


def document_path(document: "Document", name: str) -> str:
    """Where an uploaded file is kept: of its own name only what is harmless remains."""
    return f"documents/{to_slug(PurePath(name).stem, 'document')[:60]}-{secrets.token_hex(4)}.pdf"


class Document(Publishable):
    """A PDF with one address for ever: whoever replaces the file keeps it."""

    view_name = "document"
    together = (("file", "language", "size", "page_count"),)
    remarks: Sequence[str] = ()  # on a file that was just chosen, for who chose it

    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    file = models.FileField(
        _("file"),
        upload_to=document_path,
        max_length=255,
        blank=True,
        help_text=_("A PDF of at most 25 MB. Its title, language, size and number of pages are read from it."),
    )
    # Read from the file.
    language = models.CharField(_("language"), max_length=3, blank=True, editable=False, choices=settings.LANGUAGES)
    size = models.PositiveIntegerField(_("size"), null=True, editable=False)  # bytes
    page_count = models.PositiveIntegerField(_("pages"), null=True, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-pk"]

    def clean(self) -> None:
        self._read_file()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._read_file()
        super().save(*args, **kwargs)

    def _read_file(self) -> None:
        """Take over what a new file says of itself. Raises ValidationError when it is refused."""
        if not self.file:
            self.language, self.size, self.page_count = "", None, None
        elif not self.file._committed:  # type: ignore[attr-defined]  # not stored yet
            from priorities import pdfs  # only now: importing pypdf costs a worker 8 MB and a tenth of its start

            try:
                check_room(self.file.file)
                facts = pdfs.read(self.file.file)
            except ValidationError as error:
                raise ValidationError({"file": error.messages}) from error
            self.language = facts.language if facts.language in CODES else ""
            self.size, self.page_count, self.remarks = facts.size, facts.pages, facts.remarks
            row: Any = self  # its columns per language are made by modeltranslation
            row.title_nl = row.title_nl or facts.title
            row.slug_nl = row.slug_nl or to_slug(row.title_nl)[:100] or None

    def check_complete(self) -> None:
        if not self.file:
            raise ValidationError({"file": gettext("Choose a PDF before you publish.")})

    def shown_on(self) -> None:
        """On no page of its own: its address gives the file."""

    @property
    def sort_key(self) -> str:
        return f"{10**9 - self.pk:010d}"

    @property
    def facts(self) -> str:
        """`pdf, 1,8 MB, 12 pages`, and the language when it is not the reader's."""
        found = ["pdf"]
        if self.size:
            found.append(readable_size(self.size))
        if self.page_count:
            found.append(ngettext("%d page", "%d pages", self.page_count) % self.page_count)
        if self.language and self.language != current():
            found.append(get_language_info(self.language)["name_translated"].lower())
        return ", ".join(found)


def readable_size(size: int) -> str:
    """A number of bytes as readers of the current language write it."""
    if size < 100_000:
        return gettext("%s kB") % number_format(max(1, round(size / 1000)))
    return gettext("%s MB") % number_format(size / 1_000_000, 1)


class Attachment(Child):
    """A document in the list of documents of something."""

    document = PublishedForeignKey(Document, verbose_name=_("document"))

    class Meta(Child.Meta):
        abstract = True
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return str(self.document or "")


class HasDocuments(models.Model):
    """What has a list of documents: child rows called `documents`."""

    documents: Any

    class Meta:
        abstract = True

    @property
    def shown_documents(self) -> list[Document]:
        """The documents that can be read, in their order; one that is not public is left out."""
        return [row.document for row in self.documents.all() if row.document]


class Priority(HasDocuments, Publishable):
    """One of the priorities of the Streekpact."""

    class Phase(models.TextChoices):
        STARTED = "started", _("Started")
        PARTNERS = "partners", _("Partners involved")
        RUNNING = "running", _("Being carried out")
        EVALUATED = "evaluated", _("Result evaluated")

    view_name = "priority_detail"
    order_field = "number"
    has_own_number = True
    children = ("partners", "documents")

    number = models.PositiveSmallIntegerField(
        _("number"), default=0, help_text=_("Its number in the Streekpact; 0 gives it the next one.")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
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

    view_name = "theme_detail"
    children = ("documents",)

    title = models.CharField(_("title"), max_length=250, blank=True)
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


class ThemeDocument(Attachment):
    """A document of a theme."""

    parent = "theme"

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="documents")


class Update(HasDocuments, Publishable):
    """A dated message on one priority or one theme; published on its own."""

    shown_with = ("theme", "priority")
    together = (("priority", "theme"),)
    children = ("documents",)

    date = models.DateField(_("date"), default=date.today)
    title = models.CharField(_("title"), max_length=200, blank=True)
    body = RichTextField(_("text"), blank=True)
    priority = PublishedForeignKey(Priority, blank=True, verbose_name=_("priority"))
    theme = PublishedForeignKey(Theme, blank=True, verbose_name=_("theme"))

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-date", "-pk"]

    @property
    def sort_key(self) -> str:
        """Newest first, although lists are sorted upwards."""
        return f"{date.max.toordinal() - self.date.toordinal():07d}"

    @property
    def page_kind(self) -> str:
        return f"{super().page_kind}, {written(self.date)}"

    def check_complete(self) -> None:
        if bool(self.priority_id) == bool(self.theme_id):
            raise ValidationError({"theme": gettext("Choose one priority or one theme, not both.")})

    def shown_on(self) -> Any:
        """The page of what it is about, published or not; None while that was not chosen."""
        subject = self.theme or self.priority
        if subject or not (self.theme_id or self.priority_id):
            return subject
        if self.theme_id:
            return Theme._base_manager.filter(pk=self.theme_id).first()
        return Priority._base_manager.filter(pk=self.priority_id or 0).first()

    def get_absolute_url(self, language: str | None = None) -> str:
        """The page of what it is about."""
        subject: Any = self.theme or self.priority
        return subject.get_absolute_url(language) if subject else ""


# Without the model or an order: SQLite would then look at all updates there are.
ON_THEME = Question(lambda: Revision.objects.public(AT).order_by().referring_to_numbered(Theme, given("id"), "theme"))


def updates_of(theme: Theme, at: datetime) -> list[Revision]:
    """What visitors see, or saw at that moment, of the updates of one theme, newest first."""
    return sorted(ON_THEME(id=theme.pk, at=at), key=lambda revision: (revision.sort_key, revision.object_id))


NEWEST_UPDATES = Question(
    lambda field, model, number: (
        Revision.objects.of(Update)
        .public(AT)
        .order_by()
        .filter(
            references__field=field,
            references__model=model,
            references__object_id__in=[given(f"id{place}") for place in range(number)],
        )
        .values_list("references__object_id")
        .annotate(models.Min("sort_key"))
    )
)


def with_update_dates(subjects: Iterable[Any], field: str) -> list[Any]:
    """These published priorities or themes, each with the date of its newest update in `updated`: one query for all.

    `field` is how an update names them.
    """
    found = list(subjects)
    if found:
        ids = {f"id{place}": subject.pk for place, subject in enumerate(found)}
        shape = field, found[0]._meta.label_lower, len(found)
        newest = dict(NEWEST_UPDATES.rows(*shape, at=found[0].as_of, **ids))
        for subject in found:
            key = newest.get(subject.pk)  # as `Update.sort_key` makes it
            subject.updated = date.fromordinal(date.max.toordinal() - int(key)) if key else None
    return found


class UpdateDocument(Attachment):
    """A document of an update."""

    parent = "update"

    update = models.ForeignKey(Update, models.CASCADE, related_name="documents")
