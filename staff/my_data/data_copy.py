"""A copy of everything that the site holds about one person, as JSON values (GDPR, articles 15 and 20).

Which models belong in it follows from their keys: each that leads to an account or a card stands in `COPIED`, with
the parts of the copy that tell it, or in `LEFT_OUT`, with the reason. A test holds every model to that.

The functions that tell each part are in `data_copy_parts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from publishing.i18n.urls import absolute
from publishing.models import Frozen
from publishing.models.snapshots import freeze_all, thaw
from staff.models import StaffMember
from staff.my_data import data_copy_parts as parts
from staff.my_data.data_copy_parts import relations
from staff.my_data.data_copy_person import Json, Person, written

# Where each model that leads to an account or a card stands in the copy, by its label.
COPIED: dict[str, tuple[str, ...]] = {
    "auth.user": ("account",),
    "auth.user_groups": ("account",),
    "auth.user_user_permissions": ("account",),
    "account.emailaddress": ("account",),
    "mfa.authenticator": ("account",),
    "usersessions.usersession": ("sessions",),
    "admin.logentry": ("noted_in_the_desk",),
    "publishing.revision": ("card", "published"),
    "publishing.changenote": ("published",),
    "publishing.revisionslug": ("card",),
    "publishing.revisionfile": ("card",),
    "publishing.replacedfile": ("card",),
    "publishing.revisionreference": ("named",),
    "publishing.discarded": ("card", "deleted"),
    "publishing.draft": ("card", "saved"),
    "publishing.translationstate": ("card",),
    "publishing.erasure": ("card",),
    "publishing.act": ("acts",),
    "publishing.actline": ("card", "acts"),
    "publishing.sentform": ("forms",),
    "publishing.keptupload": ("chosen_files",),
    "publishing.presence": ("open_forms",),
    "publishing.sharelink": ("share_links",),
    "publishing.putoff": ("put_off",),
    "publishing.oldaddress": ("old_addresses",),
    "publishing.translationlink": ("translation_links",),
    "publishing.linkedpage": ("translation_links",),
    "publishing.contribution": ("sent_in",),
    "publishing.event": ("log",),
    "staff.staffmember": ("card", "named"),
    "staff.consent": ("consents",),
    "staff.forgetrequest": ("asks_to_be_forgotten",),
    "staff.cardlink": ("links",),
}
# Beside them: what has no key, and is found by an address or in a session.
FOUND_OTHERWISE = {"publishing.mail": ("waiting_mails",), "sessions.session": ("sessions",)}
LEFT_OUT: dict[str, str] = {
    "account.emailconfirmation": "this site sends no such key, so there is no row",
    "publishing.revisiontext": "the words of the versions once more, for search; the versions are in the copy",
    "publishing.lack": "which fields of a version are empty or old, for the list of work; the versions are in the copy",
    "publishing.desktext": "the words of cards once more, for the search in the desk; the cards are in the copy",
    "consultation.nameconsent": "who wrote down that a member agreed to a name; the log of the desk says so too",
    "publishing.stampchange": "that a card changed, for as long as pages ask; it says nothing of what or who",
    "publishing.deadlink": "an address of a page that leads nowhere; a card has no such address",
}


def only_names_cards(model: type[models.Model]) -> bool:
    """Whether `model` is content that leads to people by naming cards alone, as a theme its contact.

    The part `named` tells that, of whatever app.
    """
    people = [each for each in model._meta.concrete_fields if each.related_model in (User, StaffMember)]
    return issubclass(model, Frozen) and model is not StaffMember and people == list(relations(model))


def copy_of(request: HttpRequest, user: User, member: StaffMember | None) -> Json:
    """Everything about `user` and their card `member`, in the language being spoken; keys are the same in each."""
    person = Person(request, user, member)
    return {"about": _about(request), **{name: part.of(person) for name, part in PARTS.items()}}


def own_card(member: StaffMember) -> StaffMember:
    """The whole working copy of a card, hidden details too, of which relations lead to what is public only."""
    return thaw(StaffMember, member.pk, freeze_all(member), as_of=timezone.now())


@dataclass(frozen=True)
class Part:
    """One part of the copy."""

    of: Callable[[Person], Any]
    what: Any  # in a sentence, for the reader of the copy


PARTS: dict[str, Part] = {
    "account": Part(
        parts.account, gettext_lazy("With what you sign in, and what you may. Kept while you have an account.")
    ),
    "sessions": Part(parts.sessions, gettext_lazy("Where you are signed in now. Kept until the session ends.")),
    "card": Part(
        parts.card,
        gettext_lazy(
            "Your contact card: as it is saved, as visitors see it, each version that was published or planned, "
            "each save that was kept, what is in the bin, and the files of your photos. Versions and the bin are kept "
            "until you are forgotten, saves for at most three years, what can be undone for thirty days."
        ),
    ),
    "consents": Part(
        parts.consents,
        gettext_lazy("What you agreed to show, in which words, and when you withdrew it. Kept with the card."),
    ),
    "links": Part(
        parts.links,
        gettext_lazy(
            "The links that were mailed to you: invitations, questions whether your card is right, or whether "
            "something may be shown. Without their secret part. Kept with the card."
        ),
    ),
    "asks_to_be_forgotten": Part(
        parts.asks_to_be_forgotten, gettext_lazy("That you asked to be forgotten. Kept until it is done, or answered.")
    ),
    "named": Part(
        parts.named,
        gettext_lazy(
            "What names your card, such as a theme of which you are the contact, and where your name, number or "
            "address stands in a text. Of what is not public only how many."
        ),
    ),
    "published": Part(
        parts.published, gettext_lazy("The versions of pages that you made. Kept for ever, under your account.")
    ),
    "saved": Part(parts.saved, gettext_lazy("Your saves that were kept. Kept for at most three years.")),
    "deleted": Part(parts.deleted, gettext_lazy("What you deleted or overwrote, in the bin.")),
    "acts": Part(parts.acts, gettext_lazy("What you did that can be undone. Kept for thirty days.")),
    "forms": Part(
        parts.forms, gettext_lazy("The forms that you sent, so that none is saved twice. Kept for some days.")
    ),
    "chosen_files": Part(
        parts.chosen_files, gettext_lazy("The files that you chose in forms that are not saved yet. Kept for one day.")
    ),
    "open_forms": Part(parts.open_forms, gettext_lazy("The forms that you have open. Kept for two minutes.")),
    "old_addresses": Part(
        parts.old_addresses, gettext_lazy("Old addresses that you led to a page, or that lead to your card.")
    ),
    "put_off": Part(parts.put_off, gettext_lazy("What you put off in the list of work of the desk.")),
    "share_links": Part(
        parts.share_links, gettext_lazy("The links to drafts that you made, without their secret part.")
    ),
    "translation_links": Part(
        parts.translation_links, gettext_lazy("The links for translators that you made, without their secret part.")
    ),
    "sent_in": Part(
        parts.sent_in,
        gettext_lazy(
            "Translations and remarks of people without an account about which you decided, or about your card: that "
            "they were there, not what they said. Kept for thirty days after the decision."
        ),
    ),
    "log": Part(parts.log, gettext_lazy("What happened to your account, and what you did to others. Kept for a year.")),
    "noted_in_the_desk": Part(
        parts.noted_in_the_desk,
        gettext_lazy("What you saved in the desk, and when your card or account was saved there."),
    ),
    "waiting_mails": Part(
        parts.waiting_mails, gettext_lazy("Mails to you that no mail server has taken yet. Kept until one does.")
    ),
}


def _about(request: HttpRequest) -> Json:
    """The note with which the copy begins."""
    return {
        "title": _("Everything that the website of RESOC Westhoek holds about you"),
        "made_at": written(timezone.now()),
        "site": absolute(request, reverse("home")),
        "language": get_language(),
        "read_me": [
            _("Each part below has a name in English, the same in every copy; “parts” says here what stands in it."),
            _("Moments and days are written as ISO 8601 says, telephone numbers with the country first."),
            _(
                "“by” says who did something: you, the secretariat, an administrator, a colleague without rights, or "
                "the site, also when nobody knows any more. What is about others is not your data: they are not named, "
                "and their cards have no title here."
            ),
            _(
                "Not in it is what nobody can read, you neither: your password, the secrets of your keys and links, "
                "and the text of mails that wait. Codes to sign in are kept for minutes only."
            ),
            _(
                "Elsewhere may be: backups of the site, with the same data as on an earlier day, for as long as "
                "they are kept; and mails in the mailboxes of those who got them."
            ),
            _(
                "Why the site holds this: so that visitors reach you and you can keep your card, with your consent "
                "for a photo and a mobile number, and to know who changed what on a site of a public body. "
                "It came from you, from the secretariat, or from what you did on the site. What stands on your public "
                "card is for everybody; the rest is for the secretariat and who runs the site. Nothing is decided "
                "about you by a program."
            ),
            _("Is something not right? Change it on %(card)s, or ask the secretariat.")
            % {"card": absolute(request, reverse("my_card"))},
            _(
                "On %(data)s you can ask to be forgotten. Not content with the answer? Complain to the Belgian Data "
                "Protection Authority."
            )
            % {"data": absolute(request, reverse("my_data"))},
        ],
        "parts": {name: str(part.what) for name, part in PARTS.items()},
    }
