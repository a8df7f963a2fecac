"""What RESOC follows: priorities, themes and updates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrioritiesConfig(AppConfig):
    """What RESOC follows: priorities, themes and updates."""

    name = "priorities"
    verbose_name = _("Priorities")
