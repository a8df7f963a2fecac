"""What the law asks of two statements, as fields: the accessibility statement and the privacy statement.

Each belongs to a text page, which goes on being a page of text: what is filled in here stands before and after it.
An empty field prints nothing. Nothing here has a value that nobody chose.
"""

from calendar import isleap
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from pages.models.legal_values import raise_if_any, refuse_days_to_come, refuse_open_links
from publishing.i18n.languages import current
from publishing.models import Child, Publishable

LONGEST_TERM = 365  # days


class AccessibilityStatement(Publishable):
    """What the model statement of Decision (EU) 2018/1523 asks and the software can't know."""

    class Status(models.TextChoices):
        FULL = "full", _("Fully compliant")
        PARTIAL = "partial", _("Partially compliant")
        NONE = "none", _("Not compliant")

    class Method(models.TextChoices):
        OWN = "self", _("We evaluated it ourselves")
        THIRD_PARTY = "third_party", _("A third party evaluated it")

    title_field = "enforcement_body"
    is_single = True
    stays_current = False  # it has a date of review of its own
    children = ("exceptions",)
    slug: ClassVar[str] = "toegankelijkheid"  # in Dutch, of the text page that comes with the site
    printed_on = ("pages.textpage", slug)

    status = models.CharField(
        _("compliance status"),
        max_length=10,
        choices=Status,
        blank=True,
        help_text=_("How far the website meets EN 301 549 (WCAG 2.1, level AA). With it you commit to accessibility."),
    )
    other_sites = models.CharField(
        _("other websites or apps"),
        max_length=250,
        blank=True,
        help_text=_("To which the statement applies too. Empty: to this website only."),
    )
    method = models.CharField(
        _("how it was evaluated"),
        max_length=20,
        choices=Method,
        blank=True,
        help_text=_("The law asks for one of the two."),
    )
    assessor = models.CharField(
        _("name of the third party"), max_length=150, blank=True, help_text=_("Only when one evaluated the website.")
    )
    made_on = models.DateField(
        _("statement made on"), null=True, blank=True, help_text=_("The day on which somebody stood for it first.")
    )
    reviewed_on = models.DateField(
        _("last reviewed on"),
        null=True,
        blank=True,
        help_text=_("The list of work asks for the next review after twelve months."),
    )
    responsible = models.CharField(
        _("person or unit responsible"),
        max_length=150,
        blank=True,
        help_text=_("Who answers remarks about accessibility, for example: the secretariat."),
    )
    response_days = models.PositiveSmallIntegerField(
        _("response term (days)"), null=True, blank=True, help_text=_("Within how many calendar days you answer.")
    )
    complaints = models.CharField(
        _("own complaint handling"),
        max_length=200,
        blank=True,
        help_text=_("Who of your own organisation handles complaints. Empty: nothing is shown."),
    )
    complaints_url = models.URLField(
        _("page about complaints"), blank=True, help_text=_("The words of “own complaint handling” lead to it.")
    )
    enforcement_body = models.CharField(
        _("enforcement body"),
        max_length=150,
        blank=True,
        help_text=_("To whom people can turn who are not satisfied with your answer."),
    )
    enforcement_url = models.URLField(
        _("website of the enforcement body"),
        blank=True,
        help_text=_("The page on which people lodge a complaint, as that body gives it."),
    )
    enforcement_address = models.CharField(
        _("address of the enforcement body"),
        max_length=200,
        blank=True,
        help_text=_("Street, number, postal code and municipality, as that body gives them."),
    )

    class Meta:
        verbose_name = _("accessibility statement")
        verbose_name_plural = _("accessibility")

    def __str__(self) -> str:
        return gettext("Accessibility statement")

    @property
    def review_due(self) -> date | None:
        """When it must be read again: a year after the last review, or else after it was made."""
        last = self.reviewed_on or self.made_on
        return a_year_after(last) if last else None

    def clean(self) -> None:
        """Refuse days that are yet to come or out of order, links without HTTPS, and a term that is none."""
        super().clean()
        errors = refuse_open_links(self, "complaints_url", "enforcement_url")
        if self.made_on and self.reviewed_on and self.reviewed_on < self.made_on:
            errors["reviewed_on"] = gettext("The last review lies before the day on which the statement was made.")
        if self.response_days is not None and not 1 <= self.response_days <= LONGEST_TERM:
            errors["response_days"] = gettext("A number from 1 to %d is expected.") % LONGEST_TERM
        raise_if_any(errors | refuse_days_to_come(self, "made_on", "reviewed_on"))

    def doubts(self) -> Iterable[tuple[str, str]]:
        listed = bool(self.pk and self.exceptions.exists())
        if self.status == self.Status.PARTIAL and self.pk and not listed:
            yield "status", gettext("“Partially” asks for a list of what is not accessible, and why.")
        if self.status == self.Status.FULL and listed:
            yield "status", gettext("“Fully” does not go with a list of what is not accessible.")
        if self.assessor and self.method != self.Method.THIRD_PARTY:
            yield "assessor", gettext("Visitors read this name only when a third party evaluated the website.")
        row = self  # its columns per language are made by modeltranslation
        if self.complaints_url and not getattr(row, "complaints_nl", ""):
            yield "complaints_nl", gettext("Without these words visitors do not see the link to the page.")
        if (self.enforcement_url or self.enforcement_address) and not getattr(row, "enforcement_body_nl", ""):
            yield "enforcement_body_nl", gettext("Without these words visitors do not see the link to the page.")

    def words_besides(self) -> Iterable[str]:
        yield self.status_sentence
        yield self.method_sentence
        yield from (label for label, _rows in self.reasons)

    @property
    def status_sentence(self) -> str:
        """The sentence of the model about how far the website conforms; "" while nobody chose."""
        return gettext(STATUS_SENTENCES[self.Status(self.status)]) if self.status else ""

    @property
    def method_sentence(self) -> str:
        """The sentence of the model about how it was evaluated; "" while nobody chose."""
        if self.method == self.Method.OWN:
            return gettext("It is based on a self-assessment by our organisation.")
        if self.method != self.Method.THIRD_PARTY:
            return ""
        if self.assessor:
            return gettext("It is based on an assessment by a third party: %(name)s.") % {
                "name": self.assessor.removesuffix(".")
            }
        return gettext("It is based on an assessment by a third party.")

    @property
    def reasons(self) -> list[tuple[str, list["InaccessibleContent"]]]:
        """What is not accessible, by reason, in the order of the model."""
        rows = list(self.exceptions.all())
        kinds = [(kind.label, [row for row in rows if row.kind == kind]) for kind in InaccessibleContent.Kind]
        return [(str(label), found) for label, found in kinds if found]


STATUS_SENTENCES = {
    AccessibilityStatement.Status.FULL: gettext_noop(
        "This website is fully compliant with the European standard EN 301 549 (WCAG 2.1, level AA)."
    ),
    AccessibilityStatement.Status.PARTIAL: gettext_noop(
        "This website is partially compliant with the European standard EN 301 549 (WCAG 2.1, level AA), due to the "
        "non-compliances and/or the exemptions listed below."
    ),
    AccessibilityStatement.Status.NONE: gettext_noop(
        "This website is not compliant with the European standard EN 301 549 (WCAG 2.1, level AA). The "
        "non-compliances and/or the exemptions are listed below."
    ),
}


def a_year_after(day: date) -> date:
    """The same day of the next year; of 29 February the day before."""
    leaps = day.month == 2 and day.day == 29 and not isleap(day.year + 1)
    return day.replace(year=day.year + 1, day=28 if leaps else day.day)


class InaccessibleContent(Child):
    """Something on the website that is not accessible, and the ground for that."""

    class Kind(models.TextChoices):
        NON_COMPLIANCE = "non_compliance", _("Non-compliance with the accessibility requirements")
        BURDEN = "burden", _("Disproportionate burden")
        SCOPE = "scope", _("The content is not within the scope of the applicable legislation")

    parent = "statement"

    statement = models.ForeignKey(AccessibilityStatement, models.CASCADE, related_name="exceptions")
    what = models.CharField(
        _("what is not accessible"),
        max_length=250,
        blank=True,
        help_text=_("And for whom, for example: scans of old reports, which a screen reader cannot read."),
    )
    kind = models.CharField(_("ground"), max_length=20, choices=Kind, default=Kind.NON_COMPLIANCE)
    since = models.DateField(_("since"), null=True, blank=True, help_text=_("Since when it is like that."))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("When you expect it to be solved."))
    alternative = models.CharField(
        _("accessible alternative"), max_length=250, blank=True, help_text=_("What people can use in the meantime.")
    )

    class Meta(Child.Meta):
        verbose_name = _("content that is not accessible")
        verbose_name_plural = _("content that is not accessible")

    def __str__(self) -> str:
        return self.what or ""

    def clean(self) -> None:
        """Refuse a beginning that is yet to come, and an end before it."""
        super().clean()
        errors = refuse_days_to_come(self, "since")
        if self.since and self.until and self.until < self.since:
            errors["until"] = gettext("This day lies before the first one.")
        raise_if_any(errors)


GBA = {  # one authority, with a website for each language
    "nl": "https://www.gegevensbeschermingsautoriteit.be/",
    "fr": "https://www.autoriteprotectiondonnees.be/",
    "en": "https://www.dataprotectionauthority.be/",
}
VTC = "https://www.vlaanderen.be/vlaamse-toezichtcommissie"  # in Dutch only


class PrivacyStatement(Publishable):
    """What article 13 of the GDPR asks and the software can't know."""

    class Authority(models.TextChoices):
        GBA = "gba", _("Data Protection Authority (GBA)")
        VTC = "vtc", _("Flemish Supervisory Commission (VTC)")
        BOTH = "both", _("Both")

    title_field = "controller"
    is_single = True
    children = ("flows",)
    slug: ClassVar[str] = "privacy"  # in Dutch, of the text page that comes with the site
    printed_on = ("pages.textpage", slug)

    controller = models.CharField(
        _("controller"), max_length=150, blank=True, help_text=_("The organisation that decides why data are kept.")
    )
    legal_form = models.CharField(
        _("legal form"), max_length=100, blank=True, help_text=_("As its statutes or the law call it.")
    )
    number = models.CharField(
        _("enterprise number"),
        max_length=30,
        blank=True,
        help_text=_("As the Crossroads Bank for Enterprises writes it: four digits, three, three."),
    )
    address = models.CharField(
        _("postal address"), max_length=200, blank=True, help_text=_("Street, number, postal code and municipality.")
    )
    email = models.EmailField(
        _("e-mail about privacy"), blank=True, help_text=_("Where people ask what you keep about them.")
    )
    representative = models.CharField(
        _("representative"), max_length=150, blank=True, help_text=_("Only when the controller has one.")
    )
    officer = models.CharField(
        _("data protection officer"), max_length=150, blank=True, help_text=_("The function; a name is not needed.")
    )
    officer_email = models.EmailField(
        _("e-mail of the officer"),
        blank=True,
        help_text=_("Best one of the function, which stays when a person leaves."),
    )
    no_officer = models.CharField(
        _("no officer appointed, because"),
        max_length=250,
        blank=True,
        help_text=_("Completes the sentence “There is no data protection officer, because …”."),
    )
    processors = models.TextField(
        _("host and other processors"), blank=True, help_text=_("Who keeps or handles data for you, one a line.")
    )
    transfers = models.TextField(
        _("transfers outside the European Economic Area"),
        blank=True,
        help_text=_("By those processors: to which country, and with which safeguard; or that there are none."),
    )
    data_required = models.TextField(
        _("whether people must give data"), blank=True, help_text=_("And what happens when they do not.")
    )
    mailbox_retention = models.CharField(
        _("how long mails are kept"), max_length=200, blank=True, help_text=_("For example: two years.")
    )
    telephone_retention = models.CharField(
        _("how long notes of calls are kept"),
        max_length=200,
        blank=True,
        help_text=_("For example: until the question is answered."),
    )
    authority = models.CharField(
        _("supervisory authority"),
        max_length=10,
        choices=Authority,
        blank=True,
        help_text=_("Which one it is depends on the legal form. Nothing is chosen for you."),
    )

    class Meta:
        verbose_name = _("privacy statement")
        verbose_name_plural = _("privacy")

    def __str__(self) -> str:
        return gettext("Privacy statement")

    def doubts(self) -> Iterable[tuple[str, str]]:
        row = self  # its columns per language are made by modeltranslation
        if getattr(row, "no_officer_nl", "") and (self.officer_email or getattr(row, "officer_nl", "")):
            yield "no_officer_nl", gettext("This says that there is an officer, and that there is none.")

    def words_besides(self) -> Iterable[str]:
        for flow in self.grounded_flows:
            yield f"{flow.get_kind_display()}: {flow.get_ground_display()}"
        yield from (name for name, _address in self.authorities)

    @property
    def authorities(self) -> list[tuple[str, str]]:
        """The names of the supervisory authorities that were chosen, each with its address."""
        gba = str(self.Authority.GBA.label), GBA.get(current(), GBA["nl"])
        both = {self.Authority.GBA: gba, self.Authority.VTC: (str(self.Authority.VTC.label), VTC)}
        return [each for kind, each in both.items() if self.authority in (kind, self.Authority.BOTH)]

    @property
    def grounded_flows(self) -> list["DataFlow"]:
        """The flows of data with a legal ground."""
        return [flow for flow in self.flows.all() if flow.ground]


class DataFlow(Child):
    """A use of personal data, and its legal ground."""

    class Kind(models.TextChoices):
        MESSAGES = "messages", _("Questions by form, e-mail or telephone")
        STAFF = "staff", _("Details of staff on the contact page")
        ACCOUNTS = "accounts", _("Accounts of people who manage the website")
        GUESTS = "guests", _("Contributions by people with a link")
        MEMBERS = "members", _("Names of members of RESOC, with their consent")
        FOLLOWERS = "followers", _("Weekly mail to people who asked for it")
        OTHER = "other", _("Something else")

    class Ground(models.TextChoices):
        CONSENT = "a", _("Consent (article 6.1.a)")
        OBLIGATION = "c", _("Legal obligation (article 6.1.c)")
        TASK = "e", _("Task in the public interest (article 6.1.e)")
        INTEREST = "f", _("Legitimate interest (article 6.1.f)")

    parent = "statement"

    statement = models.ForeignKey(PrivacyStatement, models.CASCADE, related_name="flows")
    kind = models.CharField(_("use"), max_length=20, choices=Kind, default=Kind.MESSAGES)
    ground = models.CharField(
        _("legal ground"),
        max_length=1,
        choices=Ground,
        blank=True,
        help_text=_("Without one visitors do not read this."),
    )
    explanation = models.CharField(
        _("explanation"),
        max_length=250,
        blank=True,
        help_text=_("Which law, task or interest; and for “something else”, which use."),
    )

    class Meta(Child.Meta):
        verbose_name = _("use of personal data")
        verbose_name_plural = _("uses of personal data")

    def __str__(self) -> str:
        return str(self.get_kind_display())
