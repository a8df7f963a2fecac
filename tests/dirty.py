"""Rows and versions as they were before there was a cleaning of texts."""

from django.db import models

from publishing.models import Publishable, Revision
from publishing.models.immutability import permit


def dirty(obj: Publishable, **values) -> None:
    """Put `values` in the row of `obj` and in its versions, past every door."""
    models.QuerySet(type(obj)).filter(pk=obj.pk).update(**values)
    with permit():
        for revision in obj.revisions:
            models.QuerySet(Revision).filter(pk=revision.pk).update(data=revision.data | values)


def raw(obj: models.Model, column: str) -> str:
    """What the database has."""
    return models.QuerySet(type(obj)).filter(pk=obj.pk).values_list(column, flat=True).get()
