"""Whom to contact."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Whom to contact."""

    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from staff import (  # noqa: F401  (connect their signal handlers)
            absences,
            audit,
            card_accounts,
            consent,
            notices,
            second_factor,
            sessions,
        )
