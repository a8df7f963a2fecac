"""Opinions: what RESOC was asked, what it said, and what became of it."""

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consultation.models import references
from consultation.models.bodies import LONGEST_SLUG, SLUG_HELP, Body, free_slug, newest_first
from consultation.models.meetings import EARLIEST, LONGEST_AHEAD, Meeting
from consultation.states import OpinionState, opinion_state
from pages.models import Organisation
from priorities.models import Attachment, Document, HasDocuments, Priority, Theme
from publishing.content.fields import RichTextField
from publishing.i18n.languages import is_blank, localized
from publishing.models import Child, Publishable
from publishing.models.relations import PublishedForeignKey
from publishing.text.transliteration import to_slug
from staff.models import StaffMember

MOST_VOTES = 500
ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
SUMMARY_HELP = _(
    "Visitors read it at once. Before the opinion is adopted: what it is about. After: what RESOC advises."
)
VOTES = ("votes_for", "votes_against", "abstentions")


def votes(label: Any) -> Any:
    """A number of votes, which only a vote has."""
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(MOST_VOTES)])


class Opinion(HasDocuments, Publishable):
    """An opinion. Before it is adopted, visitors read who asked for it and no more."""

    class Basis(models.TextChoices):
        REQUEST = "request", _("On request")
        OWN_INITIATIVE = "own_initiative", _("Own-initiative")

    class Outcome(models.TextChoices):
        OPINION = "opinion", _("Opinion")
        NONE = "none", _("No substantive opinion")

    class Decision(models.TextChoices):
        CONSENSUS = "consensus", _("by consensus")
        UNANIMOUS = "unanimous", _("unanimously")
        VOTE = "vote", _("by vote")

    summary_fields = ("summary", "body")
    view_name = "opinion_detail"
    search_weight = 3
    reach = 2
    has_versions = True
    tells_changes = True
    stays_current = False
    children = ("about", "positions", "answers", "documents")
    goes_along = ("requested_by", "adopted_by", "meeting", "answers.by", "answers.document", "documents.document")
    together = (("decision", *VOTES),)
    not_copied = ("reference", "requested_on", "due_on", "adopted_on", "sent_on", *VOTES)

    reference = models.CharField(_("reference"), max_length=12, blank=True)
    title = models.CharField(_("title"), max_length=250, blank=True)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    summary = models.TextField(_("summary"), blank=True, help_text=SUMMARY_HELP)
    body = RichTextField(
        _("text of the opinion"), blank=True, help_text=_("Visitors read it once the opinion is adopted, not before.")
    )
    basis = models.CharField(_("origin"), max_length=20, choices=Basis, default=Basis.REQUEST)
    requested_by = PublishedForeignKey(Organisation, blank=True, verbose_name=_("requested by"))
    requested_on = models.DateField(_("requested on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, default=Outcome.OPINION)
    none_reason = models.CharField(_("why no substantive opinion"), max_length=250, blank=True)
    adopted_by = PublishedForeignKey(Body, blank=True, verbose_name=_("adopted by"))
    meeting = PublishedForeignKey(Meeting, blank=True, verbose_name=_("at the meeting"))
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=20, choices=Decision, blank=True)
    votes_for = votes(_("for"))
    votes_against = votes(_("against"))
    abstentions = votes(_("abstentions"))
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    addressees = models.CharField(_("sent to"), max_length=250, blank=True)
    contact = PublishedForeignKey(StaffMember, blank=True, verbose_name=_("contact"))

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["-pk"]

    def clean(self) -> None:
        self._tidy()
        errors: dict[str, Any] = {}
        for name, sentence in (*self._reference_errors(), *self._date_errors(), *self._vote_errors()):
            errors.setdefault(name, sentence)
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._tidy()
        super().save(*args, **kwargs)

    def _tidy(self) -> None:
        """One spelling of the reference, and an address of the title."""
        if found := references.parse(self.reference):
            self.reference = str(found)
        row: Any = self  # its columns per language are made by modeltranslation
        if not row.slug_nl and (slug := to_slug(row.title_nl or "")[:LONGEST_SLUG]):
            row.slug_nl = free_slug(self, slug)

    def _reference_errors(self) -> Iterator[tuple[str, str]]:
        kept = references.reference_of(self.pk)
        typed = references.parse(self.reference)
        if kept and typed != kept and not (is_blank(self.reference)):
            yield "reference", gettext("This opinion is known as %s; a reference stays the same for ever.") % str(kept)
        elif not is_blank(self.reference) and (typed is None or references.is_too_high(typed, self.pk)):
            yield "reference", gettext("Write a year and a number, such as 2026-04.")
        elif typed and not kept and references.is_taken(typed, typed_elsewhere(self)):
            free = references.next_free(typed.year, typed_elsewhere(self))
            words = {"taken": typed, "free": free}
            yield (
                "reference",
                gettext("Another opinion has reference %(taken)s. The next free one is %(free)s.") % words,
            )

    def _date_errors(self) -> Iterator[tuple[str, str]]:
        today = timezone.localdate()
        names = ("requested_on", "adopted_on", "sent_on")
        given = [(name, day) for name in names if (day := getattr(self, name))]
        for name, day in given:
            if day > today:
                yield name, gettext("This day is still to come. Fill it in once it has happened.")
            elif day.year < EARLIEST:
                yield name, gettext("This is a day in %d. Is the year right?") % day.year
        sentences = {
            "adopted_on": _("An opinion is adopted after it was requested, on %s or later."),
            "sent_on": _("An opinion is sent after that, on %s or later."),
        }
        for (_before, earlier), (name, later) in pairwise(given):
            if later < earlier:
                yield name, str(sentences[name]) % earlier.strftime("%d/%m/%Y")
        if self.sent_on and not self.adopted_on:
            yield "sent_on", gettext("An opinion is sent once it is adopted: fill in that day first.")
        if self.due_on and not EARLIEST <= self.due_on.year <= today.year + LONGEST_AHEAD:
            yield "due_on", gettext("This is a day in %d. Is the year right?") % self.due_on.year
        elif self.due_on and self.requested_on and self.due_on < self.requested_on:
            yield "due_on", gettext("This is before the day on which it was requested.")

    def _vote_errors(self) -> Iterator[tuple[str, str]]:
        given = [getattr(self, name) for name in VOTES]
        if self.decision != self.Decision.VOTE:
            if any(number is not None for number in given):
                first = next(name for name in VOTES if getattr(self, name) is not None)
                yield first, gettext("Only a decision by vote has votes. Empty these, or choose “by vote”.")
        elif not sum(number or 0 for number in given):
            yield "votes_for", gettext("Fill in how many voted: nobody did, it says now.")

    def check_complete(self) -> None:
        """An adopted opinion says how, and in a summary."""
        if not self.is_adopted:
            return
        row: Any = self
        errors = {}
        if self.outcome == self.Outcome.NONE:
            if is_blank(row.none_reason_nl):
                errors["none_reason_nl"] = gettext("Say why RESOC gives no substantive opinion.")
        else:
            if not self.decision:
                errors["decision"] = gettext("Say how it was adopted.")
            if is_blank(row.summary_nl):
                errors["summary_nl"] = gettext("Sum up in two or three sentences what RESOC advises.")
        if errors:
            raise ValidationError(errors)

    def doubts(self) -> Iterator[tuple[str, str]]:
        """What `check_rows_complete` will say, before anybody publishes; a PDF may still come with the same form."""
        if self.pk and self._lacks_text():
            yield "body_nl", gettext("There is no text and no document yet: an adopted opinion needs one of the two.")

    def check_rows_complete(self) -> None:
        if self._lacks_text():
            raise ValidationError(
                gettext(
                    "It is saved, not published: an adopted opinion needs its text or a document. Add one of these."
                )
            )

    def _lacks_text(self) -> bool:
        """Whether visitors would read of an adopted opinion neither a text nor a document."""
        has_text = any(not is_blank(getattr(self, column)) for column in localized("body"))
        return self.is_adopted and self.is_substantive and not has_text and not self.documents.all()

    def before_publishing(self, live_from: datetime) -> None:
        """Take the reference that the opinion has from now on: the one that it says, or the next free one."""
        kept, typed = references.reference_of(self.pk), references.parse(self.reference)
        if kept is None:
            if typed and (references.is_too_high(typed, self.pk) or references.is_taken(typed, typed_elsewhere(self))):
                return  # refused, with a sentence, by what checks it next
            if typed is None and not is_blank(self.reference):
                return
            year = (self.adopted_on or timezone.localtime(live_from).date()).year
            kept = typed or references.next_free(year, typed_elsewhere(self))
            references.ReferenceNumber.objects.create(year=kept.year, number=kept.number, opinion_id=self.pk)
        if self.reference != str(kept) and (not self.reference or typed == kept):
            self.reference = str(kept)
            Opinion._base_manager.filter(pk=self.pk).update(reference=self.reference)

    def kept_when_restored(self) -> set[str]:
        return {"reference"} if self.reference else set()

    @staticmethod
    def before_adoption() -> tuple[str, ...]:
        """What nobody outside the desk reads before the opinion is adopted."""
        texts = (*localized("body"), *localized("none_reason"), *localized("addressees"))
        return (*texts, "outcome", "decision", *VOTES)

    @property
    def withheld(self) -> Collection[str]:
        return () if self.is_adopted else (*self.before_adoption(), "positions", "documents")

    @property
    def is_adopted(self) -> bool:
        return self.adopted_on is not None

    @property
    def is_substantive(self) -> bool:
        return self.outcome == self.Outcome.OPINION

    @property
    def state(self) -> OpinionState:
        """How far it is."""
        return opinion_state(
            is_requested=self.requested_on is not None,
            has_text=any(not is_blank(getattr(self, column)) for column in (*localized("summary"), *localized("body"))),
            is_adopted=self.is_adopted,
            is_sent=self.sent_on is not None,
            is_answered=bool(self.answers.all()),
            is_substantive=self.is_substantive,
        )

    @property
    def state_on(self) -> date | None:
        """The day on which it came so far."""
        days = {
            OpinionState.REQUESTED: self.requested_on,
            OpinionState.ADOPTED: self.adopted_on,
            OpinionState.NONE: self.adopted_on,
            OpinionState.SENT: self.sent_on,
            OpinionState.ANSWERED: max((row.date for row in self.answers.all() if row.date), default=None),
        }
        return days.get(self.state)

    @property
    def sort_key(self) -> str:
        """What runs first, by the day on which it is due; then what is adopted, newest first."""
        if self.adopted_on:
            return f"1{newest_first(self.adopted_on)}"
        return f"0{(self.due_on or date.max).isoformat()}"

    @property
    def group(self) -> int:
        """The year under which it stands in the list; 0 while it runs."""
        return self.adopted_on.year if self.adopted_on else 0

    @property
    def page_kind(self) -> str:
        return f"{super().page_kind} {self.reference}".strip()

    @property
    def keywords(self) -> tuple[str, ...]:
        """Its reference, also without the zeros that people leave out: `2026/1` for `2026-01`."""
        return tuple(dict.fromkeys((self.reference, ZEROS.sub("", self.reference)))) if self.reference else ()

    @property
    def shown_subjects(self) -> list[Publishable]:
        """The priorities and themes that it is about and visitors can read, each once, in their order."""
        found = (row.priority or row.theme for row in self.about.all())
        return list(dict.fromkeys(each for each in found if each))

    @property
    def dissents(self) -> "list[Position]":
        """The positions in their order, dissenting ones first."""
        return sorted(self.positions.all(), key=lambda row: row.kind != Position.Kind.DISSENT)

    def structured_data(self) -> dict[str, object]:
        data = super().structured_data()
        if self.reference:
            data["identifier"] = self.reference
        if self.adopted_on:
            data["datePublished"] = self.adopted_on.isoformat()
        return data


def typed_elsewhere(opinion: Opinion) -> frozenset[str]:
    """The references that working copies of other opinions say, given or not."""
    others = Opinion._base_manager.exclude(pk=opinion.pk).exclude(reference="")
    return frozenset(others.values_list("reference", flat=True))


class OpinionSubject(Child):
    """A priority or a theme that an opinion is about."""

    parent = "opinion"
    together = (("priority", "theme"),)

    # Not `subjects`: by that name the pages of priorities and themes find their updates.
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="about")
    priority = PublishedForeignKey(Priority, blank=True, verbose_name=_("priority"))
    theme = PublishedForeignKey(Theme, blank=True, verbose_name=_("theme"))

    class Meta(Child.Meta):
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")

    def __str__(self) -> str:
        return str(self.priority or self.theme or "")

    def clean(self) -> None:
        if self.priority_id and self.theme_id:
            raise ValidationError(
                {"theme": gettext("Not both in one row: take the theme out, and give it its own row.")}
            )
        if not self.priority_id and not self.theme_id:
            raise ValidationError({"priority": gettext("Choose a priority or a theme, or delete this row.")})


class Position(Child):
    """What an organisation or a group says beside the opinion; never a person."""

    class Kind(models.TextChoices):
        DISSENT = "dissent", _("Dissenting position")
        EXPLANATION = "explanation", _("Explanation of vote")

    class Group(models.TextChoices):
        EMPLOYERS = "employers", _("Employers")
        WORKERS = "workers", _("Employees")
        POLITICIANS = "politicians", _("Regional politicians")

    parent = "opinion"

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="positions")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.DISSENT)
    organisation = PublishedForeignKey(Organisation, blank=True, verbose_name=_("organisation"))
    group = models.CharField(_("or a group"), max_length=20, choices=Group, blank=True)
    text = models.TextField(_("text"), blank=True, help_text=_("Of an organisation or a group, never of a person."))

    class Meta(Child.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")

    def __str__(self) -> str:
        return str(self.organisation or self.get_group_display() or "")

    def clean(self) -> None:
        if self.organisation_id and self.group:
            raise ValidationError({"group": gettext("Of an organisation or of a group, not of both.")})
        if not self.organisation_id and not self.group:
            raise ValidationError({"organisation": gettext("Say whose position this is: an organisation or a group.")})


class Answer(Child):
    """What became of an opinion: the answer of its recipient."""

    class Result(models.TextChoices):
        FOLLOWED = "followed", _("Followed")
        PARTLY = "partly", _("Partly followed")
        NOT = "not", _("Not followed")

    parent = "opinion"

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="answers")
    by = PublishedForeignKey(Organisation, blank=True, verbose_name=_("answer of"))
    date = models.DateField(_("date"), null=True)
    result = models.CharField(_("follow-up"), max_length=20, choices=Result, blank=True)
    text = models.TextField(_("text"), blank=True)
    document = PublishedForeignKey(Document, blank=True, verbose_name=_("document"))

    class Meta(Child.Meta):
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return str(self.by or self.get_result_display() or "")

    def clean(self) -> None:
        if not self.date:
            return
        if self.date > timezone.localdate():
            raise ValidationError({"date": gettext("This day is still to come. Fill it in once it has happened.")})
        since = self.opinion.sent_on or self.opinion.adopted_on
        if since is None:
            raise ValidationError({"date": gettext("An opinion is answered after it is adopted and sent.")})
        if self.date < since:
            raise ValidationError({"date": gettext("An answer comes after the opinion was sent.")})


class OpinionDocument(Attachment):
    """A document of an opinion."""

    parent = "opinion"

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="documents")
