"""The pages about RESOC itself: the one mission page with its roles, aims and seats; bodies; text pages; a notice."""

import re
from collections.abc import Collection
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.urls import resolve as resolve_address
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Models of their own module.
from pages.statements import AccessibilityStatement as AccessibilityStatement
from pages.statements import DataFlow as DataFlow
from pages.statements import InaccessibleContent as InaccessibleContent
from pages.statements import PrivacyStatement as PrivacyStatement
from publishing.content.fields import RichTextField
from publishing.files.fields import DECORATIVE_HELP, FOCUS_HELP, FocusField, PictureField
from publishing.i18n.languages import CODES, current, resolve
from publishing.i18n.urls import address
from publishing.models import Child, Ordered, Publishable, Revision
from publishing.models.relations import PublishedForeignKey
from publishing.search.widening.synonyms import folded


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
    has_proper_name = True

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


class Licence(models.TextChoices):
    """The licences that the open-data policy of Flanders offers for reuse; their names are the same everywhere."""

    CC0 = "cc0", "Creative Commons Zero (CC0 1.0)"
    FREE = "free", "Modellicentie gratis hergebruik Vlaanderen v1.0"
    PAID = "paid", "Modellicentie hergebruik tegen vergoeding Vlaanderen v1.0"
    CC_BY = "cc_by", "Creative Commons Naamsvermelding (CC BY 4.0)"


LICENCE_ADDRESSES = {
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    Licence.FREE: "https://data.vlaanderen.be/id/licentie/modellicentie-gratis-hergebruik/v1.0",
    Licence.PAID: "https://data.vlaanderen.be/id/licentie/modellicentie-hergebruik-tegen-vergoeding/v1.0",
    Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
}


class ContactDetails(Publishable):
    """How to reach RESOC as a body: one set, shown wherever a page says so, and never more than is filled in.

    The telephone number is that of the staff member who answers for the secretariat.
    """

    title_field = "name"
    is_single = True
    reach = 3
    found_at = "contact"

    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("An address that somebody of the secretariat always reads.")
    )
    street = models.CharField(_("street and number"), max_length=150, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    reachable = models.CharField(
        _("can be reached"),
        max_length=200,
        blank=True,
        help_text=_("One line, for example: Monday to Friday, from 9 a.m. to 4 p.m. Empty: nothing is shown."),
    )
    documents_to = models.CharField(
        _("whom to ask for administrative documents"),
        max_length=200,
        blank=True,
        help_text=_("With this the contact page says that everybody may ask for them. Empty: nothing is shown."),
    )
    documents_appeal = models.CharField(
        _("appeal body for administrative documents"),
        max_length=200,
        blank=True,
        help_text=_("Where somebody appeals whom you refuse a document."),
    )
    documents_appeal_url = models.URLField(_("website of the appeal body"), blank=True)
    licence = models.CharField(
        _("licence for reuse"),
        max_length=20,
        choices=Licence,
        blank=True,
        help_text=_("Under which conditions others may reuse the texts. Empty: nothing is said about it."),
    )

    class Meta:
        verbose_name = _("contact details")
        verbose_name_plural = _("contact details")

    @property
    def town(self) -> str:
        """The last line of the postal address."""
        return f"{self.postal_code} {self.municipality}".strip()

    @property
    def licence_url(self) -> str:
        """Where the licence for reuse can be read; "" when none was chosen."""
        return LICENCE_ADDRESSES[Licence(self.licence)] if self.licence in Licence else ""

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


# Those of the map, and the names that French and English have for some.
MUNICIPALITIES = (
    *("Alveringem", "De Panne", "Diksmuide", "Heuvelland", "Houthulst", "Ieper", "Koekelare", "Koksijde", "Kortemark"),
    *("Langemark-Poelkapelle", "Lo-Reninge", "Mesen", "Nieuwpoort", "Poperinge", "Veurne", "Vleteren", "Wervik"),
    *("Zonnebeke", "Ypres", "Furnes", "Dixmude", "Nieuport", "La Panne", "Coxyde", "Messines", "Poperinghe"),
    "Wervicq",
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
        return *HOME, "gemeenten", "communes", "municipalities", *MUNICIPALITIES

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


class Notice(Publishable):
    """One line above every page for as long as it is public, such as that the secretariat is closed."""

    title_field = "text"

    text = models.CharField(
        _("notice"),
        max_length=200,
        blank=True,
        help_text=_("One sentence, for example: The secretariat is closed up to and including 3 January."),
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notice")


MOST_IN_MENU = 7  # text pages
STATEMENTS = {"privacy", "toegankelijkheid"}  # in Dutch; they mention much, and are seldom looked for
RESERVED = ("account", "mijn-kaart", "static")  # what the site keeps for itself


class TextPage(Ordered, Publishable):
    """A page of plain text, such as the privacy statement."""

    class Place(models.TextChoices):
        """Where a link to it stands on every page."""

        MENU = "menu", _("In the menu")
        FOOTER = "footer", _("At the bottom of each page")
        NOWHERE = "nowhere", _("Nowhere: only by a link in a text")

    view_name = "text_page"
    summary_fields = ("body",)
    has_versions = True
    tells_changes = True

    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(
        _("address"),
        max_length=100,
        blank=True,
        help_text=_("The last part of the web address: small letters, digits and hyphens."),
    )
    body = RichTextField(_("text"), blank=True)
    place = models.CharField(
        _("where visitors find it"),
        max_length=10,
        choices=Place,
        default=Place.FOOTER,
        help_text=format_lazy(_("At most {number} pages fit in the menu."), number=MOST_IN_MENU),
    )
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

    @classmethod
    def weight_at(cls, slugs: Collection[str]) -> int:
        return -12 if STATEMENTS.intersection(slugs) else 0

    def check_complete(self) -> None:
        """Refuse an address that another part of the site answers, and a page for which the menu has no room."""
        if self.place == self.Place.MENU and len(others := in_menu(self)) >= MOST_IN_MENU:
            names = ", ".join(f"“{each}”" for each in others)
            message = gettext("The menu is full: %(names)s. Take one of those out of it first.")
            raise ValidationError({"place": message % {"names": names}})
        for language in CODES:
            slug = self.slug_in(language)
            if slug and is_taken(slug, language) and not self._has_already(slug, language):
                column = f"slug_{language}" if getattr(self, f"slug_{language}") else f"slug_{settings.LANGUAGE_CODE}"
                raise ValidationError({column: gettext("Another part of the site has this address already.")})

    def _has_already(self, slug: str, language: str) -> bool:
        """Whether visitors find it at this address now: it keeps that, also when a part of the site comes there."""
        return self.revisions.public().filter(slugs__slug=slug, slugs__language=language).exists()


def in_menu(page: TextPage) -> list[TextPage]:
    """The other text pages that are in the menu now, or will be when what is planned comes."""
    last = Revision.objects.of(TextPage).standing().filter(withdrawn=False).exclude(object_id=page.pk)
    lasting = last.filter(models.Q(live_until=None) | models.Q(live_until__gt=timezone.now()))
    pages = [cast(TextPage, revision.thaw()) for revision in lasting.order_by("sort_key", "object_id")]
    return [each for each in pages if each.place == TextPage.Place.MENU]


def is_taken(slug: str, language: str) -> bool:
    """Whether the address of a text page with `slug` leads to something else."""
    with translation.override(language):
        try:
            found = resolve_address(reverse("text_page", args=[slug]))
        except NoReverseMatch:
            return False  # no slug at all, which is for the field to say
    return found.url_name != "text_page" or (language == settings.LANGUAGE_CODE and slug in {*CODES, *RESERVED})


class Synonym(models.Model):
    """That visitors who search for some words also find what has others: one way, in one language.

    No page of its own and no versions: it holds from the moment that it is saved, and the log says who changed one.
    """

    MOST_WORDS = 3  # of what visitors type

    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default=CODES[0])
    said = models.CharField(
        _("visitors type"), max_length=60, help_text=_("One word, or at most three that belong together: town hall.")
    )
    meant = models.CharField(
        _("also finds"), max_length=60, help_text=_("A word that stands on the site, or some together.")
    )

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        ordering = ["language", "meant", "said"]
        constraints = [models.UniqueConstraint(fields=["language", "said", "meant"], name="synonym_once")]

    def __str__(self) -> str:
        return f"{self.said} → {self.meant}"

    def clean(self) -> None:
        """Refuse what search would never use: signs between words, too many words, a word for itself, one twice."""
        said, meant = folded(self.said), folded(self.meant)
        for name, words in (("said", said), ("meant", meant)):
            if re.search(r"[,;/|→=]", getattr(self, name)):
                raise ValidationError({name: gettext("One word or phrase only: make a line of its own for each.")})
            if getattr(self, name) and not words:
                raise ValidationError({name: gettext("Search skips these words: they stand on every page.")})
        if len(said) > self.MOST_WORDS:
            raise ValidationError({"said": gettext("At most three words.")})
        if said and said == meant:
            raise ValidationError({"meant": gettext("This is the same for search, without capitals and accents.")})
        others = type(self)._default_manager.filter(language=self.language).exclude(pk=self.pk)
        if said and any((folded(each.said), folded(each.meant)) == (said, meant) for each in others):
            raise ValidationError(gettext("This line is there already."))
