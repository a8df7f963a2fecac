"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from staff.models import StaffMember


@register(StaffMember)
class StaffMemberTranslation(TranslationOptions):
    """What a person does; names, numbers and addresses are the same everywhere."""

    fields = ("function",)
