"""The one mission page with its roles, aims and seats."""

from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pages.models.organisations import Organisation
from publishing.files.fields import DECORATIVE_HELP, FOCUS_HELP, FocusField, PictureField
from publishing.i18n.languages import current, resolve
from publishing.i18n.urls import address
from publishing.models import Child, Publishable
from publishing.models.relations import PublishedForeignKey

# Those of the map, and the names that French and English have for some.
MUNICIPALITIES = (
    *("Alveringem", "De Panne", "Diksmuide", "Heuvelland", "Houthulst", "Ieper", "Koekelare", "Koksijde", "Kortemark"),
    *("Langemark-Poelkapelle", "Lo-Reninge", "Mesen", "Nieuwpoort", "Poperinge", "Veurne", "Vleteren", "Wervik"),
    *("Zonnebeke", "Ypres", "Furnes", "Dixmude", "Nieuport", "La Panne", "Coxyde", "Messines", "Poperinghe"),
    "Wervicq",
)
# Of the same, with those of their parts that have one of their own.
POSTCODES = (
    "8600 8610 8620 8630 8640 8647 8650 8660 8670 8680 8690 8691 8900 8902 8904 8906 8908 8920 8940 8950 8951 8952 8953"
    " 8954 8956 8957 8958 8970 8972 8978 8980"
)
# Other words by which people look for the home page: what the site is called, and where the region lies.
HOME = (
    *("RESOC Westhoek", "Home", "Homepage", "Startpagina", "Accueil", "Page d’accueil", "About us", "Qui sommes-nous"),
    *("Wie we zijn", "Missie", "Mission", "Visie", "Vision", "Doelstellingen", "Objectifs", "Objectives", "Goals"),
    *("België", "Belgique", "Belgium", "Westvlaanderen", "Flandreoccidentale", "Westflanders"),  # also in two words
)


class MissionPage(Publishable):
    """The home page: what RESOC is and wants, and how its programme is introduced."""

    title_field = "motto"
    is_single = True
    search_weight = 6
    view_name = "home"
    has_versions = True
    reach = 4
    tells_changes = True
    schema_type = "Organization"
    summary_fields = ("intro",)
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
    # By name: documents are of an app that imports this one.
    streekpact_document = PublishedForeignKey(
        "priorities.Document",
        blank=True,
        verbose_name=_("document of the Streekpact"),
        help_text=_("Stands below the sentence about the Streekpact. Empty: nothing is shown."),
    )
    aims_title = models.CharField(
        _("beginning of the aims"), max_length=100, blank=True, help_text=_("Each aim completes this sentence.")
    )
    programme_title = models.CharField(_("heading of the activities"), max_length=100, blank=True)
    programme_intro = models.CharField(_("sentence under that heading"), max_length=250, blank=True)
    programme_document = PublishedForeignKey(
        "priorities.Document",
        blank=True,
        verbose_name=_("document of the annual programme"),
        help_text=_("Stands below the sentence about the annual programme. Empty: nothing is shown."),
    )
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

    @property
    def keywords(self) -> tuple[str, ...]:
        """Its own names, and the municipalities on its map, also as French calls them, and what they are."""
        return *HOME, "gemeenten", "communes", "municipalities", *MUNICIPALITIES, *POSTCODES.split()

    def structured_data(self) -> dict[str, Any]:
        """The body whose site this is."""
        data = {"@type": self.schema_type, "name": "RESOC Westhoek"}
        said = {"slogan": resolve(self, "motto").shown, "description": resolve(self, "intro").shown}
        return data | {name: value for name, value in said.items() if value}

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
    """A seat in RESOC, of a group or of a body within it."""

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
