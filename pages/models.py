"""Who RESOC is: the one mission page with its roles, aims and seats; bodies; text pages."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.urls import resolve as resolve_address
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.addresses import address
from publishing.fields import (
    DECORATIVE_HELP,
    FOCUS_HELP,
    FocusField,
    PictureField,
    PublishedForeignKey,
    RichTextField,
)
from publishing.languages import CODES, current, resolve
from publishing.models import Child, Ordered, Publishable


class Organisation(Publishable):
    """A body that sits in RESOC, leads a priority or is a partner. It has no page of its own.

    Its name is a proper name and therefore the same in every language.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("Public authority")
        SOCIAL_PARTNER = "social_partner", _("Social partner")
        CONSULTATION = "consultation", _("Consultation body")
        EDUCATION = "education", _("Education and training")
        OTHER = "other", _("Other")

    title_field = "name"

    name = models.CharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, blank=True, help_text=_("Not shown to visitors."))
    url = models.URLField(
        _("website"), blank=True, help_text=_("The full address, for example https://www.westhoekoverleg.be.")
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    @property
    def sort_key(self) -> str:
        return self.name.casefold()[:100]


class ContactDetails(Publishable):
    """How to reach RESOC as a body: one set, shown wherever a page says so, and never more than is filled in.

    The telephone number is that of the staff member who answers for the secretariat.
    """

    title_field = "name"

    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("An address that somebody of the secretariat always reads.")
    )
    street = models.CharField(_("street and number"), max_length=150, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("contact details")
        verbose_name_plural = _("contact details")

    @property
    def town(self) -> str:
        """The last line of the postal address."""
        return f"{self.postal_code} {self.municipality}".strip()

    def structured_data(self) -> dict[str, Any]:
        """What schema.org calls a contact point, with only what is filled in."""
        address = {
            "streetAddress": self.street,
            "postalCode": self.postal_code,
            "addressLocality": self.municipality,
        }
        filled = {name: value for name, value in address.items() if value}
        data: dict[str, Any] = {"email": self.email} if self.email else {}
        if filled:
            data["address"] = {"@type": "PostalAddress", **filled, "addressCountry": "BE"}
        return data


class MissionPage(Publishable):
    """The home page: what RESOC is and wants, and how its programme is introduced."""

    title_field = "motto"
    view_name = "home"
    schema_type = "Organization"
    not_searched = ("picture_name",)
    children = ("roles", "aims", "seats")

    motto = models.CharField(
        _("motto"),
        max_length=250,
        blank=True,
        help_text=_("The large sentence at the top. A part between dashes ( – ) gets its own colour."),
    )
    intro = models.TextField(_("introduction"), blank=True, help_text=_("What RESOC is, in one or two sentences."))
    mission_title = models.CharField(_("heading of the mission"), max_length=100, blank=True)
    mission = models.TextField(_("mission"), blank=True, help_text=_("The sentence above the three roles."))
    board_title = models.CharField(_("heading of the board"), max_length=100, blank=True)
    board = models.TextField(_("who sits in RESOC"), blank=True)
    streekpact = models.TextField(_("sentence about the Streekpact"), blank=True)
    aims_title = models.CharField(
        _("beginning of the aims"), max_length=100, blank=True, help_text=_("Each aim completes this sentence.")
    )
    programme_title = models.CharField(_("heading of the activities"), max_length=100, blank=True)
    programme_intro = models.CharField(_("sentence under that heading"), max_length=250, blank=True)
    priorities_intro = models.TextField(_("sentence above the priorities"), blank=True)
    themes_intro = models.TextField(_("sentence above the themes"), blank=True)
    picture_name = models.CharField(
        _("name of the picture"), max_length=100, blank=True, help_text=_("As the original text names it.")
    )
    image = PictureField(
        _("picture"),
        upload_to="mission/",
        blank=True,
        width_field="image_width",
        height_field="image_height",
        help_text=_("Optional. The page is complete without it."),
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

    class Meta:
        verbose_name = _("mission page")
        verbose_name_plural = _("mission page")

    @property
    def page_kind(self) -> str:
        return gettext("Mission")

    def structured_data(self) -> dict[str, Any]:
        """The body whose site this is."""
        intro = resolve(self, "intro").value
        return {"@type": self.schema_type, "name": "RESOC Westhoek", "slogan": str(self), "description": intro}

    def get_absolute_url(self, language: str | None = None) -> str:
        return address(language or current(), self.view_name)


class Role(Child):
    """One of the roles of RESOC, with its drawing."""

    class Illustration(models.TextChoices):
        VOICE = "voice", _("Belfry (voice)")
        ADVOCATE = "advocate", _("Dyke (advocate)")
        BRIDGE = "bridge", _("Bridge (bridge-builder)")

    parent = "page"

    page = models.ForeignKey(MissionPage, models.CASCADE, related_name="roles")
    name = models.CharField(_("name"), max_length=100, blank=True)
    description = models.CharField(_("explanation"), max_length=250, blank=True, help_text=_("Optional, one sentence."))
    illustration = models.CharField(_("drawing"), max_length=20, choices=Illustration, blank=True)

    class Meta(Child.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name or ""


class Aim(Child):
    """One thing that RESOC wants; completes the sentence `MissionPage.aims_title`."""

    parent = "page"

    page = models.ForeignKey(MissionPage, models.CASCADE, related_name="aims")
    text = models.CharField(_("aim"), max_length=250, blank=True)

    class Meta(Child.Meta):
        verbose_name = _("aim")
        verbose_name_plural = _("aims")

    def __str__(self) -> str:
        return self.text or ""


class Seat(Child):
    """That a group, or a body within it, is represented in RESOC."""

    class Group(models.TextChoices):
        SOCIAL_PARTNERS = "social_partners", _("Social partners")
        POLITICIANS = "politicians", _("Regional politicians")
        EXPERTS = "experts", _("Experts of")

    parent = "page"

    page = models.ForeignKey(MissionPage, models.CASCADE, related_name="seats")
    group = models.CharField(_("group"), max_length=20, choices=Group, default=Group.SOCIAL_PARTNERS)
    organisation = PublishedForeignKey(
        Organisation,
        blank=True,
        verbose_name=_("organisation"),
        help_text=_("Leave empty when the group as a whole is meant."),
    )

    class Meta(Child.Meta):
        verbose_name = _("seat")
        verbose_name_plural = _("seats")

    def __str__(self) -> str:
        return str(self.organisation or self.get_group_display())


RESERVED = ("account", "mijn-kaart", "static")  # what the site keeps for itself


class TextPage(Ordered, Publishable):
    """A page of plain text, such as the privacy statement; listed in the footer."""

    view_name = "text_page"

    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(
        _("address"),
        max_length=100,
        blank=True,
        help_text=_("The last part of the web address: small letters, digits and hyphens."),
    )
    body = RichTextField(_("text"), blank=True)
    shows_contact = models.BooleanField(
        _("how to reach us below the text"),
        default=False,
        help_text=_("Adds the contact details of RESOC, as far as they are filled in."),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("text page")
        verbose_name_plural = _("text pages")

    @property
    def page_kind(self) -> str:
        return gettext("Page")

    def check_complete(self) -> None:
        """Refuse an address that another part of the site answers: this page would never be seen."""
        for language in CODES:
            if (slug := self.slug_in(language)) and is_taken(slug, language):
                column = f"slug_{language}" if getattr(self, f"slug_{language}") else f"slug_{settings.LANGUAGE_CODE}"
                raise ValidationError({column: gettext("Another part of the site has this address already.")})


def is_taken(slug: str, language: str) -> bool:
    """Whether the address of a text page with `slug` leads to something else."""
    with translation.override(language):
        try:
            found = resolve_address(reverse("text_page", args=[slug]))
        except NoReverseMatch:
            return False  # no slug at all, which is for the field to say
    return found.url_name != "text_page" or (language == settings.LANGUAGE_CODE and slug in {*CODES, *RESERVED})
