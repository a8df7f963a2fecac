"""Whom to contact: the staff members."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from publishing.fields import FOCUS_HELP, FocusField, PictureField
from publishing.languages import CODES, languages_with, resolve
from publishing.models import Ordered, Publishable

ORGANISATION = {"@type": "Organization", "name": "RESOC Westhoek"}
LANDSCAPES = 4  # different drawings for a card without a photo


class StaffMember(Ordered, Publishable):
    """A person of the secretariat, with a card on the contact page."""

    title_field = "name"
    view_name = "staff_detail"
    schema_type = "Person"
    not_published = (*Publishable.not_published, "user")
    found_through = ("contact",)

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
    phone = PhoneNumberField(
        _("telephone"), blank=True, help_text=_("As you would dial it in Belgium, for example 051 12 34 56.")
    )
    email = models.EmailField(_("e-mail"), blank=True)
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
        data = {"@type": self.schema_type, "name": self.name, "jobTitle": resolve(self, "function").value}
        data |= {"telephone": self.phone_uri.removeprefix("tel:"), "email": self.email}
        return {key: value for key, value in data.items() if value} | {"worksFor": ORGANISATION}

    @property
    def phone_display(self) -> str:
        """The number as people here write it: `0472 05 17 83`."""
        return self.phone.as_national if _is_valid(self.phone) else str(self.phone or "")

    @property
    def keywords(self) -> tuple[str, ...]:
        """The number as people write it, with and without spaces."""
        return self.phone_display, self.phone_display.replace(" ", "")

    @property
    def phone_uri(self) -> str:
        """The number as a link that dials it from anywhere (RFC 3966)."""
        return f"tel:{self.phone.as_e164}" if _is_valid(self.phone) else ""

    @property
    def photo_alt(self) -> str:
        """What the photo shows, for people who cannot see it."""
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


def _is_valid(phone: PhoneNumber | str | None) -> bool:
    return isinstance(phone, PhoneNumber) and phone.is_valid()
