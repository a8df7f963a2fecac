"""Mails about cards: changes to the secretariat, invitations and questions to staff members."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.files.variants import encoded
from publishing.i18n.languages import resolve
from publishing.i18n.urls import absolute
from publishing.models import Act, Revision
from publishing.models.snapshots import FieldChange, Snapshot, normalise, thaw
from publishing.operations.mail import Picture, send
from publishing.review.diff import changed_labels, differences
from publishing.review.history import user_name
from publishing.text import phones
from publishing.text.phones import Phone
from publishing.workflow import Amendment, moment
from publishing.workflow.merge import units
from publishing.workflow.signals import undone
from staff.accounts.adapter import language_of
from staff.cards.vcards import absence
from staff.models import CardLink, Consent, ForgetRequest, StaffMember

EDITORS = "staff.change_staffmember"


def secretariat() -> Iterator[User]:
    """Users who may edit every card, and have an address to write to."""
    for user in User.objects.with_perm(EDITORS).filter(is_staff=True).exclude(email=""):
        if not user.is_superuser or user.groups.exists():  # a superuser who only keeps the machine is left alone
            yield user


def tell_secretariat(
    request: HttpRequest, member: StaffMember, old: Snapshot, new: Snapshot, amendment: Amendment | None = None
) -> None:
    """Write to the secretariat what somebody changed on their own card, in the language of each reader.

    With an `amendment` visitors see it, and the mail says where one undoes it and what did not follow.
    """
    undo = ""
    if amendment and amendment.revision:
        arguments = [member.pk, amendment.revision.pk]
        undo = absolute(request, reverse("admin:staff_staffmember_undo", args=arguments))
    pictures = photos(old, new)
    for user in secretariat():
        if user.pk == member.user_id:
            continue
        with translation.override(language_of(user) or settings.LANGUAGE_CODE):
            if changes := list(in_words(old, new)):
                context = {"member": member, "changes": changes, "undo": undo, "kept": list(_kept(amendment))}
                subject = _("%s changed their card") % (new.get("name") or member.name)
                captions = {"before": _("The photo was:"), "after": _("The photo is now:")}
                shown = [Picture(captions[name], content) for name, content in pictures.items()]
                send(user.email, subject, "card_changed", context, pictures=shown)


@receiver(undone)
def tell_owner(act: Act, author: User | None, **kwargs: Any) -> None:
    """Write to the person whose card it is what somebody else undid, in their language, when visitors notice."""
    for line in act.lines.filter(model=StaffMember._meta.label_lower):
        member = StaffMember._base_manager.filter(pk=line.object_id).first()
        before = Revision.objects.filter(pk=line.after).first()
        if not member or not before or not member.mail_address or (author and author.pk == member.user_id):
            continue
        shown = member.revisions.public().first()
        with translation.override(member.language):
            was = {} if before.withdrawn else before.data
            changes = list(in_words(was, shown.data)) if shown and was else []
            if act.kind == Act.Kind.ORDERED or not (changes or bool(shown) != bool(was)):
                continue
            context = {
                "member": member,
                "by": user_name(author) or _("The site"),
                "changes": changes,
                "is_public": bool(shown),
            }
            subject = _("A change of your card was undone")
            send(member.mail_address, subject, "card_undone", context, reply_to=contact_of(author).email)


def _kept(amendment: Amendment | None) -> Iterator[str]:
    """Which versions that wait, or were saved, keep something of their own."""
    kept = amendment.kept if amendment else ()
    for revision in dict.fromkeys(each for each, _kept in kept):
        changes = [FieldChange(told.path, None, None) for each, told in kept if each == revision]
        words = {"fields": ", ".join(changed_labels(StaffMember, changes))}
        if revision:
            words["when"] = moment(revision.live_from)
            yield _("The version of %(when)s keeps its own: %(fields)s.") % words
        else:
            yield _("What is saved in the desk and not published keeps its own: %(fields)s.") % words


def in_words(old: Snapshot, new: Snapshot) -> Iterator[tuple[str, str, str]]:
    """The label of each field that differs, and what it said before and says now."""
    for each in differences(StaffMember, normalise(StaffMember, old), normalise(StaffMember, new)):
        was = "".join(piece.text for piece in each.pieces if piece.kind in ("same", "gap", "removed"))
        now = "".join(piece.text for piece in each.pieces if piece.kind in ("same", "gap", "added"))
        yield each.label, was or _("nothing"), now or _("nothing")


def photos(old: Snapshot, new: Snapshot) -> dict[str, bytes]:
    """Small pictures of the photo `before` and `after`, as JPEG, when that changed and can be read."""
    columns = next(unit for unit in units(StaffMember) if "photo" in unit)
    found: dict[str, bytes] = {}
    if any(old.get(column) != new.get(column) for column in columns):
        for name, snapshot in (("before", old), ("after", new)):
            if content := thumbnail(thaw(StaffMember, 0, snapshot)):
                found[name] = content
    return found


def thumbnail(member: StaffMember) -> bytes:
    """The photo as pages cut it, small, as JPEG, which every mail program shows; b"" when it can't be read."""
    from PIL import Image

    photo: Any = member.photo
    cut = photo.cut if photo else None
    if not cut:
        return b""
    try:
        with photo.storage.open(cut.name(cut.sizes[0][0], "webp")) as file, Image.open(file) as picture:
            return encoded(picture, "jpg")
    except OSError:
        return b""


@dataclass(frozen=True)
class Contact:
    """The people to contact about a mail."""

    name: str
    email: str
    number: Phone = None

    @property
    def phone(self) -> str:
        """The number as readers of the language of the mail dial it, not of whoever sends it."""
        return phones.written(self.number)


def contact_of(user: Any) -> Contact:
    """`user` as somebody to ask; the card that answers for the secretariat fills in what is not known."""
    own = StaffMember.published().filter(pk=_card_of(user)).first()  # type: ignore[misc]  # no card, no object
    answers = next((card for card in StaffMember.published() if card.is_secretariat), None)
    name = own.name if own else user_name(user) if user else answers.name if answers else ""
    email = (user.email if user else "") or (answers.email if answers else "")
    return Contact(name, email, next((card.phone for card in (own, answers) if card and card.phone), None))


def _card_of(user: Any) -> int | None:
    return StaffMember._base_manager.filter(user=user).values_list("pk", flat=True).first() if user else None


def invite(request: Any, member: StaffMember, link: CardLink | None = None, token: str = "") -> None:
    """Write to the account of `member` who invites them to their own card, and how to get there.

    Without a link they sign in themselves, because they may do more than that.
    """
    asks, until = contact_of(request.user), link.expires_at if link else None
    with translation.override(member.language):
        where = reverse("accept_invitation", args=[token]) if link else reverse("my_card")
        subject = _("%s invites you to keep your own contact card") % asks.name
        context = {
            "member": member,
            "asks": asks,
            "site": absolute(request, reverse("home")),
            "link": absolute(request, where),
            "until": until,
        }
        address: Any = member.user
        send(address.email, subject, "invitation", context, reply_to=asks.email, expires_at=until)


def ask_to_check(member: StaffMember, check: tuple[CardLink, str], change: tuple[CardLink, str] | None) -> None:
    """Ask `member` whether the public card is still right; each link comes with its token.

    Without a link to change it they sign in themselves.
    """
    published = StaffMember.published().get(pk=member.pk)
    asks = contact_of(None)
    with translation.override(member.language):
        where = reverse("accept_invitation", args=[change[1]]) if change else reverse("my_card")
        context = {
            "member": member,
            "asks": asks,
            "details": list(details_of(published)),
            "right": settings.SITE_URL + reverse("check_card", args=[check[1]]),
            "until": check[0].expires_at,
            "change": settings.SITE_URL + where,
            "change_until": change[0].expires_at if change else None,
        }
        subject = _("Is your card still right?")
        until = check[0].expires_at
        send(member.mail_address, subject, "card_check", context, reply_to=asks.email, expires_at=until)


def ask_for_consent(request: Any, member: StaffMember, detail: Consent.Detail, link: CardLink, token: str) -> None:
    """Ask `member` whether `detail` of the card may be public, with a link to answer with."""
    asks = contact_of(request.user)
    with translation.override(member.language):
        context = {
            "member": member,
            "asks": asks,
            "is_photo": detail == Consent.Detail.PHOTO,
            "mobile": member.mobile_display,
            "link": absolute(request, reverse("answer_consent", args=[token])),
            "until": link.expires_at,
        }
        photo = thumbnail(member) if context["is_photo"] else b""
        subject = (
            _("May visitors see your photo?") if context["is_photo"] else _("May visitors see your mobile number?")
        )
        pictures = [Picture(_("This is the photo:"), photo)] if photo else []
        send(
            link.email, subject, "consent", context, pictures=pictures, reply_to=asks.email, expires_at=link.expires_at
        )


def ask_for_proof(request: Any, member: StaffMember, link: CardLink, token: str) -> None:
    """Write to a new address of `member` how it is confirmed, and to the old one that somebody asks for it."""
    user: Any = member.user
    by = contact_of(request.user)
    asks = contact_of(None) if request.user == user else by
    with translation.override(member.language):
        context = {
            "member": member,
            "by": by,
            "asks": asks,
            "old": user.email,
            "new": link.email,
            "link": absolute(request, reverse("prove_address", args=[token])),
            "until": link.expires_at,
        }
        subject = _("Is this your e-mail address?")
        send(link.email, subject, "address_proof", context, reply_to=asks.email, expires_at=link.expires_at)
        if user.email:
            subject = _("Somebody asks for another e-mail address")
            send(user.email, subject, "address_asked", context, reply_to=asks.email, is_security=True)


def tell_new_address(request: Any, member: StaffMember, old: str) -> None:
    """Write to the address of before, and to the secretariat, that `member` has another one now."""
    user: Any = member.user
    asks = contact_of(None)
    context = {"member": member, "old": old, "new": user.email, "asks": asks}
    with translation.override(member.language):
        if old:
            subject = _("Your e-mail address is changed")
            send(old, subject, "address_changed", context, reply_to=asks.email, is_security=True)
    for each in secretariat():
        if each.pk != user.pk:
            with translation.override(language_of(each) or settings.LANGUAGE_CODE):
                card = absolute(request, reverse("admin:staff_staffmember_change", args=[member.pk]))
                subject = _("%s has another e-mail address") % member.name
                send(each.email, subject, "address_told", context | {"card": card})


def ask_to_forget(request: HttpRequest, asked: ForgetRequest) -> None:
    """Write to the secretariat that somebody asks to be forgotten, and to that person what was asked."""
    member, asks = asked.member, contact_of(None)
    context: dict[str, Any] = {"member": member, "asked": asked, "asks": asks}
    for user in secretariat():
        if user.pk == member.user_id:
            continue
        with translation.override(language_of(user) or settings.LANGUAGE_CODE):
            card = absolute(request, reverse("admin:staff_staffmember_change", args=[member.pk]))
            leave = absolute(request, reverse("admin:staff_staffmember_leave", args=[member.pk]))
            subject = _("%s asks to be forgotten") % member.name
            links = {"card": card, "leave": leave}
            send(user.email, subject, "forget_asked", context | links, reply_to=member.mail_address)
    if member.mail_address:
        with translation.override(member.language):
            data = {"data": absolute(request, reverse("my_data"))}
            subject = _("You asked to be forgotten")
            send(member.mail_address, subject, "forget_copy", context | data, reply_to=asks.email)


def tell_taken_back(request: HttpRequest, member: StaffMember) -> None:
    """Write to the secretariat that somebody no longer asks to be forgotten."""
    for user in secretariat():
        if user.pk != member.user_id:
            with translation.override(language_of(user) or settings.LANGUAGE_CODE):
                subject = _("%s no longer asks to be forgotten") % member.name
                send(user.email, subject, "forget_taken_back", {"member": member}, reply_to=member.mail_address)


def answer_forget_request(request: HttpRequest, asked: ForgetRequest, words: str) -> None:
    """Mail the answer to the person who asked to be forgotten."""
    asks = contact_of(request.user)
    with translation.override(asked.member.language):
        data = absolute(request, reverse("my_data"))
        context = {"member": asked.member, "asked": asked, "words": words, "asks": asks, "data": data}
        subject = _("About your request to be forgotten")
        send(asked.member.mail_address, subject, "forget_answer", context, reply_to=asks.email)


def tell_stand_in(stand_in: StaffMember, member: StaffMember, template: str, author: Any) -> None:
    """Write to `stand_in`, in the language of that person, what `author` published about an absence of `member`.

    `template` is `stand_in`, or `stand_in_over` when the person no longer stands in.
    """
    asks = contact_of(author)
    with translation.override(stand_in.language):
        subjects = {"stand_in": _("You stand in for %s"), "stand_in_over": _("You no longer stand in for %s")}
        context = {"stand_in": stand_in, "member": member, "asks": asks, "days": member.absence_days}
        send(stand_in.mail_address, subjects[template] % member.name, template, context, reply_to=asks.email)


def details_of(member: StaffMember) -> Iterator[tuple[str, str]]:
    """The details of the card that visitors read, each with its name."""
    values = {
        "name": member.name,
        "function": resolve(member, "function").value,
        "phone": member.phone_display,
        "mobile": member.mobile_display,
        "email": member.email,
    }
    for name, value in values.items():
        if value:
            field: Any = StaffMember._meta.get_field(name)
            yield capfirst(str(field.verbose_name)), value
    if member.has_absence_ahead:
        yield _("Absence"), absence(member)
