"""The list of work on the first page of the desk: in order, with minutes, and with what was put off left out.

It knows no kind of work itself: each app and each layer registers what it has. Not the list of what is planned, which
is no work: that is `admin.scheduling`. Begin with `entries` and `registry`; `ranking` says what comes first.
"""

from publishing.admin.work_list import drafts, lacks, sent_in  # noqa: F401  (register what they find)
from publishing.admin.work_list.entries import NOTHING, Asked, Rest, Tier, WorkItem, WorkKind, WorkSubject
from publishing.admin.work_list.registry import register

__all__ = ["NOTHING", "Asked", "Rest", "Tier", "WorkItem", "WorkKind", "WorkSubject", "register"]
