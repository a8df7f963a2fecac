"""The references of opinions, such as 2026-04: each is given once, and stays that of its opinion for ever."""

import re
from typing import NamedTuple

from django.db import models

SPELLING = re.compile(r"\s*(?P<year>(?:19|20)[0-9]{2})\s*[-/]\s*(?P<number>[0-9]{1,4})\s*")

HIGHEST_TYPED = 999  # so that the ones that follow by themselves are still spelled so


class Reference(NamedTuple):
    """A year, and a number in it from 1."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"


def parse(text: str) -> Reference | None:
    """The reference that `text` spells, as in `2026-4`; None when it spells none."""
    found = SPELLING.fullmatch(text or "")
    return Reference(int(found["year"]), int(found["number"])) if found and int(found["number"]) else None


class ReferenceNumber(models.Model):
    """A reference that an opinion has for ever, also when it is withdrawn or deleted. Never deleted itself."""

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    opinion_id = models.PositiveBigIntegerField(unique=True)  # a number, so that nothing is lost with its row

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="one_opinion_a_reference")]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def reference(self) -> Reference:
        """The reference itself."""
        return Reference(self.year, self.number)


def reference_of(opinion_id: int | None) -> Reference | None:
    """The reference that an opinion has for ever; None before its first publication or plan."""
    row = ReferenceNumber.objects.filter(opinion_id=opinion_id).first() if opinion_id else None
    return row.reference if row else None


def is_taken(wanted: Reference, typed: frozenset[str]) -> bool:
    """Whether an opinion has this reference, or a draft has `typed` it."""
    return str(wanted) in typed or ReferenceNumber.objects.filter(year=wanted.year, number=wanted.number).exists()


def is_too_high(wanted: Reference, opinion_id: int | None) -> bool:
    """Whether a slip of the keyboard would leave no numbers to its year; never for the one that the opinion has."""
    return wanted.number > HIGHEST_TYPED and reference_of(opinion_id) != wanted


def next_free(year: int, typed: frozenset[str] = frozenset()) -> Reference:
    """The number after the last one of `year` that was given, and that no draft has `typed`."""
    last = ReferenceNumber.objects.filter(year=year).aggregate(last=models.Max("number"))["last"] or 0
    found = Reference(year, last + 1)
    while str(found) in typed:
        found = Reference(year, found.number + 1)
    return found
