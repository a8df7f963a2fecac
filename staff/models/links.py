"""The links in mails to people with a card; each works once, for a while."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone

from publishing.models.records.share_links import token_digest
from staff.emails import AddressField
from staff.models.consents import Consent
from staff.models.members import StaffMember
from staff.rights import has_rights


class CardLinkQuerySet(models.QuerySet["CardLink"]):
    """Links in mails to staff members."""

    def valid(self) -> Self:
        """Neither used nor too old; whether all is still as it was when they were made, `find` asks."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())

    def end(self) -> int:
        """Let these links work no longer; returns how many did until now."""
        return self.valid().update(expires_at=timezone.now())

    def make(self, member: StaffMember, purpose: str, email: str = "") -> tuple["CardLink", str]:
        """A new link and its token, which is nowhere kept; earlier links for that purpose end.

        It is for `email`, by default that of the account of `member`, or of the card when there is none.
        """
        token = secrets.token_urlsafe(32)
        self.filter(member=member, purpose=purpose).end()
        link = self.create(
            member=member,
            purpose=purpose,
            digest=token_digest(token),
            email=email or member.mail_address,
            basis=basis_of(member, purpose),
            expires_at=timezone.now() + CardLink.lasts(purpose),
        )
        return link, token

    def used(self, token: str, *purposes: str) -> "CardLink | None":
        """The link with this token that did its work already, and would not be too old yet."""
        found = self.exclude(used_at=None).filter(
            digest=token_digest(token), purpose__in=purposes, expires_at__gt=timezone.now()
        )
        return found.select_related("member").first()

    def find(self, token: str, *purposes: str) -> "CardLink | None":
        """The link that still may be used, of an active person, with this token.

        A link that does more than ask whether the card is right ends when what it was made from changes:
        the address of the card, its account, or the address or the rights of that.
        """
        found = self.valid().filter(digest=token_digest(token), purpose__in=purposes)
        link = found.exclude(member__user__is_active=False).select_related("member__user").first()
        if link is None or link.purpose == CardLink.Purpose.CHECK:
            return link
        return link if link.is_as_made else None


class CardLink(models.Model):
    """A link in a mail that lets one person do one thing, once, without signing in."""

    class Purpose(models.TextChoices):
        """The purpose of a link."""

        INVITATION = "invitation"  # signs somebody in
        CHANGE = "change"  # so does this one, in the mail that asks whether the card is right
        ADDRESS = "address"  # proves that the person has this address
        CHECK = "check"
        PHOTO = "photo"  # says yes to the photo being public, as `Consent.Detail` calls it
        MOBILE = "mobile"

    member = models.ForeignKey(StaffMember, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)  # of the token: nobody who reads the database can use a link
    email = AddressField()  # where it was sent
    basis = models.CharField(max_length=64, default="")  # `basis_of` the card when it was made
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = CardLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.member}"

    @classmethod
    def lasts(cls, purpose: str) -> timedelta:
        """How long a link works: one that only asks may wait until after a holiday."""
        return timedelta(days=30 if purpose in (cls.Purpose.CHECK, cls.Purpose.PHOTO, cls.Purpose.MOBILE) else 7)

    @property
    def is_as_made(self) -> bool:
        """Whether what the link rests upon is still as it was when it was made."""
        return secrets.compare_digest(self.basis, basis_of(self.member, self.purpose))

    def renew(self) -> None:
        """Let it work once more for as long as a new one would, resting upon what is now."""
        self.basis, self.expires_at = basis_of(self.member, self.purpose), timezone.now() + CardLink.lasts(self.purpose)
        self.save(update_fields=["basis", "expires_at"])

    def use(self) -> bool:
        """Use it up; False when somebody was first."""
        return bool(CardLink.objects.valid().filter(pk=self.pk).update(used_at=timezone.now()))


def basis_of(member: StaffMember, purpose: str = "") -> str:
    """A digest of what a link rests upon: the address of the card, its account, and what that may do.

    A link that asks for consent rests upon the photo or the number too.
    """
    user = member.user
    account: list[Any] = []
    if user:
        own = [[*user.groups.order_by("pk").values_list("pk", flat=True)]]
        own.append([*user.user_permissions.order_by("pk").values_list("pk", flat=True)])
        account = [user.pk, user.email, user.is_active, user.is_staff, user.is_superuser, has_rights(user), *own]
    asked = [str(getattr(member, purpose))] if purpose in Consent.Detail.values else []
    return hashlib.sha256(json.dumps([member.email, account, *asked]).encode()).hexdigest()
