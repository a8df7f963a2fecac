"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from staff.models import StaffMember


@register(StaffMember)
class StaffMemberTranslation(TranslationOptions):
    """The function and when somebody answers; names, numbers and addresses are the same in every language."""

    fields = ("function", "reachable")
