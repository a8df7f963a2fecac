"""What RESOC follows: priorities, themes and updates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrioritiesConfig(AppConfig):
    """What RESOC follows: priorities, themes and updates."""

    name = "priorities"
    verbose_name = _("Priorities")

    def ready(self) -> None:
        from pages.sections import Section
        from pages.sections import register as register_section
        from priorities import document_barriers  # noqa: F401  (registers them)
        from priorities.models import Update
        from publishing.search.places import Place, register

        news = Section("update_list", Update)
        register_section(news)
        register(Place("priority_list", _("Priorities")))
        register(Place("theme_list", _("Topics"), {"nl": ("themas",), "fr": ("thèmes", "themes"), "en": ("themes",)}))
        register(Place("update_list", _("News"), {"nl": ("berichten",), "en": ("updates",)}, news.is_there))
