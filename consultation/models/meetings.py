"""Meetings: when a body meets, about what, and what was written of it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from consultation.models.bodies import LONGEST_SLUG, SLUG_HELP, Body, free_slug
from consultation.states import MeetingState, meeting_state
from priorities.models import Attachment, Document, HasDocuments
from publishing.i18n.formats import written, written_with_time
from publishing.i18n.languages import CODES, is_blank, localized, resolve
from publishing.models import Child, Publishable, Revision
from publishing.models.relations import PublishedForeignKey
from publishing.text.transliteration import to_slug

EARLIEST, LONGEST_AHEAD = 1990, 5  # years: the first that is no slip of the keyboard, and how far one plans


class Meeting(HasDocuments, Publishable):
    """A meeting of a body. It is over by the clock, and stays a page when it is cancelled."""

    view_name = "meeting_detail"
    search_weight = 1
    reach = 2
    has_versions = True
    tells_changes = True
    stays_current = False
    schema_type = "Event"
    children = ("items", "documents")
    goes_along = ("body", "items.opinion", "items.document", "documents.document", "minutes")
    not_copied = (
        *("uid", "title", "slug", "starts_at", "ends_at", "minutes", "minutes_approved_on", "cancelled_reason"),
        "documents",
    )

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)  # in calendars, for ever
    body = PublishedForeignKey(Body, blank=True, verbose_name=_("body"))
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("Empty: the body and the day, made by itself.")
    )
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=SLUG_HELP)
    place = models.CharField(_("place"), max_length=200, blank=True)
    url = models.URLField(_("address on the internet"), blank=True, help_text=_("Where to follow it online."))
    is_open = models.BooleanField(_("open to the public"), default=False)
    cancelled_reason = models.CharField(
        _("why it is cancelled"),
        max_length=250,
        blank=True,
        help_text=_("Filled in, the page says that the meeting is cancelled, and why. It stays a page."),
    )
    minutes = PublishedForeignKey(Document, blank=True, verbose_name=_("minutes"))
    minutes_approved_on = models.DateField(
        _("minutes approved on"), null=True, blank=True, help_text=_("Only approved minutes can be published.")
    )

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at", "-pk"]

    def clean(self) -> None:
        self._name()
        errors: dict[str, str] = {}
        now = timezone.now()
        if self.starts_at:
            year = timezone.localtime(self.starts_at).year
            if not EARLIEST <= year <= now.year + LONGEST_AHEAD:
                errors["starts_at"] = gettext("This is a day in %d. Is the year right?") % year
            if self.ends_at and self.ends_at <= self.starts_at:
                errors["ends_at"] = gettext("The end must come after the beginning.")
            elif self.ends_at and self.ends_at - self.starts_at > timedelta(days=7):
                errors["ends_at"] = gettext("This meeting would last longer than a week. Is the day right?")
        elif self.ends_at:
            errors["starts_at"] = gettext("Say when it begins.")
        if approved := self.minutes_approved_on:
            if approved > timezone.localdate():
                errors["minutes_approved_on"] = gettext("This day is still to come. Fill it in once it has happened.")
            elif approved.year < EARLIEST:
                errors["minutes_approved_on"] = gettext("This is a day in %d. Is the year right?") % approved.year
            elif self.starts_at and approved < timezone.localtime(self.starts_at).date():
                errors["minutes_approved_on"] = gettext("Minutes are approved after the meeting.")
        if self.is_cancelled and self.over_at and self.over_at <= now and not self._was_cancelled():
            typed = next(each for each in localized("cancelled_reason") if not is_blank(getattr(self, each)))
            errors[typed] = gettext("This meeting is over: it can't be cancelled any more.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._name()
        super().save(*args, **kwargs)

    def _was_cancelled(self) -> bool:
        last = self.revisions.due().first() if self.pk else None
        return bool(last and any(last.data.get(column) for column in localized("cancelled_reason")))

    def _name(self) -> None:
        """Make a title and an address of the body and the day; they follow these until the first publication."""
        saved: Meeting | None = Meeting._base_manager.filter(pk=self.pk).first() if self.pk else None
        old = saved.default_names() if saved else {}
        is_known = saved is not None and saved.revisions.exists()
        row: Any = self  # its columns per language are made by modeltranslation
        for code, (title, slug) in self.default_names().items():
            was_title, was_slug = old.get(code, ("", ""))
            if getattr(row, f"title_{code}") in ("", None, was_title):
                setattr(row, f"title_{code}", title)
            given = getattr(row, f"slug_{code}")
            if not given or (given == was_slug and not is_known):
                setattr(row, f"slug_{code}", free_slug(self, slug))
        if not row.slug_nl and (slug := to_slug(row.title_nl or "")[:LONGEST_SLUG]):
            row.slug_nl = free_slug(self, slug)

    def default_names(self) -> dict[str, tuple[str, str]]:
        """A title and an address by language, as far as the body has a name in it."""
        found: dict[str, tuple[str, str]] = {}
        if self.body is None or self.starts_at is None:
            return found
        day = timezone.localtime(self.starts_at).date()
        for code in CODES:
            name = getattr(self.body, f"name_{code}", "") or ""
            if not is_blank(name):
                with override(code):
                    title = f"{name}, {written(day)}".replace("\N{NO-BREAK SPACE}", " ")
                    found[code] = title, f"{day.isoformat()}-{to_slug(name)[:LONGEST_SLUG]}"
        return found

    def check_complete(self) -> None:
        """A public meeting says when it begins; minutes are approved."""
        errors = {}
        if not self.starts_at:
            errors["starts_at"] = gettext("Say when it begins.")
        if self.minutes_id and not self.minutes_approved_on:
            errors["minutes_approved_on"] = gettext("Only approved minutes can be published: say when they were.")
        if errors:
            raise ValidationError(errors)

    def doubts(self) -> Iterable[tuple[str, str]]:
        """That what is closed now can be read in an earlier version, and at addresses of its own."""
        telling = telling_of_closed(self) if self.pk else []
        if not telling:
            return
        said = ngettext(
            "%d public version says what a closed item is about. Take it out of the public list.",
            "%d public versions say what a closed item is about. Take them out of the public list.",
            len(telling),
        )
        yield "", said % len(telling)
        if still := public_of_closed(self, telling):
            titles = ", ".join(str(each) for each in still)
            yield "", f"{gettext('What the closed item names stays public at an address of its own:')} {titles}."

    @property
    def withheld(self) -> Collection[str]:
        return () if self.minutes_approved_on else ("minutes",)

    @property
    def is_cancelled(self) -> bool:
        return any(not is_blank(getattr(self, column)) for column in localized("cancelled_reason"))

    @property
    def over_at(self) -> datetime | None:
        """When it is over: at its end, or else at the end of the day."""
        if self.ends_at or not self.starts_at:
            return self.ends_at
        day = timezone.localtime(self.starts_at).date()
        if day == date.max:  # which `clean` refuses: no day comes after it
            return self.starts_at
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))

    @property
    def ends_same_day(self) -> bool:
        """Whether it ends on the day on which it begins."""
        begin, end = self.starts_at, self.ends_at
        return bool(begin and end and timezone.localtime(begin).date() == timezone.localtime(end).date())

    @property
    def turns(self) -> tuple[datetime, ...]:
        return tuple(each for each in (self.starts_at, self.over_at) if each)

    @property
    def state(self) -> MeetingState:
        """What it is now; in an old version, what it was then."""
        return meeting_state(
            is_cancelled=self.is_cancelled,
            has_minutes=bool(self.minutes_id and self.minutes_approved_on),
            over_at=self.over_at,
            has_agenda=bool(self.items.all()),
            now=self.as_of or timezone.now(),
        )

    @property
    def is_past(self) -> bool:
        """Whether it is over."""
        return bool(self.over_at and self.over_at <= (self.as_of or timezone.now()))

    @property
    def in_a_sentence(self) -> str:
        if not self.starts_at:
            return ""
        said = {"title": resolve(self, "title").shown, "date": written_with_time(self.starts_at)}
        return gettext("Meeting of RESOC Westhoek on %(date)s: %(title)s.") % said

    @property
    def sort_key(self) -> str:
        """When it is over: so lists of what is to come and of what is over are parts of one order."""
        return moment_key(self.over_at) if self.over_at else ""

    def structured_data(self) -> dict[str, object]:
        data = super().structured_data()
        data["name"] = data.pop("headline")
        data.pop("dateModified", None)
        status = "EventCancelled" if self.is_cancelled else "EventScheduled"
        data["eventStatus"] = f"https://schema.org/{status}"
        for name, moment in (("startDate", self.starts_at), ("endDate", self.ends_at)):
            if moment:
                data[name] = timezone.localtime(moment).isoformat()
        here = [{"@type": "Place", "name": resolve(self, "place").shown}] if resolve(self, "place") else []
        online = [{"@type": "VirtualLocation", "url": self.url}] if self.url else []
        if location := [*here, *online]:
            data["location"] = location if len(location) > 1 else location[0]
            mode = "Mixed" if here and online else "Online" if online else "Offline"
            data["eventAttendanceMode"] = f"https://schema.org/{mode}EventAttendanceMode"
        return data


def telling_of_closed(meeting: Meeting) -> list[Revision]:
    """The versions that visitors can read and that say what an item is about that is closed in the working copy."""
    closed = {item.pk for item in meeting.items.all() if item.is_closed}
    if not closed:
        return []
    read = meeting.revisions.citable().changes()
    return [
        each
        for each in read
        if any(row.get("id") in closed and not row.get("is_closed") for row in each.data.get("items") or ())
    ]


def public_of_closed(meeting: Meeting, telling: Iterable[Revision]) -> list[Publishable]:
    """What is public by itself of what closed items name, now or in the versions `telling`: opinions and documents."""
    closed = [item for item in meeting.items.all() if item.is_closed]
    keys = {item.pk for item in closed}
    then = [row for each in telling for row in each.data.get("items") or () if row.get("id") in keys]
    found: list[Publishable] = []
    for name in ("opinion", "document"):
        attname = AgendaItem._meta.get_field(name).attname  # type: ignore[union-attr]
        numbers = {getattr(item, attname) for item in closed} | {row.get(attname) for row in then}
        model: type[Publishable] = AgendaItem._meta.get_field(name).related_model  # type: ignore[assignment]
        public: Any = model.published()  # thawed from revisions, which have these columns
        found += public.filter(object_id__in=numbers - {None})
    return found


def moment_key(moment: datetime) -> str:
    """A moment as text that sorts as moments do."""
    return f"{int(moment.timestamp()) + 10**11:012d}"


class AgendaItem(Child):
    """A point on the agenda of a meeting. Of a closed one only its place is published."""

    parent = "meeting"
    not_copied = ("opinion", "document")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    title = models.CharField(_("title"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    opinion = PublishedForeignKey("consultation.Opinion", blank=True, verbose_name=_("opinion"))
    document = PublishedForeignKey(Document, blank=True, verbose_name=_("document"))
    is_closed = models.BooleanField(
        _("closed item"),
        default=False,
        help_text=_(
            "Visitors read “Closed item” and nothing else. This site is no safe: put no closed documents here."
        ),
    )

    class Meta(Child.Meta):
        verbose_name = _("item on the agenda")
        verbose_name_plural = _("agenda")

    def __str__(self) -> str:
        return gettext("Closed item") if self.is_closed else resolve(self, "title").value or str(self.opinion or "")

    def clean(self) -> None:
        if not self.is_closed and not self.opinion_id and is_blank(getattr(self, "title_nl", "")):
            raise ValidationError({"title_nl": gettext("Say what it is about, or choose an opinion.")})

    @property
    def withheld(self) -> Collection[str]:
        return (*localized("title"), *localized("text"), "opinion", "document") if self.is_closed else ()


class MeetingDocument(Attachment):
    """A document of a meeting."""

    parent = "meeting"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="documents")
