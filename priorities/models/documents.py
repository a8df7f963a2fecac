"""Documents: PDFs with one address for ever, and the lists of them that pages have."""

import secrets
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language_info, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from publishing.files.limits import check_room
from publishing.i18n.languages import CODES, current, is_blank
from publishing.models import Child, Publishable
from publishing.models.relations import PublishedForeignKey
from publishing.text.transliteration import to_slug

SLUG_HELP = _("The last part of the web address: small letters, digits and hyphens.")


def document_path(document: "Document", name: str) -> str:
    """Where an uploaded file is kept: of its own name only what is harmless remains."""
    return f"documents/{to_slug(PurePath(name).stem, 'document')[:60]}-{secrets.token_hex(4)}.pdf"


def newest_first(day: date) -> str:
    """The place of a day in a list that is sorted upwards, with the newest on top."""
    return f"{date.max.toordinal() - day.toordinal():07d}"


# From here on stand the keys of documents that are news, which are those of updates; other documents come before.
NEWS_BEGINS = "1"


class Document(Publishable):
    """A PDF with one address for ever: whoever replaces the file keeps it."""

    view_name = "document"
    search_weight = 1
    stays_current = False  # a report says what was so on its day
    proposed = ("title_nl", "slug_nl")
    together = (("file", "language", "size", "page_count", "has_text", "is_tagged"),)
    not_copied = ("is_news", "news_on")

    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    file = models.FileField(
        _("file"),
        upload_to=document_path,
        max_length=255,
        blank=True,
        help_text=_("A PDF of at most 25 MB. Its title, language, size and number of pages are read from it."),
    )
    is_news = models.BooleanField(
        _("stands among the news"),
        default=False,
        help_text=_("Visitors then find it under News too, and the newest on the home page."),
    )
    news_on = models.DateField(
        _("date among the news"), null=True, blank=True, help_text=_("Empty: the day on which it is published.")
    )
    # Read from the file.
    language = models.CharField(_("language"), max_length=3, blank=True, editable=False, choices=settings.LANGUAGES)
    size = models.PositiveIntegerField(_("size"), null=True, editable=False)  # bytes
    page_count = models.PositiveIntegerField(_("pages"), null=True, editable=False)
    # None of what was uploaded before these were read.
    has_text = models.BooleanField(_("has text"), null=True, editable=False)  # and not just pictures of pages
    is_tagged = models.BooleanField(_("is tagged"), null=True, editable=False)  # says what its headings are

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
        """Copy title, language, pages and size from a new file. Raises ValidationError when it is refused."""
        if not self.file:
            self.language, self.size, self.page_count, self.has_text, self.is_tagged = "", None, None, None, None
        elif not self.file._committed:  # type: ignore[attr-defined]  # not stored yet
            from priorities import pdfs  # only now: importing pypdf costs a worker 8 MB and a tenth of its start

            try:
                check_room(self.file.file)
                facts = pdfs.read(self.file.file)
            except ValidationError as error:
                raise ValidationError({"file": error.messages}) from error
            self.language = facts.language if facts.language in CODES else ""
            self.size, self.page_count, self.remarks = facts.size, facts.pages, facts.remarks
            self.has_text, self.is_tagged = facts.has_text, facts.is_tagged
            row: Any = self  # its columns per language are made by modeltranslation
            row.title_nl = row.title_nl or facts.title
            row.slug_nl = row.slug_nl or to_slug(row.title_nl)[:100] or None

    def check_complete(self) -> None:
        if not self.file:
            raise ValidationError({"file": gettext("Choose a PDF before you publish.")})

    @property
    def is_page(self) -> bool:
        """False: the address of a document is that of its file."""
        return False

    def before_publishing(self, live_from: datetime) -> None:
        """Date what is news from now on."""
        if self.is_news and not self.news_on:
            self.news_on = timezone.localtime(live_from).date()
            Document._base_manager.filter(pk=self.pk).update(news_on=self.news_on)

    @property
    def dated(self) -> date | None:
        return self.news_on if self.is_news else None

    @property
    def sort_key(self) -> str:
        """Among the news the place of an update of that day; else before all news, the last one made first."""
        return max(newest_first(self.dated), f"{NEWS_BEGINS:0<7}") if self.dated else f"{10**9 - self.pk:010d}"

    @property
    def facts(self) -> str:
        """`pdf, 1,8 MB, 12 pages`, and the language when it is not the reader's."""
        found = ["pdf"]
        if self.size:
            found.append(readable_size(self.size))
        if self.page_count:
            found.append(ngettext("%d page", "%d pages", self.page_count) % self.page_count)
        if self.language and self.language != current():
            name = str(get_language_info(self.language)["name_translated"])
            found.append(name if current() == "en" else name.lower())
        return ", ".join(found)


def readable_size(size: int) -> str:
    """A number of bytes as readers of the current language write it, on one line."""
    if size < 100_000:
        said = gettext("%s kB") % number_format(max(1, round(size / 1000)))
    else:
        said = gettext("%s MB") % number_format(size / 1_000_000, 1)
    return said.replace(" ", "\N{NO-BREAK SPACE}")


class Attachment(Child):
    """A document in the list of documents of something."""

    document = PublishedForeignKey(Document, verbose_name=_("document"))

    class Meta(Child.Meta):
        abstract = True
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return str(self.document or "")


def _values(row: models.Model, name: str) -> list[str]:
    """What stands in the field `name`, in each language when it is translated."""
    columns = [f"{name}_{code}" for code in CODES] if hasattr(row, f"{name}_{CODES[0]}") else [name]
    return [str(getattr(row, column) or "") for column in columns]


class HasDocuments(models.Model):
    """A model with a list of documents, in child rows called `documents`."""

    documents: Any
    goes_along: ClassVar[tuple[str, ...]] = ("documents.document",)

    class Meta:
        abstract = True

    @property
    def shown_documents(self) -> list[Document]:
        """The documents that can be read, in their order; one that is not public is left out."""
        return [row.document for row in self.documents.all() if row.document]

    def says(self, *names: str) -> bool:
        """Whether one of these fields, or the list of documents, says something."""
        return bool(self.shown_documents) or any(not is_blank(value) for name in names for value in _values(self, name))
