"""Text pages, the notice above all pages, and the search words of the secretariat."""

import re
from collections.abc import Collection
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.urls import resolve as resolve_address
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.content.fields import RichTextField
from publishing.i18n.languages import CODES
from publishing.models import Ordered, Publishable, Revision
from publishing.search.widening.synonyms import folded


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
    short_title = models.CharField(
        _("name in lists"),
        max_length=65,
        blank=True,
        help_text=_(
            "Optional: for the menu, the foot of pages and the tab of the browser. The page keeps its whole title."
        ),
    )
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
