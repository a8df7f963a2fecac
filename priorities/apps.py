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
        from priorities import document_barriers, news  # noqa: F401  (the first registers itself)
        from publishing.search.places import Place, register

        section = Section("update_list", news.MODELS, news.parts)
        register_section(section)
        register(Place("priority_list", _("Priorities")))
        register(Place("theme_list", _("Topics"), {"nl": ("themas",), "fr": ("thèmes", "themes"), "en": ("themes",)}))
        register(Place("update_list", _("News"), {"nl": ("berichten",), "en": ("updates",)}, section.is_there))
