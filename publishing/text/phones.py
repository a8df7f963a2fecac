"""Telephone numbers as readers see them and as links dial them."""

import re
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

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


class Forms(NamedTuple):
    """A valid number as it is written, and the country in whose plan it stands."""

    national: str
    international: str
    e164: str
    region: str | None


def forms(phone: Phone) -> Forms | None:
    """The forms of a number that exists in its country's plan; else None."""
    if not isinstance(phone, PhoneNumber):
        return None
    zeros = phone.italian_leading_zero, phone.number_of_leading_zeros
    return _forms(phone.country_code, phone.national_number, phone.extension, *zeros)


# The same few numbers stand on each page: to look one up in the plans was a seventh of the page of contacts.
@lru_cache(maxsize=500)
def _forms(*parts: Any) -> Forms | None:
    phone = PhoneNumber(*parts)
    if not phone.is_valid():
        return None
    return Forms(phone.as_national, phone.as_international, phone.as_e164, region_code_for_number(phone))


def is_valid(phone: Phone) -> bool:
    """Whether `phone` is a number that exists in its country's plan."""
    return forms(phone) is not None


def written(phone: Phone) -> str:
    """The number for readers of the current language; one that is no valid number as it was typed.

    Without its country only for readers of the site's own language, and only when it is a number of the site's
    own country: elsewhere the national form dials somebody else.
    """
    found = forms(phone)
    if not found:
        return str(phone or "")
    is_home = found.region == settings.PHONENUMBER_DEFAULT_REGION
    is_at_home = get_language() == settings.LANGUAGE_CODE
    return found.national if is_home and is_at_home else found.international


def spellings(phone: Phone) -> tuple[str, ...]:
    """The forms in which people may look for a number, whatever the language."""
    found = forms(phone)
    if not found:
        return (str(phone),) if phone else ()
    return (found.national, found.national.replace(" ", ""), found.international, found.e164)


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
    found = forms(phone)
    return f"tel:{found.e164}" if found else ""


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
