"""Rows behind the list of work: what a version lacks, and what somebody put off."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from publishing.models.revisions import Revision

MAX_CAUSE = 200  # characters
KEPT_AFTER = timedelta(days=30)  # that something put off is kept after its time


class LackQuerySet(models.QuerySet["Lack"]):
    """What versions lack."""

    def shown(self, at: datetime | None = None, **which: object) -> Self:
        """What the versions lack that visitors see at that moment; of those alone that have these values."""
        at = at or timezone.now()
        return self.filter(revision__in=Revision.objects.filter(**which).public(at).order_by(), since__lte=at)


class Lack(models.Model):
    """That one version lacks something, judged once when the version is made; see `review.lacks`.

    It hangs on the version, so it needs no thought when that is planned, overtaken, withdrawn or erased: only what
    the public versions lack is read. It names columns, and never says what they hold.
    """

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="lacks")
    kind = models.CharField(max_length=40)  # as in the registry of `admin.work_list`
    language = models.CharField(max_length=10, blank=True)
    fields = models.JSONField(default=list)  # the columns, as forms name them
    minutes = models.FloatField(default=0)
    since = models.DateTimeField()  # not counted before that moment
    cause = models.CharField(max_length=MAX_CAUSE, blank=True)  # another one brings back what was put off

    objects = LackQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "kind", "language"], name="lack_once")]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.kind} {self.language}".rstrip()


class PutOffQuerySet(models.QuerySet["PutOff"]):
    """What was put off or dismissed."""

    def standing(self, at: datetime | None = None) -> Self:
        """What still hides something from the list at that moment."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=at or timezone.now()))


class PutOff(models.Model):
    """That somebody said of one thing to do: not now, or not for us. It counts for everybody."""

    kind = models.CharField(max_length=40, editable=False)
    model = models.CharField(max_length=100, blank=True, editable=False)  # with the number: what it is about, if any
    object_id = models.BigIntegerField(default=0, editable=False)
    language = models.CharField(max_length=10, blank=True, editable=False)
    cause = models.CharField(max_length=MAX_CAUSE, blank=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField(null=True, db_index=True, editable=False)  # None: for good

    objects = PutOffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "model", "object_id", "language", "cause"], name="put_off_once")
        ]
        indexes = [models.Index(fields=["model", "object_id"], name="put_off_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.model} {self.object_id}".rstrip(" 0")


def forget_put_off(now: datetime | None = None) -> None:
    """Delete what has been on the list again for a while."""
    PutOff.objects.filter(until__lt=(now or timezone.now()) - KEPT_AFTER).delete()
