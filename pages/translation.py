"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from pages.models import Aim, ContactDetails, MissionPage, Notice, Role, TextPage
from pages.models.statements import AccessibilityStatement, DataFlow, InaccessibleContent, PrivacyStatement


@register(MissionPage)
class MissionPageTranslation(TranslationOptions):
    """All texts; the picture is shared, its description is translated."""

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


@register(ContactDetails)
class ContactDetailsTranslation(TranslationOptions):
    """When somebody answers, and who gives documents; names and addresses are the same in every language."""

    fields = ("reachable", "documents_to", "documents_appeal")


@register(Notice)
class NoticeTranslation(TranslationOptions):
    """The sentence."""

    fields = ("text",)


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

    fields = ("slug", "title", "short_title", "body")
    empty_values = {"slug": None}


@register(AccessibilityStatement)
class AccessibilityStatementTranslation(TranslationOptions):
    """Whatever is said in words."""

    fields = ("enforcement_body", "responsible", "other_sites", "complaints")


@register(InaccessibleContent)
class InaccessibleContentTranslation(TranslationOptions):
    """What it is, and what there is instead."""

    fields = ("what", "alternative")


@register(PrivacyStatement)
class PrivacyStatementTranslation(TranslationOptions):
    """Whatever is said in words."""

    fields = (
        "legal_form",
        "representative",
        "officer",
        "no_officer",
        "processors",
        "transfers",
        "data_required",
        "mailbox_retention",
        "telephone_retention",
    )


@register(DataFlow)
class DataFlowTranslation(TranslationOptions):
    """The explanation."""

    fields = ("explanation",)
