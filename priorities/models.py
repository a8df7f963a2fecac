"""What RESOC follows: the priorities of the Streekpact, current themes, and their updates."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pages.models import Organisation
from publishing.fields import (
    DECORATIVE_HELP,
    FOCUS_HELP,
    FocusField,
    PictureField,
    PublishedForeignKey,
    RichTextField,
)
from publishing.models import Child, Ordered, Publishable
from staff.models import StaffMember

SLUG_HELP = _("The last part of the web address: small letters, digits and hyphens.")


class Status(models.TextChoices):
    """How far something is, in one word."""

    PREPARATION = "preparation", _("In preparation")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Completed")
    ON_HOLD = "on_hold", _("On hold")


class Priority(Publishable):
    """One of the priorities of the Streekpact."""

    class Phase(models.TextChoices):
        STARTED = "started", _("Started")
        PARTNERS = "partners", _("Partners involved")
        RUNNING = "running", _("Being carried out")
        EVALUATED = "evaluated", _("Result evaluated")

    view_name = "priority_detail"
    children = ("partners",)

    number = models.PositiveSmallIntegerField(_("number"), default=1, help_text=_("Its number in the Streekpact."))
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


class Theme(Ordered, Publishable):
    """A current matter that RESOC follows, sometimes as part of a priority."""

    view_name = "theme_detail"

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


class Update(Publishable):
    """A dated message on one priority or one theme; published on its own."""

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
        return f"{super().page_kind}, {date_format(self.date, 'j F Y')}"

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
