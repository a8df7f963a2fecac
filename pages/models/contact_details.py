"""The contact details of the body, and the licence of its open data."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from pages.models.legal_values import raise_if_any, refuse_open_links
from publishing.models import Publishable


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
    documents_appeal_url = models.URLField(
        _("website of the appeal body"), blank=True, help_text=_("The name of the appeal body leads to it.")
    )
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

    def clean(self) -> None:
        """Refuse a link without HTTPS."""
        super().clean()
        raise_if_any(refuse_open_links(self, "documents_appeal_url"))

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
