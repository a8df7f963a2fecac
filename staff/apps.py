"""The staff members and their accounts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Words by which people look for the page of contact.
NL = ("telefoon", "telefoonnummer", "gsm", "e-mail", "e-mailadres", "mail", "adres", "contactgegevens", "bellen")
FR = ("téléphone", "numéro de téléphone", "e-mail", "courriel", "adresse", "coordonnées", "appeler", "nous contacter")
EN = ("phone", "telephone", "phone number", "e-mail", "address", "contact details", "call")


class StaffConfig(AppConfig):
    """The staff members and their accounts."""

    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from publishing.search.places import Place, register

        # They connect their signal handlers.
        from staff.accounts import audit, second_factor, sessions  # noqa: F401
        from staff.cards import absences, accounts, consent, notices  # noqa: F401
        from staff.forgetting import after_restore  # noqa: F401

        register(Place("contact", _("Contact"), {"nl": NL, "fr": FR, "en": EN}))
