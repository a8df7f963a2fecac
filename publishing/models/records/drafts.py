"""Rows of the desk about working copies: kept saves, the bin, acts, open forms, and the index of its search."""

from datetime import datetime
from typing import Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models.content import Publishable
from publishing.models.revisions import LONGEST_WORD, MAX_CHARACTERS


class DiscardedQuerySet(models.QuerySet["Discarded"]):
    """Working copies that were deleted or overwritten."""

    def of(self, obj: "Publishable") -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def in_bin(self) -> Self:
        """Those of deleted objects that nobody restored."""
        return self.filter(deleted=True, restored_at=None)


class Discarded(models.Model):
    """A working copy that would be lost otherwise: of an object that was deleted, or restored over."""

    model = models.CharField(_("kind"), max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=MAX_CHARACTERS, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    deleted = models.BooleanField(editable=False)
    restored_at = models.DateTimeField(null=True, editable=False)
    data = models.JSONField(editable=False)

    objects = DiscardedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deleted item")
        verbose_name_plural = _("bin")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="discarded_of_object")]

    def __str__(self) -> str:
        return self.title

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)


class SentForm(models.Model):
    """The objects that one form of one person saved, so that a second try adds nothing; see `admin.idempotency`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token = models.CharField(max_length=30)
    saved_at = models.DateTimeField(default=timezone.now, db_index=True)
    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    sent = models.CharField(max_length=24)  # a digest of everything that came with it
    base = models.TextField()  # the fingerprints of the row afterwards
    revision = models.BigIntegerField()  # the newest one afterwards; 0 when there was none
    rows = models.JSONField()  # the child rows that it added, by their prefix in the form

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token"], name="form_of_user")]
        indexes = [models.Index(fields=["model", "object_id"], name="form_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}, {self.saved_at:%Y-%m-%d %H:%M}"


class KeptUploadQuerySet(models.QuerySet["KeptUpload"]):
    """Files of forms that are not saved yet."""

    def chosen_for(self, model: type[models.Model], object_id: int) -> Self:
        """What anybody chose in the desk for this object."""
        view = f"admin:{model._meta.app_label}_{model._meta.model_name}:"
        return self.filter(place__startswith=view, object_id=object_id)


class KeptUpload(models.Model):
    """A file that somebody chose in a form that is not saved yet; see `kept_uploads`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    session = models.CharField(max_length=40, blank=True)  # its key; "" after it was over
    place = models.CharField(max_length=200)  # the form and the field
    object_id = models.BigIntegerField(null=True)  # what the form changes; None of a new one
    token = models.CharField(max_length=100, unique=True)  # its name in the storage
    name = models.CharField(max_length=200)  # as its owner knows it
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField()  # bytes
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptUploadQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.place}, {self.created_at:%Y-%m-%d %H:%M}"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Kept saves of working copies."""

    def of(self, obj: "Publishable") -> Self:
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)


class Draft(models.Model):
    """A working copy as somebody last saved it in one sitting; see `workflow.working_copies.drafts`."""

    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    title = models.CharField(max_length=MAX_CHARACTERS, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    first_at = models.DateTimeField(editable=False)
    last_at = models.DateTimeField(editable=False)
    was_saved = models.BooleanField(default=True, editable=False)  # else it was typed, when somebody else had saved
    digest = models.CharField(max_length=40, editable=False)  # of what a version would say
    # Whether the working copy may say this still, while no version does; of one object the newest alone.
    is_open = models.BooleanField(default=False, editable=False)
    data = models.JSONField(editable=False)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["model", "object_id"], name="draft_of_object"),
            models.Index(fields=["last_at"], name="draft_open", condition=models.Q(is_open=True)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)

    @property
    def created_at(self) -> datetime:
        """When this was saved last."""
        return self.last_at


class Act(models.Model):
    """An act that can be undone; see `workflow.undo`."""

    class Kind(models.TextChoices):
        """The kind of act."""

        PUBLISHED = "published", _("published")
        PLANNED = "planned", _("changed the planning")
        WITHDRAWN = "withdrawn", _("took it off the site")
        DELETED = "deleted", _("deleted it")
        ORDERED = "ordered", _("changed the order")
        RESTORED = "restored", _("put back an older version")
        CARD = "card", _("changed their own card")
        REPLACED = "replaced", _("replaced a name in texts")
        HELD = "held", _("said that a translation still holds")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


class ActLine(models.Model):
    """What an act changed about one object: how that stood before, and a digest of how it stands since."""

    act = models.ForeignKey(Act, models.CASCADE, related_name="lines")
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    title = models.CharField(max_length=MAX_CHARACTERS, editable=False)
    was_there = models.BooleanField(editable=False)  # whether there was a working row before
    working = models.JSONField(editable=False)  # what the act changed in the working copy, as it was before
    # Numbers of revisions: the newest before and after, the one that decided, and those that waited.
    before = models.BigIntegerField(editable=False)
    after = models.BigIntegerField(editable=False)
    due = models.BigIntegerField(null=True, editable=False)
    waiting = models.JSONField(editable=False)
    dropped = models.JSONField(editable=False)  # those of them that no longer waited afterwards
    digest_before = models.CharField(max_length=40, editable=False)
    digest = models.CharField(max_length=40, editable=False)  # of how it stands since

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="act_on_object")]

    def __str__(self) -> str:
        return self.title

    @property
    def model_class(self) -> type["Publishable"]:
        return apps.get_model(self.model)


class Presence(models.Model):
    """That somebody has the form about one object open."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model", "object_id"], name="present_once")]
        indexes = [models.Index(fields=["model", "object_id", "seen_at"], name="presence_at_object")]

    def __str__(self) -> str:
        return f"{self.user}: {self.model} {self.object_id}"


class DeskText(models.Model):
    """The words of one copy of an object in one language: the index of the search in the desk.

    It has working copies, what is public or planned and says something else, and the bin. No search of visitors
    reads it. How the words are written: see `search.desk.desk_index`.
    """

    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    copy = models.CharField(max_length=25)  # the key of the version, as in `review.history`
    language = models.CharField(max_length=10, blank=True)  # empty for words in none
    # Whether it has details that visitors do not see, such as a hidden number: for people who may change the object.
    is_withheld = models.BooleanField(default=False)
    title = models.TextField()
    words = models.TextField()  # of everything, the title included

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="desk_text_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id} {self.copy}"


class DeskWord(models.Model):
    """One word, or stem after its equals sign, of all texts in that index."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)
    sound = models.CharField(max_length=LONGEST_WORD, db_index=True)  # see `forgiveness` in `search`; empty of a stem

    def __str__(self) -> str:
        return self.word
