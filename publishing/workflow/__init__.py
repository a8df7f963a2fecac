"""The workflow: publish, amend, plan, withdraw, take back, reorder, restore, undo, erase; the state of an object.

These functions are the only way to make a Revision. Each is one transaction. No forms and no views: those
are in `admin`. Begin with `publish`, then `commit`.
"""

from publishing.workflow.amend import Amendment, amend, amend_waiting
from publishing.workflow.annotations.change_notes import can_be_minor, can_have_note, correct
from publishing.workflow.commit import check_publishable, check_rows, field_files, files, lock, moment
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
from publishing.workflow.take_back import Listing, alike, list_again, listings, refusal, take_back
from publishing.workflow.undo import last_act, look, look_at, record, undo
from publishing.workflow.working_copies.drafts import keep, keep_typed, keep_what_stood
from publishing.workflow.working_copies.texts import rewrite

__all__ = [
    "Amendment",
    "Kept",
    "Listing",
    "State",
    "advance",
    "alike",
    "amend",
    "amend_waiting",
    "can_be_minor",
    "can_have_note",
    "cancel",
    "changed",
    "changed_among",
    "check_publishable",
    "check_reason",
    "check_rows",
    "confirm",
    "correct",
    "discard",
    "field_files",
    "files",
    "has_unpublished",
    "is_live",
    "keep",
    "keep_typed",
    "keep_what_stood",
    "last_act",
    "list_again",
    "listings",
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
    "refusal",
    "reorder",
    "replace",
    "repoint",
    "reschedule",
    "restore",
    "rewrite",
    "rising",
    "set_end",
    "state",
    "states",
    "surely_unchanged",
    "take_back",
    "undo",
    "unpublished_changes",
    "waits_as",
    "withdraw",
]
