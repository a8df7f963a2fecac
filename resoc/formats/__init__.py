"""How dates, times and numbers are written and read in each language, as in Belgium: the day comes before the month.

Django's own formats for English are American. What a module here does not name is as in Django.
"""

from itertools import product


def moments(dates: list[str], times: list[str]) -> list[str]:
    """The ways to type a date and a time together."""
    return [f"{date} {time}" for date, time in product(dates, times)]
