"""Contributions: what people without an account send in by a link, until somebody decides about it."""

from typing import Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models.content import Publishable
from publishing.models.records.share_links import ShareLink, TranslationLink
from publishing.models.revisions import MAX_CHARACTERS

LONGEST = 5_000  # characters of one text that somebody sends in
LONGEST_NAME = 100


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Proposals and remarks."""

    def of(self, obj: Publishable) -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def proposals(self) -> Self:
        return self.filter(kind=Contribution.Kind.PROPOSAL)

    def remarks(self) -> Self:
        return self.filter(kind=Contribution.Kind.REMARK)

    def open(self) -> Self:
        """Those about which nobody decided yet."""
        return self.filter(outcome=Contribution.Outcome.NONE)

    def shown(self) -> Self:
        """Remarks that the form still shows: what they are about is not public yet."""
        return self.remarks().exclude(outcome=Contribution.Outcome.PUBLISHED)


class Contribution(models.Model):
    """A translation that is proposed for one object, or a remark on a draft of it; plain text, but for rich text.

    Of a proposal `texts` has a mapping for each text: its `path` in a snapshot, what the source said and says in
    which `source_language`, the columns of its `unit` as the sender found them, and the `text` itself. Of a remark
    `place` is that path, as far as known.
    """

    class Kind(models.TextChoices):
        """The kind of contribution."""

        PROPOSAL = "proposal", _("translation")
        REMARK = "remark", _("remark")

    class Outcome(models.TextChoices):
        """The end of it."""

        NONE = "", _("still open")
        ACCEPTED = "accepted", _("taken over")
        DECLINED = "declined", _("not taken over")
        DONE = "done", _("ticked off")
        PUBLISHED = "published", _("published")

    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    share_link = models.ForeignKey(ShareLink, models.CASCADE, null=True, related_name="contributions")
    translation_link = models.ForeignKey(TranslationLink, models.CASCADE, null=True, related_name="contributions")
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    language = models.CharField(max_length=10, editable=False)  # of the translation, or of the page that was read
    first_at = models.DateTimeField(default=timezone.now, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)  # when it came last
    times = models.PositiveIntegerField(default=1, editable=False)  # how often it was sent
    texts = models.JSONField(default=list, editable=False)
    name = models.CharField(max_length=LONGEST_NAME, blank=True, editable=False)  # of the sender, if given
    place = models.JSONField(default=list, editable=False)
    section = models.CharField(max_length=MAX_CHARACTERS, blank=True, editable=False)  # the heading above it
    quote = models.TextField(blank=True, editable=False)  # the sentence that it speaks of
    remark = models.TextField(blank=True, editable=False)
    answer = models.TextField(blank=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.NONE, editable=False)
    closed_at = models.DateTimeField(null=True, db_index=True, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="contribution_to_object")]
        constraints = [
            models.CheckConstraint(
                name="contribution_by_one_link",
                condition=models.Q(share_link=None, kind="proposal") | models.Q(translation_link=None, kind="remark"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}, {self.at:%Y-%m-%d %H:%M}"

    @property
    def model_class(self) -> type[Publishable]:
        return apps.get_model(self.model)

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.NONE
