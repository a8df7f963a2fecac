"""Which fields of this app have a value per language."""

from modeltranslation.translator import TranslationOptions, register

from consultation.models import AgendaItem, Answer, Body, Meeting, Opinion, Position


@register(Body)
class BodyTranslation(TranslationOptions):
    """Its name."""

    fields = ("name",)


@register(Opinion)
class OpinionTranslation(TranslationOptions):
    """All texts; a blank slug is NULL."""

    fields = ("slug", "title", "summary", "body", "none_reason", "addressees")
    empty_values = {"slug": None}


@register(Position)
class PositionTranslation(TranslationOptions):
    """Its text."""

    fields = ("text",)


@register(Answer)
class AnswerTranslation(TranslationOptions):
    """Its text."""

    fields = ("text",)


@register(Meeting)
class MeetingTranslation(TranslationOptions):
    """All texts; a blank slug is NULL."""

    fields = ("slug", "title", "place", "cancelled_reason")
    empty_values = {"slug": None}


@register(AgendaItem)
class AgendaItemTranslation(TranslationOptions):
    """Its texts."""

    fields = ("title", "text")
