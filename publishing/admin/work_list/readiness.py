"""What a site needs before it has visitors: one line on top of the list, until everything is there.

Each app and layer registers its checks. A check says what lacks and where that is mended, or None.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.admin.work_list.entries import Asked, Tier, WorkItem, WorkKind
from publishing.admin.work_list.registry import register
from publishing.models.rights import changeable

READY = WorkKind("ready", Tier.READY, 0, gettext_lazy("Ready for visitors?"))
MINUTES = 30  # when nothing is there yet


@dataclass(frozen=True)
class Lacking:
    """One thing that lacks."""

    said: str  # as part of a line: "e-mail address"
    url: str = ""  # the very field


Check = Callable[[Asked], Lacking | None]

_checks: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Decorate a check; its name is kept with what is put off. It answers None for somebody who can't mend it."""
    _checks[function.__name__] = function
    return function


@register(READY)
def unready(asked: Asked) -> Iterator[WorkItem]:
    """What lacks, in the order of the checks; nothing for somebody who edits nothing."""
    for name, function in _checks.items() if changeable(asked.user) else ():
        if lacking := function(asked):
            minutes = MINUTES / len(_checks)
            yield WorkItem(READY, _("Ready for visitors?"), lacking.said, lacking.url, minutes, cause=name)
