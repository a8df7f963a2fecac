"""Staff members: their cards and absences."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from publishing.files.fields import FOCUS_HELP, FocusField, PictureField
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES, languages_with, resolve
from publishing.models import Ordered, Publishable
from publishing.models.relations import PublishedForeignKey
from publishing.text import phones
from publishing.text.shortening import uncapitalised
from staff.emails import AddressField, normal

MAX_HOW = 200  # characters that say how a consent was given
LONG_ABSENCE = timedelta(days=731)  # two years
LANDSCAPES = 4  # different drawings for a card without a photo


class StaffMember(Ordered, Publishable):
    """A person of the secretariat, with a card on the contact page."""

    title_field = "name"
    has_proper_name = True
    not_copied = ("stand_in", "is_secretariat")
    view_name = "staff_detail"
    reach = 3
    schema_type = "Person"
    not_published = (
        *Publishable.not_published,
        "user",
        "language",
        "shows_phone",
        "shows_mobile",
        "shows_email",
        "shows_photo",
        "mobile_consent",
        "photo_consent",
    )
    owner_field = "user"
    asked_anew = ("shows_mobile", "shows_photo", "mobile_consent", "photo_consent")
    withheld_unless = {
        "phone": "shows_phone",
        "mobile": "shows_mobile",
        "email": "shows_email",
        "photo": "shows_photo",
        "photo_width": "shows_photo",
        "photo_height": "shows_photo",
    }
    found_through = ("contact",)
    search_weight = 4
    shown_as_now = True  # a detail that was hidden, or a card that was withdrawn, is in no old version of a page
    together = (("absent_from", "absent_until", "stand_in"),)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    slug = models.SlugField(
        _("address"),
        max_length=100,
        blank=True,
        help_text=_("The last part of the web address: small letters, digits and hyphens."),
    )
    function = models.CharField(_("function"), max_length=200, blank=True)
    reachable = models.CharField(
        _("can be reached"),
        max_length=200,
        blank=True,
        help_text=_("One line, for example: Monday to Friday, from 9 a.m. to 4 p.m. Empty: nothing is shown."),
    )
    phone = PhoneNumberField(
        _("telephone"), blank=True, help_text=_("As you would dial it in Belgium, for example 051 12 34 56.")
    )
    shows_phone = models.BooleanField(_("visitors see this number"), default=True)
    mobile = PhoneNumberField(_("mobile"), blank=True, help_text=_("For example 0470 12 34 56."))
    shows_mobile = models.BooleanField(
        _("visitors see this mobile number"),
        default=False,
        help_text=_("Only with the consent of the person: this site writes down who gave it, and when."),
    )
    email = AddressField(_("e-mail"), blank=True)
    shows_email = models.BooleanField(_("visitors see this address"), default=True)
    photo = PictureField(
        _("photo"),
        upload_to="staff/",
        blank=True,
        ratio=(4, 5),
        widths=(160, 320, 480),
        width_field="photo_width",
        height_field="photo_height",
        help_text=_("Optional. Without a photo, the card shows the initials in a landscape."),
    )
    photo_width = models.PositiveIntegerField(null=True, editable=False)  # pixels
    photo_height = models.PositiveIntegerField(null=True, editable=False)  # pixels
    photo_focus_x = FocusField(_("middle of the photo, from the left (%)"), default=50, help_text=FOCUS_HELP)
    photo_focus_y = FocusField(_("middle of the photo, from the top (%)"), default=33)  # where eyes are
    shows_photo = models.BooleanField(
        _("visitors see this photo"),
        default=False,
        help_text=_("Only with the consent of the person: this site writes down who gave it, and when."),
    )
    absent_from = models.DateField(
        _("absent from"),
        null=True,
        blank=True,
        help_text=_("From that day visitors read of it, by itself. Empty: from now on."),
    )
    absent_until = models.DateField(
        _("absent up to and including"),
        null=True,
        blank=True,
        help_text=_("After that day the card is as before, by itself."),
    )
    stand_in = PublishedForeignKey(
        "self",
        blank=True,
        verbose_name=_("stand-in"),
        help_text=_("Whom visitors reach during the absence."),
    )
    # How the consent that the flag stands for was given, when the person did not tick it; see `Consent.how`.
    mobile_consent = models.CharField(
        _("how consent for the mobile number was given"), max_length=MAX_HOW, blank=True, editable=False
    )
    photo_consent = models.CharField(
        _("how consent for the photo was given"), max_length=MAX_HOW, blank=True, editable=False
    )
    language = models.CharField(
        _("language of mails"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("In which this site writes to the person."),
    )
    is_secretariat = models.BooleanField(
        _("answers for the secretariat"),
        default=False,
        help_text=_("The telephone number at the foot of every page is the one of this person."),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")

    @property
    def languages(self) -> tuple[str, ...]:
        """A name is the same everywhere; the function tells what was translated."""
        return languages_with(self, "function") or CODES

    def structured_data(self) -> dict[str, Any]:
        """A person, with only what the card shows."""
        data = {"@type": self.schema_type, "name": self.name, "jobTitle": resolve(self, "function").shown}
        data |= {"telephone": self.phone_uri.removeprefix("tel:"), "email": self.email}
        return {key: value for key, value in data.items() if value}

    @property
    def in_a_sentence(self) -> str:
        function = resolve(self, "function")
        said = [
            gettext("%(name)s (%(function)s) works for RESOC Westhoek.")
            % {"name": self.name, "function": uncapitalised(function.shown)}
            if function and not function.fallback
            else gettext("%(name)s works for RESOC Westhoek.") % {"name": self.name},
        ]
        said += [gettext("Phone: %(number)s.") % {"number": self.phone_display}] if self.phone else []
        return " ".join(said)

    @property
    def phone_display(self) -> str:
        """The number as readers of the current language write it: `0472 05 17 83`."""
        return phones.written(self.phone)

    @property
    def mobile_display(self) -> str:
        """The mobile number as readers of the current language write it."""
        return phones.written(self.mobile)

    @property
    def keywords(self) -> tuple[str, ...]:
        """The numbers as people write them: in national and international form, with and without spaces."""
        numbers = (*phones.spellings(self.phone), *phones.spellings(self.mobile))
        return tuple(each for each in numbers if " " not in each)  # else a few digits would find somebody

    @property
    def phone_uri(self) -> str:
        """The number as a link that dials it from anywhere (RFC 3966)."""
        return phones.uri(self.phone)

    @property
    def mobile_uri(self) -> str:
        """The mobile number as such a link."""
        return phones.uri(self.mobile)

    @property
    def turns(self) -> tuple[datetime, ...]:
        """The midnights, here in Belgium, at which an absence begins and is over; one that has begun only ends."""
        if not self.absent_until:
            return ()
        end = midnight(self.absent_until + timedelta(days=1))
        return (midnight(self.absent_from), end) if self.absent_from else (end,)

    @property
    def is_absent(self) -> bool:
        """Whether the person is away now, or was at the moment that this card is read for."""
        at, turns = self.as_of or timezone.now(), self.turns
        return bool(turns) and at < turns[-1] and (len(turns) == 1 or turns[0] <= at)

    @property
    def has_absence_ahead(self) -> bool:
        """Whether the person is away now or will be."""
        return bool(self.turns) and (self.as_of or timezone.now()) < self.turns[-1]

    @property
    def answers_meanwhile(self) -> "StaffMember | None":
        """The stand-in who is there: when that one is away too, their stand-in, and so on."""
        seen, other = {self.pk}, self.stand_in
        while other and other.is_absent and other.pk not in seen:
            seen.add(other.pk)
            other = other.stand_in
        return other if other and other.pk not in seen else None

    def is_away_with(self, other: "StaffMember") -> bool:
        """Whether both are absent on one day that is still to come."""
        if not (self.absent_until and other.absent_until):
            return False
        today = timezone.localdate()
        first = max(self.absent_from or today, other.absent_from or today, today)
        return first <= min(self.absent_until, other.absent_until)

    def doubts(self) -> Iterator[tuple[str, str]]:
        """An absence that lasts very long, and people who stand in for somebody while they are away themselves."""
        if is_long(self.absent_until):
            yield "absent_until", gettext("This is more than two years from now. Is the year right?")
        yield from self.clashes()

    def clashes(self) -> Iterator[tuple[str, str]]:
        """Where this absence meets that of a stand-in, as visitors read it: the column, and a sentence about it."""
        published = StaffMember.published
        other = published().filter(pk=self.stand_in_id).first() if self.stand_in_id else None
        if other and self.is_away_with(other):
            words = {"name": other.name, "when": other.absence_days}
            yield "stand_in", gettext("%(name)s is absent too: %(when)s. Choose somebody who is there.") % words
            seen: set[int | None] = {self.pk}
            while other and other.pk not in seen and self.is_away_with(other):
                seen.add(other.pk)
                other = other.stand_in
            if other and other.pk in seen:
                yield "stand_in", gettext("They stand in for each other and are both away: visitors reach nobody then.")
        # The checker knows the columns of the object; `data` is one of the revision.
        for away in published().filter(data__stand_in_id=self.pk) if self.pk else ():  # type: ignore[misc]
            if self.is_away_with(away):
                said = gettext("Stands in for %(name)s, who is absent then too: %(when)s. Choose somebody else there.")
                yield "absent_until", said % {"name": away.name, "when": away.absence_days}

    @property
    def absence_days(self) -> str:
        """The first and the last day of the absence in words, the first only while it is to come."""
        last = written(self.absent_until) if self.absent_until else ""
        if self.absent_from and self.absent_from > timezone.localdate():
            return gettext("from %(first)s up to and including %(last)s") % {
                "first": written(self.absent_from),
                "last": last,
            }
        return gettext("up to and including %s") % last

    def clean(self) -> None:
        super().clean()
        for name in ("phone", "mobile"):
            try:
                phones.refuse_extension(getattr(self, name))
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
        if self.absent_from and not self.absent_until:
            raise ValidationError({"absent_until": _("Say which day is the last one.")})
        if self.absent_from and self.absent_until and self.absent_until < self.absent_from:
            raise ValidationError({"absent_until": _("The last day comes before the first one.")})
        if self.stand_in_id and self.stand_in_id == self.pk:
            raise ValidationError({"stand_in": _("Choose somebody else: nobody stands in for themselves.")})

    def check_complete(self) -> None:
        """The card of somebody with an account brings no address that this person did not prove to have.

        Proven is the address of the account. One that visitors read already, from before there was an account,
        may stay.
        """
        super().check_complete()
        email = self.email if self.thawed or self.shows_email else ""
        row = StaffMember._base_manager.select_related("user").filter(pk=self.pk).first() if self.thawed else self
        user = row.user if row else None
        if not email or user is None or normal(email) == normal(user.email):
            return
        shown = self.revisions.public().first() if self.pk else None
        if shown is None or normal(shown.data.get("email")) != normal(email):
            words = {"email": user.email or "–"}
            raise ValidationError(
                {"email": gettext("This address is not confirmed yet. The account has %(email)s.") % words}
            )

    def kept_when_restored(self) -> set[str]:
        """An address of before would not be that of the account."""
        return {"email"} if self.user_id and self.email else set()

    @property
    def mail_address(self) -> str:
        """Where the site writes to the person: the address of the account, or of the card when there is none."""
        return (self.user.email if self.user else "") or self.email

    @property
    def photo_alt(self) -> str:
        """A description of the photo, for people who cannot see it."""
        return gettext("Portrait of %s") % self.name

    @property
    def initials(self) -> str:
        """The first letters of the first and the last name."""
        names = self.name.split()
        return "".join(name[0].upper() for name in (names[:1] + names[1:][-1:]))

    @property
    def landscape(self) -> int:
        """Which drawing stands in for the photo: always the same one for this person."""
        return self.pk % LANDSCAPES


def midnight(day: date) -> datetime:
    """When `day` begins, here in Belgium."""
    return timezone.make_aware(datetime.combine(day, time()))


def is_long(last_day: date | None) -> bool:
    """Whether an absence until then is so long that it may be a slip of the pen."""
    return last_day is not None and last_day > timezone.localdate() + LONG_ABSENCE
