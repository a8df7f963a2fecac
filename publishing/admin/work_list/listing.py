"""The list of work of one user, and what somebody put off: read for the pages of `views`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.apps import apps
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.admin.work_list.entries import Asked, Rest, WorkItem
from publishing.admin.work_list.putting_off import standing_keys
from publishing.admin.work_list.ranking import MOST, MOST_OF_KIND, WorkList, arrange
from publishing.admin.work_list.registry import find, kinds
from publishing.models import PutOff
from publishing.models.rights import changeable
from publishing.models.work import PutOffQuerySet
from publishing.review.history import user_name

MOST_LISTED = 100  # lines of a kind, and of what was put off, on the page with everything
FIVE, HALF_HOUR, HOUR = 5, 30, 60  # minutes


def work_list(user: User | AnonymousUser, *, everything: bool = False) -> WorkList:
    """What there is to do for `user`: the first lines, or nearly `everything`."""
    most_of_kind, most = (MOST_LISTED, None) if everything else (MOST_OF_KIND, MOST)
    return arrange(to_do(Asked(user, timezone.now(), most_of_kind)), most_of_kind, most)


def first_page(user: User | AnonymousUser) -> dict[str, object]:
    """The context of `publishing/panel/work_list.html` on the first page of the desk."""
    found = work_list(user)
    return {"work": found, "work_summary": summary(found), "put_off": standing_for(user).count()}


def to_do(asked: Asked) -> list[WorkItem | Rest]:
    """What there is to do and was not put off, in no order."""
    away = standing_keys(asked.now)
    return [each for each in find(asked) if isinstance(each, Rest) or each.key not in away]


def summary(found: WorkList) -> str:
    """How much it is, as in “6 things, about 35 minutes”; "" of nothing."""
    if not found.lines:
        return ""
    number = ngettext("%d thing", "%d things", found.lines) % found.lines
    return _("%(number)s, %(time)s") % {"number": number, "time": duration(found.minutes)}


def duration(minutes: int) -> str:
    """About how long that is, in words."""
    if minutes <= HOUR * 1.5 and minutes not in (HALF_HOUR, HOUR):
        about = minutes if minutes <= FIVE else -(-minutes // FIVE) * FIVE
        if about not in (HALF_HOUR, HOUR):
            return ngettext("about %d minute", "about %d minutes", about) % about
        minutes = about
    if minutes == HALF_HOUR:
        return _("about half an hour")
    hours = round(minutes / HOUR)
    # xgettext:no-python-format
    said = ngettext("about an hour", "about %d hours", hours)
    return said % hours if hours > 1 else said


# What was put off


@dataclass(frozen=True)
class Away:
    """What somebody put off with one click."""

    rows: tuple[PutOff, ...]
    label: str  # what it is about
    said: str  # what there was to do

    @property
    def pk(self) -> int:
        """The row that stands for all of them."""
        return self.rows[0].pk

    @property
    def at(self) -> datetime:
        """When it was put off."""
        return self.rows[0].at

    @property
    def until(self) -> datetime | None:
        """When it comes back by itself; None is never."""
        return self.rows[0].until

    @property
    def who(self) -> str:
        """The person who put it off; "" when nobody is known any more."""
        return user_name(self.rows[0].author)


def put_off_by_anybody(user: User | AnonymousUser) -> list[Away]:
    """What is away from the list of `user`, the newest first."""
    rows = standing_for(user).select_related("author").order_by("-at", "model", "object_id", "pk")[:MOST_LISTED]
    titles = _titles(rows)
    found = []
    for (_at, model, pk), together in groupby(rows, key=lambda each: (each.at, each.model, each.object_id)):
        of_one = tuple(together)
        names = [str(kinds()[each.kind].title) for each in of_one]
        label = titles.get((model, pk), "")
        said = ", ".join(dict.fromkeys(names))
        found.append(Away(of_one, label or capfirst(said), said if label else ""))
    return found


def standing_for(user: User | AnonymousUser) -> PutOffQuerySet:
    """The rows behind that: about content that `user` may change, or about the site as a whole."""
    return PutOff.objects.standing().filter(model__in=["", *changeable(user)], kind__in=kinds())


def _titles(rows: Iterable[PutOff]) -> dict[tuple[str, int], str]:
    """The titles of what these rows are about and that is still there: a query for each model."""
    titles = {}
    for model in {row.model for row in rows if row.model}:
        keys = [row.object_id for row in rows if row.model == model]
        for obj in apps.get_model(model)._base_manager.filter(pk__in=keys):
            titles[model, obj.pk] = str(obj)
    return titles
