"""Hidden fields, marks and buttons that a form sends besides its fields: their names, and changing them.

Templates and scripts spell these names out. Content apps name their own buttons.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

# Hidden fields of every form

BASE = "_base"  # the fingerprints of what the form was made from
TOKEN = "_form"  # the token by which a form that comes twice is known  # noqa: S105  (a name)
ASKS = "_asks"  # in a form that asks what is new for the reader, when it publishes a change

# Marks of a form that comes back, or that a browser kept: it is shown and not saved

CONFLICT = "_conflict"  # somebody else saved meanwhile
LOST = "_lost_files"  # names the fields of which a file was chosen that can't be had any more
NOT_KEPT_FIELDS = "_not_kept"  # names the fields whose files could not be kept
NOT_SAVED = "_not_saved"  # it could not be written
READ = "_read"  # the file in the field that it names is to be read; a button too
WORD_READ = "_word_read"  # sentences about Word files of which the text stands in the form, beside READ
WORD_REFUSED = "_word_refused"  # the name of a text, a space, and why a Word file gave it none
UNSAVED = "_unsaved"  # a browser kept it of an earlier visit
UNANSWERED = "_unanswered"  # it does not say yet what is new for the reader

# Buttons of the form of a publishable object; without one of these it is only saved

PUBLISH = "_publish"
KEEP, INSTEAD = "keep", "instead"  # values of PUBLISH while something waits: what becomes of that
SCHEDULE = "_schedule"
MINOR = "_minor"  # that the change is a small improvement
AS_MINOR = "minor"  # a value of PUBLISH and of SCHEDULE: the same
CHANGE_NOTE = "_change_note"  # before the language of what is new for the reader: `_change_note_nl`
CANCEL = "_cancel"  # its value is the key of the version that waits
CONFIRM = "_confirm"
CHECKED = "_checked"  # the languages beside CONFIRM; it is there with "" when the form asks for them
SHARE = "_share"
UNSHARE = "_unshare"
TRANSLATE = "_translate"  # its value is the language of the translation
END_LINK = "_end_link"  # its value is the key of a link for a translator
ANSWER = "_answer"  # its value is the key of a remark, whose answer is named `_answer-<key>`
TICK_OFF = "_tick_off"  # idem
FORGET_REMARK = "_forget_remark"  # idem
WITH = "_with"  # what goes along with PUBLISH or SCHEDULE, as `companions.tick` writes it
WITHDRAW = "_withdraw"
REASON = "_reason"  # the text beside WITHDRAW

# Of translations that are behind, as `review.translation_states.Tick` writes them

HOLDS = "_holds"  # those that still hold
BEHIND = "_behind"  # all that the form shows
HOLDS_ALL = "_holds_all"  # a button; its value is the language of which all still hold

# Buttons of other pages

REORDER = "_reorder"  # of a list
LIST_AGAIN = "_again"  # of the page about a version that was taken out of the public list


def put(request: Any, data: QueryDict) -> None:
    """Give `request` these texts instead of those that it came with."""
    request.POST = data


def editable(request: HttpRequest) -> QueryDict:
    """The texts of `request`, which from now on may be changed."""
    put(request, request.POST.copy())
    data: QueryDict = request.POST
    return data


def drop_files(request: Any) -> None:
    """Leave out the files that came with `request`."""
    request._files = MultiValueDict()


def asks_to_publish(data: Mapping[str, object]) -> bool:
    """Whether the button of a form with this `data` publishes, now or at a moment."""
    return not data.keys().isdisjoint({PUBLISH, SCHEDULE})
