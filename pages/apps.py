"""The pages about RESOC itself: the mission page, bodies and text pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """The pages about RESOC itself: the mission page, bodies and text pages."""

    name = "pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from pages.search_words import synonyms_of
        from publishing.search.widening import synonyms

        synonyms.register(synonyms_of)
