"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from priorities.models import Document, Priority, Theme, Update


@register(Priority)
class PriorityTranslation(TranslationOptions):
    """All texts; a blank slug is NULL."""

    fields = ("slug", "title", "short_title", "summary", "body")
    empty_values = {"slug": None}


@register(Theme)
class ThemeTranslation(TranslationOptions):
    """All texts; a blank slug is NULL."""

    fields = ("slug", "title", "short_title", "summary", "body", "url_label", "image_alt", "image_caption")
    empty_values = {"slug": None}


@register(Update)
class UpdateTranslation(TranslationOptions):
    """All texts; a blank slug is NULL."""

    fields = ("slug", "title", "body")
    empty_values = {"slug": None}


@register(Document)
class DocumentTranslation(TranslationOptions):
    """All texts; a blank slug is NULL."""

    fields = ("slug", "title")
    empty_values = {"slug": None}
