"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from publishing.models import ChangeNote


@register(ChangeNote)
class ChangeNoteTranslation(TranslationOptions):
    """What visitors read."""

    fields = ("text",)
