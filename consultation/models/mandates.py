"""Members: who sits in a body, for which organisation and group, from when to when.

A seat of a union or a party beside a name tells what somebody thinks or belongs to (GDPR, article 9). So the name
is withheld until its consent is written down, and no longer than that holds: see `consultation.consents`.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from consultation.models.bodies import Body
from pages.models import Organisation
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES
from publishing.models import Publishable
from publishing.models.relations import PublishedForeignKey

LONGEST_TITLE = 250  # letters
LONGEST_NAME = 100
LONGEST_HOW = 200
NAME_STAYS = 2  # years after the end


class Mandate(Publishable):
    """A seat in a body. Its organisation and group are public, the name of who sits there only with consent."""

    class Group(models.TextChoices):
        EMPLOYERS = "employers", _("Employers")
        WORKERS = "workers", _("Employees")
        POLITICIANS = "politicians", _("Regional politicians")
        EXPERTS = "experts", _("Experts")

    class Role(models.TextChoices):
        CHAIR = "chair", _("chair")
        VICE_CHAIR = "vice_chair", _("vice-chair")
        MEMBER = "member", _("full member")
        SUBSTITUTE = "substitute", _("substitute")
        ADVISORY = "advisory", _("advisory")

    found_at = "member_list"
    stays_current = False
    shown_as_now = True  # a name that is taken back is in no old version
    not_published = (*Publishable.not_published, "title", "shows_name", "agreed_name")
    withheld_unless = {"name": "shows_name"}
    asked_anew = ("shows_name", "agreed_name")
    goes_along = ("body", "organisation")

    # What the desk calls it. It has the names of working copies, so it is never published.
    title = models.CharField(max_length=LONGEST_TITLE, blank=True, editable=False)
    body = PublishedForeignKey(Body, blank=True, verbose_name=_("body"))
    organisation = PublishedForeignKey(Organisation, blank=True, verbose_name=_("organisation"))
    group = models.CharField(_("group of members"), max_length=20, choices=Group, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.MEMBER)
    name = models.CharField(
        _("name"), max_length=LONGEST_NAME, blank=True, help_text=_("Stays in the desk, unless you tick the box below.")
    )
    shows_name = models.BooleanField(
        _("visitors see this name"),
        default=False,
        help_text=_("Only with the written consent of the person. Untick it, and the name is gone at once."),
    )
    # The name of which the consent that holds now speaks.
    agreed_name = models.CharField(max_length=LONGEST_NAME, blank=True, editable=False)
    starts_on = models.DateField(_("member from"), null=True, blank=True)
    ends_on = models.DateField(
        _("member up to and including"),
        null=True,
        blank=True,
        help_text=_("Two years after this day the name leaves the site by itself."),
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["title", "pk"]

    def clean(self) -> None:
        self.title = self.described()
        errors = {}
        for name in ("starts_on", "ends_on"):
            day = getattr(self, name)
            if day and not 1950 <= day.year <= timezone.localdate().year + 20:
                errors[name] = gettext("This is a day in %d. Is the year right?") % day.year
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            errors["ends_on"] = gettext("The last day comes before the first one.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title = self.described()
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.title or self.described()

    def described(self) -> str:
        """For whom, where and as what somebody sits here; never who."""
        with override(settings.LANGUAGE_CODE):
            who = self.organisation.name if self.organisation else self.get_group_display()
            where = str(self.body) if self.body else ""
            role = str(self.get_role_display())
        return ", ".join(each for each in (str(who or ""), where, role) if each)[:LONGEST_TITLE]

    def check_complete(self) -> None:
        """A public member sits in a body for an organisation or a group; a name that is shown has consent."""
        errors = {}
        if not self.body_id:
            errors["body"] = gettext("Choose the body of which this is a member.")
        if not self.organisation_id and not self.group:
            errors["organisation"] = gettext("Choose an organisation or a group: visitors read that.")
        if self.thawed and self.name and not self._has_consent():
            errors["name"] = no_consent()
        if errors:
            raise ValidationError(errors)

    def _has_consent(self) -> bool:
        return NameConsent.objects.filter(mandate_id=self.pk, name=self.name, withdrawn_at=None).exists()

    def doubts(self) -> Iterator[tuple[str, str]]:
        """A name that was to be shown without a consent that was written down."""
        if self.shows_name and self.name and self.name != self.agreed_name:
            yield "name", no_consent()

    @property
    def withheld(self) -> Collection[str]:
        if self.is_long_over:
            return ("name",)
        return () if self.thawed or self.name == self.agreed_name else ("name",)

    @property
    def languages(self) -> tuple[str, ...]:
        """Names are the same everywhere."""
        return CODES

    @property
    def turns(self) -> tuple[datetime, ...]:
        """The midnights at which somebody becomes a member, is one no longer, and has no name on the site any more."""
        days = [self.starts_on] if self.starts_on else []
        if self.ends_on:
            days += [self.ends_on + timedelta(days=1), years_after(self.ends_on, NAME_STAYS)]
        midnights = [timezone.make_aware(datetime.combine(day, time())) for day in days]
        return tuple(each for each in midnights if each > timezone.now())[:2]

    @property
    def is_former(self) -> bool:
        """Whether the last day is past, now or at the moment for which this is read."""
        return self.ends_on is not None and self.ends_on < self._today

    @property
    def is_to_come(self) -> bool:
        """Whether the first day is still to come."""
        return self.starts_on is not None and self.starts_on > self._today

    @property
    def is_long_over(self) -> bool:
        """Whether it ended so long ago that no page names anybody any more, whatever moment it is read for."""
        return self.ends_on is not None and years_after(self.ends_on, NAME_STAYS) <= timezone.localdate()

    @property
    def leads(self) -> bool:
        """Whether the role is to be read wherever the body is named."""
        return self.role in (self.Role.CHAIR, self.Role.VICE_CHAIR)

    @property
    def shown_name(self) -> str:
        """The name as visitors may read it."""
        return "" if self.is_long_over else self.name

    @property
    def term(self) -> str:
        """From when to when, in words; "" when neither is known."""
        first, last = (written(day) if day else "" for day in (self.starts_on, self.ends_on))
        if first and last:
            return gettext("from %(first)s up to and including %(last)s") % {"first": first, "last": last}
        if first:
            return (gettext("from %s") if self.is_to_come else gettext("since %s")) % first
        return gettext("up to and including %s") % last if last else ""

    @property
    def _today(self) -> date:
        return timezone.localdate(self.as_of)


class NameConsent(models.Model):
    """That somebody agreed to have their name on the site, in writing: when, how, and who wrote it down here."""

    mandate = models.ForeignKey(Mandate, models.CASCADE, related_name="consents")
    name = models.CharField(max_length=LONGEST_NAME)
    text = models.TextField()  # the words agreed to
    given_on = models.DateField()
    how = models.CharField(max_length=LONGEST_HOW)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.mandate}, {self.given_on:%Y-%m-%d}"


def no_consent() -> str:
    """Why visitors do not read a name."""
    return gettext("No consent is written down for this name: visitors do not see it.")


def years_after(day: date, years: int) -> date:
    """The same day of the year so many years later; of 29 February the day after, where there is none."""
    year = day.year + years
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
