"""What people agreed to and asked for: consents to details of a card, and requests to be forgotten."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models.members import MAX_HOW, StaffMember

MAX_WORDS = 2000  # characters that come with the request to be forgotten, or with the answer
ANSWER_WITHIN = timedelta(days=30)


class Consent(models.Model):
    """That somebody agreed to one detail of a card being public, with the words that they read."""

    class Detail(models.TextChoices):
        """Details that are shown with consent only."""

        PHOTO = "photo", _("photo")
        MOBILE = "mobile", _("mobile number")

    member = models.ForeignKey(StaffMember, models.CASCADE, related_name="consents")
    detail = models.CharField(max_length=10, choices=Detail)
    text = models.TextField()
    how = models.CharField(max_length=MAX_HOW, blank=True)  # empty: ticked in a form, by `given_by`
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.member}, {self.get_detail_display()}"


class ForgetRequest(models.Model):
    """That somebody asks to be forgotten; it goes with the card, or when it is answered or taken back."""

    member = models.OneToOneField(StaffMember, models.CASCADE, related_name="+")
    words = models.TextField(_("what you want to say with it"), max_length=MAX_WORDS, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.member}, {self.asked_at:%Y-%m-%d}"

    @property
    def answer_by(self) -> datetime:
        """Until when the law gives to answer: a month (GDPR, article 12.3), here thirty days."""
        return self.asked_at + ANSWER_WITHIN
