"""Addresses that are no page of this site: those of the site before it, and those that visitors asked for in vain."""

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from publishing.models.content import Publishable

LONGEST_ADDRESS = 200  # characters


class OldAddress(models.Model):
    """An address of a former site, and the page here that took its place: an object, or an overview by its view."""

    address = models.CharField(_("old address"), max_length=LONGEST_ADDRESS, unique=True, editable=False)
    language = models.CharField(max_length=10, editable=False)  # of the address that visitors are led to
    model = models.CharField(max_length=100, blank=True, editable=False)
    object_id = models.BigIntegerField(default=0, editable=False)
    view = models.CharField(max_length=100, blank=True, editable=False)  # of a page that is no object
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        ordering = ["address"]
        indexes = [models.Index(fields=["model", "object_id"], name="old_address_of_object")]

    def __str__(self) -> str:
        return self.address


class MissingAddress(models.Model):
    """An address at which visitors found no page: how often and when, and nothing about the visitor."""

    address = models.CharField(max_length=LONGEST_ADDRESS, unique=True, editable=False)
    count = models.PositiveIntegerField(default=0, editable=False)
    first_on = models.DateField(editable=False)
    last_on = models.DateField(db_index=True, editable=False)
    is_dismissed = models.BooleanField(default=False, editable=False)  # somebody said that no page belongs there

    class Meta:
        ordering = ["-count", "address"]

    def __str__(self) -> str:
        return self.address


def forget_addresses(obj: "Publishable", successor: "Publishable | None" = None) -> None:
    """Lead the old addresses of an object that is erased to its `successor`, or forget them with its own words."""
    ours = OldAddress.objects.filter(model=obj._meta.label_lower, object_id=obj.pk)
    if successor:
        ours.update(model=successor._meta.label_lower, object_id=successor.pk)
    else:
        ours.delete()


def forget_missing(slugs: "set[str]") -> None:
    """Forget what was asked for in vain with one of these words in it."""
    for row in cast("list[MissingAddress]", list(MissingAddress.objects.all())):
        if not slugs.isdisjoint(row.address.split("/")):
            row.delete()
