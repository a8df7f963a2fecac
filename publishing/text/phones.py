"""Telephone numbers as readers see them and as links dial them."""

import re
from typing import TypeAlias, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    country_code_for_region,
    format_number,
    is_valid_number,
    number_type,
    parse,
    region_code_for_number,
)

Phone: TypeAlias = PhoneNumber | str | None

EXTENSION = re.compile(r"\s*\b(?:toestel|poste)\s+", re.IGNORECASE)  # what phonenumbers does not know as one


def is_valid(phone: Phone) -> bool:
    """Whether `phone` is a number that exists in its country's plan."""
    return isinstance(phone, PhoneNumber) and phone.is_valid()


def written(phone: Phone) -> str:
    """The number for readers of the current language; one that is no valid number as it was typed.

    Without its country only for readers of the site's own language, and only when it is a number of the site's
    own country: elsewhere the national form dials somebody else.
    """
    if not isinstance(phone, PhoneNumber) or not phone.is_valid():
        return str(phone or "")
    is_home = region_code_for_number(phone) == settings.PHONENUMBER_DEFAULT_REGION
    is_at_home = get_language() == settings.LANGUAGE_CODE
    return cast(str, phone.as_national if is_home and is_at_home else phone.as_international)


def spellings(phone: Phone) -> tuple[str, ...]:
    """The forms in which people may look for a number, whatever the language."""
    if not isinstance(phone, PhoneNumber) or not phone.is_valid():
        return (str(phone),) if phone else ()
    return (phone.as_national, phone.as_national.replace(" ", ""), phone.as_international, phone.as_e164)


def bare(text: str) -> str:
    """The digits of a number, the same however it is written: without the site's own country, and without a first zero.

    `+32 57 31 02 51`, `0032 57 31 02 51`, `057/31.02.51` and `+32 (0)57 310251` all give `57310251`.
    """
    text = text.strip().replace("(0)", "")
    digits = "".join(filter(str.isdigit, text))
    if text.startswith("+") or digits.startswith("00"):
        digits = digits.lstrip("0").removeprefix(str(country_code_for_region(settings.PHONENUMBER_DEFAULT_REGION)))
    return digits.removeprefix("0")


def uri(phone: Phone) -> str:
    """The number as a link that dials it from anywhere (RFC 3966); "" when it is not valid."""
    return f"tel:{phone.as_e164}" if isinstance(phone, PhoneNumber) and phone.is_valid() else ""


def dialled(text: str) -> str:
    """The number in `text` as a link that dials it from anywhere, with its extension (RFC 3966).

    A number without a country is one of the site's own country. "" when `text` is no valid number: a short
    one such as 112 is dialled as it is.
    """
    try:
        number = parse(EXTENSION.sub(" ext. ", text.strip().removeprefix("//")), settings.PHONENUMBER_DEFAULT_REGION)
    except NumberParseException:
        return ""
    if not is_valid_number(number):
        return ""
    extension = f";ext={number.extension}" if number.extension else ""
    number.extension = None
    return f"tel:{format_number(number, PhoneNumberFormat.E164)}{extension}"


def is_mobile(phone: PhoneNumber) -> bool | None:
    """Whether the number is a mobile one; None where its country does not tell the two apart."""
    kind = number_type(phone)
    return None if kind == PhoneNumberType.FIXED_LINE_OR_MOBILE else kind == PhoneNumberType.MOBILE


def refuse_extension(phone: Phone) -> None:
    """Raise ValidationError when the number has an extension, which would be lost when it is stored."""
    if getattr(phone, "extension", None):
        raise ValidationError(
            _("An extension such as “ext. 12” can't be kept here. Give the number that people dial directly.")
        )
