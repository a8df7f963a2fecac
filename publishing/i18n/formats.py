"""Dates and times as people write them in the language being spoken."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from publishing.i18n.languages import current


def labelled(label: object, words: object) -> str:
    """`words` after what they are called, with the space before the colon that the language wants."""
    return _("%(label)s:") % {"label": label} + f" {words}"


def written(value: date | None, pattern: str = "j F Y") -> str:
    """`value` in a pattern of Django whose first number is the day: in French the first of a month is the “1er”.

    A day and its month stay on one line.
    """
    if value is None:
        return ""
    said = date_format(value, pattern.replace("j ", "j\N{NO-BREAK SPACE}"))
    return (
        said.replace("1\N{NO-BREAK SPACE}", "1er\N{NO-BREAK SPACE}", 1)
        if value.day == 1 and current() == "fr"
        else said
    )


def time_of_day(value: datetime | None) -> str:
    """A moment of this time zone as its time alone: “9.05 uur”, “9 h 05”, “09:05”."""
    # Translators: a time of day, in the notation of Django's date filter
    return date_format(value, _("H:i")) if value else ""


def written_with_time(value: datetime | None) -> str:
    """A moment of this time zone: “24 november 2026, 10.42 uur”."""
    return f"{written(value)}, {time_of_day(value)}" if value else ""


def written_with_day(value: datetime | None) -> str:
    """A moment of this time zone with its day of the week: “maandag 30 november 2026, 9.00 uur”."""
    return f"{written(value, 'l j F Y')}, {time_of_day(value)}" if value else ""
