"""Who RESOC is: the mission page, bodies and text pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Who RESOC is: the mission page, bodies and text pages."""

    name = "pages"
    verbose_name = _("Pages")
