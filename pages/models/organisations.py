"""The organisations that pages name: who sits in RESOC, leads a priority, is a partner or has members."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.models import Publishable


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
