"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from pages.models import Aim, MissionPage, Role, TextPage


@register(MissionPage)
class MissionPageTranslation(TranslationOptions):
    """All texts; the picture is shared, what it shows is told in each language."""

    fields = (
        "motto",
        "intro",
        "mission_title",
        "mission",
        "board_title",
        "board",
        "streekpact",
        "aims_title",
        "programme_title",
        "programme_intro",
        "priorities_intro",
        "themes_intro",
        "image_alt",
    )


@register(Role)
class RoleTranslation(TranslationOptions):
    """The name and its explanation."""

    fields = ("name", "description")


@register(Aim)
class AimTranslation(TranslationOptions):
    """The sentence."""

    fields = ("text",)


@register(TextPage)
class TextPageTranslation(TranslationOptions):
    """Everything but the order; a blank slug is NULL."""

    fields = ("slug", "title", "body")
    empty_values = {"slug": None}
