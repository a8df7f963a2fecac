"""Rows about the site as a whole: its stamp, waiting mails, reports, dead links, events."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models.revisions import MAX_CHARACTERS

if TYPE_CHECKING:
    pass


class Erasure(models.Model):
    """That something was erased for good, without what it said; see `workflow.erasure.memory`."""

    class Kind(models.TextChoices):
        """The kind of thing that was erased."""

        OBJECT = "object"
        VERSION = "version"  # published, a kept save, or something in the bin
        TEXT = "text"  # a column of one of these
        FILE = "file"
        ACCOUNT = "account"
        ROW = "row"  # of another app, which is no content

    uid = models.CharField(max_length=32, unique=True, editable=False)  # the same in the file beside the database
    at = models.DateTimeField(editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)
    marks = models.JSONField(default=list, editable=False)  # by which it is known from another one with its number
    path = models.JSONField(default=list, editable=False)  # of a text, as in `snapshots.Change`
    digest = models.CharField(max_length=64, editable=False)  # of a text before, or of a file
    value = models.JSONField(null=True, editable=False)  # what the text says since

    class Meta:
        ordering = ["at", "uid"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.model} {self.object_id}"


class ReplacedFile(models.Model):
    """A stored file that the working copy of an object named, until another one took its place.

    Often nothing names it any more, as a photo that was replaced before it was published. When the person is
    forgotten it must be found all the same.
    """

    name = models.CharField(max_length=255, unique=True, editable=False)
    model = models.CharField(max_length=100, editable=False)
    object_id = models.BigIntegerField(editable=False)

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"], name="replaced_file_of_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}: {self.name}"


class Stamp(models.Model):
    """The one row that says how often what is public changed; see `stamp`."""

    number = models.BigIntegerField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.number)


class StampChange(models.Model):
    """The change by which the stamp got its number; kept for as long as a page may need it."""

    number = models.BigIntegerField(unique=True)
    model = models.CharField(max_length=100, blank=True)  # empty: anything may have
    object_id = models.BigIntegerField(null=True)  # none: any object of that model may have
    # Whether visitors could read something before that they can't read after; also when nobody knows.
    takes_away = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.number}: {self.model} {self.object_id or ''}"


class Mail(models.Model):
    """A message that no mail server has taken yet; see `mail`."""

    sender = models.CharField(max_length=254, editable=False)
    recipients = models.JSONField(_("to"), editable=False)
    subject = models.CharField(_("subject"), max_length=MAX_CHARACTERS, editable=False)
    message = models.BinaryField()  # as it goes over the line (RFC 5322), encrypted
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    next_try_at = models.DateTimeField(_("next try"), db_index=True, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0, editable=False)
    error = models.CharField(_("what the mail server said"), max_length=500, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, db_index=True, editable=False)
    is_security = models.BooleanField(default=False, editable=False)
    is_visitors = models.BooleanField(default=False, editable=False)  # what a visitor wrote: kept nowhere else
    # By which `mail.taken` and `mail.refused` say how it went; then `recipients` is empty, see `mail.Handling`.
    reference = models.CharField(max_length=64, blank=True, editable=False)
    is_bulk = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("waiting mail")
        verbose_name_plural = _("waiting mails")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject


class LostMail(models.Model):
    """That what a visitor wrote was dropped, because no mail server took it in time; nothing about what it said."""

    at = models.DateTimeField(editable=False)

    def __str__(self) -> str:
        return f"{self.at}"


class MailedStranger(models.Model):
    """That somebody without an account was written to, because their address was typed; see `strangers`."""

    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the mailbox, with the key of the site
    at = models.DateTimeField(editable=False)

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.at}"


class PolicyReport(models.Model):
    """That browsers held something back on a page, because our policy does not allow it; see `policy_reports`."""

    directive = models.CharField(_("what"), max_length=40, editable=False)
    blocked = models.CharField(_("from"), max_length=200, editable=False)  # an origin, or a word such as `inline`
    page = models.CharField(_("page"), max_length=200, editable=False)  # the path only
    count = models.PositiveIntegerField(_("times"), default=1, editable=False)
    first_at = models.DateTimeField(_("first"), editable=False)
    last_at = models.DateTimeField(_("last"), db_index=True, editable=False)

    class Meta:
        verbose_name = _("report of a browser")
        verbose_name_plural = _("reports of browsers")
        ordering = ["-last_at"]
        constraints = [models.UniqueConstraint(fields=["directive", "blocked", "page"], name="policy_report_once")]

    def __str__(self) -> str:
        return f"{self.directive} {self.blocked} {self.page}"


class LinkCheck(models.Model):
    """The one row that says when the links were last looked at, and when they will be; see `link_check`."""

    good_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.good_at}"


class NightlyBackup(models.Model):
    """The one row that says when the site made a backup by itself, and who did; see `backup.nightly`."""

    since = models.DateTimeField()  # of before there is no backup
    made_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    machine = models.CharField(max_length=255)
    file = models.TextField()

    def __str__(self) -> str:
        return f"{self.made_at}"


class DeadLink(models.Model):
    """That a public page had a link that leads nowhere when the links were last looked at."""

    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    address = models.TextField()  # as the page has it: of the web, a path, or a reference to a page
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}: {self.address}"


class Event(models.Model):
    """An event about an account, or about the site as a whole; publications stand in their revisions.

    A row holds no name: it points at accounts, so an account that is forgotten there is forgotten here.
    """

    class Kind(models.TextChoices):
        """The kind of event."""

        SIGNED_IN = "signed-in", _("signed in")
        REFUSED = "refused", _("tried in vain to sign in")
        MADE = "made", _("made an account")
        DELETED = "deleted", _("deleted an account")
        RIGHTS = "rights", _("changed rights")
        PASSWORD = "password", _("changed a password")
        FACTOR = "factor", _("changed a second way to sign in")
        LINKED = "linked", _("connected an account with a card")
        UNLINKED = "unlinked", _("took an account off a card")
        INVITED = "invited", _("invited somebody to their card")
        LET_IN = "let-in", _("came in by a link in a mail")
        ASKED = "asked", _("asked for another e-mail address")
        PROVED = "proved", _("confirmed an e-mail address")
        ADDRESS = "address", _("changed somebody’s e-mail address")
        COPIED = "copied", _("took a copy of their data")
        FORGET = "forget", _("asked to be forgotten")
        STAYS = "stays", _("no longer asked to be forgotten")
        ANSWERED = "answered", _("answered who asked to be forgotten")
        TAKEN_BACK = "taken-back", _("took a version out of the public list")
        LISTED = "listed", _("put a version in the public list again")
        BACKUP = "backup", _("made a backup")
        RESTORED = "restored", _("put back a backup")
        EXPORTED = "exported", _("wrote the site to files")
        ERASED = "erased", _("erased something for good")
        SYNONYMS = "synonyms", _("changed the search words")

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    # The account that did it, and the account that it was done to; empty for a command on the server, or when unknown.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # +group, -is_active, a file, the number of a version: never about a person
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("log")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
