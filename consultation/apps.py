"""What RESOC is for: opinions, meetings and members."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationConfig(AppConfig):
    """What RESOC is for: opinions, meetings and members."""

    name = "consultation"
    verbose_name = _("Opinions and meetings")

    def ready(self) -> None:
        # They hear of a restore, and what becomes of mails.
        from consultation import consents  # noqa: F401
        from consultation.following import followers, weekly_mail  # noqa: F401
        from consultation.following.section import FollowSection
        from consultation.models import Mandate, Meeting, Opinion
        from consultation.open_data.feed_entries import meeting_text, opinion_text
        from pages.sections import Section
        from pages.sections import register as register_section
        from priorities import feeds
        from publishing.search.places import Place, register

        opinions, meetings = Section("opinion_list", (Opinion,)), Section("meeting_list", (Meeting,))
        follow, members = FollowSection("follow", ()), Section("member_list", (Mandate,))
        for section in (opinions, meetings, members, follow):
            register_section(section)
        feeds.register(feeds.FeedKind(Opinion, opinion_text))
        feeds.register(feeds.FeedKind(Meeting, meeting_text, ("documents__document", "items__opinion")))
        names = {"nl": ("advies",), "fr": ("avis",), "en": ("advice",)}
        register(Place("opinion_list", _("Opinions"), names, opinions.is_there))
        names = {"nl": ("vergaderingen",), "fr": ("réunions",), "en": ("agenda",)}
        register(Place("meeting_list", _("Meetings"), names, meetings.is_there))
        names = {"nl": ("bestuursleden",), "fr": ("mandats",), "en": ("mandates",)}
        register(Place("member_list", _("Members"), names, members.is_there))
        by_mail = {"nl": ("nieuwsbrief", "inschrijven"), "fr": ("lettre d’information", "s’inscrire")}
        by_mail["en"] = ("newsletter", "subscribe")
        register(Place("follow", _("Follow by mail"), by_mail, follow.is_there))
