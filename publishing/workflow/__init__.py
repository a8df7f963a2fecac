"""The workflow: publish, amend, plan, withdraw, reorder, restore, and where an object stands.

These functions are the only way to make a Revision. Each is one transaction. Begin reading with
`publish`, then `commit`.
"""

from publishing.workflow.amend import Amendment, amend, amend_waiting
from publishing.workflow.commit import check_publishable, files, lock, moment
from publishing.workflow.drafts import keep, keep_typed, keep_what_stood
from publishing.workflow.merge import Kept, merge
from publishing.workflow.plan import advance, cancel, reschedule, set_end, waits_as
from publishing.workflow.publish import check_reason, confirm, publish, publish_new, withdraw
from publishing.workflow.reorder import reorder, replace, repoint, rising
from publishing.workflow.restore import discard, put_in_bin, restore
from publishing.workflow.state import (
    State,
    changed,
    changed_among,
    has_unpublished,
    is_live,
    live_users,
    state,
    states,
    surely_unchanged,
    unpublished_changes,
)
from publishing.workflow.undo import last_act, look, look_at, record, undo

__all__ = [
    "Amendment",
    "Kept",
    "State",
    "advance",
    "amend",
    "amend_waiting",
    "cancel",
    "changed",
    "changed_among",
    "check_publishable",
    "check_reason",
    "confirm",
    "discard",
    "files",
    "has_unpublished",
    "is_live",
    "keep",
    "keep_typed",
    "keep_what_stood",
    "last_act",
    "live_users",
    "lock",
    "look",
    "look_at",
    "merge",
    "moment",
    "publish",
    "publish_new",
    "put_in_bin",
    "record",
    "reorder",
    "replace",
    "repoint",
    "reschedule",
    "restore",
    "rising",
    "set_end",
    "state",
    "states",
    "surely_unchanged",
    "undo",
    "unpublished_changes",
    "waits_as",
    "withdraw",
]
